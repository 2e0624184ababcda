"""What the release gate is told: frozen, and with a place for what could not be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ghapp.core.facts import Sha
from ghapp.core.freeze import Exemption, OpenIncident, Window
from ghapp.core.verdict import Unread
from ghapp.model.names import AreaName, Login


@dataclass(frozen=True, slots=True)
class Blocker:
    """An open issue of the milestone with one of the labels that block a release."""

    number: int
    title: str


@dataclass(frozen=True, slots=True)
class MovedAway:
    """An issue that somebody took out of the milestone while the gate was up; `at` is UTC."""

    number: int
    by: Login
    at: datetime


@dataclass(frozen=True, slots=True)
class InMilestone:
    """The milestone of a release, as far as the gate goes by it."""

    number: int
    title: str
    blockers: tuple[Blocker, ...] | Unread
    moved_away: tuple[MovedAway, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """A check run or a status on the head; `conclusion` is GitHub's word for it, empty until it has ended."""

    name: str
    conclusion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """A `/go`, or with `go` false a `/no-go`, on the release pull request; `head` is what it was said of."""

    by: Login
    go: bool
    at: datetime
    head: Sha
    reason: str = ""
    withdrawn: bool = False
    """Its author has deleted the comment, or edited the command out of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFacts:
    """All that the gate goes by. Nothing has a default: what is left out would count as all well.

    `changed_at` is when the pull request last became ready or its head was pushed, whichever is later (UTC).
    `touched` are the areas of the changed files. `checks` are those of the head. `approvals` are the people whose
    approval of the head stands. `roles` says whom each name under `sign_off` and `hotfix.approvers` means now.
    `windows` are the freezes of OWNERS.yaml and those announced, past and future ones too. `boxes` are the open
    ones of the checklist before the release. `required` says whether the branch takes no merge without this check;
    None when GitHub does not let the app see that.
    """

    head: Sha
    author: Login
    draft: bool
    labels: frozenset[str]
    changed_at: datetime | Unread
    milestone: InMilestone | Unread | None
    incidents: tuple[OpenIncident, ...] | Unread
    touched: frozenset[AreaName] | Unread
    checks: tuple[Check, ...] | Unread
    approvals: tuple[Login, ...] | Unread
    sign_offs: tuple[SignOff, ...] | Unread
    roles: Mapping[str, tuple[Login, ...]]
    windows: tuple[Window, ...] | Unread
    exemptions: tuple[Exemption, ...] | Unread
    boxes: tuple[str, ...] | Unread
    required: bool | Unread | None
