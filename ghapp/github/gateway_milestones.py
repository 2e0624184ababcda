"""What the duties may ask of GitHub about milestones."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from ghapp.core.facts import Issue, RepoName
from ghapp.core.gate_facts import MovedAway
from ghapp.core.milestone import Milestone
from ghapp.github.gateway import ListState, State
from ghapp.github.priority import Priority


class MilestoneGateway(Protocol):
    """Milestones, and what is in them. Raises what `Gateway` raises."""

    async def list_milestones(
        self, repo: RepoName, *, priority: Priority = Priority.NORMAL
    ) -> Sequence[Milestone]:
        """All milestones, open and closed, by number. Unchanged pages cost nothing."""
        ...

    async def create_milestone(
        self,
        repo: RepoName,
        *,
        title: str,
        description: str,
        due_on: datetime | None,
        priority: Priority = Priority.NORMAL,
    ) -> Milestone:
        """A new milestone; `AlreadyThere` when one of this title exists, open or closed.

        Of `due_on` GitHub keeps a date: `ghapp.core.milestone.due_on` makes it one that stays.
        """
        ...

    async def edit_milestone(
        self,
        repo: RepoName,
        number: int,
        *,
        title: str | None = None,
        description: str | None = None,
        due_on: datetime | None = None,
        state: State | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Milestone:
        """Change what is given, in one call; `NotFound` when it has been deleted."""
        ...

    async def milestone_items(
        self,
        repo: RepoName,
        number: int,
        *,
        state: ListState = "open",
        priority: Priority = Priority.NORMAL,
    ) -> Sequence[Issue]:
        """The issues and pull requests (`is_pull`) in a milestone, by number; all of them, or it raises."""
        ...

    async def set_milestone(
        self,
        repo: RepoName,
        number: int,
        milestone: int | None,
        *,
        priority: Priority = Priority.NORMAL,
    ) -> Issue:
        """Put an issue or pull request into a milestone, be it closed, or with None out of any."""
        ...

    async def moved_away(
        self,
        repo: RepoName,
        title: str,
        since: datetime,
        *,
        priority: Priority = Priority.NORMAL,
    ) -> Sequence[MovedAway]:
        """What was taken out of the milestone of a title at or after an instant, the oldest first.

        `Unavailable` when so much has happened since that GitHub's list does not reach back to it.
        """
        ...
