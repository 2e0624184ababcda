"""What the duties may ask of GitHub about documents: which files there are, and who has changed them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ghapp.core.facts import RepoName, Sha
from ghapp.github.priority import Priority
from ghapp.model.names import Login


@dataclass(frozen=True, slots=True)
class Tree:
    """All files of a branch by path, each with its blob; if not `complete`, there are more than GitHub lists.

    https://docs.github.com/en/rest/git/trees#get-a-tree: 100,000 entries, 7 MB.
    """

    files: Mapping[str, Sha]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class FileCommit:
    """A commit that touched a file; its author is None when GitHub knows no account for them, `at` is UTC."""

    sha: Sha
    author: Login | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Merged:
    """The pull request by which a commit came, and when it was merged (UTC)."""

    number: int
    author: Login
    at: datetime


class DocsGateway(Protocol):
    """Files and their past. Raises what `Gateway` raises."""

    async def tree(
        self, repo: RepoName, branch: str, *, priority: Priority = Priority.NORMAL
    ) -> Tree:
        """Every file of a branch, in one call; none of a repository without a commit."""
        ...

    async def file_commits(
        self, repo: RepoName, path: str, *, limit: int = 10, priority: Priority = Priority.NORMAL
    ) -> Sequence[FileCommit]:
        """The latest commits on the default branch that touched a file under this name, the newest first."""
        ...

    async def merged_by(
        self, repo: RepoName, sha: Sha, *, priority: Priority = Priority.NORMAL
    ) -> Merged | None:
        """The pull request by which a commit was merged; None of one that was pushed."""
        ...

    async def name_before(
        self, repo: RepoName, sha: Sha, path: str, *, priority: Priority = Priority.NORMAL
    ) -> str:
        """What a file was called before a commit, if that commit has renamed it; else empty."""
        ...
