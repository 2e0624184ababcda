"""When one person takes over from another, and what the one who comes must know."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from typing import Self

from ghapp.core import attention
from ghapp.core.escalation import due_at
from ghapp.core.incident import Incident, Phase
from ghapp.core.rotation import Shift, Why, by_turn, timeline
from ghapp.model.names import AreaName, Login, RotationName, Severity
from ghapp.model.types import Model, Person, Rotation

_UNITS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1)}
_BESIDES = timedelta(days=9)
"""A weekend, holidays and a bit: times that are not served lie between turns."""
_LONGEST = timedelta(days=400)
_KEY = re.compile(r"(.+):([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Takeover:
    """`coming` is on call from `at` until `until`, and `leaving` was before, since `since` (all UTC).

    Both turns are whole: an override in the middle of one does not end it, though it is a takeover itself.
    """

    rotation: RotationName
    leaving: Login
    coming: Login
    since: datetime
    at: datetime
    until: datetime

    @property
    def key(self) -> str:
        """What identifies it for ever: the rotation and the instant."""
        return f"{self.rotation}:{self.at:%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, slots=True)
class Pending:
    """An open incident as the next person finds it; the times are UTC.

    `due` is when the next level is called, `word_by` by when whoever has it must write something, lest they be
    reminded or it be taken from them.
    """

    number: int
    severity: Severity
    summary: str
    since: datetime
    acked_by: Login | None
    snoozed_until: datetime | None
    due: datetime | None
    word_by: datetime | None
    resolve_by: datetime | None
    recovered: bool


def moment_of(key: str, rotation: RotationName) -> datetime | None:
    """The instant that the key of a takeover names (UTC); None of another rotation's, or when it is no such key."""
    found = _KEY.fullmatch(key)
    if found is None or found[1] != rotation:
        return None
    try:
        return datetime.strptime(found[2], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def latest(
    name: RotationName, rotation: Rotation, people: Mapping[Login, Person], now: datetime
) -> Takeover | None:
    """The takeover that brought in whoever is on call at `now`; None when nobody is, or nobody else was before."""
    line = _line(rotation, people, now)
    for before, after in pairwise(_runs(line)):
        if after[0].start <= now < after[-1].end:
            return Takeover(
                rotation=name,
                leaving=before[0].who,
                coming=after[0].who,
                since=min(one.start for one in line if one.continues(before[0])),
                at=after[0].start,
                until=max(one.end for one in line if one.continues(after[-1])),
            )
    return None


def next_change(
    rotation: Rotation, people: Mapping[Login, Person], now: datetime
) -> datetime | None:
    """When somebody else will be on call (UTC); None when that is further off than two turns and a bit."""
    changes = (after[0].start for _, after in pairwise(_runs(_line(rotation, people, now))))
    return next((at for at in changes if at > now), None)


@dataclass(frozen=True, slots=True)
class _Served:
    """What somebody serves of one turn without a break, or of an override."""

    who: Login
    start: datetime
    end: datetime
    turn: int | None

    def continues(self, other: Self) -> bool:
        """Whether both are of one turn that the same person serves; an override continues only itself."""
        if other.turn is None:
            return self == other
        return (self.who, self.turn) == (other.who, other.turn)


def _line(rotation: Rotation, people: Mapping[Login, Person], now: datetime) -> list[_Served]:
    """Who serves when, at least from the turn before to the turn after."""
    reach = min(rotation.length * _UNITS[rotation.shift] * 2, _LONGEST) + _BESIDES
    line = by_turn(timeline(rotation, now - reach, now + reach, people))
    return [_Served(one.person, one.start, one.end, one.turn) for one in line if one.person]


def _runs(line: Iterable[_Served]) -> list[list[_Served]]:
    """The same with all that one person serves in a row together."""
    return [list(run) for _, run in groupby(line, key=lambda one: one.who)]


def areas_of(rotation: RotationName, model: Model) -> frozenset[AreaName]:
    """The areas that a rotation is on call for."""
    return frozenset(name for name, area in model.areas.items() if area.rotation == rotation)


def pending(
    rotation: RotationName, incidents: Iterable[Incident], model: Model
) -> tuple[Pending, ...]:
    """The open incidents of the rotation's areas, the worst first."""
    areas = areas_of(rotation, model)
    found = [
        Pending(
            number=incident.number,
            severity=incident.severity,
            summary=incident.summary,
            since=incident.opened_at,
            acked_by=incident.ack.by if incident.ack else None,
            snoozed_until=incident.snoozed_until,
            due=due_at(incident, model),
            word_by=attention.next_due(incident, model),
            resolve_by=_resolve_by(incident, model),
            recovered=incident.phase is Phase.RECOVERED,
        )
        for incident in incidents
        if incident.area in areas and incident.phase is not Phase.CLOSED
    ]
    return tuple(sorted(found, key=lambda one: (one.severity, one.since, one.number)))


def _resolve_by(incident: Incident, model: Model) -> datetime | None:
    length = model.severities[incident.severity].resolve
    return incident.due_at or (incident.opened_at + length if length else None)


def served(rotation: Rotation, start: datetime, end: datetime) -> timedelta:
    """How much of the time from `start` to `end` the rotation is to be served in, by whomever."""
    line = timeline(rotation, start, end)
    spans = ((max(one.start, start), min(one.end, end)) for one in line if one.person is not None)
    return sum((last - first for first, last in spans), timedelta())


def particular(takeover: Takeover, model: Model) -> tuple[Shift, ...]:
    """The overrides and covers of the coming shift, and the times in it that nobody serves though somebody should."""
    rotation = model.rotations[takeover.rotation]
    line = timeline(rotation, takeover.at, takeover.until, model.people)
    wanted = {Why.OVERRIDE, Why.COVER, Why.AWAY, Why.VACANT}
    return tuple(shift for shift in line if shift.why in wanted)
