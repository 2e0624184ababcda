"""What a group of alerts, as Alertmanager and Grafana send it, means in the app's words."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from ghapp.core.facts import Alert, Fingerprint, Link, Signal, Status
from ghapp.core.source import Accepted
from ghapp.model.names import Severity
from ghapp.sources._prometheus import Group, Member

EPISODES = 100
"""So many alerts of a group are followed one by one, in one message.

The oldest are: an alert that was among the oldest that fired is among the oldest that end, so no beginning is left
without its end, and while anything fires something is told to.
"""

MESSAGE_LASTS = timedelta(hours=1)
"""A message is on its way no longer than this, whatever the times of its alerts say.

It tells how the group stands, so an alert that has fired for a day fires now. And when Prometheus loses sight of
Alertmanager, that calls every alert resolved, and afterwards firing, with its old beginning: it is not over.
"""

_SAME_DELIVERY_SECONDS = 10
"""The senders give no delivery id, and repeat the message of an open group byte for byte.

Equal bodies within one such window are answered as one delivery tried again, but count as repeats all the same.
"""

_SUMMARY, _TEXT, _DOCUMENTATION = 300, 1_000, 4_000
"""Characters of a text, so that a hundred signals of one message are not a hundred times its size."""

_TOLD = frozenset({"alertname", "severity"})
"""Labels that the list of alerts shows otherwise."""

_UNKNOWN = datetime.max.replace(tzinfo=UTC)
_LABELS = 50
_VALUES = 20
_PARTS = [
    "receiver",
    "status",
    "externalURL",
    "version",
    "groupKey",
    "truncatedAlerts",
    "orgId",
    "title",
    "state",
    "message",
]


def accepted(
    source: str, group: Group, links: Sequence[Link], body: bytes, now: datetime
) -> Accepted:
    """The signals of a message: one for each alert, all of one incident, which is over when each of them is."""
    window = int(now.timestamp()) // _SAME_DELIVERY_SECONDS
    delivery_id = f"{hashlib.sha256(body).hexdigest()[:32]}:{window}"
    fingerprint = Fingerprint(f"{source}:{hashlib.sha256(group.key.encode()).hexdigest()[:24]}")
    # What fires stands before what has ended: read only in part, the message must not close the incident.
    firing = _firing(source, fingerprint, group, links, now)
    ended = _ended(source, fingerprint, group, now)
    return Accepted((*firing, *ended), delivery_id, repeats=bool(group.firing))


def _firing(
    source: str, fingerprint: Fingerprint, group: Group, links: Sequence[Link], now: datetime
) -> list[Signal]:
    severities = [one.severity for one in group.firing if one.severity is not None]
    listed = tuple(_alert(one, group) for one in sorted(group.firing, key=_worst_first))
    summary = _summary(group)
    documentation, where, fields = _documentation(group, summary), _where(group), _fields(group)
    safe = tuple(link for link in links if link.url)
    followed = group.firing[:EPISODES]
    return [
        Signal(
            source=source,
            fingerprint=fingerprint,
            occurrence=one.id,
            status=Status.FIRING,
            at=max(one.started or now, now - MESSAGE_LASTS),
            summary=summary,
            severity=min(severities, default=None),
            started_at=next((member.started for member in followed if member.started), None),
            documentation=documentation,
            links=safe,
            where=where,
            fields=fields,
            alerts=None if index else listed,
            counts=one is followed[-1],  # what began last is what may be new
        )
        for index, one in enumerate(followed)
    ]


def _ended(source: str, fingerprint: Fingerprint, group: Group, now: datetime) -> list[Signal]:
    summary, earliest = _summary(group), now - MESSAGE_LASTS
    followed = group.resolved[:EPISODES]
    # An end before its beginning would not end it.
    times = [max(one.ended or now, one.started or earliest, earliest) for one in followed]
    return [
        Signal(
            source=source,
            fingerprint=fingerprint,
            occurrence=one.id,
            status=Status.RESOLVED,
            at=at,
            summary=summary,
            alerts=None if group.firing or index else (),
            # An alert that was silenced meanwhile is in no message any more.
            whole=group.over and at == max(times),
        )
        for index, (one, at) in enumerate(zip(followed, times, strict=True))
    ]


def runbook_of(group: Group) -> Link:
    """The runbook that the alerts' annotation `runbook_url` names."""
    return Link("Runbook", group.message.inside("commonAnnotations").url("runbook_url"))


