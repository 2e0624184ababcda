"""Messages of a Sentry integration, as Sentry really writes them: with all that it knows of people.

https://docs.sentry.io/organization/integrations/integration-platform/webhooks/
"""

import copy
import hashlib
import hmac
import time
import uuid
from datetime import UTC, datetime
from typing import Any

HOST = "https://sentry.acme.example"
INSTALLATION = "a8e5d37a-696c-4c54-adb5-b3f28d64c7de"
PRIVATE = (
    "bob@example.com",
    "bob the customer",
    "203.0.113.7",
    "session=c0ffee",
    "Bearer eyJ0b2tlbiI",
    "DATABASE_PASSWORD",
    "hunter2",
    "4242424242424242",
    "carol@example.com",
    "Carol Operator",
)
"""What an issue must never show; each stands somewhere in these messages."""

JsonObject = dict[str, Any]


def event_alert(
    issue: str = "1117540176",
    *,
    level: str = "error",
    title: str = "ZeroDivisionError: division by zero",
    received: float | None = None,
    **changes: Any,
) -> JsonObject:
    """An issue alert: a rule saw an event now; `changes` replace members of the event, `...` removes one."""
    seconds = time.time() if received is None else received
    event_id = uuid.uuid4().hex
    event: JsonObject = {
        "event_id": event_id,
        "issue_id": issue,
        "issue_url": f"{HOST}/api/0/organizations/acme/issues/{issue}/",
        "url": f"{HOST}/api/0/projects/acme/checkout/events/{event_id}/",
        "web_url": f"{HOST}/organizations/acme/issues/{issue}/events/{event_id}/",
        "title": title,
        "message": "bob@example.com could not pay",
        "level": level,
        "type": "error",
        "platform": "python",
        "project": 1,
        "culprit": "shop.checkout in pay",
        "location": "shop/checkout.py",
        "logger": "",
        "environment": "production",
        "release": "shop@2.4.1",
        "dist": None,
        "received": seconds,
        "timestamp": seconds - 1,
        "datetime": f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S.%f}Z",
        "metadata": {
            "type": "ZeroDivisionError",
            "value": "bob@example.com: division by zero",
            "filename": "shop/checkout.py",
            "function": "pay",
        },
        "tags": [
            ["environment", "production"],
            ["level", level],
            ["release", "shop@2.4.1"],
            ["server_name", "checkout-7f9c"],
            ["runtime", "CPython 3.11.7"],
            ["customer", "bob the customer"],
            ["user", "email:bob@example.com"],
            ["url", "https://shop.acme.example/pay?card=4242424242424242"],
        ],
        "user": {
            "id": "7",
            "email": "bob@example.com",
            "username": "bob the customer",
            "ip_address": "203.0.113.7",
        },
        "request": {
            "url": "https://shop.acme.example/pay",
            "method": "POST",
            "data": {"card": "4242424242424242"},
            "cookies": [["session", "c0ffee"]],
            "headers": [["Cookie", "session=c0ffee"], ["Authorization", "Bearer eyJ0b2tlbiI"]],
            "env": {"REMOTE_ADDR": "203.0.113.7", "DATABASE_PASSWORD": "hunter2"},
        },
        "breadcrumbs": {
            "values": [
                {"category": "auth", "message": "bob@example.com signed in", "level": "info"}
            ]
        },
        "exception": {
            "values": [
                {
                    "type": "ZeroDivisionError",
                    "value": "bob@example.com: division by zero",
                    "stacktrace": {
                        "frames": [
                            {
                                "function": "pay",
                                "filename": "shop/checkout.py",
                                "lineno": 41,
                                "in_app": True,
                                "context_line": "    share = total / len(items)",
                                "vars": {"password": "hunter2", "items": []},
                            }
                        ]
                    },
                }
            ]
        },
        "contexts": {"runtime": {"name": "CPython", "version": "3.11.7"}},
        "extra": {"sys.argv": ["serve", "--password=hunter2"]},
        "sdk": {"name": "sentry.python", "version": "2.20.0"},
        "version": "7",
    }
    event.update(changes)
    kept = {name: value for name, value in event.items() if value is not ...}
    data = {"event": kept, "triggered_rule": "Payments fail"}
    return _message("triggered", data, {"type": "application", "id": "sentry", "name": "Sentry"})


