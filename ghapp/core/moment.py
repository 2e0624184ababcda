"""The times that people type: `until fri 18:00`, `tomorrow 9:00-17:00`, `for 4h`, by the clock on their wall.

A weekday or a time of day is the next such one: after the minute in which it is typed, and for an end after the
start. A day without a time is its midnight. Daylight saving is treated as everywhere (`zoned.py`).
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ghapp.core.served import Span
from ghapp.core.zoned import to_instant, to_wall
from ghapp.model.duration import parse_duration
from ghapp.model.values import Weekday

_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
_NOW: Final = "today"
_ZONE: Final = "utc"
_SPOKEN: Final = frozenset({"at", "on", _ZONE})
_ENDS: Final = ("until", "till", "to", "-", "\N{EN DASH}")
_LASTS: Final = "for"

_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})|(\d{1,2})(?::(\d{2}))?(am|pm)", re.ASCII)
_NAMED: Final = {"midnight": timedelta(), "noon": timedelta(hours=12)}
_RANGE: Final = re.compile(r"([0-9:apm]+)[-\N{EN DASH}]([0-9:apm]+)")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ISO: Final = re.compile(
    rf"{_DATE.pattern}t\d{{2}}:\d{{2}}(?::\d{{2}})?(?:z|[+-]\d{{2}}:?\d{{2}})?", re.ASCII
)
_LENGTH: Final = re.compile(r"(\d{1,9})(s|m|h|d|w|minutes?|hours?|days?|weeks?)", re.ASCII)


class NotUnderstoodError(ValueError):
    """The words are no span of time."""


def span_of(words: Sequence[str], asked_at: datetime, zone: ZoneInfo) -> Span:
    """The span that somebody means who types these words at an aware datetime, by the clock of `zone` or in UTC.

    `[from START] until END`, `[from START] for LENGTH`, `[DAY] 9:00-17:00` or `DAY`; without a start it begins in the
    minute in which it is typed. Whether it is in the past, or ends before it begins, is not looked at.

    Raises:
        NotUnderstoodError: they are something else, or a day that is not in the calendar.
    """
    text = " ".join(words).casefold().replace(",", " ")
    tidy = re.sub(r"(?<=\d) (?=[ap]m\b)", "", " ".join(text.split())).split()
    reader = _Reader(asked_at, ZoneInfo("UTC") if _ZONE in tidy else zone)
    try:
        return reader.span([word for word in tidy if word not in _SPOKEN])
    except (OverflowError, ValueError):
        raise NotUnderstoodError from None


def walls(span: Span, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when to when on the wall of a zone, in whole minutes, so that all of the span is in it.

    When clocks are put back, times of the wall happen twice and mean their first occurrence; so a span that ends in
    the second one ends behind it.
    """
    start, end = to_wall(span.start, zone).replace(second=0, microsecond=0), span.end
    while to_instant(to_wall(end, zone), zone) < end:
        end += _MINUTE
    return start, to_wall(end, zone)


def on_clock(instant: datetime, zone: ZoneInfo) -> str:
    """What a clock with a calendar shows in a zone: `Fri 2026-11-27 18:00`."""
    wall = to_wall(instant, zone)
    return f"{Weekday(wall.weekday()).short.title()} {wall.isoformat(' ', 'minutes')}"


class _Reader:
    """Reads words that were typed in a certain minute, by the clock of a zone."""

    def __init__(self, asked_at: datetime, zone: ZoneInfo) -> None:
        self._now = asked_at.astimezone(UTC).replace(second=0, microsecond=0)
        self._zone = zone

    def span(self, words: list[str]) -> Span:
        """The whole of it; ValueError and OverflowError when it is none."""
        has_start = words[:1] == ["from"]
        words = words[1:] if has_start else words
        joint = next((n for n, word in enumerate(words) if word in {*_ENDS, _LASTS}), None)
        if joint is None:
            part = self._part(words)
            if part is None and (has_start or len(words) != 1):
                raise NotUnderstoodError
            return part or self._whole(words[0])
        before, after = words[:joint], words[joint + 1 :]
        start = self._now
        if (before or has_start) and before != [_NOW]:
            start = self._moment(before, self._now)
        if words[joint] == _LASTS:
            return Span(start, start + _length("".join(after)))
        return Span(start, self._moment(after, max(start, self._now)))

    def _part(self, words: list[str]) -> Span | None:
        """Part of a day: `fri 9:00-17:00`."""
        found = _RANGE.fullmatch(words[-1]) if words else None
        if found is None:
            return None
        start = self._moment([*words[:-1], found[1]], self._now)
        return Span(start, self._moment([found[2]], start))

    def _whole(self, word: str) -> Span:
        """A whole day; of today, what is left."""
        day = self._day(word, self._now, timedelta())
        return Span(max(self._at(day), self._now), self._at(day + _DAY))

    def _moment(self, words: list[str], after: datetime) -> datetime:
        """A day, a time of day, or both in either order."""
        if len(words) == 1 and _ISO.fullmatch(words[0]):
            found = datetime.fromisoformat(words[0].upper())
            return to_instant(found, self._zone) if found.tzinfo is None else found.astimezone(UTC)
        clocks = [clock for word in words if (clock := _clock(word)) is not None]
        days = [word for word in words if _clock(word) is None]
        if not words or len(clocks) > 1 or len(days) > 1:
            raise NotUnderstoodError
        clock = clocks[0] if clocks else timedelta()
        day = self._day(days[0], after, clock) if days else self._next(None, after, clock)
        return self._at(day, clock)

    def _day(self, word: str, after: datetime, clock: timedelta) -> date:
        if _DATE.fullmatch(word):
            return date.fromisoformat(word)
        if word in {_NOW, "tomorrow"}:
            return to_wall(self._now, self._zone).date() + (timedelta() if word == _NOW else _DAY)
        weekday = Weekday.parse(word)
        if weekday is None:
            raise NotUnderstoodError
        return self._next(weekday, after, clock)

    def _next(self, weekday: Weekday | None, after: datetime, clock: timedelta) -> date:
        """The first day, of a weekday or any, on which the clock shows a time after an instant."""
        day = to_wall(after, self._zone).date()
        while weekday not in {None, day.weekday()} or self._at(day, clock) <= after:
            day += _DAY
        return day

    def _at(self, day: date, clock: timedelta = timedelta()) -> datetime:
        return to_instant(datetime.combine(day, time()) + clock, self._zone)


def _clock(word: str) -> timedelta | None:
    """A time of day, from midnight on: `18:00`, `9:30`, `6pm`, `6:30pm`, `noon`; at most `24:00`."""
    if word in _NAMED:
        return _NAMED[word]
    found = _CLOCK.fullmatch(word)
    if found is None:
        return None
    hours, minutes = int(found[1] or found[3]), int(found[2] or found[4] or 0)
    if found[5]:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if found[5] == "pm" else 0)
    clock = timedelta(hours=hours, minutes=minutes)
    return clock if minutes < 60 and clock <= _DAY else None


def _length(text: str) -> timedelta:
    """`4h`, `90m`, `2 days`; a day is 24 hours."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise NotUnderstoodError
    return parse_duration(found[1] + found[2][0])
