"""What GitHub tells of items, pull requests, checks, milestones and releases, and the conversation of each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ghapp.core.facts import RepoName, Sha
from ghapp.core.history import Happening
from ghapp.core.item import Item
from ghapp.core.pull_request import Pull
from ghapp.model.names import Login

PULL: Final = "pull:"
RELEASE: Final = "release:"
STANDARD: Final = "standard:"
HYGIENE: Final = "hygiene:"


@dataclass(frozen=True, slots=True, kw_only=True)
class PullEvent:
    """A pull request was opened, pushed to, edited, labeled, reviewed …; `at` is UTC.

    `action` is GitHub's; of a review it is `reviewed` or `dismissed`. `pull` is how the pull request was then: of
    several events the one with the latest `pull.updated_at` counts, and none of them is as new as asking GitHub.
    """

    repo: RepoName
    number: int
    action: str
    pull: Pull
    sender: Login
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeGroupEvent:
    """The merge queue asks for the checks of a group, at its head, that ends with this pull request."""

    repo: RepoName
    number: int
    head: Sha
    base: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckEvent:
    """A check of the app is asked for again (`rerequested`), or one of another App, or a status, has changed.

    `name` is empty when all checks of the app are asked for again.
    """

    repo: RepoName
    head: Sha
    name: str
    action: str
    sender: Login


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneEvent:
    """Somebody has created, edited, closed, opened or deleted a milestone; `at` is UTC.

    The description is as it is then: of one that is deleted nothing more can be read.
    """

    repo: RepoName
    number: int
    action: str
    title: str
    description: str
    sender: Login
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseEvent:
    """Somebody has published a release."""

    repo: RepoName
    tag: str
    action: str
    sender: Login


@dataclass(frozen=True, slots=True, kw_only=True)
class AskEvent:
    """A person's command that the conversation carries out and answers: by a reaction, and a reply if need be.

    `name`, `args` and `text` are as in `slash.Command`, `key` names the command for ever, `asked_at` is UTC. That the
    sender may command is known; whether this sender may do this is for the conversation to say.
    """

    repo: RepoName
    number: int
    comment_id: int
    name: str
    args: tuple[str, ...]
    text: str
    sender: Login
    asked_at: datetime
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentChange:
    """Somebody has edited or deleted a person's comment that may have commanded something; `at` is UTC.

    What it commanded before may be withdrawn by it. `body` is what stands there now, empty when it is deleted.
    """

    repo: RepoName
    number: int
    comment_id: int
    previous: str
    body: str
    sender: Login
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEvent:
    """Something has happened to an issue or pull request, which is as `item` shows it then, without its history.

    `action` is GitHub's; of a comment that is gone it is `deleted`, and of a review `reviewed`. `closed_at` (UTC) is
    None while it is open, and `gone` says that it is not in the repository any more. `happening` is what counts of it,
    if anything does. `by_app` says that it is the app's own doing, `counted` whether the comments are counted.
    """

    item: Item
    action: str
    closed_at: datetime | None = None
    gone: bool = False
    happening: Happening | None = None
    by_app: bool = False
    counted: bool = True


def conversation_of_backlog(repo: RepoName) -> str:
    """The conversation of a repository's backlog."""
    return f"{HYGIENE}{repo}"


def repo_of_backlog(conversation: str) -> RepoName | None:
    """The repository whose backlog a conversation is about; None for the app's other conversations."""
    repo = conversation.removeprefix(HYGIENE)
    return RepoName(repo) if repo and conversation.startswith(HYGIENE) else None


def conversation_of_pull(repo: RepoName, number: int) -> str:
    """The conversation of a pull request: what concerns it is handled one at a time, in order."""
    return f"{PULL}{repo}#{number}"


def conversation_of_release(repo: RepoName) -> str:
    """The conversation of a repository's releases and milestones."""
    return f"{RELEASE}{repo}"


def conversation_of_standard(repo: RepoName) -> str:
    """The conversation of what a repository's branches have in their OWNERS.yaml."""
    return f"{STANDARD}{repo}"


def pull_of(conversation: str) -> tuple[RepoName, int] | None:
    """The pull request that a conversation is about; None for the app's other conversations."""
    repo, _, number = conversation.removeprefix(PULL).rpartition("#")
    if not conversation.startswith(PULL) or not repo or not number.isdecimal():
        return None
    return RepoName(repo), int(number)


def repo_of_release(conversation: str) -> RepoName | None:
    """The repository whose releases a conversation is about; None for the app's other conversations."""
    repo = conversation.removeprefix(RELEASE)
    return RepoName(repo) if repo and conversation.startswith(RELEASE) else None
