"""What every gateway to milestones does, be GitHub real or in memory; a class of tests to inherit from."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Protocol

import pytest

from ghapp.core.facts import RepoName
from ghapp.core.milestone import Milestone, due_on, shown
from ghapp.github.errors import AlreadyThere, NotFound
from ghapp.github.gateway_milestones import MilestoneGateway

HOME = RepoName("acme/ops")
START = datetime(2020, 1, 1, tzinfo=UTC)
SUMMER, WINTER = date(2026, 7, 7), date(2026, 11, 24)


class MilestonesWorld(Protocol):
    """A GitHub with the repository `acme/ops`."""

    milestones: MilestoneGateway

    async def opens(self, login: str, title: str, labels: Sequence[str] = ()) -> int:
        """A person opens an issue."""
        ...

    async def closes(self, login: str, number: int) -> None:
        """A person closes an issue."""
        ...

    async def proposes(self, branch: str, *, draft: bool = False) -> int:
        """Alice opens a pull request of a branch that changes a file; its number."""
        ...

    async def adds_milestone(self, title: str) -> None:
        """A person adds a milestone."""
        ...

    async def moves(self, login: str, number: int, to: int | None) -> None:
        """A person puts an issue into another milestone, or takes it out."""
        ...

    async def later(self) -> None:
        """Some seconds pass, so that GitHub's timestamps differ."""
        ...

    async def deletes_milestone(self, number: int) -> None:
        """A person deletes a milestone."""
        ...

    def counted(self) -> int:
        """The calls that GitHub has counted so far, but for authentication."""
        ...


