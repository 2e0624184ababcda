"""The message that Alertmanager sends, and Grafana after it: a group of alerts as it stands now.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ghapp.core import strict_json
from ghapp.core.facts import Status
from ghapp.core.reading import Reader, plain
from ghapp.core.strict_json import Malformed
from ghapp.model.names import Severity

_STATES = {"firing": Status.FIRING, "resolved": Status.RESOLVED}
_WORDS = {
    Severity.SEV1: ("critical", "crit", "page", "emergency", "fatal", "disaster", "p1"),
    Severity.SEV2: ("error", "high", "major", "p2"),
    Severity.SEV3: ("warning", "warn", "medium", "moderate", "average", "p3"),
    Severity.SEV4: ("info", "information", "informational", "notice", "low", "minor", "none", "p4"),
}
_SEVERITIES = {
    **{word: severity for severity, words in _WORDS.items() for word in words},
    **{severity.label: severity for severity in Severity},
}
_MAX_ID = 128

_RFC_3339 = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?\d{0,3}(Z|[+-]\d\d:\d\d)", re.ASCII
)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Go writes a time that is not set as the year 1."""

_CLOCK_ERROR = timedelta(days=1)
"""A time further ahead than this is wrong; believed, it would outrank the end of the alert."""

GROUP = "group"
"""The episode of a message that lists no alert."""


@dataclass(frozen=True, slots=True)
class Member:
    """One alert of a group; its times are the sender's, in UTC, where it gave sound ones."""

    id: str
    status: Status
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    started: datetime | None
    ended: datetime | None
    url: str
    more: Reader

    @property
    def severity(self) -> Severity | None:
        """What its label `severity` says."""
        return _SEVERITIES.get(self.labels.get("severity", "").lower())


@dataclass(frozen=True, slots=True)
class Group:
    """A message: what all alerts of the group share, and those that fire or have just ended, oldest first."""

    key: str
    message: Reader
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    firing: tuple[Member, ...]
    resolved: tuple[Member, ...]

    @property
    def members(self) -> tuple[Member, ...]:
        """Those that matter: what fires, or else what has ended."""
        return self.firing or self.resolved

    @property
    def over(self) -> bool:
        """Whether nothing of the group fires, and nothing was cut away that might."""
        return not self.firing and self.message.text("truncatedAlerts") in {"", "0"}


def read(body: bytes, now: datetime) -> Group:
    """Read a message; only the group's key and state must be sound.

    Raises:
        Malformed: it is not a group of alerts, or does not say which one or how it stands.
    """
    document = strict_json.loads(body)
    if not isinstance(document, dict):
        raise Malformed("not an object")
    message = Reader(document)
    key = plain(document.get("groupKey"))
    if not key:
        raise Malformed("groupKey is not a text: this is not the message of a group of alerts")
    status = _STATES.get((plain(document.get("status")) or "").lower())
    if status is None:
        raise Malformed("status is neither firing nor resolved")
    labels = message.texts("commonLabels")
    listed = [_member(one, status, now) for one in message.objects("alerts")]
    members = listed or [_nameless(message, status, labels)]
    members.sort(key=lambda member: (member.started or _NEVER, member.id))
    return Group(
        key=key,
        message=message,
        labels=labels,
        annotations=message.texts("commonAnnotations"),
        firing=tuple(one for one in members if one.status is Status.FIRING),
        resolved=tuple(one for one in members if one.status is Status.RESOLVED),
    )


def _member(alert: Reader, of_group: Status, now: datetime) -> Member:
    labels = alert.texts("labels")
    given = alert.text("fingerprint")
    named = json.dumps([given] if given else sorted(labels.items()))
    return Member(
        id=given if 0 < len(given) <= _MAX_ID else hashlib.sha256(named.encode()).hexdigest()[:24],
        status=_STATES.get(alert.text("status").lower(), of_group),
        labels=labels,
        annotations=alert.texts("annotations"),
        started=moment(alert, "startsAt", now),
        ended=moment(alert, "endsAt", now),
        url=alert.url("generatorURL"),
        more=alert,
    )


def _nameless(message: Reader, status: Status, labels: Mapping[str, str]) -> Member:
    return Member(GROUP, status, labels, {}, None, None, "", Reader({}, message.unreadable))


def moment(holder: Reader, key: str, now: datetime) -> datetime | None:
    """A time as RFC 3339 writes it, as UTC; one before 1970 is absent, one far ahead of `now` unreadable."""
    text = holder.text(key)
    parts = _RFC_3339.fullmatch(text)
    try:
        found = (
            datetime.fromisoformat("".join(part or "" for part in parts.groups()))
            if parts
            else None
        )
        utc = found.astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        utc = None
    if utc is not None and utc <= now + _CLOCK_ERROR:
        return utc if utc > _NEVER else None
    if text and not text.startswith("0001-"):
        holder.unreadable.append(f"{holder.prefix}{key}")
    return None
