"""What people ask of the routines in comments: `/postmortem`, `/action @bob 2w text`, `/reviewed docs/a.md`."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from ghapp.core.command import Misused, Refused, Request, login_of
from ghapp.core.cover import zone_of
from ghapp.core.docs_review import entry_of, owner_of
from ghapp.core.front_matter import may_have
from ghapp.core.incident import brief
from ghapp.core.slash import Command as Typed
from ghapp.core.zoned import to_wall
from ghapp.model.interval import parse_interval
from ghapp.model.names import Login
from ghapp.model.types import Model

POSTMORTEMS: Final = "postmortems"
"""The conversation of postmortems and actions, which carries out `/postmortem` and `/action`."""
DOCS: Final = "docs"
"""The conversation of the documents, which carries out `/reviewed`."""
LONGEST: Final = timedelta(days=732)
"""How far ahead an action may be due: further is a slip of the keyboard."""
TEXT_LENGTH: Final = 1_000

ONLY_INCIDENTS: Final = Refused("Only incidents have a postmortem. `/escalate` makes this one.")

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A command, who typed it and when (UTC): all that its meaning rests on."""

    typed: Typed
    sender: Login
    asked_at: datetime
    model: Model


def asked_in(request: Request) -> Asked:
    """The same of a command in its surroundings."""
    return Asked(request.typed, request.sender, request.asked_at, request.model)


@dataclass(frozen=True, slots=True)
class NewAction:
    """Something that somebody is to do until a date, which is by the clock of who asked."""

    owner: Login
    due: date
    text: str


@dataclass(frozen=True, slots=True)
class NewReview:
    """Somebody has read a document over on that date, by their own clock; `owner` has to approve it."""

    path: str
    owner: Login
    day: date


def action_in(asked: Asked) -> NewAction | Refused | Misused:
    """The action of `/action @owner 2w text`; instead of a length of time there may be a date."""
    args = asked.typed.args
    owner = login_of(args[0]) if len(args) > 2 and args[0].startswith("@") else None
    if owner is None:
        return Misused()
    today = _today(asked)
    due = _due(args[1], today)
    if due is None:
        return Misused()
    if due < today:
        return Refused("That date is over already.")
    if due > today + LONGEST:
        return Refused("That is more than two years ahead.")
    text = asked.typed.text.partition(args[0])[2].partition(args[1])[2]
    return NewAction(owner, due, brief(" ".join(text.split()), TEXT_LENGTH))


def review_in(asked: Asked) -> NewReview | Refused | Misused:
    """The document of `/reviewed path`, which `docs` of OWNERS.yaml has to take in."""
    args = asked.typed.args
    if len(args) != 1:
        return Misused()
    path = args[0].strip("`").removeprefix("./").removeprefix("/")
    doc = entry_of(path, asked.model.docs)
    if doc is None or ".." in path.split("/"):
        return Refused("`docs` in OWNERS.yaml takes in no such file. Write its path from the root.")
    if not may_have(path):
        why = "Only Markdown files have a place for the date."
        return Refused(f"{why} For this one, a change that its owner approves is a review.")
    return NewReview(path, owner_of(path, doc, asked.model), _today(asked))


def why_no_postmortem(request: Request) -> Refused | None:
    """Why there is none of what `/postmortem` was typed on; None when there may be one."""
    incident = request.incident
    if incident is None:
        return ONLY_INCIDENTS
    if incident.backlog or incident.maintenance:
        return Refused("This lists alerts that called nobody; there is nothing to learn from it.")
    return None


def _today(asked: Asked) -> date:
    return to_wall(asked.asked_at, zone_of(asked.sender, asked.model)).date()


def _due(word: str, today: date) -> date | None:
    try:
        if _DATE.fullmatch(word):
            return date.fromisoformat(word)
        return parse_interval(word).after(today)
    except ValueError:
        return None
