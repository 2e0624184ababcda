"""What the duties may ask of GitHub about releases: branches, tags, what lies between two, and release notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ghapp.core.facts import RepoName, Sha
from ghapp.github.priority import Priority
from ghapp.model.names import Login


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release as GitHub shows it; a draft has no instant of publication (UTC), and its tag may not exist."""

    id: int
    tag: str
    name: str
    body: str
    target: str
    draft: bool
    prerelease: bool
    author: Login
    author_is_app: bool
    created_at: datetime
    published_at: datetime | None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCommit:
    """A commit between two; `author` is `ghost` when GitHub knows no account for it."""

    sha: Sha
    message: str
    author: Login


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What the head has that the base has not; the oldest commit first.

    GitHub lists 300 files at most. If not `complete`, there are files or commits that are not listed.
    """

    base: Sha
    merge_base: Sha
    ahead_by: int
    behind_by: int
    commits: tuple[LoggedCommit, ...]
    paths: tuple[str, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Notes:
    """Release notes that GitHub has generated; they are not stored anywhere."""

    name: str
    body: str


class ReleaseGateway(Protocol):
    """Releases, tags and branches. Raises what `Gateway` raises."""

    async def list_releases(
        self, repo: RepoName, *, priority: Priority = Priority.NORMAL
    ) -> Sequence[Release]:
        """The latest hundred releases, drafts too, the newest first."""
        ...

    async def release_of_tag(
        self, repo: RepoName, tag: str, *, priority: Priority = Priority.NORMAL
    ) -> Release | None:
        """The published release of a tag; None when there is none."""
        ...

    async def create_release(
        self,
        repo: RepoName,
        *,
        tag: str,
        target: Sha,
        name: str,
        body: str,
        prerelease: bool = False,
        priority: Priority = Priority.NORMAL,
    ) -> Release:
        """Publish a release, creating the tag at `target` unless it is there; `AlreadyThere` if the tag has one."""
        ...

    async def edit_release(
        self,
        repo: RepoName,
        release_id: int,
        *,
        name: str | None = None,
        body: str | None = None,
        prerelease: bool | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Release:
        """Change what is given, in one call."""
        ...

    async def tag(
        self, repo: RepoName, name: str, *, priority: Priority = Priority.NORMAL
    ) -> Sha | None:
        """The commit that a tag names, be it annotated; None when there is no such tag."""
        ...

    async def list_tags(
        self, repo: RepoName, *, prefix: str = "", priority: Priority = Priority.NORMAL
    ) -> Sequence[str]:
        """The names of the tags that begin with `prefix`, in the order of their names."""
        ...

    async def create_tag(
        self, repo: RepoName, name: str, sha: Sha, *, priority: Priority = Priority.NORMAL
    ) -> None:
        """Name a commit; `AlreadyThere` when the tag exists, wherever it points."""
        ...

    async def branch_head(
        self, repo: RepoName, name: str, *, priority: Priority = Priority.NORMAL
    ) -> Sha | None:
        """The commit that a branch is at; None when there is no such branch."""
        ...

    async def begin_branch(
        self, repo: RepoName, name: str, sha: Sha, *, priority: Priority = Priority.NORMAL
    ) -> None:
        """Begin a branch at a commit; `AlreadyThere` when it exists, wherever it is."""
        ...

    async def commit_nothing(
        self, repo: RepoName, parent: Sha, *, message: str, priority: Priority = Priority.NORMAL
    ) -> Sha:
        """A commit on top of another that changes no file; no branch has it yet. Two calls."""
        ...

    async def compare(
        self, repo: RepoName, base: str, head: str, *, priority: Priority = Priority.NORMAL
    ) -> Comparison:
        """What `head` has that `base` has not; `NotFound` when one of them does not exist."""
        ...

    async def generated_notes(
        self,
        repo: RepoName,
        *,
        tag: str,
        target: str,
        previous: str | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Notes:
        """GitHub's notes of the pull requests merged up to `target` since the tag `previous` (default: its guess).

        Nothing is written, but as a POST it spends of the budget of writes.
        """
        ...
