"""When something comes round: dates counted on the calendar, times read off a clock on the wall.

An occurrence is a date, counted from the first one, and then the time of day in the cadence's zone: so it stays at ten
o'clock whatever the clocks do, and nothing that moves one occurrence moves the next. A time that a zone skips counts
by the offset before the gap, one that it repeats by its first, as in https://www.rfc-editor.org/rfc/rfc5545#section-3.3.5
(and unlike shifts, which begin at the end of a gap so that none overlap: `zoned.py`).

The planned date names an occurrence for ever, also when a holiday or a freeze moves it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from ghapp.core import series
from ghapp.core.calendar import Calendar, calendar_of
from ghapp.core.freeze import Window, configured, holding
from ghapp.core.zoned import to_wall
from ghapp.model.release import Cadence
from ghapp.model.routines import Triage
from ghapp.model.types import Model
from ghapp.model.values import Weekday

_DAY: Final = timedelta(days=1)
_REACH: Final = 400
"""Days by which an occurrence is moved at most; one that finds no day by then is left out."""
_HORIZON: Final = 800
"""Days without an occurrence after which none is looked for any more."""


class Fate(StrEnum):
    """What becomes of an occurrence."""

    HAPPENS = "happens"
    SKIPPED = "skipped"
    MERGED = "merged"
    """It was moved to the day of another, which happens for both."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time of many.

    `planned` is the date by the cadence alone, `day` the date on which it falls, `at` the instant (UTC). `why` tells
    what moved it or made it left out, and is empty when it is as planned. `into` is the key of that with which it was
    merged, `merged` holds the keys of those that were merged with it.
    """

    planned: date
    day: date
    at: datetime
    fate: Fate = Fate.HAPPENS
    why: str = ""
    into: str = ""
    merged: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its name for ever: the planned date, `2026-11-24`."""
        return self.planned.isoformat()

    @property
    def happens(self) -> bool:
        """Whether it is neither left out nor merged with another."""
        return self.fate is Fate.HAPPENS


@dataclass(frozen=True, slots=True)
class Moves:
    """What keeps occurrences from their days; what is moved lands on a business day of the calendar."""

    calendar: Calendar | None = None
    on_holiday: Literal["next-business-day", "keep"] = "keep"
    windows: tuple[Window, ...] = ()
    on_freeze: Literal["skip", "shift"] = "skip"


NO_MOVES: Final = Moves()


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done now, and what it is too late for."""

    run: Occurrence | None
    missed: tuple[Occurrence, ...] = ()


def moves_of(model: Model, announced: tuple[Window, ...] = ()) -> Moves:
    """What moves the releases of OWNERS.yaml: its holidays, its freezes and those that were announced on GitHub."""
    release = model.release
    if release is None:
        return NO_MOVES
    return Moves(
        calendar_of(model, release.cadence.timezone),
        release.on_holiday,
        (*configured(release), *announced),
        release.on_freeze,
    )


def of_triage(triage: Triage) -> Cadence:
    """The cadence of the weekly meeting."""
    return Cadence(every="1w", on=Weekday(triage.on).short, at=triage.at, timezone=triage.timezone)


def occurrences(
    cadence: Cadence, start: datetime, end: datetime, moves: Moves = NO_MOVES
) -> tuple[Occurrence, ...]:
    """The occurrences from one aware datetime up to, not including, another, in order.

    Those that are left out or merged are listed at the instant that was planned.
    """
    shifted = moves != NO_MOVES
    reach = (_REACH if shifted else 2) * _DAY
    dates = series.dates(cadence, _local(start, cadence, -reach), _local(end, cadence, 2 * _DAY))
    resolved = _merged([_resolve(cadence, day, moves) for day in dates])
    return tuple(sorted((one for one in resolved if start <= one.at < end), key=_order))


def upcoming(
    cadence: Cadence, after: datetime, count: int, moves: Moves = NO_MOVES
) -> tuple[Occurrence, ...]:
    """The next occurrences that happen, so many, strictly after an aware datetime; fewer if there are no more."""

    def until(reach: timedelta) -> tuple[Occurrence, ...]:
        found = occurrences(cadence, after, _shift(after, reach), moves)
        return tuple(one for one in found if one.happens and one.at > after)[:count]

    return _widening(cadence, count, until)


def next_after(cadence: Cadence, at: datetime, moves: Moves = NO_MOVES) -> Occurrence | None:
    """The first occurrence strictly after an aware datetime: one that is right then is not next, but due."""
    return next(iter(upcoming(cadence, at, 1, moves)), None)


def latest(cadence: Cadence, at: datetime, moves: Moves = NO_MOVES) -> Occurrence | None:
    """The last occurrence at an aware datetime or before."""

    def since(reach: timedelta) -> tuple[Occurrence, ...]:
        found = occurrences(cadence, _shift(at, -reach), _shift(at, _DAY), moves)
        return tuple(one for one in found if one.happens and one.at <= at)[-1:]

    return next(iter(_widening(cadence, 1, since)), None)


def due(
    cadence: Cadence, since: datetime, now: datetime, catch_up: timedelta, moves: Moves = NO_MOVES
) -> Due:
    """What is to be done of the occurrences after `since`, that of the last one seen to, up to now.

    Only the latest is ever done, and only when it is at most `catch_up` ago; the others were missed.
    """
    found = occurrences(cadence, since, _shift(now, _DAY), moves)
    passed = [one for one in found if one.happens and since < one.at <= now]
    if passed and now - passed[-1].at <= catch_up:
        return Due(passed[-1], tuple(passed[:-1]))
    return Due(None, tuple(passed))


def instant_on(cadence: Cadence, day: date) -> datetime:
    """The instant (UTC) of the cadence's time of day on a local date, whether it falls on that or not."""
    return _instant(cadence, day)


