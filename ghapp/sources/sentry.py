"""Sentry: issue alerts, metric alerts, and what becomes of issues, from an internal integration.

https://docs.sentry.io/organization/integrations/integration-platform/webhooks/
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ghapp.core import strict_json, verify
from ghapp.core.facts import Fingerprint, Link, Signal, Status
from ghapp.core.reading import Reader, plain
from ghapp.core.source import Accepted, Nothing, Parsed, Source
from ghapp.core.strict_json import Malformed
from ghapp.model.names import Severity
from ghapp.sources._sentry import (
    event_fields,
    issue_fields,
    metric_fields,
    moment,
    present,
    said,
    tags_of,
    veiled,
)

_LEVELS = {
    "fatal": Severity.SEV1,
    "error": Severity.SEV2,
    "warning": Severity.SEV3,
    "info": Severity.SEV4,
    "debug": Severity.SEV4,
}
_METRIC_ACTIONS = {
    "critical": (Status.FIRING, Severity.SEV1),
    "warning": (Status.FIRING, Severity.SEV3),
    "open": (Status.FIRING, None),
    "resolved": (Status.RESOLVED, None),
}
_ISSUE_ACTIONS = {
    "unresolved": (Status.FIRING, "unresolved"),
    "resolved": (Status.RESOLVED, "resolved"),
    "archived": (Status.RESOLVED, "ignored"),
    "ignored": (Status.RESOLVED, "ignored"),
}
"""What an action says, and the status that the issue has then.

That an issue was created says nothing: most are noise, and alert rules are there to tell which are not.
"""

_EVENT_ADDRESS = re.compile(r"/api/0/projects/[\w-]{1,100}/([\w-]{1,100})/events/", re.ASCII)
_ISSUE_ADDRESS = re.compile(r"/issues/([0-9]{1,30})(?:/|$)", re.ASCII)
_MAX_ID = 128
_SUMMARY, _DOCUMENTATION = 300, 4_000

_CLOCK_ERROR = timedelta(days=1)
"""A time further ahead than this is wrong; believed, it would outrank the end of the trouble."""

_MESSAGE_LASTS = timedelta(hours=1)
"""A message is on its way no longer than this: Sentry tries three times, five minutes apart."""

_SAME_DELIVERY_SECONDS = 10


def check(
    body: bytes,
    headers: Mapping[str, str],
    _query: Mapping[str, str],
    secrets: Sequence[str],
    _now: datetime,
) -> None:
    """The integration's client secret signs the body; its timestamp is not signed, so it proves nothing."""
    verify.hex_digest(body, headers.get("Sentry-Hook-Signature"), secrets)


def parse(
    body: bytes, headers: Mapping[str, str], _query: Mapping[str, str], now: datetime
) -> Parsed:
    """One message is one signal at most; of other resources nothing is read."""
    resource = headers.get("Sentry-Hook-Resource", "").strip().lower()
    if not resource:
        raise Malformed("no Sentry-Hook-Resource header")
    document = strict_json.loads(body)
    if not isinstance(document, dict):
        raise Malformed("not an object")
    read = _RESOURCES.get(resource)
    if read is None:
        return Nothing("nothing to do")
    found = read(Reader(document), now)
    if isinstance(found, Nothing):
        return found
    firing = found.status is Status.FIRING
    return Accepted((found,), _delivery_id(body, headers, now), repeats=firing)