def issue(
    action: str = "resolved",
    name: str = "1117540176",
    *,
    level: str = "error",
    **changes: Any,
) -> JsonObject:
    """What became of an issue: created, resolved, unresolved, archived, ignored or assigned."""
    status = {"resolved": "resolved", "archived": "ignored", "ignored": "ignored"}.get(action)
    carol = {"type": "user", "id": "3", "name": "Carol Operator", "email": "carol@example.com"}
    fields: JsonObject = {
        "id": name,
        "shortId": "CHECKOUT-9",
        "url": f"{HOST}/api/0/organizations/acme/issues/{name}/",
        "web_url": f"{HOST}/organizations/acme/issues/{name}/",
        "project_url": f"{HOST}/organizations/acme/issues/?project=1",
        "title": "ZeroDivisionError: division by zero",
        "culprit": "shop.checkout in pay",
        "permalink": None,
        "logger": None,
        "level": level,
        "status": status or "unresolved",
        "statusDetails": {"actor": carol} if action == "resolved" else {},
        "substatus": {"created": "new", "unresolved": "regressed"}.get(action),
        "platform": "python",
        "project": {"id": "1", "name": "checkout", "slug": "checkout", "platform": "python"},
        "type": "error",
        "metadata": {"value": "bob@example.com: division by zero"},
        "assignedTo": carol,
        "annotations": [],
        "count": "12",
        "userCount": 3,
        "firstSeen": "2026-03-02T08:58:37.391000Z",
        "lastSeen": "2026-03-02T09:20:00Z",
    }
    fields.update(changes)
    kept = {field: value for field, value in fields.items() if value is not ...}
    return _message(action, {"issue": kept}, {key: carol[key] for key in ("type", "id", "name")})


def metric_alert(
    action: str = "critical",
    identifier: str = "4",
    *,
    rule: str = "7",
    started: datetime | None = None,
    closed: datetime | None = None,
    **changes: Any,
) -> JsonObject:
    """A metric alert: critical, warning or resolved; each crossing of the threshold has an identifier."""
    began = _iso(started or datetime.now(UTC))
    fields: JsonObject = {
        "id": f"90{identifier}",
        "identifier": identifier,
        "organization_id": "5",
        "title": "Too many errors",
        "status": {"resolved": 2, "warning": 10}.get(action, 20),
        "status_method": 3,
        "type": 2,
        "projects": ["checkout"],
        "date_created": began,
        "date_detected": began,
        "date_started": began,
        "date_closed": _iso(closed) if closed else None,
        "alert_rule": {
            "id": rule,
            "name": "Too many errors",
            "organization_id": "5",
            "aggregate": "count()",
            "dataset": "events",
            "environment": "production",
            "query": "level:error user.email:bob@example.com",
            "projects": ["checkout"],
            "time_window": 10,
            "threshold_type": 0,
            "resolve_threshold": None,
            "created_by": {"id": 3, "name": "Carol Operator", "email": "carol@example.com"},
            "triggers": [
                {
                    "label": "critical",
                    "alert_threshold": 100,
                    "actions": [{"type": "email", "target_identifier": "carol@example.com"}],
                }
            ],
        },
    }
    fields.update(changes)
    kept = {field: value for field, value in fields.items() if value is not ...}
    data = {
        "metric_alert": kept,
        "description_title": f"{action.capitalize()}: Too many errors",
        "description_text": "1000 events in the last 10 minutes\nFilter: user.email:bob@example.com",
        "web_url": f"{HOST}/organizations/acme/alerts/rules/details/{rule}/?alert={identifier}",
    }
    return _message(action, data, {"type": "application", "id": "sentry", "name": "Sentry"})


def sample() -> JsonObject:
    """What "Send Test Notification" of an alert rule sends."""
    return event_alert("99", title="Test notification", tags=[["sample_event", "yes"]])


def headers(body: bytes, resource: str, secret: str) -> dict[str, str]:
    """The headers of a delivery, which is signed; each delivery has an id of its own, a retry too."""
    return {
        "Content-Type": "application/json",
        "Request-ID": uuid.uuid4().hex,
        "Sentry-Hook-Resource": resource,
        "Sentry-Hook-Timestamp": str(int(time.time())),
        "Sentry-Hook-Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
    }


def _message(action: str, data: JsonObject, actor: JsonObject) -> JsonObject:
    return copy.deepcopy(
        {
            "action": action,
            "actor": actor,
            "data": data,
            "installation": {"uuid": INSTALLATION},
        }
    )


def _iso(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
