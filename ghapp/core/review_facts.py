"""What the review standard is told of a pull request: frozen, with a place for what could not be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from ghapp.core.diff import digest
from ghapp.core.facts import RepoName, Sha
from ghapp.core.freeze import Window
from ghapp.core.ownership import ownership
from ghapp.core.pull_request import ChangedFile, Commit, Pull, Review
from ghapp.core.verdict import Unread
from ghapp.model.names import AreaName, Login
from ghapp.model.types import Model


class Need(StrEnum):
    """Facts that are gathered only for a rule that asks for them."""

    ISSUES = "issues"
    TEMPLATE = "template"
    FREEZES = "freezes"


@dataclass(frozen=True, slots=True, order=True)
class IssueRef:
    """An issue that a pull request says it is about."""

    repo: RepoName
    number: int


@dataclass(frozen=True, slots=True)
class LinkedIssue:
    """What there is at such a reference."""

    title: str
    open: bool
    is_pull: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A `/waive RULE reason` on the pull request; `head` is what it was said of, `at` is UTC."""

    rule: str
    by: Login
    reason: str
    at: datetime
    head: Sha


@dataclass(frozen=True, kw_only=True)
class ReviewFacts:
    """All that the review standard goes by. Nothing has a default: what is left out would count as all well.

    `model` is that of the base branch, and `now` is UTC. `files_complete` and `commits_complete` are false where GitHub
    does not list them all. `diffs` has, for every other head that somebody has reviewed or waived a rule of, the
    `diff.digest` of its files against the base of that time; a head whose diff is lost is left out, and one that could
    not be read this time is Unread. `issues` has every `linked.references` of the pull request, None where there is no
    such issue; `template` is the repository's template of descriptions, None where it has none; `windows` are freezes,
    past and future ones too. These three may be Unread where no rule needs them.
    """

    pull: Pull
    model: Model
    now: datetime
    files: tuple[ChangedFile, ...] | Unread
    files_complete: bool
    commits: tuple[Commit, ...] | Unread
    commits_complete: bool
    reviews: tuple[Review, ...] | Unread
    diffs: Mapping[Sha, str | Unread]
    waivers: tuple[Waiver, ...] | Unread
    issues: Mapping[IssueRef, LinkedIssue | Unread | None] | Unread
    template: str | Unread | None
    windows: tuple[Window, ...] | Unread

    @cached_property
    def touched(self) -> Mapping[AreaName, tuple[str, ...]] | Unread:
        """The areas that the pull request touches, with its files in them.

        Where GitHub does not list all the files, those that cannot be seen may be anybody's: every area is touched.
        """
        if isinstance(self.files, Unread):
            return self.files
        found = ownership(self.model).touched(self.files)
        if self.files_complete:
            return found
        return {name: found.get(name, ()) for name in self.model.areas}

    @cached_property
    def diff(self) -> str | Unread | None:
        """The digest of what the head changes; None where it changes more than GitHub lists."""
        if isinstance(self.files, Unread):
            return self.files
        return digest(self.files) if self.files_complete else None
