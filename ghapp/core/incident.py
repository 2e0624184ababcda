"""What the app knows of one incident, and how that knowledge travels in the issue itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

import msgspec

from ghapp.core.facts import Alert, Fingerprint, Issue, Paged, Position, RepoName, Signal
from ghapp.core.routing import BACKLOG, gathers, is_maintenance
from ghapp.model.names import AreaName, Login, Severity

INCIDENT = "incident"
ACKNOWLEDGED = "acknowledged"
ESCALATED = "escalated"
RECOVERED = "recovered"
SNOOZED = "snoozed"
STATE_LABELS = frozenset({ACKNOWLEDGED, ESCALATED, RECOVERED, SNOOZED})

NOTE_LENGTH = 1_000
_SUMMARY_LENGTH = 300
EPISODES_IN_ISSUE = 200
ALERTS_KEPT = 50
_BACKLOG_SOURCE = "backlog"
_ENDED_KEPT = 20


class Phase(StrEnum):
    """Where an incident is in its life."""

    OPEN = "open"
    RECOVERED = "recovered"
    """The alert is over; the severity wants a person to resolve it."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Episode:
    """One occurrence of a sender: the newest source times at which it fired and ended (UTC).

    Only the two maxima count, so the order and the number of arrivals do not matter.
    """

    fired: datetime | None = None
    ended: datetime | None = None

    @property
    def firing(self) -> bool:
        """It fires when its newest opening is later than its newest end."""
        return self.fired is not None and (self.ended is None or self.fired > self.ended)

    def firing_by(self, at: datetime) -> bool:
        """Whether it fires, and began no later than `at`."""
        return self.firing and self.fired is not None and self.fired <= at

    def fire(self, at: datetime) -> Self:
        """The episode after an opening at source time `at`."""
        return replace(self, fired=max(at, self.fired or at))

    def end(self, at: datetime) -> Self:
        """The episode after an end at source time `at`."""
        return replace(self, ended=max(at, self.ended or at))


