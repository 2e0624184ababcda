"""What the duties may ask of GitHub about a backlog as a whole, and about what has happened to one item of it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ghapp.core.facts import RepoName
from ghapp.core.history import Happening
from ghapp.core.item import Item
from ghapp.github.gateway import ListState
from ghapp.github.gateway_pulls import Listing
from ghapp.github.priority import Priority


@dataclass(frozen=True, slots=True)
class Listed:
    """An issue or pull request of a listing, without its history; `closed_at` (UTC) is None while it is open."""

    item: Item
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """Everything that has happened to an item, in any order, and how many calls it took to read."""

    happenings: tuple[Happening, ...]
    calls: int = 1


class BacklogGateway(Protocol):
    """The backlog. Raises what `Gateway` raises."""

    def open_items(
        self, repo: RepoName, *, priority: Priority = Priority.NORMAL
    ) -> AsyncIterator[Sequence[Item]]:
        """Every open issue and pull request, a page at a time; one may be on two pages, none is left out.

        What is opened meanwhile need not be among them. One call for each hundred, and one or two more.
        """
        ...

    async def changed_items(
        self,
        repo: RepoName,
        since: datetime,
        *,
        state: ListState = "all",
        pages: int = 1,
        priority: Priority = Priority.NORMAL,
    ) -> Listing[Listed]:
        """What was changed at or after an instant of GitHub's clock, the latest first; incomplete beyond the pages."""
        ...

    async def get_item(
        self, repo: RepoName, number: int, *, priority: Priority = Priority.NORMAL
    ) -> Listed:
        """An issue or pull request as it is now."""
        ...

    async def past(self, item: Item, *, priority: Priority = Priority.NORMAL) -> Past:
        """What has happened to an item, at least until it was as it is given."""
        ...

    async def assignees_of(
        self, repo: RepoName, *, priority: Priority = Priority.NORMAL
    ) -> frozenset[str] | None:
        """Whom issues can be assigned to, in lower case; None where that cannot be asked. Unchanged pages are free."""
        ...
