"""Which milestones should be there, and what has to be written so that they are.

What people do stays: a title, a date, a milestone that they closed or deleted. It is recorded once and told.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Final
from zoneinfo import ZoneInfo

from ghapp.core.cadence import NO_MOVES, Moves, Occurrence, occurrences, upcoming
from ghapp.core.milestone import (
    AsSet,
    Milestone,
    as_set,
    day_of,
    described,
    due_on,
    in_order,
    is_marked,
    key_of,
    shown,
)
from ghapp.core.version import is_counted, next_name
from ghapp.core.zoned import to_instant, to_wall
from ghapp.model.release import Release

_DAY: Final = timedelta(days=1)
_FAR: Final = 5 * 366 * _DAY
"""How far ahead a milestone is looked after."""


class Note(StrEnum):
    """What is worth remembering of an occurrence."""

    CANCELLED = "cancelled"
    """Somebody closed its milestone before its time."""
    DELETED = "deleted"
    """Somebody deleted it; GitHub has only detached its issues."""
    MOVED = "moved"
    """Somebody gave it another date."""
    DUPLICATE = "duplicate"
    """Another milestone is of the same occurrence, and has a higher number."""
    SURPLUS = "surplus"
    """Its date is none of the cadence any more, and there is no free one for its issues."""
    SKIPPED = "skipped"
    """It is left out, or merged with another occurrence."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of an occurrence: the number of its milestone, if it had one, and what was recorded."""

    number: int | None = None
    notes: frozenset[Note] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The occurrences from today on, also those left out; how many milestones stand ahead, and what they are called."""

    occurrences: tuple[Occurrence, ...]
    ahead: int
    name: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Create:
    """Create a milestone. GitHub's 422 `already_exists` means that it is there: look again."""

    key: str
    title: str
    due_on: datetime
    description: str


@dataclass(frozen=True, slots=True)
class Adopt:
    """Take a milestone for that of an occurrence; `due_on` is None when it has a date, which stays."""

    key: str
    number: int
    description: str
    due_on: datetime | None


@dataclass(frozen=True, slots=True)
class Redate:
    """Move a milestone to another date, and to another key if `was` is another; `title` is None if it stays."""

    key: str
    number: int
    description: str
    due_on: datetime
    was: str
    title: str | None


@dataclass(frozen=True, slots=True)
class Close:
    """Close an empty milestone that no date of the cadence needs."""

    key: str
    number: int
    description: str


@dataclass(frozen=True, slots=True)
class Reopen:
    """Open one that the app itself had closed, now that its date is needed again."""

    key: str
    number: int
    description: str


@dataclass(frozen=True, slots=True)
class Record:
    """Remember a note and tell it, or, when it is `over`, forget it; nothing is written to a milestone."""

    key: str
    number: int | None
    note: Note
    why: str = ""
    over: bool = False


Action = Create | Adopt | Redate | Close | Reopen | Record


def schedule_of(
    release: Release, existing: Iterable[Milestone], now: datetime, moves: Moves = NO_MOVES
) -> Schedule:
    """What is planned from the local day of `now` on, twice as far as milestones are to stand and as far as they do."""
    cadence = release.cadence
    today = to_wall(now, cadence.timezone).date()
    start = to_instant(datetime.combine(today, time()), cadence.timezone)
    days = (shown(one.due_on) for one in existing if key_of(one) is not None)
    ends = [min(due_on(day), now + _FAR) for day in days if day is not None]
    ends += [one.at for one in upcoming(cadence, now, 2 * release.ahead, moves)]
    return Schedule(
        occurrences=occurrences(cadence, start, max([start, *ends]) + 2 * _DAY, moves),
        ahead=release.ahead,
        name=release.name,
        zone=cadence.timezone,
    )


