"""The weekly triage: which week's issue is due, and who leads the meeting.

A week is an ISO week of the local date, and its name (`2026-W47`) is the issue's key for ever. Whoever has led goes to
the end of a queue, which the issue itself remembers. Who is away keeps the place at its head, so that two people have
swapped; who is new comes last, so that nobody's next turn moves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from ghapp.core import cadence
from ghapp.core.cadence import Occurrence
from ghapp.core.captain import is_away
from ghapp.core.rotation import on_call
from ghapp.model.names import Login, RotationName, TeamName, same_login
from ghapp.model.routines import Triage
from ghapp.model.types import Model

KIND: Final = "triage"
"""Of the marker and the label."""

_INSTANT: Final = timedelta(microseconds=1)
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting: its local date, when it begins, and when the next and the one before do (UTC)."""

    day: date
    at: datetime
    before: datetime
    following: datetime

    @property
    def key(self) -> str:
        """The ISO week, `2026-W47`; its year is not always that of the date."""
        return week_of(self.day)


@dataclass(frozen=True, slots=True)
class Due:
    """The meeting whose issue should be there now, and the weeks for which it is too late."""

    meeting: Meeting | None
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lead:
    """Who leads, who comes after in this order, and why it is not simply whose turn it was (empty when it is)."""

    facilitator: Login
    queue: tuple[Login, ...] = ()
    why: str = ""


def week_of(day: date) -> str:
    """The ISO week of a date."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def due(triage: Triage, last: datetime | None, now: datetime) -> Due:
    """What is due now; `last` is when the last meeting began that was seen to (UTC), None when none is known.

    Only the latest is ever due, and only for `catch_up`; without `last` nothing counts as missed.
    """
    latest = cadence.latest(cadence.of_triage(triage), now)
    if latest is None or (last is not None and latest.at <= last):
        return Due(None)
    since = latest.at - _INSTANT if last is None else last
    found = cadence.due(cadence.of_triage(triage), since, now, triage.catch_up)
    meeting = None if found.run is None else _meeting(triage, found.run)
    missed = () if last is None else tuple(week_of(one.day) for one in found.missed)
    return Due(meeting, missed)


def current(triage: Triage, now: datetime) -> Meeting | None:
    """The meeting that began last, however long ago: the one whose issue is kept up to date."""
    latest = cadence.latest(cadence.of_triage(triage), now)
    return None if latest is None else _meeting(triage, latest)


def _meeting(triage: Triage, one: Occurrence) -> Meeting:
    every = cadence.of_triage(triage)
    before = cadence.latest(every, one.at - _INSTANT)
    after = cadence.next_after(every, one.at)
    return Meeting(
        one.day,
        one.at,
        before.at if before else one.at - _WEEK,
        after.at if after else one.at + _WEEK,
    )


def lead(
    model: Model, at: datetime, queue: Sequence[Login] = (), current: Login | None = None
) -> Lead:
    """Who leads the meeting at an aware datetime.

    `queue` is what the last meeting's issue remembers, `current` who leads this one already, if its issue is open:
    that person stays as long as OWNERS.yaml has them. Without facilitators it is the owner of the fallback area.
    """
    who = model.triage.facilitators
    if isinstance(who, str) and who.startswith("rotation:"):
        return _of_rotation(model, RotationName(who.partition(":")[2]), at)
    listed = _listed(model)
    waiting = _waiting(queue, listed)
    if current is not None and _among(current, listed):
        return _led(current, waiting)
    left = current or next(iter(queue), None)
    gone = f"{left} is no longer a facilitator" if left and not _among(left, listed) else ""
    there = next((one for one in waiting if not is_away(model, one, at)), None)
    if there is None:
        return _led(waiting[0], waiting, gone, "everyone is away")
    away = f"in place of {waiting[0]}, who is away" if there != waiting[0] else ""
    return _led(there, waiting, gone, away)


def to_state(led: Lead) -> dict[str, Any]:
    """What the issue remembers of it, as JSON values."""
    return {"facilitator": led.facilitator, "queue": list(led.queue), "why": led.why}


def from_state(state: Mapping[str, Any] | None) -> Lead | None:
    """Read what `to_state` wrote; None when there is none, or somebody has damaged it."""
    match state:
        case {"facilitator": str(login), "queue": [*queue], "why": str(why)} if all(
            isinstance(one, str) for one in queue
        ):
            return Lead(Login(login), tuple(Login(one) for one in queue), why)
        case _:
            return None


def _of_rotation(model: Model, name: RotationName, at: datetime) -> Lead:
    shift = on_call(model.rotations[name], at, model.people)
    if shift is None or shift.person is None:
        return Lead(_owner(model), why=f"nobody is on call for {name}")
    return Lead(shift.person, why=shift.because)


def _listed(model: Model) -> tuple[Login, ...]:
    who = model.triage.facilitators
    if isinstance(who, tuple):
        return who or (_owner(model),)
    kind, colon, name = who.partition(":")
    return model.teams[TeamName(name)] if colon and kind == "team" else (Login(who),)


def _owner(model: Model) -> Login:
    return model.areas[model.fallback_area].owner


def _waiting(queue: Iterable[Login], listed: Sequence[Login]) -> tuple[Login, ...]:
    """Who is listed, in the order of the queue; who is not in that comes last."""
    known = [one for login in queue for one in listed if same_login(one, login)]
    return tuple(dict.fromkeys((*known, *listed)))


def _among(login: Login, listed: Iterable[Login]) -> bool:
    return any(same_login(login, one) for one in listed)


def _led(login: Login, waiting: Sequence[Login], *reasons: str) -> Lead:
    after = tuple(one for one in waiting if one != login)
    return Lead(login, (*after, login), "; ".join(filter(None, reasons)))