class MilestonesContract:
    """Inherit, and give the fixture `world`."""

    @pytest.fixture
    def milestones(self, world: MilestonesWorld) -> MilestoneGateway:
        return world.milestones

    @pytest.fixture
    async def winter(self, milestones: MilestoneGateway) -> Milestone:
        return await milestones.create_milestone(
            HOME, title="2026-11-24", description="The plan.\n", due_on=due_on(WINTER)
        )

    async def test_creates(self, milestones: MilestoneGateway, winter: Milestone) -> None:
        assert (winter.title, winter.description) == ("2026-11-24", "The plan.\n")
        assert (winter.open, shown(winter.due_on)) == (True, WINTER)
        assert await milestones.list_milestones(HOME) == [winter]

    @pytest.mark.parametrize("day", [SUMMER, WINTER])
    async def test_the_date_stays_whatever_github_makes_of_the_time(
        self, milestones: MilestoneGateway, day: date
    ) -> None:
        made = await milestones.create_milestone(
            HOME, title="t", description="", due_on=due_on(day)
        )
        assert shown(made.due_on) == day
        assert made.due_on is not None
        assert made.due_on.hour in {7, 8}

    async def test_a_milestone_without_a_date(self, milestones: MilestoneGateway) -> None:
        made = await milestones.create_milestone(HOME, title="Later", description="", due_on=None)
        assert made.due_on is None

    async def test_a_title_is_taken_even_by_a_closed_one(
        self, milestones: MilestoneGateway, winter: Milestone
    ) -> None:
        await milestones.edit_milestone(HOME, winter.number, state="closed")
        with pytest.raises(AlreadyThere):
            await milestones.create_milestone(HOME, title="2026-11-24", description="", due_on=None)
        later = await milestones.create_milestone(HOME, title="Later", description="", due_on=None)
        with pytest.raises(AlreadyThere):
            await milestones.edit_milestone(HOME, later.number, title="2026-11-24")

    async def test_changes_what_is_given(
        self, milestones: MilestoneGateway, winter: Milestone
    ) -> None:
        moved = await milestones.edit_milestone(HOME, winter.number, due_on=due_on(SUMMER))
        assert (shown(moved.due_on), moved.title, moved.description) == (
            SUMMER,
            winter.title,
            "The plan.\n",
        )
        closed = await milestones.edit_milestone(HOME, winter.number, state="closed")
        assert (closed.open, shown(closed.due_on)) == (False, SUMMER)
        opened = await milestones.edit_milestone(
            HOME, winter.number, state="open", title="Summer", description=""
        )
        assert (opened.open, opened.title, opened.description) == (True, "Summer", "")

    async def test_lists_open_and_closed_by_number(self, milestones: MilestoneGateway) -> None:
        numbers = []
        for title in ("b", "c", "a"):
            made = await milestones.create_milestone(HOME, title=title, description="", due_on=None)
            numbers.append(made.number)
        await milestones.edit_milestone(HOME, numbers[1], state="closed")
        found = await milestones.list_milestones(HOME)
        assert [one.number for one in found] == numbers

    async def test_m15_more_than_a_page(
        self, milestones: MilestoneGateway, world: MilestonesWorld
    ) -> None:
        titles = {f"Week {number}" for number in range(103)}
        for title in titles:
            await world.adds_milestone(title)
        found = await milestones.list_milestones(HOME)
        assert {one.title for one in found} == titles

    async def test_a_milestone_that_has_been_deleted(
        self, milestones: MilestoneGateway, winter: Milestone, world: MilestonesWorld
    ) -> None:
        await world.deletes_milestone(winter.number)
        with pytest.raises(NotFound):
            await milestones.edit_milestone(HOME, winter.number, description="Still?")
        assert await milestones.list_milestones(HOME) == []

    async def test_holds_issues_and_pull_requests(
        self, milestones: MilestoneGateway, winter: Milestone, world: MilestonesWorld
    ) -> None:
        issue = await world.opens("alice", "A bug")
        done = await world.opens("bob", "Done already")
        await world.opens("bob", "Elsewhere")
        pull = await world.proposes("topic")
        for number in (issue, done, pull):
            await milestones.set_milestone(HOME, number, winter.number)
        await world.closes("bob", done)

        async def items(state: str) -> list[tuple[int, bool]]:
            found = await milestones.milestone_items(HOME, winter.number, state=state)  # type: ignore[arg-type]
            return [(one.number, one.is_pull) for one in found]

        assert await items("open") == [(issue, False), (pull, True)]
        assert await items("closed") == [(done, False)]
        (counted,) = await milestones.list_milestones(HOME)
        assert (counted.open_issues, counted.closed_issues) == (2, 1)

        later = await milestones.create_milestone(HOME, title="Later", description="", due_on=None)
        await milestones.set_milestone(HOME, pull, later.number)
        await milestones.set_milestone(HOME, issue, None)
        assert await items("open") == []

    async def test_k02_tells_what_was_taken_out(
        self, milestones: MilestoneGateway, winter: Milestone, world: MilestonesWorld
    ) -> None:
        numbers = [await world.opens("alice", title) for title in ("Early", "Late", "Stays")]
        later = await milestones.create_milestone(HOME, title="Later", description="", due_on=None)
        for number in numbers:
            await milestones.set_milestone(HOME, number, winter.number)
        await world.moves("bob", numbers[0], None)
        await world.later()
        await world.moves("bob", numbers[1], later.number)
        both = await milestones.moved_away(HOME, winter.title, START)
        assert [(one.number, one.by) for one in both] == [(number, "bob") for number in numbers[:2]]
        assert await milestones.moved_away(HOME, winter.title, both[1].at) == [both[1]]
        assert await milestones.moved_away(HOME, "Later", START) == []

    async def test_a_closed_milestone_still_takes_issues(
        self, milestones: MilestoneGateway, winter: Milestone, world: MilestonesWorld
    ) -> None:
        await milestones.edit_milestone(HOME, winter.number, state="closed")
        number = await world.opens("alice", "A bug")
        await milestones.set_milestone(HOME, number, winter.number)
        found = await milestones.milestone_items(HOME, winter.number)
        assert [one.number for one in found] == [number]

    async def test_what_has_not_changed_is_free(
        self, milestones: MilestoneGateway, winter: Milestone, world: MilestonesWorld
    ) -> None:
        await milestones.list_milestones(HOME)
        await milestones.milestone_items(HOME, winter.number)
        before = world.counted()
        await milestones.list_milestones(HOME)
        await milestones.milestone_items(HOME, winter.number)
        assert world.counted() == before