def plan(
    schedule: Schedule,
    existing: Iterable[Milestone],
    known: Mapping[str, Known],
    now: datetime,
    *,
    taken: Collection[str] = (),
    done: Collection[str] = (),
) -> tuple[Action, ...]:
    """What to write so that the milestones are as they should be; nothing when they are.

    `existing` is every milestone of the repository, open and closed: of an incomplete list nothing may be concluded.
    `known` is what is remembered, by key; `taken` are names used for other things, such as tags; `done` are the keys
    of releases that are over. `ahead` counts occurrences after `now`; what was due before today is left alone.
    """
    planner = _Planner(
        schedule, tuple(sorted(existing, key=attrgetter("number"))), known, now, done
    )
    planner.read(taken)
    actions = [*planner.standing(), *planner.missing()]
    return (*actions, *planner.recorded())


def remembered(
    known: Mapping[str, Known], action: Action, number: int | None = None
) -> dict[str, Known]:
    """What is known once an action was done; `number` is what GitHub gave a milestone that was created."""
    before = known.get(action.key, Known())
    if isinstance(action, Record):
        notes = before.notes - {action.note} if action.over else before.notes | {action.note}
        return {**known, action.key: replace(before, notes=frozenset(notes))}
    number = number if isinstance(action, Create) else action.number
    return {**known, action.key: replace(before, number=number)}


