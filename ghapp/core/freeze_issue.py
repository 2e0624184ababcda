"""How a freeze that somebody has announced travels in its issue, so that nothing is lost with the database."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from ghapp.core import marker
from ghapp.core.facts import Issue
from ghapp.core.freeze import FreezeIssue
from ghapp.model.names import Login

KIND: Final = "freeze"
"""Of the marker, and the label."""


def to_state(frozen: FreezeIssue) -> Mapping[str, Any]:
    """What the issue remembers, for its hidden line."""
    return {
        "by": frozen.by,
        "since": frozen.since.isoformat(),
        "until": None if frozen.until is None else frozen.until.isoformat(),
        "reason": frozen.reason,
    }


def from_issue(issue: Issue) -> FreezeIssue:
    """The freeze of an issue; one whose hidden line is gone lasts until the issue is closed."""
    match marker.find_state(issue.body):
        case {"by": str(by), "since": str(since), "until": until, "reason": str(reason)}:
            begins = _moment(since) or issue.created_at
            return FreezeIssue(
                number=issue.number,
                by=Login(by),
                since=begins,
                until=_moment(until) if isinstance(until, str) else None,
                reason=reason,
            )
        case _:
            return FreezeIssue(number=issue.number, by=issue.author, since=issue.created_at)


def _moment(text: str) -> datetime | None:
    """An aware datetime; None when somebody has made it something else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo is None else found.astimezone(UTC)
