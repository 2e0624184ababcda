"""Google Cloud Monitoring's notification, whichever channel it came through.

https://docs.cloud.google.com/monitoring/support/notification-options#webhooks
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from ghapp.core.facts import Fingerprint, Link, Signal, Status
from ghapp.core.reading import Reader, plain, web_address
from ghapp.core.source import Nothing
from ghapp.core.strict_json import Malformed
from ghapp.model.names import Severity

SENDER = "gcp"
"""The name that signals of every channel bear, so that one incident is one issue."""

_STATES = {"open": Status.FIRING, "closed": Status.RESOLVED}
_SEVERITIES = {"critical": Severity.SEV1, "error": Severity.SEV2, "warning": Severity.SEV3}
_PROJECT = re.compile(r"[a-z0-9.:-]{1,128}", re.IGNORECASE)
_MAX_ID = 256

_CLOCK_ERROR = timedelta(days=1)
"""A time further ahead than this is wrong; believed, it would outrank the end of the incident."""


def read(message: Any, now: datetime) -> Signal | Nothing:
    """What a notification says; a test message asks for nothing.

    Raises:
        Malformed: it holds no incident, or one without identity or state.
    """
    if not isinstance(message, dict):
        raise Malformed("not an object")
    if (plain(message.get("version")) or "").lower() == "test":
        return Nothing("test message")
    incident = message.get("incident")
    if not isinstance(incident, dict):
        raise Malformed("no incident in it")
    return signal_of(Reader(incident), now)


def signal_of(incident: Reader, now: datetime) -> Signal:
    """One incident as a signal; all but its id and state may be wrong.

    Raises:
        Malformed: the id or the state is.
    """
    occurrence, status = _identity(incident)
    resource = incident.inside("resource")
    labels = resource.texts("labels")
    project = _project(incident, labels)
    started = incident.seconds("started_at", latest=now + _CLOCK_ERROR)
    return Signal(
        source=SENDER,
        fingerprint=_fingerprint(incident, resource, labels, project, occurrence),
        occurrence=occurrence,
        status=status,
        at=_at(incident, status, started, now),
        summary=_summary(incident, resource, occurrence),
        severity=_SEVERITIES.get(incident.text("severity").lower()),
        started_at=started,
        documentation=_documentation(incident),
        links=_links(incident),
        where=_where(incident, resource, labels, project),
        fields=_fields(incident),
        scope=_scope(incident),
    )


def _identity(incident: Reader) -> tuple[str, Status]:
    occurrence = plain(incident.data.get("incident_id"))
    if not occurrence or len(occurrence) > _MAX_ID:
        raise Malformed(f"incident.incident_id is not a text of 1 to {_MAX_ID} characters")
    status = _STATES.get((plain(incident.data.get("state")) or "").lower())
    if status is None:
        raise Malformed("incident.state is neither open nor closed")
    return occurrence, status


def _at(incident: Reader, status: Status, started: datetime | None, now: datetime) -> datetime:
    if status is Status.FIRING:
        return started or now
    ended = incident.seconds("ended_at", latest=now + _CLOCK_ERROR) or now
    return max(ended, started or ended)  # an end before its beginning would not end it


def _project(incident: Reader, labels: Mapping[str, str]) -> str:
    return (
        incident.text("scoping_project_id")
        or _project_in(incident.text("url"))
        or labels.get("project_id", "")
        or incident.text("scoping_project_number")
    )


def _scope(incident: Reader) -> str:
    """The project that has the policy; that of the resource may be another and says nothing of it."""
    project = incident.text("scoping_project_id") or _project_in(incident.text("url"))
    return project if _PROJECT.fullmatch(project) else ""


def _project_in(url: str) -> str:
    address = web_address(url)
    return "".join(parse_qs(address.query).get("project", [])[:1]) if address else ""


def _fingerprint(
    incident: Reader, resource: Reader, labels: Mapping[str, str], project: str, occurrence: str
) -> Fingerprint:
    """What stays the same while a condition flaps: no id, time or value of this incident."""
    condition = incident.inside("condition")
    name = condition.text("name")
    trouble = [name] if name else [incident.text("policy_name"), _condition_name(incident)]
    # Labels identify the resource exactly; without them its id or name has to.
    thing: list[object] = [*sorted(labels.items())] or [
        incident.text("resource_id") or incident.text("resource_name")
    ]
    known = any(trouble) or any(thing)
    parts = [project, trouble, resource.text("type"), thing, "" if known else occurrence]
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    return Fingerprint(f"gcp:{digest[:24]}")


def _condition_name(incident: Reader) -> str:
    return incident.text("condition_name") or incident.inside("condition").text("displayName")


def _resource_name(incident: Reader, resource: Reader) -> str:
    return (
        incident.text("resource_display_name")
        or incident.text("resource_name")
        or resource.text("type")
    )


def _summary(incident: Reader, resource: Reader, occurrence: str) -> str:
    if said := incident.text("summary"):
        return said
    names = [incident.text("policy_name"), _condition_name(incident)]
    trouble = ": ".join(name for name in names if name) or f"Google Cloud incident {occurrence}"
    thing = _resource_name(incident, resource)
    return f"{trouble} on {thing}" if thing else trouble


def _documentation(incident: Reader) -> str:
    """A text in older notifications, an object with the text in newer ones."""
    if isinstance(incident.data.get("documentation"), str):
        return incident.text("documentation")
    documentation = incident.inside("documentation")
    return documentation.text("content") or documentation.text("subject")


def _links(incident: Reader) -> tuple[Link, ...]:
    links = [Link("Incident in Google Cloud", incident.url("url"))]
    if not isinstance(incident.data.get("documentation"), str):
        links += [
            Link(link.text("displayName") or link.text("url"), link.url("url"))
            for link in incident.inside("documentation").objects("links")
        ]
    return tuple(link for link in links if link.url)


def _where(
    incident: Reader, resource: Reader, labels: Mapping[str, str], project: str
) -> dict[str, str]:
    where = {
        "project": project,
        "resource": _resource_name(incident, resource),
        "resource type": resource.text("type"),
        "metric": incident.inside("metric").text("type"),
        **{f"label {name}": value for name, value in labels.items()},
    }
    return {name: value for name, value in where.items() if value}


def _fields(incident: Reader) -> dict[str, object]:
    """The sender's own object; what of it could not be read is listed beside it."""
    unreadable = sorted(set(incident.unreadable))
    return {**incident.data, **({"unreadable": unreadable} if unreadable else {})}
