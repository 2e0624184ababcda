"""Wanted writes as data; the reconciler applies them, in order, each at most once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from ghapp.core.facts import Fingerprint, Signal
from ghapp.core.incident import Incident
from ghapp.model.names import Login


@dataclass(frozen=True, slots=True)
class Open:
    """Open the issue of an incident. Its idempotency key is the incident's own."""

    incident: Incident
    signal: Signal
    assignees: tuple[Login, ...]


@dataclass(frozen=True, slots=True)
class Say:
    """Write one comment from a template.

    `key` names the occasion, so that the same occasion never speaks twice, whatever is repeated.
    """

    key: str
    template: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stick:
    """Let the one comment of this key say so: written where there is none, edited where it says something else.

    `state` is what the comment remembers for the next time, in a hidden line.
    """

    key: str
    template: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AddLabels:
    """Put labels on the issue; what a person has set stays."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveLabel:
    """Take one of the app's own labels off."""

    label: str


@dataclass(frozen=True, slots=True)
class Assign:
    """Add assignees."""

    logins: tuple[Login, ...]


@dataclass(frozen=True, slots=True)
class Unassign:
    """Remove assignees."""

    logins: tuple[Login, ...]


@dataclass(frozen=True, slots=True)
class CloseIssue:
    """Close an issue or pull request that is no incident; the reason is GitHub's word, and only for issues."""

    reason: str


class Reaction(StrEnum):
    """How a comment is answered at a glance; the names are GitHub's."""

    DONE = "+1"
    REFUSED = "confused"


@dataclass(frozen=True, slots=True)
class React:
    """Answer a comment with a reaction; failing to is no failure."""

    comment_id: int
    reaction: Reaction


@dataclass(frozen=True, slots=True)
class Write:
    """Bring the issue's own text and state up to the incident: status, hidden state, open or closed."""

    close: bool = False
    reopen: bool = False


Effect = Open | Say | AddLabels | RemoveLabel | Assign | Unassign | React | Write


@dataclass(frozen=True, slots=True)
class Decision:
    """What is true from now on, and what must be written to make it so.

    `later` says that the issue's own text is behind and should be written when its minute is over, `soon` that it
    should be written at once.
    """

    incident: Incident
    effects: tuple[Effect, ...] = ()
    later: bool = False
    soon: bool = False

    def then(self, following: Self) -> Self:
        """Both decisions as one; the second was made on the incident of the first."""
        return replace(
            following,
            effects=(*self.effects, *following.effects),
            later=self.later or following.later,
            soon=self.soon or following.soon,
        )


def occasion(key: Fingerprint, *parts: object) -> str:
    """The idempotency key of one occasion in the life of an incident."""
    return ":".join([key, *(str(part) for part in parts)])
