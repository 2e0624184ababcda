"""The frozen inputs of a decision: what a sender, GitHub or a person has said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NewType

from ghapp.model.names import AreaName, Login, RotationName, Severity

Fingerprint = NewType("Fingerprint", str)
"""What makes two signals the same trouble; the key of an incident."""

Sha = NewType("Sha", str)
RepoName = NewType("RepoName", str)
"""`owner/name`."""


class Status(StrEnum):
    """What a signal says of its trouble."""

    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Link:
    """A place where a person can look further."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Alert:
    """One of several alerts that a sender groups into one message; `since` is UTC."""

    summary: str
    severity: Severity | None = None
    since: datetime | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One message of an alert sender, in the app's own words.

    `at` is the source's time of this event (UTC), by which events of one fingerprint are ordered.
    `occurrence` is the sender's id of this episode (a GCP incident id): an incident recovers when all have ended.
    `fields` is the sender's own object, for rules in OWNERS.yaml (`match` reaches into it) and for the reader.
    `alerts` are those of a group that fire now; the list of the message that came last stands in the issue.
    `area` is whose trouble it is by the sender's own configuration, where no rule in OWNERS.yaml says otherwise.
    `due_at` is by when the sender wants it settled (UTC); it becomes the deadline for resolving.
    `lasts` is for trouble whose end nobody reports: without a further signal for so long, it is over.
    `rate` names a rate in OWNERS.yaml: the signal is counted, and raises an incident only when the rate is reached.
    `only_by_rule` says that it raises nothing unless a rule in OWNERS.yaml matches it.
    `only_known` says that it fires an incident that there is or was, and raises none.
    `counts` is false for all but one signal of a message that becomes several: messages are counted.
    `scope` is where the sender keeps it, such as a project, for comparing open incidents with what is open there.
    `whole` says of an end that nothing of its incident goes on: what began before is over, named or not.
    """

    source: str
    fingerprint: Fingerprint
    occurrence: str
    status: Status
    at: datetime
    summary: str
    severity: Severity | None = None
    started_at: datetime | None = None
    documentation: str = ""
    links: tuple[Link, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    alerts: tuple[Alert, ...] | None = None
    area: AreaName | None = None
    due_at: datetime | None = None
    lasts: timedelta | None = None
    rate: str = ""
    only_by_rule: bool = False
    only_known: bool = False
    counts: bool = True
    scope: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where an escalation clock stands: two pages of one position are the same page. `since` is UTC."""

    run: int
    round: int
    level: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """People of one escalation level who must be told of an incident outside GitHub."""

    key: Fingerprint
    position: Position
    logins: tuple[Login, ...]


@dataclass(frozen=True, slots=True)
class Paged:
    """What became of paging one person: `channel` is what it arrived through, empty when it did not.

    `failed` names the channels that did not take it; with neither, the person has none. `at` is UTC.
    """

    login: Login
    at: datetime
    channel: str = ""
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReport:
    """What became of a page, person by person."""

    key: Fingerprint
    position: Position
    results: tuple[Paged, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceEvent:
    """A person announces planned work on an area until then (UTC); said again, the new end counts."""

    area: AreaName
    until: datetime
    reason: str
    by: Login
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeEvent:
    """An owner freezes releases until then (UTC; None: until it is ended), or with `over` ends what was frozen so.

    `name` is of the command that asked for it; `at` is UTC.
    """

    name: str
    until: datetime | None
    reason: str
    by: Login
    at: datetime
    over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffEvent:
    """Somebody has taken over a rotation at that instant (UTC)."""

    rotation: RotationName
    at: datetime


class Permission(StrEnum):
    """Whether a person may command the app: yes, no, or GitHub could not tell us."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue as GitHub shows it; `author_is_app` is true only for issues that this App opened."""

    repo: RepoName
    number: int
    title: str
    body: str
    open: bool
    labels: frozenset[str]
    assignees: tuple[Login, ...]
    author: Login
    author_is_app: bool
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    comments: int = 0
    url: str = ""
    is_pull: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment on an issue as GitHub shows it."""

    id: int
    body: str
    author: Login
    author_is_app: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentEvent:
    """A person's comment, made or edited; `previous` is the body before an edit by its author."""

    repo: RepoName
    number: int
    comment_id: int
    body: str
    previous: str | None
    sender: Login
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueEvent:
    """A person's change of an issue: closed, reopened, labeled, unlabeled, assigned, unassigned, edited or deleted."""

    repo: RepoName
    number: int
    action: str
    sender: Login
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PushEvent:
    """A push to a branch of a repository; an empty name is the default branch."""

    repo: RepoName
    sender: Login
    branch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationEvent:
    """The App was installed on, or removed from, repositories."""

    installation: int
    action: str
    added: tuple[RepoName, ...] = ()
    removed: tuple[RepoName, ...] = ()
