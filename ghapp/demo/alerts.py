"""Notifications of Google Cloud Monitoring's webhook channel, and their sender."""

import time
import uuid
from dataclasses import dataclass
from typing import Any

import aiohttp

_PROJECT = "acme-prod"


@dataclass(frozen=True, slots=True)
class Alert:
    """One incident of Google's: what it says when it fires, again while it lasts, and when it is over.

    https://docs.cloud.google.com/monitoring/support/notification-options#webhooks
    """

    policy: str
    service: str
    severity: str
    identity: str
    started_at: int
    """Seconds since 1970."""

    @classmethod
    def now(cls, policy: str, service: str, *, severity: str = "WARNING") -> "Alert":
        """An incident that starts now; the same policy and service make the same fingerprint."""
        return cls(policy, service, severity, f"0.{uuid.uuid4().hex[:12]}", int(time.time()))

    def firing(self, value: str = "0.073") -> dict[str, Any]:
        """A notification while it lasts; `value` is what was measured."""
        return self._payload(
            state="open",
            summary=f"{self.policy} of {self.service} is {value}",
            observed_value=value,
        )

    def over(self) -> dict[str, Any]:
        """The notification of its end."""
        return self._payload(
            state="closed",
            summary=f"{self.policy} of {self.service} is back to normal",
            observed_value="0.002",
            ended_at=int(time.time()),
        )

    def _payload(self, **fields: Any) -> dict[str, Any]:
        condition = uuid.uuid5(uuid.NAMESPACE_URL, self.policy).int % 10**19
        console = f"https://console.cloud.google.com/monitoring/alerting/alerts/{self.identity}"
        incident = {
            "incident_id": self.identity,
            "scoping_project_id": _PROJECT,
            "scoping_project_number": 123456789012,
            "url": f"{console}?project={_PROJECT}",
            "started_at": self.started_at,
            "ended_at": None,
            "severity": self.severity,
            "threshold_value": "0.05",
            "policy_name": self.policy,
            "condition_name": self.policy,
            "condition": {
                "name": f"projects/{_PROJECT}/alertPolicies/{condition}/conditions/{condition}",
                "displayName": self.policy,
            },
            "resource_type_display_name": "Cloud Run Revision",
            "resource": {
                "type": "cloud_run_revision",
                "labels": {
                    "project_id": _PROJECT,
                    "location": "europe-west1",
                    "service_name": self.service,
                },
            },
            "metric": {
                "type": "run.googleapis.com/request_count",
                "displayName": "Request Count",
                "labels": {"response_code_class": "5xx"},
            },
            "documentation": {
                "content": f"{self.service} answers with errors.",
                "mime_type": "text/markdown",
            },
            **fields,
        }
        return {"version": "1.2", "incident": incident}


class RefusedAlertError(Exception):
    """ghapp did not accept a notification."""


@dataclass(frozen=True, slots=True)
class Google:
    """The sender: posts notifications to a channel's address, which holds its token."""

    address: str
    token: str

    async def send(self, *payloads: dict[str, Any]) -> None:
        """Post them one after the other.

        Raises:
            RefusedAlertError: One was not answered with 202.
            aiohttp.ClientError: Nobody answered.
        """
        async with aiohttp.ClientSession() as session:
            for payload in payloads:
                async with session.post(
                    self.address, params={"auth_token": self.token}, json=payload
                ) as answer:
                    if answer.status != 202:
                        said = (await answer.text()).strip()
                        raise RefusedAlertError(f"an alert was answered {answer.status}: {said}")
