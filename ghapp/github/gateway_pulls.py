"""What the duties may ask of GitHub about pull requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from ghapp.core.facts import RepoName, Sha
from ghapp.core.pull_request import ChangedFile, Commit, Pull, Review
from ghapp.github.gateway import ListState, State
from ghapp.github.priority import Priority
from ghapp.model.names import Login

T = TypeVar("T")

MOST_FILES = 3000
MOST_COMMITS = 250
"""GitHub lists no more of a pull request's files and commits than these.

https://docs.github.com/en/rest/pulls/pulls
"""

MOST_COMPARED = 300
"""Nor of the files of a comparison: https://docs.github.com/en/rest/commits/commits#compare-two-commits"""


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """What GitHub lists; if not `complete`, there is more that it does not."""

    items: tuple[T, ...]
    complete: bool = True


class PullGateway(Protocol):
    """Pull requests. Raises what `Gateway` raises."""

    async def get_pull(
        self, repo: RepoName, number: int, *, priority: Priority = Priority.NORMAL
    ) -> Pull:
        """One pull request as it is now; `NotFound` when that number is an issue's."""
        ...

    async def list_pulls(
        self,
        repo: RepoName,
        *,
        state: ListState = "open",
        head: str | None = None,
        base: str | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Sequence[Pull]:
        """All pull requests by number, of a branch of the repository and into one if so wanted."""
        ...

    async def pull_files(
        self, repo: RepoName, number: int, *, priority: Priority = Priority.NORMAL
    ) -> Listing[ChangedFile]:
        """The files that it changes against its base; incomplete from 3,000 on. One call per hundred."""
        ...

    async def changed_between(
        self, repo: RepoName, base: str, head: str, *, priority: Priority = Priority.NORMAL
    ) -> Listing[ChangedFile]:
        """The files that `head` changes since it left `base`; incomplete from 300 on. `NotFound` if one is gone."""
        ...

    async def pull_reviews(
        self, repo: RepoName, number: int, *, priority: Priority = Priority.NORMAL
    ) -> Listing[Review]:
        """Every submitted review, the oldest first."""
        ...

    async def pull_commits(
        self, pull: Pull, *, priority: Priority = Priority.NORMAL
    ) -> Listing[Commit]:
        """Its commits, the oldest first; incomplete beyond 250, and when the head is not among them."""
        ...

    async def unchanged_since(
        self, pull: Pull, *, priority: Priority = Priority.NORMAL
    ) -> datetime | None:
        """When it was opened, became ready for review or got its head, whichever was last; None if GitHub does not say.

        Of a fork's branch nothing is known. Two calls.
        """
        ...

    async def pulls_of_commit(
        self, repo: RepoName, sha: Sha, *, priority: Priority = Priority.NORMAL
    ) -> Sequence[int]:
        """The open pull requests that a commit is in."""
        ...

    async def propose(
        self,
        repo: RepoName,
        *,
        title: str,
        body: str,
        head: str,
        base: str,
        draft: bool = False,
        priority: Priority = Priority.NORMAL,
    ) -> Pull:
        """Open a pull request of a branch; `AlreadyThere` when it has an open one into that base.

        `Refused` when there is nothing between the two.
        """
        ...

    async def edit_pull(
        self,
        repo: RepoName,
        number: int,
        *,
        title: str | None = None,
        body: str | None = None,
        state: State | None = None,
        base: str | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Pull:
        """Change what is given, in one call."""
        ...

    async def request_reviewers(
        self,
        repo: RepoName,
        number: int,
        people: Sequence[Login],
        *,
        priority: Priority = Priority.NORMAL,
    ) -> Pull:
        """Request reviews beside those requested; `Refused` (422), and nobody is asked, if one of them cannot be."""
        ...

    async def unrequest_reviewers(
        self,
        repo: RepoName,
        number: int,
        people: Sequence[Login],
        *,
        priority: Priority = Priority.NORMAL,
    ) -> Pull:
        """Take requests back; that there was none is fine."""
        ...

    async def team_members(
        self, repo: RepoName, team: str, *, priority: Priority = Priority.NORMAL
    ) -> frozenset[Login] | None:
        """The members of a team of the repository's organisation; None when there is none, or it may not be seen."""
        ...

    async def is_known(self, repo: RepoName, login: Login) -> bool:
        """Whether there is an account of that name."""
        ...
