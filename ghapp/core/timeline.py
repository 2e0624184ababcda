"""What happened in an incident, in order: from what the app knows of it, and from what people wrote on its issue."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ghapp.core import slash
from ghapp.core.facts import Comment
from ghapp.core.incident import Incident
from ghapp.model.names import Login, Severity, same_login

_COMMANDS: Final = frozenset(
    {"ack", "escalate", "sev", "update", "resolve", "reopen", "handoff", "snooze"}
)
_TEXT: Final = 500


class What(StrEnum):
    """Kinds of moments; each is the verb of its line."""

    OPENED = "opened"
    REOPENED = "reopened"
    CALLED = "called"
    PAGED = "paged"
    NOT_REACHED = "not reached"
    ACKNOWLEDGED = "acknowledged"
    ESCALATED = "escalated"
    SEVERITY = "severity set"
    UPDATE = "update"
    HANDED_OVER = "handed over"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline, `at` in UTC; `who` did it or was told, None when it was the app or nobody."""

    at: datetime
    what: What
    who: Login | None = None
    text: str = ""


_ORDER: Final = list(What)
_BY_COMMAND: Final = {
    "ack": What.ACKNOWLEDGED,
    "escalate": What.ESCALATED,
    "sev": What.SEVERITY,
    "update": What.UPDATE,
    "handoff": What.HANDED_OVER,
    "snooze": What.SNOOZED,
    "resolve": What.RESOLVED,
    "reopen": What.REOPENED,
}

_SAME: Final = {
    What.ACKNOWLEDGED: What.ACKNOWLEDGED,
    What.CLOSED: What.RESOLVED,
    What.REOPENED: What.REOPENED,
}
_SOON: Final = timedelta(minutes=10)
"""How long after a comment its command has been carried out."""


def timeline(
    incident: Incident, comments: Iterable[Comment] = (), began: datetime | None = None
) -> tuple[Moment, ...]:
    """The moments of an incident in order, each once.

    `began` is when its issue was opened, where that is earlier than the incident's last opening. Of comments only
    people's commands are read; that a command was carried out is not known, so one that was refused is listed, too.
    """
    written = list(_written(comments))
    known = [one for one in _known(incident, began) if not _told(one, written)]
    return tuple(sorted({*known, *written}, key=_place))


def _known(incident: Incident, began: datetime | None) -> Iterator[Moment]:
    first = began if began is not None and began < incident.opened_at else incident.opened_at
    yield Moment(first, What.OPENED, None, incident.summary)
    if first != incident.opened_at:
        yield Moment(incident.opened_at, What.REOPENED)
    for tried in incident.clock.tried:
        yield Moment(tried.at, What.CALLED, tried.login)
    for page in incident.pages:
        if page.channel:
            yield Moment(page.at, What.PAGED, page.login, page.channel)
        elif page.failed:
            yield Moment(page.at, What.NOT_REACHED, page.login, ", ".join(page.failed))
    if incident.ack is not None:
        yield Moment(incident.ack.at, What.ACKNOWLEDGED, incident.ack.by)
    if incident.closed_at is not None:
        yield Moment(incident.closed_at, What.CLOSED, None, incident.note)


def _written(comments: Iterable[Comment]) -> Iterator[Moment]:
    for comment in comments:
        if comment.author_is_app:
            continue
        for typed in slash.commands(comment.body, known=_COMMANDS):
            text = typed.text
            if typed.name == "sev":
                severity = Severity.parse(typed.args[0]) if typed.args else None
                if severity is None:
                    continue
                reason = text.partition(typed.args[0])[2].strip()
                text = f"{severity.label}: {reason}" if reason else severity.label
            yield Moment(comment.created_at, _BY_COMMAND[typed.name], comment.author, text[:_TEXT])


def _told(known: Moment, written: Iterable[Moment]) -> bool:
    """Whether the command that brought it about tells the same, and more."""
    by_command = _SAME.get(known.what)
    return any(
        one.what is by_command
        and (known.who is None or same_login(known.who, one.who or known.who))
        and abs(known.at - one.at) <= _SOON
        for one in written
    )


def _place(one: Moment) -> tuple[datetime, int, str, str]:
    return one.at, _ORDER.index(one.what), one.who or "", one.text
