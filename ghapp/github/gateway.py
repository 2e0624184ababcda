"""What the duties may ask of GitHub, in the app's own types; `rest.py` is the real one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from ghapp.core.facts import Comment, Issue, Permission, RepoName, Sha
from ghapp.github.priority import Priority
from ghapp.model.names import Login

State = Literal["open", "closed"]
ListState = Literal["open", "closed", "all"]
StateReason = Literal["completed", "not_planned", "reopened"]
Reaction = Literal["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppIdentity:
    """The App as GitHub knows it, with the permissions and events that its owner has asked for."""

    id: int
    slug: str
    name: str
    permissions: Mapping[str, str]
    events: tuple[str, ...]

    @property
    def bot_login(self) -> Login:
        """The account that the App's issues and comments are written by."""
        return Login(f"{self.slug}[bot]")


@dataclass(frozen=True, slots=True)
class File:
    """A text file of a repository; `sha` is its blob's. A byte order mark before the text is not part of it."""

    text: str
    sha: Sha
    bom: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A label as a repository has it; `color` is six hexadecimal digits without `#`."""

    name: str
    color: str
    description: str


class Gateway(Protocol):
    """GitHub, as far as the duties need it.

    Every method may raise `RateLimited` (nothing happened; try after `until`), `Unavailable` (try
    later; look first when `uncertain`; `Denied` is one of them), and `Refused` with its subclasses
    `NotFound` and `Gone`, unless it says otherwise.
    """

    async def app(self) -> AppIdentity:
        """Who we are; asked once and remembered."""
        ...

    async def room(self, priority: Priority) -> None:
        """Ask, without a call, whether a write could go now: `RateLimited` says when else."""
        ...

    async def list_issues(
        self,
        repo: RepoName,
        *,
        labels: Sequence[str],
        state: ListState = "open",
        since: datetime | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> list[Issue]:
        """All issues (no pull requests) that bear every one of `labels`, the oldest first.

        `since` keeps those updated at or after it. Unchanged pages cost nothing.
        """
        ...

    async def get_issue(
        self, repo: RepoName, number: int, *, priority: Priority = Priority.NORMAL
    ) -> Issue:
        """One issue or pull request as it is now."""
        ...

    async def refresh_issue(self, known: Issue, *, priority: Priority = Priority.NORMAL) -> Issue:
        """The issue as it is now if asking is free while it is unchanged; else `known`, no call."""
        ...

    async def create_issue(
        self,
        repo: RepoName,
        *,
        title: str,
        body: str,
        labels: Sequence[str] = (),
        assignees: Sequence[Login] = (),
        priority: Priority = Priority.NORMAL,
    ) -> Issue:
        """Open an issue; without its assignees if GitHub refuses them (the answer tells)."""
        ...

    async def edit_issue(
        self,
        repo: RepoName,
        number: int,
        *,
        title: str | None = None,
        body: str | None = None,
        state: State | None = None,
        state_reason: StateReason | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Issue:
        """Change what is given, in one call; the answer is the issue afterwards."""
        ...

    async def add_labels(
        self,
        repo: RepoName,
        number: int,
        labels: Sequence[str],
        *,
        priority: Priority = Priority.NORMAL,
    ) -> None:
        """Put labels on an issue beside those it bears; unknown ones are created by GitHub."""
        ...

    async def remove_label(
        self, repo: RepoName, number: int, label: str, *, priority: Priority = Priority.NORMAL
    ) -> None:
        """Take one label off; that it was not there is fine."""
        ...

    async def add_assignees(
        self,
        repo: RepoName,
        number: int,
        logins: Sequence[Login],
        *,
        priority: Priority = Priority.NORMAL,
    ) -> tuple[Login, ...]:
        """Assign people beside those assigned; the answer is who is assigned afterwards.

        GitHub leaves out, in silence, whom it cannot assign.
        """
        ...

    async def remove_assignees(
        self,
        repo: RepoName,
        number: int,
        logins: Sequence[Login],
        *,
        priority: Priority = Priority.NORMAL,
    ) -> tuple[Login, ...]:
        """Unassign people; the answer is who is assigned afterwards."""
        ...

    async def create_comment(
        self, repo: RepoName, number: int, body: str, *, priority: Priority = Priority.NORMAL
    ) -> Comment:
        """Write a comment."""
        ...

    async def edit_comment(
        self, repo: RepoName, comment_id: int, body: str, *, priority: Priority = Priority.NORMAL
    ) -> Comment:
        """Replace what a comment says."""
        ...

    async def list_comments(
        self,
        repo: RepoName,
        number: int,
        *,
        since: datetime | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> list[Comment]:
        """All comments, the oldest first; `since` keeps those updated at or after it."""
        ...

    async def react(
        self,
        repo: RepoName,
        comment_id: int,
        content: Reaction,
        *,
        priority: Priority = Priority.NORMAL,
    ) -> bool:
        """React to a comment; not sent during a hold. Never raises: its failure is none."""
        ...

    async def permission(
        self, repo: RepoName, login: Login, *, priority: Priority = Priority.NORMAL
    ) -> Permission:
        """Whether someone may write to the repository.

        An outage or a limit raises, as everywhere: a command waits rather than be refused by it.
        """
        ...

    async def read_file(
        self,
        repo: RepoName,
        path: str,
        *,
        ref: str | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> File | None:
        """A text file at `ref` (default: the default branch's head); None when there is none.

        Raises `Unreadable` for what is not a file, is over 1 MB, or is not UTF-8.
        """
        ...

    async def list_folder(
        self, repo: RepoName, path: str, *, priority: Priority = Priority.NORMAL
    ) -> dict[str, Sha]:
        """The files of a folder on the default branch by name, each with its blob; empty when there is no folder."""
        ...

    async def file_history(
        self, repo: RepoName, path: str, *, limit: int = 10, priority: Priority = Priority.NORMAL
    ) -> list[Sha]:
        """The latest commits on the default branch that touched a file, the newest first."""
        ...

    async def commit_file(
        self,
        repo: RepoName,
        path: str,
        file: File,
        *,
        message: str,
        branch: str | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Sha:
        """Commit a new text for a file, whose `sha` is still that of the text it replaces; the commit's id.

        `branch` is the default branch unless given. Raises `Stale` when the file has changed, and `Protected`.
        """
        ...

    async def create_branch(
        self, repo: RepoName, name: str, *, base: str, priority: Priority = Priority.NORMAL
    ) -> None:
        """Begin a branch where the branch `base` is now; one that is there already is left as it is."""
        ...

    async def open_pull(
        self,
        repo: RepoName,
        *,
        title: str,
        body: str,
        head: str,
        base: str,
        priority: Priority = Priority.NORMAL,
    ) -> int:
        """Propose a branch; the number of the pull request, of that which is there already if there is one."""
        ...

    async def list_labels(self, repo: RepoName) -> list[Label]:
        """All labels of a repository."""
        ...

    async def create_label(
        self, repo: RepoName, *, name: str, color: str, description: str
    ) -> None:
        """Create a label; that it exists already is fine, and it is left as it is."""
        ...

    async def repositories(self, repo: RepoName) -> list[RepoName]:
        """All repositories of the installation that `repo` belongs to."""
        ...

    async def default_branch(self, repo: RepoName) -> str:
        """The name of the branch that OWNERS.yaml is read from."""
        ...
