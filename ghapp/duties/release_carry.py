"""Moves what a release did not finish to the next milestone, and writes down first what moves."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

import structlog

from ghapp.core import carry_over
from ghapp.core.carry_over import Item, target_of
from ghapp.core.facts import Issue, RepoName
from ghapp.core.milestone import Milestone
from ghapp.core.release_state import Carried, ReleaseState, carry_counts
from ghapp.duties.release_view import Seen
from ghapp.github.errors import Gone, NotFound
from ghapp.github.gateway import Gateway
from ghapp.github.gateway_milestones import MilestoneGateway

log = structlog.get_logger(__name__)


class Forge(Gateway, MilestoneGateway, Protocol):
    """What of GitHub is needed here."""


class CarryingOver:
    """One carry-over per release, however often it is interrupted."""

    def __init__(self, gateway: Forge, home: RepoName) -> None:
        self._gateway = gateway
        self._home = home

    async def unfinished(
        self, seen: Seen, milestones: Iterable[Milestone], states: Iterable[ReleaseState]
    ) -> int:
        """How many items still have to move, or to be told of; 0 when the carry-over is over.

        Raises:
            GitHubError: GitHub could not be asked.
        """
        milestone, state = seen.milestone, seen.state
        if milestone is None:
            return 0
        untold = bool(state.carried) and not state.told
        if not milestone.open_issues:
            return int(untold)
        plan = await self._plan(seen, milestones, states, ())
        waiting = plan.moves or [one for one in plan.stranded if one.number not in state.stranded]
        return len(waiting) or int(untold)

    async def carry(
        self,
        seen: Seen,
        milestones: Sequence[Milestone],
        states: Iterable[ReleaseState],
        *,
        blockers: Collection[str],
        write: Callable[[], Awaitable[None]],
    ) -> None:
        """Move what moves; `write` puts what the release remembers into its issue.

        What moves, and how often it has, is written down before the first item moves: nobody could tell afterwards.

        Raises:
            GitHubError: GitHub could not be asked or told; what has moved by then is written down.
        """
        plan = await self._plan(seen, milestones, states, blockers)
        listed = {one.number: one for one in seen.state.carried}
        for move in plan.moves:
            listed.setdefault(
                move.number, Carried(number=move.number, times=move.times, blocks=move.blocks)
            )
        ordered = sorted(listed.values(), key=lambda one: not one.blocks)
        seen.state = replace(
            seen.state,
            carried=tuple(ordered),
            carried_to=plan.target.number if plan.target and ordered else None,
            stranded=tuple(one.number for one in plan.stranded),
        )
        if plan.moves:
            await write()
        for move in plan.moves:
            await self._move(move)
        seen.state = replace(seen.state, told=bool(ordered or seen.state.stranded))
        log.info("carried_over", key=seen.key, moved=len(plan.moves), left=len(plan.stranded))

    def target(self, seen: Seen, milestones: Iterable[Milestone]) -> Milestone | None:
        """The milestone to which the release's unfinished items went."""
        to = seen.state.carried_to
        return next((one for one in milestones if one.number == to), None)

    async def _move(self, move: carry_over.Move) -> None:
        """The label first: once it has moved, nobody looks at it again."""
        try:
            if move.label is not None:
                await self._gateway.add_labels(self._home, move.number, [move.label])
            await self._gateway.set_milestone(self._home, move.number, move.to)
        except (NotFound, Gone):
            log.info("item_gone", item=move.number)

    async def _plan(
        self,
        seen: Seen,
        milestones: Iterable[Milestone],
        states: Iterable[ReleaseState],
        blockers: Collection[str],
    ) -> carry_over.CarryOver:
        source = seen.milestone
        assert source is not None
        items = await self._gateway.milestone_items(self._home, source.number)
        return carry_over.carry_over(
            source,
            [_item(one) for one in items],
            target_of(source, milestones),
            blockers=blockers,
            counts=carry_counts(states),
        )


def _item(issue: Issue) -> Item:
    return Item(
        number=issue.number,
        title=issue.title,
        open=issue.open,
        labels=issue.labels,
        is_pull=issue.is_pull,
    )
