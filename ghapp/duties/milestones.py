"""The milestones of the releases: brought to what is planned, whatever people, crashes or other instances do."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

import structlog

from ghapp.core.cadence import Occurrence, moves_of
from ghapp.core.facts import RepoName
from ghapp.core.freeze import Window
from ghapp.core.github_event import MilestoneEvent
from ghapp.core.milestone import Milestone, numbers
from ghapp.core.milestone_plan import (
    Action,
    Adopt,
    Close,
    Create,
    Known,
    Note,
    Record,
    Redate,
    Reopen,
    Schedule,
    plan,
    remembered,
    schedule_of,
)
from ghapp.duties.records import Memory
from ghapp.github.errors import AlreadyThere, NotFound, Unavailable
from ghapp.github.gateway_milestones import MilestoneGateway
from ghapp.github.gateway_releases import ReleaseGateway
from ghapp.model.names import Login
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

KIND: Final = "milestone"
"""Of the memory."""

_LOOKS: Final = 3
"""How often it is looked again in a row when others write at the same time."""
_DOINGS: Final = {
    "closed": Note.CANCELLED,
    "deleted": Note.DELETED,
    "edited": Note.MOVED,
}


class Forge(MilestoneGateway, ReleaseGateway, Protocol):
    """What of GitHub is needed here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The milestones as they are now, and what is planned.

    `milestones` are all of the repository, by number; `occurrences` those from today on, also those left out; `known`
    is what is remembered of each, by key, and `by` who did it, where that was told.
    """

    milestones: tuple[Milestone, ...]
    occurrences: tuple[Occurrence, ...]
    known: Mapping[str, Known]
    by: Mapping[tuple[str, Note], Login] = field(default_factory=dict)


class Milestones:
    """Keeps them in the home repository.

    What the database remembers of a milestone is a copy: its number is also in the release issue, and whatever else
    can be told is told there. With both lost, what was deleted by hand is the only thing that is not known.
    """

    def __init__(
        self,
        gateway: Forge,
        memory: Memory,
        home: RepoName,
        now: Callable[[], datetime],
    ) -> None:
        self._gateway = gateway
        self._memory = memory
        self._home = home
        self._now = now

    async def bring(
        self,
        model: Model,
        *,
        events: Iterable[MilestoneEvent] = (),
        told: Mapping[str, Known] | None = None,
        names: Collection[str] = (),
        done: Collection[str] = (),
        announced: tuple[Window, ...] = (),
    ) -> Standing:
        """Write what is missing; nothing when all is as it should be.

        `told` is what the release issues remember, `names` those that releases have got, `done` the keys of releases
        that are over, `announced` the freezes that people have announced.

        Raises:
            Unavailable: somebody else writes milestones all the time.
            GitHubError: GitHub could not be asked or told; what was done is seen the next time.
        """
        assert model.release is not None
        remembering = await self._remembering(told or {}, events)
        for _ in range(_LOOKS):
            found = {one.number: one for one in await self._gateway.list_milestones(self._home)}
            moves = moves_of(model, announced)
            schedule = schedule_of(model.release, found.values(), self._now(), moves)
            actions = self._planned(schedule, found, remembering, taken=names, done=done)
            if any(isinstance(one, Create | Redate) for one in actions):
                taken = {*names, *await self._gateway.list_tags(self._home)}
                actions = self._planned(schedule, found, remembering, taken=taken, done=done)
            try:
                for action in actions:
                    await self._do(action, found, remembering)
            except (AlreadyThere, NotFound) as changed:
                log.info("milestones_changed_meanwhile", reason=str(changed))
                continue
            await self._numbered(found.values(), remembering)
            return Standing(
                milestones=tuple(found[number] for number in sorted(found)),
                occurrences=schedule.occurrences,
                known=remembering.known,
                by=remembering.by,
            )
        raise Unavailable("the milestones change all the time", after=60)

    async def retitle(self, milestone: Milestone, title: str, description: str) -> Milestone:
        """Give a milestone the name that its release has got; as it is when that is taken by another.

        Raises:
            GitHubError: GitHub could not be told.
        """
        try:
            return await self._gateway.edit_milestone(
                self._home, milestone.number, title=title, description=description
            )
        except AlreadyThere:
            log.warning("milestone_title_taken", milestone=milestone.number, title=title)
            return milestone

    def _planned(
        self,
        schedule: Schedule,
        found: Mapping[int, Milestone],
        remembering: "_Remembering",
        *,
        taken: Collection[str],
        done: Collection[str],
    ) -> tuple[Action, ...]:
        known = remembering.known
        return plan(schedule, found.values(), known, self._now(), taken=taken, done=done)

    async def _do(
        self, action: Action, found: dict[int, Milestone], remembering: "_Remembering"
    ) -> None:
        """One action, and the memory of it; between the two a crash does no harm, for the marker tells."""
        written = await self._write(action)
        if written is not None:
            found[written.number] = written
            doing = type(action).__name__.lower()
            log.info("milestone_written", doing=doing, key=action.key, milestone=written.number)
        number = None if written is None else written.number
        remembering.known = remembered(remembering.known, action, number)
        await self._keep(action.key, remembering)
        if isinstance(action, Redate) and action.was != action.key:
            before = remembering.known.get(action.was, Known())
            remembering.known = {**remembering.known, action.was: Known(None, before.notes)}
            await self._keep(action.was, remembering)
        if isinstance(action, Record):
            log.info("milestone_noted", key=action.key, note=action.note, over=action.over)

    async def _write(self, action: Action) -> Milestone | None:
        """What an action writes on GitHub, in one call."""
        edit = self._gateway.edit_milestone
        match action:
            case Create():
                return await self._gateway.create_milestone(
                    self._home,
                    title=action.title,
                    description=action.description,
                    due_on=action.due_on,
                )
            case Adopt(_, number, text, due_on):
                return await edit(self._home, number, description=text, due_on=due_on)
            case Redate():
                return await edit(
                    self._home,
                    action.number,
                    title=action.title,
                    description=action.description,
                    due_on=action.due_on,
                )
            case Close(_, number, text):
                return await edit(self._home, number, description=text, state="closed")
            case Reopen(_, number, text):
                return await edit(self._home, number, description=text, state="open")
            case Record():
                return None

    async def _numbered(self, found: Iterable[Milestone], remembering: "_Remembering") -> None:
        """Remember which milestone is whose, also of those whose making was not remembered."""
        for key, number in numbers(found).items():
            before = remembering.known.get(key, Known())
            if before.number != number:
                remembering.known = {**remembering.known, key: Known(number, before.notes)}
                await self._keep(key, remembering)

    async def _remembering(
        self, told: Mapping[str, Known], events: Iterable[MilestoneEvent]
    ) -> "_Remembering":
        known, by = dict(told), {}
        for key, value in (await self._memory.memory_all(KIND)).items():
            known[key] = _known(value)
            for note, login in value.get("by", {}).items():
                by[key, Note(note)] = Login(login)
        keys = {one.number: key for key, one in known.items() if one.number is not None}
        for event in events:
            note = _DOINGS.get(event.action)
            if event.number in keys and note is not None:
                by[keys[event.number], note] = event.sender
        return _Remembering(known, by)

    async def _keep(self, key: str, remembering: "_Remembering") -> None:
        one = remembering.known[key]
        value: dict[str, Any] = {"number": one.number, "notes": sorted(one.notes)}
        by = {
            note: remembering.by[key, note] for note in one.notes if (key, note) in remembering.by
        }
        await self._memory.memory_put(KIND, key, {**value, "by": by} if by else value)


@dataclass(slots=True)
class _Remembering:
    known: Mapping[str, Known]
    by: dict[tuple[str, Note], Login]


def _known(value: Mapping[str, Any]) -> Known:
    return Known(value["number"], frozenset(map(Note, value["notes"])))
