"""What each alert sender sends, ready to be written to a socket: no message is sent twice.

The payloads are those of the tests, about fifty different troubles each.
"""

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import deliveries
from deliveries import SECRET

from tests.support import gcp, prometheus, sentry, stripe

TROUBLES = 50
MARK = "00000000000000000000000000000000"
"""Stands in a payload where the id of the message goes."""

STANDARD_SECRET = f"whsec_{base64.b64encode(SECRET.encode()).decode()}"

Sign = Callable[[str, bytes], str]
"""The header lines that prove a message, given its id and its body."""


class Sendable(Protocol):
    """A message that can be sent again and again, each time as a new one."""

    def signed(self) -> bytes:
        """The whole HTTP request."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """A request whose body bears its id, or whose proof is made of it."""

    head: str
    before: bytes
    after: bytes
    sign: Sign

    def signed(self) -> bytes:
        """The request as a message that was never sent before."""
        name = uuid.uuid4().hex
        body = self.before + name.encode() + self.after if self.after else self.before
        return f"{self.head}{self.sign(name, body)}\r\n".encode() + body


def requests(door: str, port: int, token: str) -> Sequence[Sendable]:
    """What is sent to a door; `token` is the OpenID Connect token of Pub/Sub."""
    if door == "github":
        return deliveries.requests(port)
    path, sign, make = _doors(token)[door]
    return [_message(port, path, sign, make(number)) for number in range(TROUBLES)]


def _message(port: int, path: str, sign: Sign, payload: Any) -> Message:
    body = json.dumps(payload).encode()
    before, _, after = body.partition(MARK.encode())
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    )
    return Message(head, before, after, sign)


def _doors(token: str) -> dict[str, tuple[str, Sign, Callable[[int], Any]]]:
    return {
        "gcp": (f"/webhooks/gcp?auth_token={SECRET}", lambda _name, _body: "", _google),
        "gcp-pubsub": ("/webhooks/gcp/pubsub", _bearer(token), _pubsub),
        "stripe": ("/webhooks/stripe", _stripe_signature, _dispute),
        "alertmanager": ("/webhooks/alertmanager", _bearer(SECRET), _group),
        "grafana": ("/webhooks/grafana", _grafana_signature, _grafana_group),
        "sentry": ("/webhooks/sentry", _sentry_headers, _issue_alert),
        "alerts": ("/webhooks/alerts", _standard_webhook, _alert),
        "heartbeat": ("/heartbeat/warehouse-sync", _bearer(SECRET), lambda _number: {}),
    }


def _hex(said: bytes) -> str:
    return hmac.digest(SECRET.encode(), said, "sha256").hex()


def _bearer(token: str) -> Sign:
    return lambda _name, _body: f"Authorization: Bearer {token}\r\n"


def _stripe_signature(_name: str, body: bytes) -> str:
    now = int(time.time())
    return f"Stripe-Signature: t={now},v1={_hex(f'{now}.'.encode() + body)}\r\n"


def _grafana_signature(_name: str, body: bytes) -> str:
    return f"X-Grafana-Alerting-Signature: {_hex(body)}\r\n"


def _sentry_headers(name: str, body: bytes) -> str:
    return (
        f"Request-ID: {name}\r\nSentry-Hook-Resource: event_alert\r\n"
        f"Sentry-Hook-Signature: {_hex(body)}\r\n"
    )


def _standard_webhook(name: str, body: bytes) -> str:
    now = int(time.time())
    said = f"{name}.{now}.".encode() + body
    proof = base64.b64encode(hmac.digest(SECRET.encode(), said, hashlib.sha256)).decode()
    return f"webhook-id: {name}\r\nwebhook-timestamp: {now}\r\nwebhook-signature: v1,{proof}\r\n"


def _google(number: int) -> Any:
    return gcp.incident(resource=gcp.service(number), incident_id=str(number), observed_value=MARK)


def _pubsub(number: int) -> Any:
    data = base64.b64encode(json.dumps(gcp.incident(resource=gcp.service(number))).encode())
    return {
        "message": {"data": data.decode(), "messageId": MARK, "attributes": {"version": "1.2"}},
        "subscription": "projects/acme-prod/subscriptions/ghapp",
    }


def _dispute(number: int) -> Any:
    event = stripe.event("charge.dispute.created", id=f"dp_{number}")
    return {**event, "id": f"evt_{MARK}"}


def _group(number: int) -> Any:
    return prometheus.group(*_alerts(number), by={"service": f"service-{number}"}, receiver=MARK)


def _grafana_group(number: int) -> Any:
    return prometheus.grafana(*_alerts(number), by={"service": f"service-{number}"}, title=MARK)


def _alerts(number: int) -> list[Any]:
    service = f"service-{number}"
    return [prometheus.alert(service=service, instance=f"{service}-{pod}") for pod in range(3)]


def _issue_alert(number: int) -> Any:
    return sentry.event_alert(str(number + 1))


def _alert(number: int) -> Any:
    return {
        "dedup_key": f"backup/{number}",
        "status": "firing",
        "severity": "error",
        "title": "The backup failed",
        "body": "It could not be written.\n" * 40,
        "labels": {"env": "prod", "job": f"backup-{number}"},
        "link": "https://jenkins.example.com/job/118/",
    }
