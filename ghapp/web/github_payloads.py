"""The few fields of GitHub's webhook payloads that route an event; the rest of them is not read.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from datetime import datetime
from typing import Annotated, Any

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


class MilestoneNumber(msgspec.Struct, gc=False):
    """The milestone that something is in."""

    number: int


class Issue(msgspec.Struct):
    """An issue, or a pull request seen as one."""

    number: int
    updated_at: _Time
    body: str | None = None
    user: Account | None = None
    labels: list[Label] = []
    milestone: MilestoneNumber | None = None
    pull_request: dict[str, Any] | None = None

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


class Ref(msgspec.Struct, gc=False):
    """One end of a pull request: the branch."""

    ref: str


class Pull(msgspec.Struct):
    """A pull request, as far as it routes its events."""

    number: int
    updated_at: _Time
    head: Ref
    user: Account | None = None
    milestone: MilestoneNumber | None = None
    labels: list[Label] = []


class PullChanges(msgspec.Struct):
    """What an edit of a pull request changed; the fields of each change are not read."""

    title: Any = None
    body: Any = None
    base: Any = None


class PullRequest(msgspec.Struct):
    """`pull_request`."""

    action: str
    pull_request: msgspec.Raw
    repository: Repository
    sender: Account
    changes: PullChanges | None = None


class Review(msgspec.Struct):
    """A review; `state` is `approved`, `changes_requested`, `commented` or `dismissed`."""

    state: str
    user: Account | None = None
    submitted_at: _Time | None = None


class PullRequestReview(msgspec.Struct):
    """`pull_request_review`."""

    action: str
    review: Review
    pull_request: msgspec.Raw
    repository: Repository
    sender: Account


class App(msgspec.Struct, gc=False):
    """The App that a check belongs to."""

    slug: str | None = None


class PullNumber(msgspec.Struct, gc=False):
    """A pull request, by its number."""

    number: int


class CheckSuite(msgspec.Struct):
    """The checks of one App on one commit; `head_branch` is null for a fork's."""

    head_sha: str
    head_branch: str | None = None
    app: App | None = None
    pull_requests: list[PullNumber] = []


class SuiteOfRun(msgspec.Struct, gc=False):
    """The suite of a check run."""

    head_branch: str | None = None


class CheckRun(msgspec.Struct):
    """One check."""

    head_sha: str
    name: str
    external_id: str | None = None
    app: App | None = None
    check_suite: SuiteOfRun | None = None


class CheckRunChange(msgspec.Struct):
    """`check_run`."""

    action: str
    check_run: CheckRun
    repository: Repository
    sender: Account


class CheckSuiteChange(msgspec.Struct):
    """`check_suite`."""

    action: str
    check_suite: CheckSuite
    repository: Repository
    sender: Account


class Branch(msgspec.Struct, gc=False):
    """A branch that has a commit."""

    name: str


class CommitStatus(msgspec.Struct):
    """`status`; ten branches at most are named."""

    sha: str
    context: str
    repository: Repository
    sender: Account
    branches: list[Branch] = []


class MergeGroup(msgspec.Struct, gc=False):
    """A group of pull requests that the merge queue tests together."""

    head_sha: str
    head_ref: str
    base_ref: str


class MergeGroupChange(msgspec.Struct):
    """`merge_group`."""

    action: str
    merge_group: MergeGroup
    repository: Repository


class Milestone(msgspec.Struct):
    """A milestone."""

    number: int
    title: str
    updated_at: _Time
    description: str | None = None


class MilestoneChange(msgspec.Struct):
    """`milestone`."""

    action: str
    milestone: Milestone
    repository: Repository
    sender: Account


class Release(msgspec.Struct, gc=False):
    """A release."""

    tag_name: str


class ReleaseChange(msgspec.Struct):
    """`release`."""

    action: str
    release: Release
    repository: Repository
    sender: Account