def _instant(cadence: Cadence, day: date) -> datetime:
    return datetime.combine(day, cadence.at, cadence.timezone).astimezone(UTC)


def _resolve(cadence: Cadence, day: date, moves: Moves) -> Occurrence:
    """What becomes of the occurrence that is planned for a date, were it the only one."""
    instant = _instant(cadence, day)
    as_planned = Occurrence(day, to_wall(instant, cadence.timezone).date(), instant)
    reasons: list[str] = []
    landing = day
    for _ in range(_REACH):
        frozen = holding(moves.windows, _instant(cadence, landing))
        if frozen is not None:
            reasons.append(frozen.said)
            if moves.on_freeze == "skip":
                return replace(as_planned, fate=Fate.SKIPPED, why=_told(reasons))
        elif moves.on_holiday != "keep" and _is_holiday(moves.calendar, landing):
            reasons.append(f"{landing} is a holiday")
        elif landing == day or _is_business(moves.calendar, landing):
            if landing == day:
                return as_planned
            return Occurrence(day, landing, _instant(cadence, landing), why=_told(reasons))
        landing += _DAY
    return replace(as_planned, fate=Fate.SKIPPED, why=_told([*reasons, "no day is free"]))


def _is_holiday(calendar: Calendar | None, day: date) -> bool:
    return calendar is not None and day in calendar.closed


def _is_business(calendar: Calendar | None, day: date) -> bool:
    return calendar is None or (day.weekday() in calendar.days and day not in calendar.closed)


def _told(reasons: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(reasons))


def _merged(resolved: list[Occurrence]) -> Iterator[Occurrence]:
    """Of several that fall on one day that which was planned for it happens, else the earliest."""
    by_day: dict[date, list[Occurrence]] = {}
    for one in resolved:
        if one.happens:
            by_day.setdefault(one.day, []).append(one)
        else:
            yield one
    for day, several in by_day.items():
        winner = min(several, key=lambda one: (one.planned != day, one.planned))
        others = [one for one in several if one is not winner]
        yield replace(winner, merged=tuple(one.key for one in others))
        for one in others:
            yield replace(one, fate=Fate.MERGED, into=winner.key)


def _order(one: Occurrence) -> tuple[datetime, date]:
    return one.at, one.planned


def _local(at: datetime, cadence: Cadence, by: timedelta) -> date:
    """The date that a clock in the zone shows, so much earlier or later."""
    return to_wall(_shift(at, by), cadence.timezone).date()


def _shift(at: datetime, by: timedelta) -> datetime:
    """So much earlier or later, within the calendar."""
    low, high = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in series.CALENDAR)
    at = min(max(at.astimezone(UTC), low), high)
    try:
        return min(max(at + by, low), high)
    except OverflowError:
        return low if by < timedelta(0) else high


def _widening(
    cadence: Cadence, count: int, look: Callable[[timedelta], tuple[Occurrence, ...]]
) -> tuple[Occurrence, ...]:
    """What is found when looking further and further, until there is enough."""
    step = series.longest_step(cadence)
    reach, limit = (count + 1) * step, (count + 1) * step + _HORIZON
    while True:
        found = look(min(reach, limit) * _DAY)
        if len(found) >= count or reach >= limit:
            return found
        reach *= 2