@dataclass(frozen=True, slots=True)
class Tried:
    """Somebody whom the escalation policy has notified, and when (UTC)."""

    login: Login
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How far the escalation policy has got.

    `level` counts from 1, `round` from 0 (a policy with `repeat: 1` has rounds 0 and 1); `since` is when this
    level was notified (UTC). `run` counts how often the clock was started afresh, so that two runs of one policy
    are different occasions.
    """

    since: datetime
    run: int = 0
    level: int = 1
    round: int = 0
    tried: tuple[Tried, ...] = ()
    exhausted: bool = False


@dataclass(frozen=True, slots=True)
class Ack:
    """Who has taken the incident, and when (UTC)."""

    by: Login
    at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """One fingerprint among those that an incident stands for."""

    summary: str
    severity: Severity
    area: AreaName
    count: int = 1
    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """All that decisions about one incident rest on; every time is UTC.

    `revision` grows with every decision: of two copies, the database's and the issue's, the greater is newer.
    `opened_at` is when it opened, or opened again: deadlines count from there.
    `last_seen` is when the newest firing signal arrived; a sender's repeats bear the time of the first.
    `pinned` says that a person chose the severity, so that signals no longer move it.
    `handled` names the newest commands that have been carried out, so that a repeated delivery changes nothing.
    `folded` names the deliveries of the last fold, so that one handled again after a crash is not counted twice.
    `opened_by` and `reason` are of the person who made an ordinary issue an incident.
    `scope` is where the sender keeps it. `due_at` is by when the sender wants it settled. `lapses_at` is when it is
    over by itself unless it fires again. `alerts` are those of a group, as the sender last listed them, `more_alerts`
    how many of them it listed besides.
    `word_at` is when a person last wrote on the issue (UTC), `reminders` how often somebody was asked for a word since.
    `pages` are those that were sent, the newest last; `paged` is the newest turn of the clock of which they tell.
    `carrier` is the comment that holds marker and state when the issue is a person's own (None: the issue's body).
    """

    key: Fingerprint
    repo: RepoName
    number: int
    source: str
    area: AreaName
    severity: Severity
    summary: str
    opened_at: datetime
    last_seen: datetime
    clock: Clock
    count: int = 1
    phase: Phase = Phase.OPEN
    closed_at: datetime | None = None
    pinned: bool = False
    episodes: Mapping[str, Episode] = field(default_factory=dict)
    ack: Ack | None = None
    escalated: bool = False
    snoozed_until: datetime | None = None
    note: str = ""
    opened_by: str = ""
    reason: str = ""
    members: Mapping[str, Member] = field(default_factory=dict)
    scope: str = ""
    due_at: datetime | None = None
    lapses_at: datetime | None = None
    alerts: tuple[Alert, ...] = ()
    more_alerts: int = 0
    word_at: datetime | None = None
    reminders: int = 0
    pages: tuple[Paged, ...] = ()
    paged: Position | None = None
    previous: int | None = None
    carrier: int | None = None
    handled: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()
    revision: int = 1

    @property
    def firing(self) -> bool:
        """Whether the sender says that the trouble goes on."""
        return any(episode.firing for episode in self.episodes.values())

    @property
    def storm(self) -> bool:
        """Whether this incident stands for many fingerprints."""
        return gathers(self.key)

    @property
    def backlog(self) -> bool:
        """Whether it lists what was old already when it arrived."""
        return self.key == BACKLOG

    @property
    def maintenance(self) -> bool:
        """Whether it lists what an area raises during its maintenance."""
        return is_maintenance(self.key)

    @property
    def labels(self) -> frozenset[str]:
        """The labels that belong on the issue now; the app's own, people's are not its business."""
        labels = {INCIDENT, self.severity.label, f"area/{self.area}", f"source/{self.source}"}
        if self.ack is not None:
            labels.add(ACKNOWLEDGED)
        if self.escalated:
            labels.add(ESCALATED)
        if self.phase is Phase.RECOVERED:
            labels.add(RECOVERED)
        if self.snoozed_until is not None:
            labels.add(SNOOZED)
        return frozenset(labels)


def bare(
    signal: Signal,
    *,
    key: Fingerprint,
    repo: RepoName,
    area: AreaName,
    severity: Severity,
    now: datetime,
) -> Incident:
    """An incident that has not opened yet: no episode, no issue; `number` 0 until GitHub has given one."""
    return Incident(
        key=key,
        repo=repo,
        number=0,
        source=_BACKLOG_SOURCE if key == BACKLOG else signal.source,
        area=area,
        severity=severity,
        summary=brief(signal.summary),
        opened_at=now,
        last_seen=signal.at,
        scope=signal.scope,
        clock=Clock(since=now),
        count=0,
    )


def brief(text: str, limit: int = _SUMMARY_LENGTH) -> str:
    """A text that an incident may keep: it travels in the issue's body, which GitHub limits."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def to_state(incident: Incident, most: int = EPISODES_IN_ISSUE) -> dict[str, Any]:
    """The incident as plain JSON values, with at most so many episodes and members of a storm.

    What is firing is kept before what has ended, newest first.
    """
    newest_first = sorted(
        incident.episodes.items(),
        key=lambda item: (item[1].firing, item[1].ended or item[1].fired),
        reverse=True,
    )
    ended = [name for name, episode in newest_first if not episode.firing][_ENDED_KEPT:]
    kept = [(name, episode) for name, episode in newest_first if name not in set(ended)]
    small = replace(
        incident,
        note=brief(incident.note, NOTE_LENGTH),
        reason=brief(incident.reason, NOTE_LENGTH),
        episodes=dict(kept[:most]),
        members=dict(list(incident.members.items())[:most]),
        alerts=incident.alerts[:most],
        more_alerts=incident.more_alerts + len(incident.alerts[most:]),
    )
    state: dict[str, Any] = msgspec.to_builtins(small)
    return {
        name: value
        for name, value in state.items()
        if value is not False
        and value not in (None, {}, "", [])  # 0 is a value: an issue not opened yet
    }


def from_state(state: Mapping[str, Any]) -> Incident | None:
    """Read what `to_state` wrote; None when somebody has damaged it."""
    try:
        return msgspec.convert(dict(state), Incident)
    except (msgspec.ValidationError, ValueError):
        return None


def from_labels(
    issue: Issue, *, key: Fingerprint, fallback_area: AreaName, source: str
) -> Incident:
    """What the issue alone tells, when its state line was damaged: labels, times and assignees."""
    severities = [
        found
        for label in issue.labels
        if label.startswith("sev") and (found := Severity.parse(label))
    ]
    areas = sorted(
        label.removeprefix("area/") for label in issue.labels if label.startswith("area/")
    )
    sources = sorted(
        label.removeprefix("source/") for label in issue.labels if label.startswith("source/")
    )
    recovered = Phase.RECOVERED if RECOVERED in issue.labels else Phase.OPEN
    return Incident(
        key=key,
        repo=issue.repo,
        number=issue.number,
        source=sources[0] if sources else source,
        area=AreaName(areas[0]) if areas else fallback_area,
        severity=min(severities, default=Severity.SEV3),
        summary=issue.title,
        opened_at=issue.created_at,
        last_seen=issue.updated_at,
        clock=Clock(
            since=issue.created_at,
            tried=tuple(Tried(login, issue.created_at) for login in issue.assignees),
        ),
        phase=recovered if issue.open else Phase.CLOSED,
        closed_at=issue.closed_at,
        ack=Ack(issue.assignees[0] if issue.assignees else issue.author, issue.updated_at)
        if ACKNOWLEDGED in issue.labels
        else None,
        escalated=ESCALATED in issue.labels,
        revision=0,
    )