def _delivery_id(body: bytes, headers: Mapping[str, str], now: datetime) -> str:
    """Sentry's own id and the body, which alone is signed; without the id, for a moment, the body."""
    request = headers.get("Request-ID") or str(int(now.timestamp()) // _SAME_DELIVERY_SECONDS)
    return hashlib.sha256(request.encode("utf-8", "surrogatepass") + b"\n" + body).hexdigest()[:32]


def _event_alert(message: Reader, now: datetime) -> Signal | Nothing:
    """A rule of a team's choosing saw an event: it fires, until its issue is resolved."""
    if message.text("action").lower() not in {"triggered", ""}:
        return Nothing("nothing to do")
    data = message.inside("data")
    event = data.inside("event")
    tags = tags_of(event)
    if tags.get("sample_event") == "yes":
        return Nothing("test message")
    issue = _id(event, "issue_id") or _part(_ISSUE_ADDRESS, event, "issue_url")
    if not issue:
        raise Malformed("data.event.issue_id is not an id")
    where = present(
        {
            "project": _part(_EVENT_ADDRESS, event, "url"),
            "environment": said(event.text("environment") or tags.get("environment", "")),
            "release": said(event.text("release")),
            "culprit": said(event.text("culprit")),
            "rule": said(data.text("triggered_rule")),
        }
    )
    latest = now + _CLOCK_ERROR
    happened = event.seconds("received", latest=latest) or moment(event, "datetime", latest)
    return Signal(
        source=SOURCE.name,
        fingerprint=_fingerprint(message, "issue", issue),
        occurrence=issue,
        status=Status.FIRING,
        at=max(happened or now, now - _MESSAGE_LASTS),
        summary=said(event.text("title"), _SUMMARY) or f"Sentry issue {issue}",
        severity=_LEVELS.get(event.text("level").lower()),
        started_at=happened,
        links=_links(Link("Event in Sentry", event.url("web_url"))),
        where=where,
        fields=_fields(message, "event_alert", where, event=event_fields(event)),
    )


def _issue(message: Reader, now: datetime) -> Signal | Nothing:
    """Resolved or archived it is over; unresolved it fires what was raised before, or what a rule wants."""
    action = _ISSUE_ACTIONS.get(message.text("action").lower())
    if action is None:
        return Nothing("nothing to do")
    status, becomes = action
    issue = message.inside("data").inside("issue")
    name = _id(issue, "id")
    if not name:
        raise Malformed("data.issue.id is not an id")
    if issue.text("status").lower() not in {becomes, ""}:
        return Nothing("the issue has changed since")
    firing = status is Status.FIRING
    where = present(
        {
            "project": said(issue.inside("project").text("slug")),
            "culprit": said(issue.text("culprit")),
        }
    )
    return Signal(
        source=SOURCE.name,
        fingerprint=_fingerprint(message, "issue", name),
        occurrence=name,
        status=status,
        at=now,  # the message does not say when it happened
        summary=said(issue.text("title"), _SUMMARY) or f"Sentry issue {name}",
        severity=_LEVELS.get(issue.text("level").lower()),
        started_at=moment(issue, "firstSeen", now + _CLOCK_ERROR) if firing else None,
        links=_links(Link("Issue in Sentry", issue.url("web_url") or issue.url("permalink"))),
        where=where,
        fields=_fields(message, "issue", where, issue=issue_fields(issue)),
        only_known=firing,
    )


def _metric_alert(message: Reader, now: datetime) -> Signal | Nothing:
    """A threshold was crossed: each time it is an episode of its rule's incident."""
    action = _METRIC_ACTIONS.get(message.text("action").lower())
    if action is None:
        return Nothing("nothing to do")
    status, severity = action
    data = message.inside("data")
    alert = data.inside("metric_alert")
    rule = alert.inside("alert_rule")
    occurrence = _id(alert, "id") or _id(alert, "identifier")
    if not occurrence:
        raise Malformed("data.metric_alert.id is not an id")
    shown = metric_fields(alert)
    name = said(rule.text("name") or alert.text("title"), _SUMMARY)
    where = present({"project": ", ".join(shown["projects"]), "rule": name})
    latest, earliest = now + _CLOCK_ERROR, now - _MESSAGE_LASTS
    started = moment(alert, "date_started", latest)
    happened = started if status is Status.FIRING else moment(alert, "date_closed", latest)
    return Signal(
        source=SOURCE.name,
        fingerprint=_fingerprint(message, "metric", _id(rule, "id") or name or occurrence),
        occurrence=occurrence,
        status=status,
        # Sentry cuts the end to the minute: an end before its beginning would not end it.
        at=max(happened or now, started or earliest, earliest),
        summary=name or said(data.text("description_title"), _SUMMARY) or f"Alert {occurrence}",
        severity=severity,
        started_at=started,
        documentation=veiled(data.text("description_text"), _DOCUMENTATION),
        links=_links(Link("Metric alert in Sentry", data.url("web_url"))),
        where=where,
        fields=_fields(message, "metric_alert", where, metric_alert=shown),
    )


def _id(holder: Reader, key: str) -> str:
    found = plain(holder.data.get(key)) or ""
    return found if len(found) <= _MAX_ID else ""


def _part(address: re.Pattern[str], holder: Reader, key: str) -> str:
    found = address.search(holder.text(key))
    return found[1] if found else ""


def _fingerprint(message: Reader, kind: str, identity: str) -> Fingerprint:
    """Ids are unique within an organization, which an installation of the integration stands for."""
    parts = [message.inside("installation").text("uuid"), kind, identity]
    return Fingerprint(f"sentry:{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]}")


def _links(*links: Link) -> tuple[Link, ...]:
    return tuple(link for link in links if link.url)


def _fields(
    message: Reader, resource: str, where: Mapping[str, str], **data: Mapping[str, Any]
) -> dict[str, Any]:
    """What the sender said, by its own names, and beside it where it is, for short."""
    unreadable = sorted(set(message.unreadable))
    level = next((str(part["level"]) for part in data.values() if "level" in part), "")
    return {
        "resource": resource,
        "action": said(message.text("action")),
        **({"level": level} if level else {}),
        **where,
        **data,
        **({"unreadable": unreadable} if unreadable else {}),
    }


_RESOURCES: Mapping[str, Callable[[Reader, datetime], Signal | Nothing]] = {
    "event_alert": _event_alert,
    "issue": _issue,
    "metric_alert": _metric_alert,
}

SOURCE = Source(
    name="sentry",
    path="sentry",
    secret_variable="GHAPP_SENTRY_SECRET",  # noqa: S106 - a variable's name
    verify=check,
    parse=parse,
)
