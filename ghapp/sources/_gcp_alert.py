"""An alert as Google's Monitoring API lists it, read as the notification that announced it.

Read so, it has the occurrence and the fingerprint of that notification, and rules in OWNERS.yaml fit both.

https://docs.cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alerts
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ghapp.core.facts import Signal
from ghapp.core.reading import Reader
from ghapp.sources._gcp_incident import signal_of

_NAMES = (
    "service_name",
    "instance_name",
    "pod_name",
    "function_name",
    "job_name",
    "database_id",
    "host",
    "topic_id",
    "subscription_id",
    "bucket_name",
    "cluster_name",
    "instance_id",
)
"""Labels that name a resource to people, the most telling first."""

_ALERT_PAGE = "https://console.cloud.google.com/monitoring/alerting/alerts"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of an alerting policy; `text` is its filter or query, in whichever language."""

    name: str
    display_name: str = ""
    text: str = ""


def alert_signal(
    alert: Mapping[str, Any],
    *,
    project: str,
    conditions: Sequence[Condition],
    now: datetime,
    documentation: str = "",
) -> Signal:
    """The signal of an alert in the listing of `project`; `conditions` and `documentation` are of its policy.

    An alert does not say which condition it violates. Where that cannot be told, the fingerprint is of policy and
    resource, and differs from the notification's.

    Raises:
        Malformed: the alert has no id, or no state.
    """
    return signal_of(Reader(_notification(alert, project, conditions, documentation)), now)


def _notification(
    alert: Mapping[str, Any], project: str, conditions: Sequence[Condition], documentation: str
) -> dict[str, Any]:
    read = Reader(alert)
    policy, metadata = read.inside("policy"), read.inside("metadata")
    name = read.text("name").rpartition("/")[2]
    condition = _condition(read.inside("metric").text("type"), conditions)
    told = {
        "incident_id": name,
        "scoping_project_id": project,
        "url": f"{_ALERT_PAGE}/{name}?project={project}",
        "started_at": _seconds(read.text("openTime")),
        "ended_at": _seconds(read.text("closeTime")),
        "state": read.text("state"),
        "severity": policy.text("severity"),
        "resource": alert.get("resource"),
        "resource_display_name": _display_name(
            read.inside("resource").texts("labels"), metadata.texts("systemLabels")
        ),
        "metric": alert.get("metric"),
        "metadata": {
            "system_labels": metadata.data.get("systemLabels"),
            "user_labels": metadata.data.get("userLabels"),
        },
        "policy_name": policy.text("displayName"),
        "policy_user_labels": policy.data.get("userLabels"),
        "documentation": {"content": documentation} if documentation else None,
        "log": alert.get("log"),
    }
    if condition is not None:
        # A policy may be named by the project's number; notifications name it by the project's id.
        within = condition.name.partition("/alertPolicies/")[2]
        told["condition_name"] = condition.display_name
        told["condition"] = {
            "name": f"projects/{project}/alertPolicies/{within}",
            "displayName": condition.display_name,
        }
    return {key: value for key, value in told.items() if value is not None}


def _display_name(labels: Mapping[str, str], system_labels: Mapping[str, str]) -> str:
    """What people call the resource; a notification says it, an alert does not."""
    found = [system_labels.get("name"), *(labels.get(name) for name in _NAMES)]
    return next((name for name in found if name), "")


def _condition(metric: str, conditions: Sequence[Condition]) -> Condition | None:
    """The only condition, or the only one that is about the metric."""
    if len(conditions) > 1:
        word = re.compile(rf"(?<![\w./-]){re.escape(metric)}(?![\w./-])")
        conditions = [one for one in conditions if metric and word.search(one.text)]
    return conditions[0] if len(conditions) == 1 else None


def _seconds(text: str) -> int | None:
    """A time (RFC 3339) in whole seconds since 1970, as notifications give it."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())
