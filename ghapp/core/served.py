"""When a rotation is served: on its days, and on those during its hours, as the clock on the wall shows them."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ghapp.core.zoned import to_instant, to_wall
from ghapp.model.types import Rotation

_DAY: Final = timedelta(days=1)
_REACH: Final = 15
"""Days around a date in which its neighbours are looked for: one weekday may be served, and one of them missing."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to, not including, `end` (UTC)."""

    start: datetime
    end: datetime

    def within(self, other: "Span") -> "Span":
        """What two spans that meet have in common."""
        return Span(max(self.start, other.start), min(self.end, other.end))


LAST: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""Here ends the calendar of `datetime`, and the last turn with it."""
ALWAYS: Final = Span(datetime(1, 1, 1, tzinfo=UTC), LAST)


def serves(rotation: Rotation, wall: datetime) -> bool:
    """Whether a time on the wall is served. Hours that pass midnight belong to the day on which they begin."""
    hours, day = rotation.hours, wall.weekday()
    if hours is not None:
        if not hours.holds(wall.time()):
            return False
        if hours.end < hours.start and wall.time() < hours.end:
            day = (day - 1) % 7
    return not rotation.days or day in rotation.days


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clock of a zone shows a time, or that end of the calendar which is nearer."""
    try:
        return min(to_instant(wall, zone), LAST)
    except OverflowError:
        return LAST if wall.year > 5000 else ALWAYS.start


def days(first: date, last: date, zone: ZoneInfo) -> Span:
    """From the midnight in which a day begins to that in which another ends."""
    midnight = time()
    after = last + _DAY if last < date.max else last
    return Span(
        instant_of(datetime.combine(first, midnight), zone),
        instant_of(datetime.combine(after, midnight), zone),
    )


class Served:
    """The served times of one rotation."""

    def __init__(self, rotation: Rotation) -> None:
        self._rotation = rotation
        self._unbounded = rotation.hours is None and len(set(rotation.days)) in {0, 7}
        self._known: dict[date, list[Span]] = {}

    def around(self, at: datetime) -> tuple[bool, Span]:
        """Whether an instant is served, and from when to when that is so."""
        if self._unbounded:
            return True, ALWAYS
        spans = self._near(to_wall(at, self._rotation.timezone).date())
        place = bisect_right(spans, at, key=lambda span: span.start)
        if place and at < spans[place - 1].end:
            return True, spans[place - 1]
        end = spans[place].start if place < len(spans) else ALWAYS.end
        return False, Span(spans[place - 1].end if place else ALWAYS.start, end)

    def _near(self, day: date) -> list[Span]:
        """The served spans around a day, those that touch as one."""
        if day not in self._known:
            self._known[day] = spans = list[Span]()
            for ordinal in range(day.toordinal() - _REACH, day.toordinal() + _REACH + 1):
                span = self._span(ordinal)
                if span is None or span.start >= span.end:
                    continue
                if spans and spans[-1].end == span.start:
                    span = Span(spans.pop().start, span.end)
                spans.append(span)
        return self._known[day]

    def _span(self, ordinal: int) -> Span | None:
        """What is served of a day; None of one that is not, or is not in the calendar."""
        if not 1 <= ordinal < date.max.toordinal():
            return None
        day, rotation = date.fromordinal(ordinal), self._rotation
        if rotation.days and day.weekday() not in rotation.days:
            return None
        hours, zone = rotation.hours, rotation.timezone
        if hours is None:
            return days(day, day, zone)
        last = day + _DAY * (hours.end < hours.start)
        return Span(
            instant_of(datetime.combine(day, hours.start), zone),
            instant_of(datetime.combine(last, hours.end), zone),
        )
