"""One release at one look: what is known of it, what is next, and what has to follow from that."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog

from ghapp.core.facts import RepoName
from ghapp.core.milestone import HOTFIX, AsSet, described, is_marked, retitled
from ghapp.core.pull_request import Pull
from ghapp.core.release import next_steps
from ghapp.core.release_state import pull_of
from ghapp.duties.milestones import Milestones, Standing
from ghapp.duties.records import Memory
from ghapp.duties.release_facts import Gathering
from ghapp.duties.release_pulls import ReleasePulls
from ghapp.duties.release_view import Remembered, Seen, hotfix, view
from ghapp.duties.release_work import ReleaseWork, Round
from ghapp.github.errors import AlreadyThere, Refused
from ghapp.github.gateway_milestones import MilestoneGateway

log = structlog.get_logger(__name__)

HELD: Final = "milestone-items"
"""The kind of the memory of what each milestone holds, for the day on which somebody deletes it."""


class ReleaseTurn:
    """Takes each release one turn further."""

    def __init__(
        self,
        *,
        gateway: MilestoneGateway,
        milestones: Milestones,
        gathering: Gathering,
        work: ReleaseWork,
        pulls: ReleasePulls,
        memory: Memory,
        home: RepoName,
        now: Callable[[], datetime],
    ) -> None:
        self._gateway = gateway
        self._milestones = milestones
        self._gathering = gathering
        self._work = work
        self._pulls = pulls
        self._memory = memory
        self._home = home
        self._now = now

    async def take(
        self, seen: Seen, opened: Sequence[Pull], round_: Round, *, current: bool
    ) -> None:
        """Bring a release to where it should be; what GitHub refuses for good stops no other.

        Raises:
            GitHubError: GitHub could not be asked or told, or does not let the App in.
        """
        try:
            await self._take(seen, opened, round_, current=current)
        except Refused as refused:
            if refused.status in {401, 403}:
                raise
            log.exception("release_refused", key=seen.key)

    async def known(self, key: str, standing: Standing, told: Remembered, round_: Round) -> Seen:
        """What is known of the release of a key, be it long over."""
        make = view if pull_of(key) is None else hotfix
        seen = make(key, round_.model, standing, told)
        await self._gather(seen, (), round_, current=False)
        return seen

    async def _take(
        self, seen: Seen, opened: Sequence[Pull], round_: Round, *, current: bool
    ) -> None:
        model, work = round_.model, self._work
        assert model.release is not None
        await self._gather(seen, opened, round_, current=current)
        if seen.final and seen.milestone is None:
            await self._orphaned(seen)
        for step in next_steps(seen.facts, self._now(), model.release.catch_up):
            if not await work.do(step, seen, round_):
                return
        if seen.hotfix:
            await self._of_its_own(seen)
        await self._name(seen)
        await self._pulls.keep(seen, model)
        await work.assign(seen)
        if seen.issue is not None and seen.issue.open:
            await work.write(seen)

    async def _gather(
        self, seen: Seen, opened: Sequence[Pull], round_: Round, *, current: bool
    ) -> None:
        await self._gathering.gather(
            seen,
            round_.model,
            opened=opened,
            milestones=round_.taking,
            others=round_.others(seen),
            current=current,
        )

    async def _of_its_own(self, seen: Seen) -> None:
        """A hotfix has a milestone of its own, which its pull request is in unless people put it elsewhere.

        It is begun once the issue remembers its name; a title that people have used already is left to them.
        """
        pull = seen.pull
        if pull is None or not pull.open or seen.issue is None:
            return
        if seen.milestone is None:
            await self._work.write(seen)
            key = str(pull.number)
            text = described(key, AsSet(seen.name, None), series=HOTFIX)
            try:
                seen.milestone = await self._gateway.create_milestone(
                    self._home, title=seen.name, description=text, due_on=None
                )
            except AlreadyThere:
                await self._adopt(seen, text)
        if seen.milestone is not None and pull.milestone is None:
            await self._gateway.set_milestone(self._home, pull.number, seen.milestone.number)
        if seen.milestone is not None:
            number, title = seen.milestone.number, seen.milestone.title
            seen.state = replace(seen.state, milestone=number, title=title)
            seen.facts = replace(seen.facts, milestone=number, milestone_open=seen.milestone.open)

    async def _adopt(self, seen: Seen, description: str) -> None:
        """Take a milestone that people have made for the hotfix."""
        there = await self._gateway.list_milestones(self._home)
        found = next((one for one in there if one.title == seen.name), None)
        if found is None or is_marked(found):
            log.warning("milestone_title_taken", key=seen.key, title=seen.name)
            return
        text = f"{found.description}\n\n{description}".strip()
        seen.milestone = await self._gateway.edit_milestone(
            self._home, found.number, description=text
        )

    async def _name(self, seen: Seen) -> None:
        """The milestone is called what the release is called, unless people have named it."""
        milestone = seen.milestone
        if milestone is None or not seen.state.name or seen.state.over:
            return
        wanted = retitled(milestone, seen.state.name)
        if wanted is not None:
            seen.milestone = await self._milestones.retitle(milestone, *wanted)
            seen.state = replace(seen.state, title=seen.milestone.title)

    async def _orphaned(self, seen: Seen) -> None:
        """GitHub has only detached what a deleted milestone held, and cannot say any more what that was."""
        held = await self._memory.memory_get(HELD, str(seen.state.milestone))
        if held and not seen.state.orphans:
            seen.state = replace(seen.state, orphans=tuple(held))
