"""Postmortems: which incidents ask for one, by when, what happened, and whether its actions are fit to be closed.

The issue of a postmortem is known by the incident's issue, so an incident that reopened and was resolved again has one.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ghapp.core.checklist import Box, box, heading, numbered
from ghapp.core.incident import Incident, Phase
from ghapp.core.who import area_of
from ghapp.core.zoned import to_instant, to_wall
from ghapp.model.names import Login
from ghapp.model.types import Model

KIND: Final = "postmortem"
"""Of the marker and the label."""
DEFAULT: Final = timedelta(days=7)
"""How long one may take that a person asked for and whose severity asks for none."""
AGAIN: Final = timedelta(days=7)
"""From one reminder to the next."""
FORGOTTEN: Final = timedelta(days=14)
"""After this a postmortem is opened only for a person: so none are dug up when OWNERS.yaml begins to ask for them."""
HEADING: Final = "action"
"""What the heading begins with under which the actions stand."""

_OWNER: Final = re.compile(
    r"(?<![\w`/@])@([A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38})(?![\w/])"
)
_DATE: Final = re.compile(r"(?<![\w-])(?:due:?[ \t]*)?([0-9]{4}-[0-9]{2}-[0-9]{2})(?![\w-])")
_ISSUE: Final = re.compile(
    r"(?<![\w/])#([0-9]{1,9})(?!\w)|https?://[^\s)>]+/issues/([0-9]{1,9})(?![\w/])"
)
_HIDDEN: Final = re.compile(r"<!--.*?-->")
_STRUCK: Final = "~~"


@dataclass(frozen=True, slots=True)
class Action:
    """One line of the actions: what is to be done, by whom and until when; `issue` is where it is followed up."""

    text: str
    owner: Login | None = None
    due: date | None = None
    done: bool = False
    issue: int | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """What it still needs before the postmortem can be closed; what is done needs nothing."""
        if self.done:
            return ()
        wants = (("an owner", self.owner is None), ("a date", self.due is None))
        return tuple(what for what, is_missing in wants if is_missing)


def key_of(incident: Incident) -> str:
    """The key of its postmortem for ever: the incident's issue."""
    return f"{incident.repo}#{incident.number}"


def recently(incident: Incident, now: datetime) -> bool:
    """Whether it ended late enough for a postmortem to be opened by itself; what is older was left alone on purpose."""
    return incident.closed_at is not None and now - incident.closed_at <= FORGOTTEN


def asks(incident: Incident, model: Model) -> bool:
    """Whether it is over, and its severity wants a postmortem."""
    over = incident.phase is Phase.CLOSED and incident.closed_at is not None
    gathered = incident.backlog or incident.maintenance
    return over and not gathered and model.severities[incident.severity].postmortem is not None


def lead(incident: Incident, model: Model) -> Login:
    """Whose the postmortem is: of whoever had the incident, if OWNERS.yaml names them, else of the area's owner."""
    if incident.ack is not None and model.is_named(incident.ack.by):
        return incident.ack.by
    return area_of(incident.area, model).owner


def due_on(incident: Incident, model: Model, asked_at: datetime | None = None) -> date:
    """The date by which it is due, in the file's time zone.

    It counts from the end of the incident; before that, and when a person asks for one later, from when they asked.
    """
    length = model.severities[incident.severity].postmortem or DEFAULT
    times = [at for at in (incident.closed_at, asked_at) if at is not None]
    since = max(times, default=incident.opened_at)
    return to_wall(since + length, model.timezone).date()


def reminder(due: date, now: datetime, zone: ZoneInfo) -> int | None:
    """The number of the reminder that should have been said by `now`, None before the first.

    The first, 0, is said when the date begins, and another each week. Only the latest is said: after an outage nobody
    is reminded twice.
    """
    first = _begin(due, zone)
    return None if now < first else (now - first) // AGAIN


def next_reminder(due: date, now: datetime, zone: ZoneInfo) -> datetime:
    """When the next reminder after `now` is to be said (UTC)."""
    number = reminder(due, now, zone)
    return _begin(due, zone) + (0 if number is None else number + 1) * AGAIN


def is_late(due: date, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a date is over on the clock of a zone; on the date itself nothing is late."""
    return to_wall(now, zone).date() > due


def actions(body: str) -> tuple[Action, ...]:
    """The boxes under the heading "Actions", up to the next heading that is not below it. Never raises.

    An owner is the first `@login`, a due date the first date; what is struck through is dropped.
    """
    return tuple(_action(found.text, done=found.ticked) for found in _boxes(body))


def section(body: str) -> Iterator[tuple[int, str]]:
    """The lines about actions, their headings included, each with its number among all lines; code is left out."""
    inside, depth = False, 0
    for number, line in numbered(body):
        title = heading(line)
        if title is not None and (not inside or title[0] <= depth):
            inside, depth = title[1].casefold().startswith(HEADING), title[0]
        if inside:
            yield number, line


def issue_in(text: str) -> int | None:
    """The issue that a line of the actions names first."""
    found = _ISSUE.search(text)
    return int(found[1] or found[2]) if found is not None else None


def incomplete(found: Iterable[Action]) -> tuple[Action, ...]:
    """The actions for which a postmortem cannot be closed yet."""
    return tuple(one for one in found if one.missing)


def late(found: Iterable[Action], now: datetime, zone: ZoneInfo) -> tuple[Action, ...]:
    """The actions that are not done though their date is over."""
    return tuple(
        one for one in found if not one.done and one.due is not None and is_late(one.due, now, zone)
    )


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return to_instant(datetime.combine(day, time()), zone)


def _boxes(body: str) -> Iterator[Box]:
    for _, line in section(body):
        found = box(line)
        if found is not None:
            text = _HIDDEN.sub("", found.text).strip()
            if text and not (text.startswith(_STRUCK) and text.endswith(_STRUCK)):
                yield Box(text, found.ticked)


def _action(text: str, *, done: bool) -> Action:
    owner, due = _OWNER.search(text), _date_in(text)
    left = text
    for found in (owner, due):
        if found is not None:
            left = left.replace(found[0], " ", 1)
    return Action(
        text=" ".join(left.split()).strip(" ,;:.-()") or text,
        owner=Login(owner[1]) if owner is not None else None,
        due=date.fromisoformat(due[1]) if due is not None else None,
        done=done,
        issue=issue_in(text),
    )


def _date_in(text: str) -> re.Match[str] | None:
    """The first date that the calendar has."""
    for found in _DATE.finditer(text):
        try:
            date.fromisoformat(found[1])
        except ValueError:
            continue
        return found
    return None
