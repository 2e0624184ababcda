"""Who is on call: people take turns in shifts that lie on a grid of the wall clock.

The grid goes from a rotation's `start` in steps of its `length` in weeks, days or hours, as a clock on the wall
of its zone counts them: a handoff at 10:00 stays at 10:00 when the offset changes, and an hour that happens
twice belongs to one hourly shift, that of its first occurrence. A shift that falls into a gap whole is empty:
nobody serves it, but it was somebody's turn.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ghapp.core.zoned import to_instant, to_wall
from ghapp.model.names import Login
from ghapp.model.types import Rotation

_UNITS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1)}
_LAST = datetime(
    9999, 1, 1, tzinfo=UTC
)  # here ends the calendar of `datetime`, and the last shift with it


@dataclass(frozen=True, slots=True)
class Shift:
    """One turn of one person, from `start` up to, not including, `end` (UTC)."""

    person: Login
    start: datetime
    end: datetime


def on_call(rotation: Rotation, at: datetime) -> Shift | None:
    """The shift that is being served at an aware datetime; None before the rotation starts.

    What takes somebody out of the grid or puts somebody in (`days`, `hours`, `overrides`, absence, late joiners)
    acts on the shifts of this grid, between here and the caller.
    """
    number = _number_at(rotation, at)
    return None if number is None else _shift(rotation, number)


def next_shift(rotation: Rotation, at: datetime) -> Shift | None:
    """The shift that follows the one being served, or the first of all; None only at the end of the calendar."""
    current = on_call(rotation, at)
    if current is not None:
        return on_call(rotation, current.end)
    first = _handoff(rotation, 0)
    return on_call(rotation, first) if at < first else None


def shifts(rotation: Rotation, start: datetime, end: datetime) -> Iterator[Shift]:
    """The shifts, whole, of which any part lies between two aware datetimes, in order."""
    shift = on_call(rotation, start) or next_shift(rotation, start)
    while shift is not None and shift.start < end and start < end:
        yield shift
        shift = on_call(rotation, shift.end)


def _shift(rotation: Rotation, number: int) -> Shift:
    people = rotation.logins
    return Shift(
        people[number % len(people)], _handoff(rotation, number), _handoff(rotation, number + 1)
    )


def _number_at(rotation: Rotation, at: datetime) -> int | None:
    """The number of the last shift that has begun by then.

    A handoff is the first instant at which the clock shows its time or a later one, so the shift of the time that
    the clock shows now has begun. In a repeated stretch the clock lags, and later ones may have begun, too.
    """
    if not _handoff(rotation, 0) <= at < _LAST:
        return None
    wall = to_wall(at, rotation.timezone)
    number = max(0, (wall - rotation.start) // _step(rotation))
    while _handoff(rotation, number + 1) <= at:
        number += 1
    return number


def _handoff(rotation: Rotation, number: int) -> datetime:
    """The instant at which the shift of that number begins."""
    try:
        wall = rotation.start + number * _step(rotation)
        return min(to_instant(wall, rotation.timezone), _LAST)
    except OverflowError:
        return _LAST


def _step(rotation: Rotation) -> timedelta:
    try:
        return rotation.length * _UNITS[rotation.shift]
    except OverflowError:
        return timedelta.max
