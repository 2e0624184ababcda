"""Freezes: when nothing is released, who says so, and who may let a release through all the same."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ghapp.core.facts import RepoName
from ghapp.core.served import days
from ghapp.model.names import AreaName, Login, Severity, same_login
from ghapp.model.release import Release

FREEZING: Final = Severity.SEV1
"""An open incident of this severity, in an area that a release touches, is a freeze."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From `start` up to, not including, `end` (UTC; None: until somebody ends it) nothing is released.

    `said_in` tells a person where to look: a line of OWNERS.yaml, an issue. `foreseen` says that it was known before
    it began, so that leave for it may have been given before.
    """

    start: datetime
    end: datetime | None
    reason: str
    said_in: str
    approvers: tuple[Login, ...] = ()
    foreseen: bool = False

    def holds(self, at: datetime) -> bool:
        """Whether an aware datetime is in it."""
        return self.start <= at and (self.end is None or at < self.end)

    @property
    def said(self) -> str:
        """The freeze in a few words, for whoever is held up by it."""
        return f"freeze: {self.reason or self.said_in}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeIssue:
    """An open issue by which somebody froze releases, until an instant (UTC) or until it is closed."""

    number: int
    by: Login
    since: datetime
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncident:
    """An incident that is not over. `since` is UTC; `repo` is where its issue is, if not in the home repository."""

    number: int
    severity: Severity
    area: AreaName
    title: str
    since: datetime
    repo: RepoName | None = None

    @property
    def ref(self) -> str:
        """Its issue, as GitHub writes references."""
        return f"{self.repo or ''}#{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """Somebody's word, in a comment on the release pull request, that it may go all the same. `at` is UTC."""

    by: Login
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """An exemption that does not count, and why, for its author."""

    exemption: Exemption
    why: str


def configured(release: Release) -> tuple[Window, ...]:
    """The freezes of OWNERS.yaml: whole days, from midnight to midnight in the zone of the release's cadence."""
    windows = []
    for number, freeze in enumerate(release.freezes):
        span = days(freeze.from_, freeze.to, release.cadence.timezone)
        windows.append(
            Window(
                start=span.start.astimezone(UTC),
                end=span.end.astimezone(UTC),
                reason=freeze.reason,
                said_in=f"release.freezes[{number}]",
                approvers=freeze.approvers,
                foreseen=True,
            )
        )
    return tuple(windows)


def announced(
    issues: Iterable[FreezeIssue], approvers: Collection[Login] = ()
) -> tuple[Window, ...]:
    """The freezes of `/freeze`; besides `approvers`, who announced one may let a release through."""
    return tuple(
        Window(
            start=issue.since,
            end=issue.until,
            reason=issue.reason,
            said_in=f"#{issue.number}",
            approvers=_distinct((issue.by, *approvers)),
        )
        for issue in sorted(issues, key=lambda issue: issue.number)
    )


def by_incidents(
    incidents: Iterable[OpenIncident],
    touched: Collection[AreaName],
    approvers: Collection[Login] = (),
) -> tuple[Window, ...]:
    """The freezes that open sev1 incidents are, each for releases that touch its area."""
    return tuple(
        Window(
            start=incident.since,
            end=None,
            reason=f"{incident.severity.label} in {incident.area}: {incident.title}",
            said_in=incident.ref,
            approvers=_distinct(approvers),
        )
        for incident in sorted(incidents, key=lambda incident: incident.number)
        if incident.severity == FREEZING and incident.area in touched
    )


def holding(windows: Iterable[Window], at: datetime) -> Window | None:
    """The freeze that an aware datetime is in; of several the one that lasts longest."""
    held = [window for window in windows if window.holds(at)]
    return max(held, key=_end, default=None)


def excused(window: Window, exemptions: Iterable[Exemption]) -> Exemption | None:
    """The first word by which a release may go in spite of a freeze."""
    return next((one for one in _in_time(window, exemptions) if _may(window, one.by)), None)


def refused(window: Window, exemptions: Iterable[Exemption]) -> tuple[Refusal, ...]:
    """The words that do not count for a freeze, each with the reason."""
    names = ", ".join(window.approvers)
    who = f"only {names} may let a release through" if names else "nobody may let a release through"
    return tuple(
        Refusal(one, f"{who} ({window.said_in})")
        for one in _in_time(window, exemptions)
        if not _may(window, one.by)
    )


def _in_time(window: Window, exemptions: Iterable[Exemption]) -> list[Exemption]:
    """Leave for one freeze is none for another that nobody knew of when it was given."""
    counting = (one for one in exemptions if window.foreseen or one.at >= window.start)
    return sorted(counting, key=lambda one: one.at)


def _may(window: Window, login: Login) -> bool:
    return any(same_login(login, approver) for approver in window.approvers)


def _end(window: Window) -> tuple[bool, datetime]:
    return window.end is None, window.end or window.start


def _distinct(logins: Iterable[Login]) -> tuple[Login, ...]:
    return tuple({login.casefold(): login for login in reversed(tuple(logins))}.values())[::-1]
