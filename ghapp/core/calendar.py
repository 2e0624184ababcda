"""Business time: clocks that stand still at night, on weekends and on holidays."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from ghapp.core.zoned import to_instant, to_wall
from ghapp.model.later import Holidays
from ghapp.model.types import Model

_LONGEST_PAUSE = 400
"""Days without a business day after which a calendar counts as one that never closes."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When business is open: on some weekdays from `start` to `end`, as the clock on a wall of `zone` shows.

    Where none of the next 400 days is a business day, all time counts: a clock that never goes would page nobody.
    """

    days: frozenset[int]
    """Monday is 0."""
    start: time
    end: time
    zone: ZoneInfo
    closed: Container[date] = frozenset()

    def is_open(self, at: datetime) -> bool:
        """Whether an aware datetime falls into business hours."""
        return self.opens(at) == at

    def opens(self, at: datetime) -> datetime:
        """The first instant from `at` on that is in business hours (UTC)."""
        found = self._next(at)
        return at if found is None else max(found[0], at)

    def after(self, at: datetime, length: timedelta) -> datetime:
        """The instant at which so much business time has passed since `at` (UTC)."""
        left = length
        while (found := self._next(at)) is not None:
            opens, closes = max(found[0], at), found[1]
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
            at = closes
        return at + left

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much business time lies between two aware datetimes."""
        passed = timedelta(0)
        while start < end:
            found = self._next(start)
            if found is None:
                return passed + (end - start)
            opens, closes = max(found[0], start), min(found[1], end)
            passed += max(closes - opens, timedelta(0))
            start = found[1]
        return passed

    def _next(self, at: datetime) -> tuple[datetime, datetime] | None:
        """The business hours that `at` is in, or else the next ones."""
        today = to_wall(at, self.zone).date()
        for number in range(_LONGEST_PAUSE):
            day = today + number * _DAY
            if day.weekday() in self.days and day not in self.closed:
                opens = to_instant(datetime.combine(day, self.start), self.zone)
                closes = to_instant(datetime.combine(day, self.end), self.zone)
                if at < closes and opens < closes:
                    return opens, closes
        return None


def calendar_of(model: Model, zone: ZoneInfo | None = None) -> Calendar:
    """The business hours of OWNERS.yaml in a zone, which is the file's own if not said."""
    hours = model.business_hours
    return Calendar(
        days=frozenset(int(day) for day in hours.days),
        start=hours.start,
        end=hours.end,
        zone=zone or model.timezone,
        closed=_closed(model.holidays),
    )


@lru_cache(maxsize=8)
def _closed(given: Holidays) -> Container[date]:
    """The dates of a country (the library works out each year when it is asked for), or those of the list."""
    if not isinstance(given, str):
        return frozenset(given)
    country, _, subdivision = given.partition("-")
    try:
        found: Container[date] = holidays.country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError:
        return frozenset()
    return found
