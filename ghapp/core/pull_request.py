"""A pull request as GitHub shows it: itself, its files, commits and reviews."""

from dataclasses import dataclass
from datetime import datetime

from ghapp.core.facts import RepoName, Sha
from ghapp.model.names import Login


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A pull request as GitHub shows it; instants are UTC.

    `head_repo` is empty when the fork that it came from is gone. `changed_files` and `commits` are None where GitHub
    does not count them: in listings, and in the events of reviews.
    """

    repo: RepoName
    number: int
    title: str
    body: str
    author: Login
    author_is_app: bool
    author_is_bot: bool
    head: Sha
    head_branch: str
    head_repo: RepoName
    base: str
    base_sha: Sha
    open: bool
    draft: bool
    merged_at: datetime | None
    merge_commit: Sha | None
    labels: frozenset[str]
    milestone: int | None
    assignees: tuple[Login, ...]
    requested: tuple[Login, ...]
    requested_teams: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    changed_files: int | None = None
    commits: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFile:
    """A file that a pull request changes; `previous` is where it was before a rename, `sha` its blob's id.

    `patch` is the change as text, empty for what is binary or too large.
    """

    path: str
    status: str
    previous: str = ""
    additions: int = 0
    deletions: int = 0
    sha: Sha
    patch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A submitted review; `state` is approved, changes_requested, commented or dismissed, `commit` what it is of."""

    id: int
    author: Login
    author_is_bot: bool
    state: str
    commit: Sha
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit of a pull request; author and committer are None when GitHub knows no account for them."""

    sha: Sha
    message: str
    author: Login | None
    committer: Login | None
    parents: tuple[Sha, ...]
    at: datetime
