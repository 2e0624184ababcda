"""The time that a report is about: from the date of the one before up to, not including, its own."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ghapp.core import cadence, series
from ghapp.core.zoned import to_instant
from ghapp.model.routines import Report

KIND: Final = "report"
"""Of the marker and the label."""

_DAY: Final = timedelta(days=1)
_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Cycle:
    """From the midnight in which `first` begins up to, not including, that in which `until` does."""

    first: date
    until: date
    zone: ZoneInfo

    @property
    def key(self) -> str:
        """Its name for ever: the date on which its report is due."""
        return self.until.isoformat()

    @property
    def last(self) -> date:
        """Its last day."""
        return self.until - _DAY

    @property
    def start(self) -> datetime:
        """Its first instant (UTC)."""
        return to_instant(datetime.combine(self.first, time()), self.zone)

    @property
    def end(self) -> datetime:
        """The first instant that is not in it any more (UTC)."""
        return to_instant(datetime.combine(self.until, time()), self.zone)

    @property
    def length(self) -> timedelta:
        """How long it lasts; an hour more or less when the clocks change."""
        return self.end - self.start

    def holds(self, at: datetime | None) -> bool:
        """Whether an instant is in it; what never happened is in none."""
        return at is not None and self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Due:
    """The report that should be there now, and the keys of those for which it is too late."""

    cycle: Cycle | None
    missed: tuple[str, ...] = ()


def due(report: Report, last: datetime | None, now: datetime) -> Due:
    """What is due now; `last` is when the last report was due that was seen to (UTC), None when none is known.

    Only the latest is ever due, and only for `catch_up`; without `last` nothing counts as missed.
    """
    latest = cadence.latest(report, now)
    if latest is None or (last is not None and latest.at <= last):
        return Due(None)
    since = latest.at - _INSTANT if last is None else last
    found = cadence.due(report, since, now, report.catch_up)
    missed = () if last is None else tuple(one.key for one in found.missed)
    return Due(None if found.run is None else ending(report, found.run.planned), missed)


def ending(report: Report, until: date) -> Cycle | None:
    """The cycle that ends on a date of the cadence; None of the first, which has no beginning."""
    reach = until - series.longest_step(report) * _DAY
    dates = [day for day in series.dates(report, reach, until) if day < until]
    return Cycle(dates[-1], until, report.timezone) if dates else None


def previous(report: Report, cycle: Cycle) -> Cycle | None:
    """The cycle before another; None of the first."""
    return ending(report, cycle.first)