@dataclass
class _Planner:
    """One planning: what it has read of the milestones, and the notes that it takes."""

    schedule: Schedule
    existing: tuple[Milestone, ...]
    known: Mapping[str, Known]
    now: datetime
    done: Collection[str]
    claims: dict[str, list[Milestone]] = field(default_factory=dict)
    unmarked: dict[str, Milestone] = field(default_factory=dict)
    notes: dict[str, dict[Note, Record]] = field(default_factory=dict)
    looked_at: set[str] = field(default_factory=set)

    def read(self, taken: Collection[str]) -> None:
        """Find out which milestone is of which occurrence: by its marker, else by its number."""
        self.taken = set(taken)
        self.numbers = {one.number for one in self.existing}
        self.happening = {one.key: one for one in self.schedule.occurrences if one.happens}
        by_number = {one.number: key for key, one in self.known.items()}
        for milestone in self.existing:
            key = key_of(milestone)
            if key is None and not is_marked(milestone):
                key = by_number.get(milestone.number)
                if key is None:
                    self.unmarked[milestone.title.casefold()] = milestone
                    continue
            self.taken.add(milestone.title)
            if key is not None:
                self.claims.setdefault(key, []).append(milestone)

    def standing(self) -> Iterator[Action]:
        """What to do to the milestones that are there; those whose date is gone get the next free one."""
        homeless: list[tuple[str, Milestone]] = []
        for key, (milestone, *others) in self.claims.items():
            for other in others:
                self.note(key, other.number, Note.DUPLICATE)
            if not is_marked(milestone):
                yield self.adopted(key, milestone)
            elif self.is_ahead(key, milestone):
                self.looked_at.add(key)
                if milestone.open:
                    yield from self.kept_open(key, milestone, homeless)
                else:
                    yield from self.kept_closed(key, milestone)
        self.free = [one for one in self.happening.values() if self.is_free(one.key)]
        yield from self.rehoused(homeless)

    def is_ahead(self, key: str, milestone: Milestone) -> bool:
        """Whether it is for today or later, and its release not over."""
        day = shown(milestone.due_on) or day_of(key)
        today = to_wall(self.now, self.schedule.zone).date()
        return day is not None and day >= today and key not in self.done

    def kept_open(
        self, key: str, milestone: Milestone, homeless: list[tuple[str, Milestone]]
    ) -> Iterator[Action]:
        was, now_shown = as_set(milestone), shown(milestone.due_on)
        wanted = self.happening.get(key)
        if now_shown != was.due:
            self.note(key, milestone.number, Note.MOVED)
        elif wanted is not None and wanted.day != now_shown:
            yield self.redated(key, milestone, wanted)
        elif wanted is None and milestone.open_issues + milestone.closed_issues:
            homeless.append((key, milestone))
        elif wanted is None:
            text = described(key, replace(was, closed=True), milestone.description)
            yield Close(key, milestone.number, text)

    def kept_closed(self, key: str, milestone: Milestone) -> Iterator[Action]:
        was = as_set(milestone)
        if not was.closed:
            self.note(key, milestone.number, Note.CANCELLED)
        elif key in self.happening:
            text = described(key, replace(was, closed=False), milestone.description)
            yield Reopen(key, milestone.number, text)

    def rehoused(self, homeless: list[tuple[str, Milestone]]) -> Iterator[Action]:
        for key, milestone in sorted(homeless, key=lambda one: in_order(one[1])):
            own = in_order(milestone)[0]
            to = next((one for one in self.free if one.day >= own), None)
            if to is None:
                self.note(key, milestone.number, Note.SURPLUS)
            else:
                self.free.remove(to)
                yield self.redated(key, milestone, to)

    def missing(self) -> Iterator[Action]:
        """What to create or to adopt; what is left out and what was deleted is noted instead."""
        ahead = [one for one in self.happening.values() if one.at > self.now]
        ahead = ahead[: self.schedule.ahead]
        for one in self.schedule.occurrences:
            self.looked_at.add(one.key)
            if one.happens and self.is_deleted(one.key):
                self.note(one.key, self.known[one.key].number, Note.DELETED)
            if not one.happens and ahead and one.at < ahead[-1].at:
                self.note(one.key, None, Note.SKIPPED, one.why)
        for one in ahead:
            if one in self.free:
                yield self.begun(one)

    def begun(self, one: Occurrence) -> Action:
        title = next_name(self.schedule.name, one.day, self.taken)
        self.taken.add(title)
        found = self.unmarked.pop(title.casefold(), None)
        if found is not None:
            return self.adopted(one.key, found)
        text = described(one.key, AsSet(title, one.day))
        return Create(one.key, title, due_on(one.day), text)

    def adopted(self, key: str, milestone: Milestone) -> Adopt:
        one = self.happening.get(key)
        day = day_of(key) if one is None else one.day
        text = described(key, AsSet(milestone.title, day), milestone.description)
        missing = due_on(day) if milestone.due_on is None and day is not None else None
        return Adopt(key, milestone.number, text, missing)

    def redated(self, was: str, milestone: Milestone, to: Occurrence) -> Redate:
        title = None
        if as_set(milestone).title == milestone.title and not is_counted(self.schedule.name):
            others = (self.taken - {milestone.title}) | {
                one.title for one in self.unmarked.values()
            }
            title = next_name(self.schedule.name, to.day, others)
            self.taken.add(title)
        text = described(to.key, AsSet(title or milestone.title, to.day), milestone.description)
        return Redate(to.key, milestone.number, text, due_on(to.day), was, title)

    def is_deleted(self, key: str) -> bool:
        number = self.known.get(key, Known()).number
        return number is not None and number not in self.numbers and key not in self.claims

    def is_free(self, key: str) -> bool:
        """Whether an occurrence has no milestone and may get one."""
        return key not in self.claims and key not in self.done and not self.is_deleted(key)

    def note(self, key: str, number: int | None, note: Note, why: str = "") -> None:
        self.notes.setdefault(key, {})[note] = Record(key, number, note, why)

    def recorded(self) -> Iterator[Record]:
        """The notes that are new, and those that are over, of every occurrence that was looked at."""
        for key, taken in self.notes.items():
            before = self.known.get(key, Known()).notes
            yield from (record for note, record in taken.items() if note not in before)
        for key in sorted(self.looked_at & self.known.keys()):
            for note in sorted(self.known[key].notes - self.notes.get(key, {}).keys()):
                yield Record(key, self.known[key].number, note, over=True)
