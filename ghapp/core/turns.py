"""Whose turn it is: the handoffs of a rotation on the wall clock, counted, and its people in their order.

Handoffs are possible on a grid that goes from `start` in steps of an hour, a day or a week as a clock on the wall
counts them. Those on days that are not served do not happen, nor, in an hourly rotation, those outside its hours;
of the others, called ticks, every `length`-th hands over. The number of a turn is found by arithmetic on the wall
clock, never by walking from `start`.

People come and go at handoffs. From each such handoff to the next the people who are in the rotation then take
turns in the order of the list, beginning after the one who served last. So a later change of the list is not
felt before the handoff at which it takes effect.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Final

from ghapp.core.served import LAST, instant_of, serves
from ghapp.core.zoned import to_wall
from ghapp.model.names import Login
from ghapp.model.people import Member
from ghapp.model.types import Rotation

_UNITS: Final = {
    "hourly": (timedelta(hours=1), 7 * 24),
    "daily": (timedelta(days=1), 7),
    "weekly": (timedelta(weeks=1), 1),
}
"""The step of the grid, and after how many steps the weekdays and hours come round."""


@dataclass(frozen=True, slots=True)
class _Epoch:
    """Turns from the number `first` on, taken by the same people in the same order."""

    first: int
    order: tuple[int, ...]
    """Positions in the list, beginning with the one whose turn the first is."""

    def at(self, number: int) -> int:
        """Where the position of a turn's person stands in the order."""
        return (number - self.first) % len(self.order)


class Turns:
    """The turns of one rotation, numbered from 0."""

    def __init__(self, rotation: Rotation) -> None:
        self._zone = rotation.timezone
        self._start = rotation.start
        self._length = rotation.length
        self._unit, self._period = _UNITS[rotation.shift]
        counted = [_counts(rotation, step) for step in range(self._period)]
        self._ticks = [step for step, counts in enumerate(counted) if counts]
        self._before = list(accumulate(counted, initial=0))
        self._logins = rotation.logins
        self._epochs = tuple(self._each_epoch(rotation.members))
        self._firsts = [epoch.first for epoch in self._epochs]

    def number_at(self, at: datetime) -> int | None:
        """The number of the turn at an aware datetime; None before the first handoff and after the last.

        A handoff is the first instant at which the clock shows its time or a later one, so that of the time that
        the clock shows now has happened. In a repeated stretch the clock lags, and later ones may have happened, too.
        """
        if not self.handoff(0) <= at < LAST:
            return None
        step = max(0, (to_wall(at, self._zone) - self._start) // self._unit)
        while self._instant(step + 1) <= at:
            step += 1
        return (self._ticks_before(step + 1) - 1) // self._length

    def handoff(self, number: int) -> datetime:
        """The instant (UTC) at which the turn of that number begins."""
        rounds, place = divmod(number * self._length, len(self._ticks))
        return self._instant(rounds * self._period + self._ticks[place])

    def order(self, number: int) -> tuple[Login, ...]:
        """Whose turn it is, followed by the others in the order in which they come; empty when nobody is in it."""
        epoch = self._epochs[bisect_right(self._firsts, number) - 1]
        if not epoch.order:
            return ()
        place = epoch.at(number)
        turned = epoch.order[place:] + epoch.order[:place]
        return tuple(self._logins[position] for position in turned)

    def _instant(self, step: int) -> datetime:
        try:
            wall = self._start + step * self._unit
        except OverflowError:
            return LAST
        return instant_of(wall, self._zone)

    def _ticks_before(self, step: int) -> int:
        rounds, rest = divmod(step, self._period)
        return rounds * len(self._ticks) + self._before[rest]

    def _first_from(self, wall: datetime | None) -> int:
        """The number of the first turn that begins at a time on the wall or later."""
        if wall is None or wall <= self._start:
            return 0
        ticks = self._ticks_before(-((self._start - wall) // self._unit))
        return -(-ticks // self._length)

    def _each_epoch(self, members: tuple[Member, ...]) -> Iterator[_Epoch]:
        stays = [
            (
                self._first_from(member.from_),
                None if member.until is None else self._first_from(member.until),
            )
            for member in members
        ]
        firsts = sorted({0, *(number for stay in stays for number in stay if number is not None)})
        served_last = -1
        for first, following in zip(firsts, [*firsts[1:], firsts[-1] + 1], strict=True):
            there = [
                position
                for position, (joins, leaves) in enumerate(stays)
                if joins <= first and (leaves is None or first < leaves)
            ]
            place = bisect_right(there, served_last)
            epoch = _Epoch(first, (*there[place:], *there[:place]))
            if there:
                served_last = epoch.order[epoch.at(following - 1)]
            yield epoch


def _counts(rotation: Rotation, step: int) -> bool:
    """Whether the handoff of a step happens; the week of `start` stands for all."""
    if rotation.shift == "weekly":
        return True
    unit, _ = _UNITS[rotation.shift]
    # Only the weekday and the time of day matter, and this week is far from both ends of the calendar.
    week = datetime(2024, 1, 1) + timedelta(days=rotation.start.weekday())  # noqa: DTZ001 - a time on the wall
    wall = datetime.combine(week.date(), rotation.start.time()) + step * unit
    if rotation.shift == "daily":
        return not rotation.days or wall.weekday() in rotation.days
    return serves(rotation, wall)
