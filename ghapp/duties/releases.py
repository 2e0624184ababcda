"""Releases: what the cadence plans is brought about, one step after the other, wherever it stands."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from ghapp.core import wire
from ghapp.core.facts import RepoName
from ghapp.core.github_event import AskEvent, MilestoneEvent, conversation_of_release
from ghapp.core.milestone import Milestone, key_of
from ghapp.core.pull_request import Pull
from ghapp.core.release import BRANCHES
from ghapp.core.release_pull import is_hotfix, is_release
from ghapp.core.release_state import KIND, ROLLBACK, known
from ghapp.duties.alarms import Alarms
from ghapp.duties.dated import Dated
from ghapp.duties.milestones import Milestones, Standing
from ghapp.duties.records import Memory
from ghapp.duties.release_gate import GateKeeper
from ghapp.duties.release_pulls import ReleasePulls
from ghapp.duties.release_turn import HELD, ReleaseTurn
from ghapp.duties.release_view import Seen, hotfixes, remembered, views
from ghapp.duties.release_work import Round
from ghapp.duties.rollbacks import Rollbacks
from ghapp.github.gateway_milestones import MilestoneGateway
from ghapp.github.gateway_pulls import PullGateway
from ghapp.model.types import Model

LOOK_EVERY: Final = timedelta(minutes=5)
"""How long a change goes unseen at most whose event was lost."""


class Forge(PullGateway, MilestoneGateway, Protocol):
    """What of GitHub is needed here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the duty is made of."""

    milestones: Milestones
    turn: ReleaseTurn
    pulls: ReleasePulls
    rollbacks: Rollbacks
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
        self._heads: frozenset[str] = frozenset()

    async def look(self, model: Model) -> None:
        """Have the releases looked at soon."""
        if model.release is not None:
            await self._wake(self._conversation)

    def decides(self, _repo: RepoName, branch: str) -> bool:
        """Whether a branch of the home repository is that of a release or a hotfix, so that its checks matter."""
        return branch.startswith(BRANCHES) or branch in self._heads

    async def handle(self, events: Sequence[wire.Event], model: Model) -> None:
        """Bring everything to where it should be, and say when to look again; twice changes nothing.

        The gate comes first: it must not depend on whether the rest succeeds.

        Raises:
            GitHubError: GitHub could not be asked or told; the same may be handled again.
        """
        wake_at = await self._parts.gate.look(model, self._now(), events)
        asks = [one for one in events if isinstance(one, AskEvent) and one.name == ROLLBACK]
        if model.release is None:
            await self._parts.rollbacks.turn_away(asks)
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
        opened = await self._opened(model)
        seen = views(model, standing, told, self._now())
        round_ = Round(model, _taking(seen, standing), told.states)
        for place, one in enumerate(seen):
            await self._parts.turn.take(one, opened, round_, current=not place)
        repairs = [one for one in opened if is_hotfix(one, model.release, one.base)]
        for one in hotfixes(model, standing, told, repairs):
            await self._parts.turn.take(one, opened, round_, current=False)
        for ask in asks:
            await self._take_back(ask, standing, round_)
        await self._hold(standing.milestones)
        await self._alarms.set(self._conversation, self._next(seen, standing, wake_at))

    async def _opened(self, model: Model) -> Sequence[Pull]:
        """The open pull requests into the branch of releases."""
        release, target = model.release, await self._parts.pulls.target(model)
        assert release is not None
        opened = await self._gateway.list_pulls(self._home, base=target)
        self._heads = frozenset(
            one.head_branch
            for one in opened
            if is_release(one, release, target) or is_hotfix(one, release, target)
        )
        return opened

    async def _take_back(self, ask: AskEvent, standing: Standing, round_: Round) -> None:
        """By what the issues remember now: the release may have gone out just before."""
        told = remembered(await self._dated.all(KIND))

        async def gathered(key: str) -> Seen:
            return await self._parts.turn.known(key, standing, told, round_)

        await self._parts.rollbacks.handle(ask, told, gathered, round_)

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
