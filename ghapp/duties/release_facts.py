"""Gathers what GitHub knows of a release, and asks only for what its next step depends on."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol

import structlog

from ghapp.core.facts import RepoName
from ghapp.core.milestone import Milestone, as_set
from ghapp.core.pull_request import Pull
from ghapp.core.release import BRANCHES, OVER, Phase, ReleaseFacts, phase
from ghapp.core.release_pull import is_hotfix, is_release, of_release
from ghapp.core.release_state import ReleaseState
from ghapp.core.version import Bump, is_counted, is_semantic, next_name
from ghapp.duties import release_changes
from ghapp.duties.release_carry import CarryingOver
from ghapp.duties.release_pulls import ReleasePulls, with_pull
from ghapp.duties.release_view import GivenUp, Seen
from ghapp.github.errors import NotFound
from ghapp.github.gateway import Gateway
from ghapp.github.gateway_milestones import MilestoneGateway
from ghapp.github.gateway_pulls import PullGateway
from ghapp.github.gateway_releases import ReleaseGateway
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

_ENDING: Final = OVER | {Phase.MERGED, Phase.TAGGED}


class Forge(Gateway, PullGateway, MilestoneGateway, ReleaseGateway, Protocol):
    """What of GitHub is needed here."""


class Gathering:
    """Fills in the facts of a release."""

    def __init__(
        self,
        gateway: Forge,
        pulls: ReleasePulls,
        carrying: CarryingOver,
        home: RepoName,
        now: Callable[[], datetime],
    ) -> None:
        self._gateway = gateway
        self._pulls = pulls
        self._carrying = carrying
        self._home = home
        self._now = now

    async def gather(
        self,
        seen: Seen,
        model: Model,
        *,
        opened: Sequence[Pull],
        milestones: Iterable[Milestone],
        others: Sequence[ReleaseState],
        current: bool,
    ) -> None:
        """Set `seen.facts`.

        `opened` are the open pull requests into the branch of releases, `others` what the other releases remember;
        `current` says that a pull request that does not say of which release it is, is of this one.

        Raises:
            GitHubError: GitHub could not be asked.
        """
        release = model.release
        assert release is not None
        now = self._now()
        await self._find_pull(seen, model, opened, current=current)
        if seen.hotfix:
            await self._as_hotfix(seen, model)
        elif seen.pull is not None:
            dead = GivenUp(pull=seen.pull.number)
            seen.cancelled = dead if _is_dead(seen.pull) else None
        window = now >= seen.opens_at and not seen.cancelled and not seen.state.over
        late = now - seen.at > release.catch_up
        begun = seen.state.name or not (late or seen.superseded)
        alive = seen.pull is not None and not seen.cancelled and not seen.state.over
        if alive or (window and seen.pull is None and begun):
            await self._cut(seen, model, others, milestones)
        self._forget(seen)
        facts = await self._at_github(seen, window, counted=is_counted(release.name))
        if phase(facts, now, release.catch_up) in _ENDING or facts.superseded:
            unfinished = 0
            if seen.carries_over:
                unfinished = await self._carrying.unfinished(seen, milestones, others)
            facts = replace(facts, unfinished=unfinished)
        seen.facts = facts

    async def _find_pull(
        self, seen: Seen, model: Model, opened: Sequence[Pull], *, current: bool
    ) -> None:
        """The pull request that was its own before, else an open one that is now; a new one is as good as the first."""
        release = model.release
        assert release is not None
        number = seen.state.pull
        if number is not None and seen.pull is None:
            there = next((one for one in opened if one.number == number), None)
            try:
                with_pull(seen, there or await self._gateway.get_pull(self._home, number))
            except NotFound:
                seen.state = replace(seen.state, pull=None)
        if seen.hotfix or seen.state.over or (seen.pull is not None and not _is_dead(seen.pull)):
            return
        branch = await self._pulls.target(model)
        milestone = None if seen.milestone is None else seen.milestone.number
        for one in opened:
            ours = of_release(one, seen.tag, milestone, current=current)
            if ours and is_release(one, release, branch):
                with_pull(seen, one)
                return
        if seen.pull is None and seen.state.name:
            with_pull(seen, await self._pulls.of_branch(seen, model))

    async def _as_hotfix(self, seen: Seen, model: Model) -> None:
        """It is over for good when its pull request is closed, or is no hotfix any more."""
        pull, release = seen.pull, model.release
        assert release is not None
        if pull is None or pull.merged_at is not None:
            return
        if not pull.open:
            seen.cancelled, seen.superseded = GivenUp(pull=pull.number), True
        elif not is_hotfix(pull, release, await self._pulls.target(model)):
            seen.cancelled, seen.pull = GivenUp(pull=pull.number, unlabeled=True), None

    async def _cut(
        self,
        seen: Seen,
        model: Model,
        others: Iterable[ReleaseState],
        milestones: Iterable[Milestone],
    ) -> None:
        """Find out whether there is anything to release; if so, or if people say so, it gets its name."""
        release = model.release
        assert release is not None
        if seen.state.name:
            seen.ships = True
            return
        head = await self._pulls.head()
        if head is None:
            return
        found = await release_changes.changes(self._gateway, self._home, head)
        ahead = await self._is_ahead(model)
        if ahead is None and seen.pull is None:
            return
        seen.ships = found.ships and ahead is not False
        if not seen.ships and seen.pull is None:
            seen.state = replace(seen.state, since=found.since, since_at=found.since_at)
            return
        name = seen.name
        if seen.hotfix or is_counted(release.name):
            taken = {*await self._gateway.list_tags(self._home), *(one.name for one in others)}
            if seen.hotfix and not is_semantic(release.name):
                taken |= {as_set(one).title for one in milestones}
            was = None if seen.milestone is None else as_set(seen.milestone).due
            day = was or seen.planned or seen.at.date()
            bump = max(found.bump, Bump.PATCH)
            name = next_name(release.name, day, taken - {""}, bump, hotfix=seen.hotfix)
        seen.state = replace(seen.state, name=name, since=found.since, since_at=found.since_at)

    async def _is_ahead(self, model: Model) -> bool | None:
        """Whether there is anything that the branch of releases has not got; None when there is no such branch."""
        source, target = await self._pulls.source(), await self._pulls.target(model)
        if source == target:
            return True
        try:
            found = await self._gateway.compare(self._home, target, source)
        except NotFound:
            log.warning("release_branch_missing", branch=target)
            return None
        return found.ahead_by > 0

    def _forget(self, seen: Seen) -> None:
        """What was cancelled and is so no more may be cancelled again, and then that is told again."""
        if not seen.cancelled and Phase.CANCELLED in seen.state.recorded:
            recorded = seen.state.recorded - {Phase.CANCELLED}
            seen.state = replace(seen.state, recorded=recorded)

    async def _at_github(self, seen: Seen, window: bool, *, counted: bool) -> ReleaseFacts:
        """With the branch and the tag, as far as they matter."""
        facts = seen.stands()
        pull = seen.pull
        if pull is None and window and seen.state.name:
            head = await self._gateway.branch_head(self._home, f"{BRANCHES}{seen.tag}")
            facts = replace(facts, branch=head)
        merged = pull is not None and pull.merged_at is not None
        by_hand = window and pull is None and (seen.state.name or not counted)
        if merged or by_hand or Phase.RELEASED in seen.state.recorded:
            facts = await self._released(seen, facts)
        return facts

    async def _released(self, seen: Seen, facts: ReleaseFacts) -> ReleaseFacts:
        """A listing that is empty costs nothing the second time, a tag that is not found does."""
        if seen.tag not in await self._gateway.list_tags(self._home, prefix=seen.tag):
            return facts
        tag = await self._gateway.tag(self._home, seen.tag)
        found = await self._gateway.release_of_tag(self._home, seen.tag)
        return replace(facts, tag=tag, published=found is not None)


def _is_dead(pull: Pull) -> bool:
    """Whether it was closed without being merged."""
    return not pull.open and pull.merged_at is None
