"""Who is on call: people take turns in shifts, others cover for them, and at times there is nobody.

In layers, each over the one before: whose turn it is (`turns.py`), at the times that are served (`served.py`); while
that person is away the next in turn who is there covers; an override replaces whoever it would be, also where it
would be nobody. Each layer says who it is at an instant, and none moves a handoff or a later turn.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Final

from ghapp.core.served import ALWAYS, LAST, Served, Span, days, instant_of
from ghapp.core.turns import Turns
from ghapp.model.names import Login
from ghapp.model.section import EMPTY
from ghapp.model.types import Person, Rotation

People = Mapping[Login, Person]
"""The `people:` of OWNERS.yaml, which say who is away when."""

_NEXT_WITHIN: Final = timedelta(days=366)


class Why(StrEnum):
    """Why somebody is on call, or why nobody is."""

    TURN = "turn"
    COVER = "cover"
    """For somebody who is away."""
    OVERRIDE = "override"
    VACANT = "vacant"
    """Nobody: it has not begun, or nobody is in it."""
    OFF = "off"
    """Nobody: the time is not served."""
    AWAY = "away"
    """Nobody: everyone in it is away."""


_BECAUSE: Final = {
    Why.TURN: "",
    Why.OVERRIDE: "override",
    Why.VACANT: "not begun, or nobody is in it",
    Why.OFF: "not served",
    Why.AWAY: "everyone is away",
}


@dataclass(frozen=True, slots=True)
class Shift:
    """Who is on call from `start` up to, not including, `end` (UTC), and why; a gap has no person."""

    person: Login | None
    start: datetime
    end: datetime
    why: Why = Why.TURN
    instead_of: Login | None = None
    """Whose turn it is, if somebody covers."""
    turn: int | None = None
    """The number of the turn, counted from 0; an override and a gap have none."""

    @property
    def because(self) -> str:
        """Why it is not simply somebody's turn, in a few words; empty when it is."""
        if self.why is Why.COVER:
            return f"covers for {self.instead_of}, who is away"
        return _BECAUSE[self.why]


def on_call(rotation: Rotation, at: datetime, people: People = EMPTY) -> Shift | None:
    """The shift that is being served at an aware datetime; None when nobody is on call.

    A turn that is interrupted (by times that are not served, an override, an absence) is several shifts.
    """
    shift = _Schedule(rotation, people).at(at)
    return None if shift.person is None else shift


def next_shift(rotation: Rotation, at: datetime, people: People = EMPTY) -> Shift | None:
    """The next shift after the one being served, unless it only goes on with the same turn by the same person.

    None if nobody is on call in the year after the present shift, or after the first handoff of all.
    """
    schedule = _Schedule(rotation, people)
    current = schedule.at(at)
    begin = at if current.person is None else current.end
    limit = min(max(begin, schedule.begins), LAST - _NEXT_WITHIN) + _NEXT_WITHIN
    for shift in schedule.between(begin, limit):
        if shift.person is not None and not _goes_on(current, shift):
            return shift
    return None


def shifts(
    rotation: Rotation, start: datetime, end: datetime, people: People = EMPTY
) -> Iterator[Shift]:
    """The shifts, whole, of which any part lies between two aware datetimes, in order."""
    return (one for one in timeline(rotation, start, end, people) if one.person is not None)


def timeline(
    rotation: Rotation, start: datetime, end: datetime, people: People = EMPTY
) -> Iterator[Shift]:
    """Shifts and gaps without a hole from one aware datetime to another: shifts whole, gaps cut at both ends."""
    return _Schedule(rotation, people).between(start, end)


def by_turn(line: Iterable[Shift]) -> Iterator[Shift]:
    """A timeline as people speak of it: times that are not served left out, and what they cut a turn into as one."""
    held: Shift | None = None
    for one in line:
        if one.why is Why.OFF:
            continue
        if held is not None and _goes_on(held, one) and held.why is one.why:
            held = replace(held, end=one.end)
            continue
        if held is not None:
            yield held
        held = one
    if held is not None:
        yield held


def members(rotation: Rotation, at: datetime) -> tuple[Login, ...]:
    """Who is in the rotation at an aware datetime, the one whose turn it is first; before it begins, who will be."""
    turns = Turns(rotation)
    return tuple(dict.fromkeys(turns.order(turns.number_at(at) or 0)))


def _goes_on(current: Shift, shift: Shift) -> bool:
    return shift.turn is not None and (shift.turn, shift.person) == (current.turn, current.person)


