"""Payloads of Google Cloud Monitoring's webhook channel, as it really writes them.

https://docs.cloud.google.com/monitoring/support/notification-options#webhooks
"""

import copy
import time
import uuid
from typing import Any

PROJECT = "acme-prod"


def incident(
    *,
    policy: str = "Cloud Run 5xx ratio",
    condition: str = "api: 5xx ratio above 5%",
    resource: dict[str, str] | None = None,
    resource_type: str = "cloud_run_revision",
    incident_id: str = "",
    state: str = "open",
    severity: str | None = "CRITICAL",
    started_at: int | None = None,
    ended_at: int | None = None,
    project: str = PROJECT,
    documentation: Any = "default",
    **changes: Any,
) -> dict[str, Any]:
    """A notification of schema 1.2; policy, condition and resource make its fingerprint.

    It starts now unless `started_at` (seconds since 1970) says otherwise.
    `changes` replace fields of the incident; a value of `...` removes the field.
    """
    start = int(time.time()) if started_at is None else started_at
    labels = resource or {
        "project_id": project,
        "location": "europe-west1",
        "service_name": "api-gateway",
        "revision_name": "api-gateway-00042-xuz",
        "configuration_name": "api-gateway",
    }
    identity = incident_id or f"0.{uuid.uuid4().hex[:12]}"
    slug = uuid.uuid5(uuid.NAMESPACE_URL, f"{project}/{policy}").int % 10**19
    part = uuid.uuid5(uuid.NAMESPACE_URL, f"{project}/{policy}/{condition}").int % 10**19
    closed = state.lower() == "closed"
    fields: dict[str, Any] = {
        "incident_id": identity,
        "scoping_project_id": project,
        "scoping_project_number": 123456789012,
        "url": f"https://console.cloud.google.com/monitoring/alerting/alerts/{identity}?project={project}",
        "started_at": start,
        "ended_at": (ended_at or start + 600) if closed else ended_at,
        "state": state,
        "severity": severity,
        "summary": f"{condition} is {'no longer ' if closed else ''}firing for {labels.get('service_name', 'it')}",
        "apigee_url": "",
        "observed_value": "0.073",
        "threshold_value": "0.05",
        "resource": {"type": resource_type, "labels": labels},
        "resource_type_display_name": "Cloud Run Revision",
        "resource_id": "",
        "resource_name": f"{project} {resource_type} labels",
        "resource_display_name": "",
        "metric": {
            "type": "run.googleapis.com/request_count",
            "displayName": "Request Count",
            "labels": {"response_code_class": "5xx"},
        },
        "metadata": {
            "system_labels": {"service_name": "api-gateway"},
            "user_labels": {"team": "platform"},
        },
        "policy_name": policy,
        "policy_user_labels": {"team": "platform"},
        "condition_name": condition,
        "condition": {
            "name": f"projects/{project}/alertPolicies/{slug}/conditions/{part}",
            "displayName": condition,
            "conditionThreshold": {
                "filter": f'metric.type="run.googleapis.com/request_count" resource.type="{resource_type}"',
                "aggregations": [
                    {"alignmentPeriod": "60s", "perSeriesAligner": "ALIGN_RATE"},
                ],
                "comparison": "COMPARISON_GT",
                "thresholdValue": 0.05,
                "duration": "300s",
                "trigger": {"count": 1},
            },
        },
        "documentation": {
            "content": "The API answers with errors. See the runbook.",
            "mime_type": "text/markdown",
            "subject": f"[ALERT] {condition}",
            "links": [{"display_name": "Runbook", "url": "https://example.com/runbooks/api"}],
        }
        if documentation == "default"
        else documentation,
    }
    fields.update(changes)
    kept = {name: value for name, value in fields.items() if value is not ...}
    return {"incident": kept, "version": "1.2"}


def closed(opened: dict[str, Any], *, after: int = 600) -> dict[str, Any]:
    """The recovery of an incident, `after` seconds from its start."""
    payload = copy.deepcopy(opened)
    fields = payload["incident"]
    fields["state"] = "closed"
    fields["ended_at"] = fields["started_at"] + after
    fields["summary"] = f"{fields['condition_name']} is no longer firing"
    return payload


def console_test() -> dict[str, Any]:
    """What the console's button "Send test notification" sends."""
    payload = incident(incident_id="12345", policy="Test policy", condition="Test condition")
    payload["version"] = "test"
    return payload


def service(number: int) -> dict[str, str]:
    """The resource labels of one of many services: a fingerprint of its own each."""
    return {
        "project_id": PROJECT,
        "location": "europe-west1",
        "service_name": f"service-{number}",
        "revision_name": f"service-{number}-00001-abc",
        "configuration_name": f"service-{number}",
    }
