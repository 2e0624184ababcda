"""Does what is next for a release, one step at a time; each step may be tried again, and adopts what is there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import structlog

from ghapp.core.effects import Say
from ghapp.core.facts import RepoName
from ghapp.core.marker import Marker
from ghapp.core.milestone import Milestone, as_set, described
from ghapp.core.release import (
    CarryOver,
    CloseIssue,
    CloseMilestone,
    HandOver,
    OpenBranch,
    OpenIssue,
    OpenPull,
    Phase,
    Publish,
    RecordGate,
    Step,
    Tag,
    Tell,
)
from ghapp.core.release_state import KIND, ReleaseState
from ghapp.duties.dated import Dated
from ghapp.duties.release_carry import CarryingOver
from ghapp.duties.release_gate import GateKeeper, said
from ghapp.duties.release_pulls import ReleasePulls, with_pull
from ghapp.duties.release_texts import ReleaseTexts
from ghapp.duties.release_view import Seen
from ghapp.github.errors import AlreadyThere, NotFound
from ghapp.github.gateway import Gateway
from ghapp.github.gateway_milestones import MilestoneGateway
from ghapp.github.gateway_releases import ReleaseGateway
from ghapp.github.reconciler import Reconciler
from ghapp.model.names import same_login
from ghapp.model.types import Model

log = structlog.get_logger(__name__)


class Forge(Gateway, MilestoneGateway, ReleaseGateway, Protocol):
    """What of GitHub is needed here."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a step may need of the others.

    `taking` are the milestones that unfinished work may go to, `states` what each release remembers, by key.
    """

    model: Model
    taking: tuple[Milestone, ...]
    states: Mapping[str, ReleaseState]

    def others(self, seen: Seen) -> list[ReleaseState]:
        """What the other releases remember."""
        return [state for key, state in self.states.items() if key != seen.key]


class ReleaseWork:
    """Carries steps out on GitHub, and notes them in what is seen of the release."""

    def __init__(
        self,
        *,
        gateway: Forge,
        dated: Dated,
        reconciler: Reconciler,
        pulls: ReleasePulls,
        carrying: CarryingOver,
        gate: GateKeeper,
        texts: ReleaseTexts,
        home: RepoName,
    ) -> None:
        self._gateway = gateway
        self._dated = dated
        self._reconciler = reconciler
        self._pulls = pulls
        self._carrying = carrying
        self._gate = gate
        self._texts = texts
        self._home = home

    async def do(self, step: Step, seen: Seen, round_: Round) -> bool:
        """Do one step; false when what follows has to wait for people.

        Raises:
            GitHubError: GitHub could not be asked or told; the same step may be done again.
        """
        match step:
            case OpenIssue():
                return await self._open_issue(seen)
            case OpenBranch() | OpenPull():
                return await self._cut(step, seen, round_.model)
            case Tell(phase):
                await self._tell(phase, seen, round_.model)
            case RecordGate():
                await self._record_gate(seen)
            case Tag(tag, sha):
                await self._tag(tag, sha, seen)
            case Publish():
                await self._publish(seen, round_.model)
            case CarryOver() | CloseMilestone() | HandOver() | CloseIssue():
                await self._settle(step, seen, round_)
        return True

    async def write(self, seen: Seen, *, close: bool = False) -> None:
        """Bring the issue's own part up to date, in one call or none, and perhaps close it."""
        if seen.issue is not None:
            text = self._texts.issue(seen, over=close or seen.state.over)
            seen.issue = await self._dated.edit(seen.issue, text, close=close)

    async def say(
        self, seen: Seen, number: int, occasion: str, template: str, **facts: Any
    ) -> None:
        """Comment on an issue once for an occasion in the life of a release."""
        say = Say(f"{KIND}:{seen.key}:{occasion}", template)
        body = self._texts.plain(f"{template}.md", seen=seen, **facts)
        await self._reconciler.say(self._home, number, say, body, look=True)

    async def assign(self, seen: Seen) -> None:
        """Give the issue to another captain when OWNERS.yaml names another; whom people assigned stays."""
        issue, before = seen.issue, seen.state.captain
        if issue is None or not issue.open or before == seen.captain:
            return
        if before is not None and any(same_login(before, one) for one in issue.assignees):
            await self._gateway.remove_assignees(self._home, issue.number, [before])
        await self._gateway.add_assignees(self._home, issue.number, [seen.captain])
        seen.state = replace(seen.state, captain=seen.captain)

    async def _open_issue(self, seen: Seen) -> bool:
        """There is one of each key for ever: where somebody has deleted it, the release is theirs."""
        seen.state = replace(seen.state, captain=seen.captain)
        mark = Marker(KIND, seen.key)
        seen.issue = await self._dated.open(
            mark,
            title=self._texts.title(seen),
            body=self._texts.issue(seen),
            below=self._texts.boxes(seen),
            assignees=(seen.captain,),
        ) or await self._dated.find(mark)
        if seen.issue is None:
            log.warning("release_issue_gone", key=seen.key)
        return seen.issue is not None

    async def _cut(self, step: OpenBranch | OpenPull, seen: Seen, model: Model) -> bool:
        """The name is written down before anything bears it, so that it stays the same whatever happens."""
        await self.write(seen)
        if isinstance(step, OpenBranch):
            head = await self._pulls.begin(seen, model)
            seen.facts = replace(seen.facts, branch=head)
            return head is not None
        assert seen.facts.branch is not None
        pull = await self._pulls.open(seen, model, seen.facts.branch)
        with_pull(seen, pull)
        return pull is not None

    async def _tell(self, phase: Phase, seen: Seen, model: Model) -> None:
        assert model.release is not None
        if seen.issue is not None:
            label = model.release.hotfix.label
            facts = {"phase": phase.value, "to": seen.captain, "hotfix": label}
            await self.say(seen, seen.issue.number, phase.value, "release_told", **facts)
        seen.state = replace(seen.state, recorded=seen.state.recorded | {phase})
        log.info("release_told", key=seen.key, phase=phase.value)

    async def _record_gate(self, seen: Seen) -> None:
        """On the issue before anything is carried over, since the gate is about the milestone as it was."""
        assert seen.pull is not None
        verdict = await self._gate.verdict(seen.pull)
        seen.state = replace(seen.state, gate=said(verdict, seen.pull))
        await self.write(seen)

    async def _tag(self, tag: str, sha: Any, seen: Seen) -> None:
        try:
            await self._gateway.create_tag(self._home, tag, sha)
        except AlreadyThere:
            log.info("tag_adopted", key=seen.key, tag=tag)
        seen.facts = replace(seen.facts, tag=sha)

    async def _publish(self, seen: Seen, model: Model) -> None:
        assert seen.facts.tag is not None
        body = await self._pulls.release_notes(seen, model)
        try:
            await self._gateway.create_release(
                self._home, tag=seen.tag, target=seen.facts.tag, name=seen.name, body=body
            )
        except AlreadyThere:
            log.info("release_adopted", key=seen.key, tag=seen.tag)
        seen.facts = replace(seen.facts, published=True)

    async def _settle(
        self,
        step: CarryOver | CloseMilestone | HandOver | CloseIssue,
        seen: Seen,
        round_: Round,
    ) -> None:
        match step:
            case CarryOver():
                await self._carry_over(seen, round_)
            case CloseMilestone():
                await self._close_milestone(seen)
            case HandOver():
                await self._hand_over(seen)
            case CloseIssue():
                await self.write(seen, close=True)

    async def _carry_over(self, seen: Seen, round_: Round) -> None:
        assert round_.model.release is not None
        await self._carrying.carry(
            seen,
            round_.taking,
            round_.others(seen),
            blockers=round_.model.release.gate.blockers,
            write=lambda: self.write(seen),
        )
        if seen.issue is not None and seen.state.told:
            await self.say(
                seen,
                seen.issue.number,
                "carried",
                "carried",
                moves=seen.state.carried,
                stranded=seen.state.stranded,
                target=self._carrying.target(seen, round_.taking),
            )
        seen.facts = replace(seen.facts, unfinished=0)

    async def _close_milestone(self, seen: Seen) -> None:
        milestone = seen.milestone
        assert milestone is not None
        key = seen.key.removeprefix("hotfix:")
        now_set = replace(as_set(milestone), closed=True)
        text = described(key, now_set, milestone.description, series=seen.series)
        try:
            seen.milestone = await self._gateway.edit_milestone(
                self._home, milestone.number, description=text, state="closed"
            )
        except NotFound:
            log.info("milestone_gone", key=seen.key, milestone=milestone.number)
        seen.facts = replace(seen.facts, milestone_open=False)

    async def _hand_over(self, seen: Seen) -> None:
        """On the issue of the next release, where there is one by now."""
        following = seen.next
        issue = seen.issue if following is None or following.issue is None else following.issue
        if issue is not None:
            facts = {"to": seen.facts.next_captain, "next": following}
            await self.say(seen, issue.number, "handed-over", "handed_over", **facts)
        seen.state = replace(seen.state, handed_over=True)
        seen.facts = replace(seen.facts, handed_over=True)
