"""The dates of a cadence, counted on the calendar: every so many days or weeks, or once a month."""

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from ghapp.model.release import Cadence
from ghapp.model.values import Weekday

CALENDAR: Final = (date(2, 1, 1), date(9998, 12, 31))
"""The dates that there are; a year is left at both ends so that every instant has a time on every wall."""

_FIRST: Final = date(2001, 1, 1)
"""A Monday, from which cadences without a start are counted."""
_ORDINALS: Final = ("first", "second", "third", "fourth")


def planned(cadence: Cadence, number: int) -> date | None:
    """The date of the occurrence of that number, of which the first is 0.

    None outside the calendar, and of a negative number unless the cadence has no start.
    """
    if number < 0 and cadence.start is not None:
        return None
    found = _series(cadence).day(number)
    return found if found is not None and CALENDAR[0] <= found <= CALENDAR[1] else None


def dates(cadence: Cadence, first: date, last: date) -> Iterator[date]:
    """The planned dates from one date to another, both included."""
    series = _series(cadence)
    for number in range(series.number(first), series.number(last) + 1):
        day = planned(cadence, number)
        if day is not None and day >= first:
            yield day


def longest_step(cadence: Cadence) -> int:
    """The most days from one date to the next."""
    series = _series(cadence)
    return 35 if isinstance(series, _Months) else series.step


@dataclass(frozen=True, slots=True)
class _Days:
    """Every so many days from a date on, which is counted from the year 1."""

    anchor: int
    step: int

    def day(self, number: int) -> date | None:
        ordinal = self.anchor + number * self.step
        return date.fromordinal(ordinal) if 1 <= ordinal <= date.max.toordinal() else None

    def number(self, day: date) -> int:
        """The number of the last occurrence on a date or before."""
        return (day.toordinal() - self.anchor) // self.step


@dataclass(frozen=True, slots=True)
class _Months:
    """Once a month, from a month on that is counted from the year 0."""

    anchor: int
    day_of: Callable[[int, int], int]

    def day(self, number: int) -> date | None:
        year, month = divmod(self.anchor + number, 12)
        if not date.min.year <= year <= date.max.year:
            return None
        return date(year, month + 1, self.day_of(year, month + 1))

    def number(self, day: date) -> int:
        """The number of the last occurrence on a date or before."""
        later = self.day_of(day.year, day.month) > day.day
        return day.year * 12 + day.month - 1 - self.anchor - later


@lru_cache(maxsize=64)
def _series(cadence: Cadence) -> _Days | _Months:
    first = cadence.start or _FIRST
    if cadence.every == "month":
        day_of = _day_of(cadence, first)
        too_early = day_of(first.year, first.month) < first.day
        return _Months(first.year * 12 + first.month - 1 + too_early, day_of)
    count = int(cadence.every[:-1])
    if cadence.every.endswith("d"):
        return _Days(first.toordinal(), count)
    weekday = None if cadence.on is None else Weekday.parse(cadence.on)
    wait = 0 if weekday is None else (weekday - first.weekday()) % 7
    return _Days(first.toordinal() + wait, 7 * count)


def _day_of(cadence: Cadence, first: date) -> Callable[[int, int], int]:
    """The day of a month on which it falls, given the year and the month."""
    if cadence.on is None:
        wanted = cadence.day or first.day
        return lambda year, month: min(wanted, monthrange(year, month)[1])
    ordinal, _, word = cadence.on.rpartition(" ")
    weekday = Weekday.parse(word)
    assert weekday is not None
    if ordinal == "last":

        def last(year: int, month: int) -> int:
            end = date(year, month, monthrange(year, month)[1])
            return end.day - (end.weekday() - weekday) % 7

        return last
    weeks = _ORDINALS.index(ordinal or "first")
    return lambda year, month: 1 + 7 * weeks + (weekday - date(year, month, 1).weekday()) % 7