class _Schedule:
    """The layers of one rotation, prepared to be asked."""

    def __init__(self, rotation: Rotation, people: People) -> None:
        self._turns = Turns(rotation)
        self._served = Served(rotation)
        self._overrides = list(_shown(rotation))
        self._ends = [one.end for one in self._overrides]
        self._away = {login: list(_absences(people, login)) for login in set(rotation.logins)}
        self._edges = sorted(
            {
                edge
                for spans in self._away.values()
                for one in spans
                for edge in (one.start, one.end)
            }
        )
        self.begins = self._turns.handoff(0)

    def between(self, start: datetime, end: datetime) -> Iterator[Shift]:
        """Shifts and gaps without a hole, up to the end of the calendar; neighbouring gaps of one kind are one."""
        held: Shift | None = None
        for one in self._pieces(start, end):
            if held is not None and held.person is None and held.why is one.why:
                held = replace(held, end=one.end)
                continue
            if held is not None:
                yield held
            held = one
        if held is not None:
            yield held

    def _pieces(self, start: datetime, end: datetime) -> Iterator[Shift]:
        at = max(start, ALWAYS.start).astimezone(UTC)
        end = min(end, LAST).astimezone(UTC)
        while at < end:
            shift = self.at(at)
            following = shift.end
            if shift.person is None:
                shift = replace(shift, start=max(shift.start, at), end=min(shift.end, end))
            yield shift
            at = following

    def at(self, at: datetime) -> Shift:
        """The shift or the gap at an instant."""
        if at >= LAST:
            return _gap(Why.VACANT, Span(LAST, LAST))
        place = bisect_right(self._ends, at)
        before = self._ends[place - 1] if place else ALWAYS.start
        if place == len(self._overrides):
            return self._planned(at, Span(before, LAST))
        override = self._overrides[place]
        return override if override.start <= at else self._planned(at, Span(before, override.start))

    def _planned(self, at: datetime, free: Span) -> Shift:
        """The same without overrides, `free` of which the time is."""
        number = self._turns.number_at(at)
        if number is None:
            return _gap(Why.VACANT, Span(free.start, min(free.end, self.begins)))
        served, span = self._served.around(at)
        span = span.within(free)
        if not served:
            return _gap(Why.OFF, Span(max(span.start, self.begins), span.end))
        handoffs = Span(self._turns.handoff(number), self._turns.handoff(number + 1))
        order = self._turns.order(number)
        if not order:
            return _gap(Why.VACANT, span.within(handoffs))
        return self._staffed(at, span.within(handoffs), order, number)

    def _staffed(self, at: datetime, span: Span, order: tuple[Login, ...], number: int) -> Shift:
        """Who of the order is there at an instant of a turn, as long as that stays so."""
        person = self._there(order, at)
        place = bisect_right(self._edges, at)
        earlier = self._edges[bisect_right(self._edges, span.start) : place]
        start = earlier.pop() if earlier else span.start
        for edge in reversed([span.start, *earlier]):
            if self._there(order, edge) != person:
                break
            start = edge
        later = self._edges[place : bisect_left(self._edges, span.end)]
        end = next((edge for edge in later if self._there(order, edge) != person), span.end)
        if person is None:
            return _gap(Why.AWAY, Span(start, end))
        if person == order[0]:
            return Shift(person, start, end, Why.TURN, turn=number)
        return Shift(person, start, end, Why.COVER, order[0], number)

    def _there(self, order: tuple[Login, ...], at: datetime) -> Login | None:
        """The first of the order who is not away."""
        for login in order:
            if not any(span.start <= at < span.end for span in self._away[login]):
                return login
        return None


def _gap(why: Why, span: Span) -> Shift:
    return Shift(None, span.start, span.end, why)


def _absences(people: People, login: Login) -> Iterator[Span]:
    person = people.get(login)
    if person is not None:
        for away in person.away:
            yield days(away.from_, away.to, person.timezone)


def _shown(rotation: Rotation) -> list[Shift]:
    """What is left of each override by later ones in the list, in order of time."""
    shown: list[Shift] = []
    for one in reversed(rotation.overrides):
        span = Span(instant_of(one.from_, rotation.timezone), instant_of(one.to, rotation.timezone))
        for free in _free(shown, span):
            insort(
                shown,
                Shift(one.person, free.start, free.end, Why.OVERRIDE),
                key=lambda shift: shift.start,
            )
    return shown


def _free(taken: list[Shift], span: Span) -> list[Span]:
    """The parts of a span that nothing taken covers."""
    free, start = [], span.start
    first = bisect_right(taken, span.start, key=lambda shift: shift.end)
    for shift in islice(taken, first, None):
        if shift.start >= span.end:
            break
        free.append(Span(start, shift.start))
        start = shift.end
    free.append(Span(start, span.end))
    return [one for one in free if one.start < one.end]
