"""What a slash command is: its names and help, and a pure `run` from facts to an outcome."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ghapp.core.effects import Decision, Effect, Say
from ghapp.core.facts import FreezeEvent, Issue, MaintenanceEvent
from ghapp.core.incident import Incident
from ghapp.core.slash import Command as Typed
from ghapp.model.edit import NewOverrides
from ghapp.model.names import Login
from ghapp.model.types import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A command in its surroundings: who typed it, where, and what is known of the incident there.

    `incident` is None on an issue that is not an incident. `key` names this command for ever, and `asked_at` is when
    it was typed, however long it had to wait until `now` (both UTC).
    """

    typed: Typed
    sender: Login
    comment_id: int
    issue: Issue
    incident: Incident | None
    model: Model
    now: datetime
    asked_at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The command was understood and not carried out; `why` is for the person.

    It is Markdown in the app's own words: nothing that anybody typed belongs into it.
    """

    why: str


@dataclass(frozen=True, slots=True)
class Misused:
    """The arguments do not fit; the answer is the command's usage."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A question answered by a comment; nothing changes."""

    say: Say


@dataclass(frozen=True, slots=True)
class Converted:
    """An ordinary issue becomes an incident; `incident` has its first clock already."""

    incident: Incident
    notified: tuple[Login, ...]


@dataclass(frozen=True, slots=True)
class Edited:
    """OWNERS.yaml gets more overrides; `title` says so in one line, for its history, and `say` once it has.

    `say` also gets the facts `commit` (its id) or `pull` (its number, where the branch takes no commits).
    """

    new: NewOverrides
    title: str
    say: Say


@dataclass(frozen=True, slots=True)
class Announced:
    """Something that another conversation has to handle; `answer` says that it will."""

    event: MaintenanceEvent | FreezeEvent
    answer: Answered


@dataclass(frozen=True, slots=True)
class Passed:
    """The command is for another conversation, which carries it out and answers it: nothing is said of it here."""

    conversation: str


Outcome = Decision | Answered | Converted | Edited | Announced | Passed | Refused | Misused


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A slash command: the whole of it is in one file of `ghapp/commands/`.

    `anywhere` lets it run on issues that are no incidents, where `by_author` lets whoever opened them use it; `usage`
    and `help` are what `/help` shows.
    """

    names: tuple[str, ...]
    usage: str
    help: str
    run: Callable[[Request], Outcome]
    anywhere: bool = False
    by_author: bool = False


def incident_of(request: Request) -> Incident:
    """The incident of a command that only runs on incidents."""
    assert request.incident is not None
    return request.incident


def changed(request: Request, *effects: Effect, **changes: Any) -> Decision:
    """The incident with some of its fields changed; its text follows within the minute."""
    return Decision(replace(incident_of(request), **changes), effects, later=bool(changes))


def logins_of(typed: Typed) -> tuple[Login, ...] | None:
    """The logins of `@alice @bob`; None when there are none or an argument is no login."""
    logins = [login_of(argument) for argument in typed.args]
    return tuple(filter(None, logins)) if logins and all(logins) else None


def login_of(argument: str) -> Login | None:
    """The login of `@alice` or `alice`; None when it can't be one."""
    name = argument.removeprefix("@")
    return Login(name) if _is_login(name) else None


def rest_after(typed: Typed, argument: str) -> str:
    """The text behind a first argument: the reason in `/sev 1 because …`."""
    return typed.text.partition(argument)[2].strip()


def _is_login(name: str) -> bool:
    """GitHub's logins: letters, digits and single hyphens, at most 39 (https://github.com/join)."""
    return 0 < len(name) <= 39 and name.replace("-", "").isalnum() and name.isascii()