def _worst_first(member: Member) -> tuple[int, datetime]:
    return member.severity or len(Severity) + 1, member.started or _UNKNOWN


def _alert(member: Member, group: Group) -> Alert:
    """An alert as the issue lists it: its own words, and the labels that tell it from the others."""
    said = _said(member)
    own = [
        f"{name}={value}"
        for name, value in sorted(member.labels.items())
        if name not in group.labels and name not in _TOLD and value not in said
    ]
    summary = _cut(f"{said} ({', '.join(own)})" if own else said, _SUMMARY)
    return Alert(summary, member.severity, member.started, member.url)


def _said(member: Member) -> str:
    """What an alert says of itself, in one line."""
    words = [member.annotations.get(name, "") for name in ("summary", "message", "description")]
    # Grafana calls a rule that finds no data DatasourceNoData, and says in a label which rule it is.
    names = [member.labels.get(name, "") for name in ("alertname", "rulename")]
    said = next((word for word in words if word), ": ".join(name for name in names if name))
    return " ".join(said.split()) or f"alert {member.id}"


def _summary(group: Group) -> str:
    """What all alerts of the group say, else what they are grouped by; it makes the title, so nothing in it counts."""
    if not group.annotations.get("summary") and len(group.members) > 1:
        by = group.message.texts("groupLabels")
        name = by.pop("alertname", "") or group.labels.get("alertname", "")
        what = ", ".join(f"{label}={value}" for label, value in by.items() if value)
        if name or what:
            return _cut(": ".join(part for part in (name or "Alerts", what) if part), _SUMMARY)
    text = group.annotations.get("summary") or _said(group.members[0])
    return _cut(" ".join(text.split()), _SUMMARY)


def _documentation(group: Group, summary: str) -> str:
    words = [group.annotations.get(name, "") for name in ("description", "message")]
    return _cut(next((word for word in words if word and word != summary), ""), _DOCUMENTATION)


def _where(group: Group) -> dict[str, str]:
    labels = list(group.labels.items())[:_LABELS]
    where = {
        "receiver": group.message.text("receiver"),
        **{f"label {name}": _cut(value, _TEXT) for name, value in labels},
    }
    return {name: value for name, value in where.items() if value}


def _fields(group: Group) -> dict[str, object]:
    """The message but for its alerts; `labels` are those that the group shares, and lists of what the others say."""
    message = group.message
    parts = {name: message.text(name) for name in _PARTS if name in message.data}
    unreadable = sorted(set(message.unreadable))
    return {
        **{name: _cut(value, _TEXT) for name, value in parts.items()},
        "groupLabels": _texts(message.texts("groupLabels")),
        "commonLabels": _texts(group.labels),
        "commonAnnotations": _texts(group.annotations),
        "labels": {**_values(group), **_texts(group.labels)},
        **({"unreadable": unreadable[:_LABELS]} if unreadable else {}),
    }


def _values(group: Group) -> dict[str, list[str]]:
    """The different values of each label, over the alerts that matter."""
    found: dict[str, dict[str, None]] = {}
    for member in group.members:
        for name, value in member.labels.items():
            if name in found or len(found) < _LABELS:
                found.setdefault(name, {})[_cut(value, _TEXT)] = None
    return {name: list(values)[:_VALUES] for name, values in found.items()}


def _texts(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: _cut(value, _TEXT) for name, value in list(texts.items())[:_LABELS]}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
