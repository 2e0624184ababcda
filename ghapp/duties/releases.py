"""Releases: what the cadence plans is brought about, one step after the other, wherever it stands."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from ghapp.core import wire
from ghapp.core.facts import RepoName
from ghapp.core.github_event import MilestoneEvent, conversation_of_release
from ghapp.core.milestone import Milestone, key_of, retitled
from ghapp.core.pull_request import Pull
from ghapp.core.release import next_steps
from ghapp.core.release_state import KIND, known
from ghapp.duties.alarms import Alarms
from ghapp.duties.dated import Dated
from ghapp.duties.milestones import Milestones, Standing
from ghapp.duties.records import Memory
from ghapp.duties.release_facts import Gathering
from ghapp.duties.release_gate import Gated, GateKeeper
from ghapp.duties.release_pulls import ReleasePulls
from ghapp.duties.release_view import Seen, remembered, views
from ghapp.duties.release_work import ReleaseWork, Round
from ghapp.github.errors import Refused
from ghapp.github.gateway_milestones import MilestoneGateway
from ghapp.github.gateway_pulls import PullGateway
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

LOOK_EVERY: Final = timedelta(minutes=5)
"""How long a change goes unseen at most whose event was lost."""

HELD: Final = "milestone-items"
"""The kind of the memory of what each milestone holds, for the day on which somebody deletes it."""


class Forge(PullGateway, MilestoneGateway, Protocol):
    """What of GitHub is needed here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the duty is made of."""

    milestones: Milestones
    gathering: Gathering
    work: ReleaseWork
    pulls: ReleasePulls
    gate: GateKeeper


class Releases:
    """The releases of the home repository, all in one conversation; nothing while OWNERS.yaml plans none."""

    def __init__(
        self,
        *,
        gateway: Forge,
        dated: Dated,
        parts: Parts,
        alarms: Alarms,
        memory: Memory,
        home: RepoName,
        wake: Callable[[str], Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        self._gateway = gateway
        self._dated = dated
        self._parts = parts
        self._alarms = alarms
        self._memory = memory
        self._home = home
        self._conversation = conversation_of_release(home)
        self._wake = wake
        self._now = now

    async def look(self, model: Model) -> None:
        """Have the releases looked at soon."""
        if model.release is not None:
            await self._wake(self._conversation)

    async def handle(self, events: Sequence[wire.Event], model: Model) -> None:
        """Bring everything to where it should be, and say when to look again; twice changes nothing.

        Raises:
            GitHubError: GitHub could not be asked or told; the same may be handled again.
        """
        if model.release is None:
            await self._alarms.set(self._conversation, None)
            return
        told = remembered(await self._dated.all(KIND))
        standing = await self._parts.milestones.bring(
            model,
            events=[event for event in events if isinstance(event, MilestoneEvent)],
            told=known(told.states),
            names=told.names,
            done=told.over,
        )
        target = await self._parts.pulls.target(model)
        opened = await self._gateway.list_pulls(self._home, base=target)
        seen = views(model, standing, told, self._now())
        round_ = Round(model, _taking(seen, standing), told.states)
        for place, one in enumerate(seen):
            await self._one(one, opened, round_, first=not place)
        await self._hold(standing.milestones)
        wake_at = await self._parts.gate.look(_gated(seen), events, model)
        await self._alarms.set(self._conversation, self._next(seen, standing, wake_at))

    async def _one(self, seen: Seen, opened: Sequence[Pull], round_: Round, *, first: bool) -> None:
        """One release; what GitHub refuses for good stops no other."""
        try:
            await self._bring(seen, opened, round_, first=first)
        except Refused as refused:
            if refused.status in {401, 403}:
                raise
            log.exception("release_refused", key=seen.key)

    async def _bring(
        self, seen: Seen, opened: Sequence[Pull], round_: Round, *, first: bool
    ) -> None:
        model, work = round_.model, self._parts.work
        assert model.release is not None
        await self._parts.gathering.gather(
            seen,
            model,
            opened=opened,
            milestones=round_.taking,
            others=round_.others(seen),
            current=first,
        )
        if seen.final and seen.milestone is None:
            await self._orphaned(seen)
        for step in next_steps(seen.facts, self._now(), model.release.catch_up):
            if not await work.do(step, seen, round_):
                return
        await self._name(seen)
        await self._parts.pulls.keep(seen, model)
        await work.assign(seen)
        if seen.issue is not None and seen.issue.open:
            await work.write(seen)

    async def _name(self, seen: Seen) -> None:
        """The milestone is called what the release is called, unless people have named it."""
        milestone = seen.milestone
        if milestone is None or not seen.state.name or seen.state.over:
            return
        wanted = retitled(milestone, seen.state.name)
        if wanted is not None:
            seen.milestone = await self._parts.milestones.retitle(milestone, *wanted)
            seen.state = replace(seen.state, title=seen.milestone.title)

    async def _orphaned(self, seen: Seen) -> None:
        """GitHub has only detached what a deleted milestone held, and cannot say any more what that was."""
        held = await self._memory.memory_get(HELD, str(seen.state.milestone))
        if held and not seen.state.orphans:
            seen.state = replace(seen.state, orphans=tuple(held))

    async def _hold(self, milestones: Iterable[Milestone]) -> None:
        """Remember what the open milestones of the cadence hold; unchanged, asking is free."""
        before = await self._memory.memory_all(HELD)
        for one in milestones:
            if not one.open or key_of(one) is None:
                continue
            held: list[int] = []
            if one.open_issues:
                items = await self._gateway.milestone_items(self._home, one.number)
                held = [item.number for item in items]
            if before.get(str(one.number), []) != held:
                await self._memory.memory_put(HELD, str(one.number), held)

    def _next(
        self, seen: Iterable[Seen], standing: Standing, wake_at: datetime | None
    ) -> datetime | None:
        """The next instant at which time alone changes something."""
        instants = [wake_at, *(one.at for one in standing.occurrences)]
        for one in seen:
            instants += [one.at, one.opens_at]
        now = self._now()
        return min((one for one in instants if one is not None and one > now), default=None)


def _taking(seen: Iterable[Seen], standing: Standing) -> tuple[Milestone, ...]:
    """The milestones that what is unfinished may go to: not those that are to be emptied themselves."""
    ending = {one.key for one in seen if one.superseded or one.cancelled}
    return tuple(one for one in standing.milestones if key_of(one) not in ending)


def _gated(seen: Iterable[Seen]) -> list[Gated]:
    """The open pull requests that the gate is to judge."""
    return [
        Gated(
            pull=one.pull,
            hotfix=one.hotfix,
            milestone=one.milestone,
            issue=one.issue,
            since=one.state.since,
        )
        for one in seen
        if one.pull is not None and one.pull.open
    ]
