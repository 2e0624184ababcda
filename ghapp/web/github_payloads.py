"""The few fields of GitHub's webhook payloads that route an event; the rest of them is not read.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from datetime import datetime
from typing import Annotated

import msgspec

_Time = Annotated[datetime, msgspec.Meta(tz=True)]


class Account(msgspec.Struct, gc=False):
    """A person, bot or organisation."""

    login: str
    type: str = "User"

    @property
    def is_bot(self) -> bool:
        """Whether it acts for an App or a machine, by GitHub's own word or its login."""
        return self.type == "Bot" or self.login.endswith("[bot]")


class Repository(msgspec.Struct, gc=False):
    """A repository; `full_name` is owner/name."""

    full_name: str
    default_branch: str | None = None


class Label(msgspec.Struct, gc=False):
    """A label."""

    name: str


class Issue(msgspec.Struct):
    """An issue, or a pull request seen as one."""

    number: int
    updated_at: _Time
    body: str | None = None
    user: Account | None = None
    labels: list[Label] = []

    @property
    def author_is_bot(self) -> bool:
        """Whether a bot opened it; the author is null when the account is gone."""
        return self.user is not None and self.user.is_bot


class Comment(msgspec.Struct):
    """A comment on an issue."""

    id: int
    created_at: _Time
    updated_at: _Time
    body: str | None = None
    user: Account | None = None


class Before(msgspec.Struct):
    """The text before an edit."""

    from_: str | None = msgspec.field(name="from", default=None)


class Changes(msgspec.Struct):
    """What an edit changed."""

    body: Before | None = None


class IssueComment(msgspec.Struct):
    """`issue_comment`."""

    action: str
    issue: Issue
    comment: Comment
    repository: Repository
    sender: Account
    changes: Changes | None = None


class Issues(msgspec.Struct):
    """`issues`."""

    action: str
    issue: Issue
    repository: Repository
    sender: Account
    label: Label | None = None


class Commit(msgspec.Struct):
    """The files that a commit touched."""

    added: list[str] = []
    modified: list[str] = []
    removed: list[str] = []


class Push(msgspec.Struct):
    """`push`."""

    ref: str
    repository: Repository
    sender: Account
    forced: bool = False
    commits: list[Commit] = []


class Installation(msgspec.Struct):
    """The App on one account."""

    id: int


class InstallationChange(msgspec.Struct):
    """`installation` and `installation_repositories`."""

    action: str
    installation: Installation
    repositories: list[Repository] | None = None
    repositories_added: list[Repository] | None = None
    repositories_removed: list[Repository] | None = None
