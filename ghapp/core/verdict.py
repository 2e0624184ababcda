"""Verdicts: trees of reasons, each with its state, who can change it, and where the setting stands."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from ghapp.model.names import Login

TITLE: Final = 50
"""Characters that a check's title may have, so that GitHub shows all of it."""


class State(StrEnum):
    """How a reason stands."""

    SATISFIED = "satisfied"
    SKIPPED = "skipped"
    """It does not apply, or somebody has waived it."""
    PENDING = "pending"
    """It will be satisfied by time, or when somebody does something."""
    UNKNOWN = "could not tell"
    REFUSED = "refused"


WORST_FIRST: Final = (State.REFUSED, State.UNKNOWN, State.PENDING)
"""The states that stand in the way."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read, in full or at all, and why, for a person."""

    why: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for or against a merge or a release.

    `short` is for a title, `text` for a person who wants to know; `who` can satisfy it; `setting` is its place in
    OWNERS.yaml. Both texts may hold what strangers have written: whoever shows them escapes them.
    """

    name: str
    state: State
    short: str
    text: str
    who: tuple[Login, ...] = ()
    setting: str = ""
    children: tuple["Reason", ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it does not stand in the way."""
        return self.state in {State.SATISFIED, State.SKIPPED}


def foremost(reasons: Iterable[Reason]) -> Reason | None:
    """The first of the worst reasons that stand in the way; None when all hold."""
    found = [one for one in reasons if not one.holds]
    return min(found, key=lambda one: WORST_FIRST.index(one.state), default=None)


def without_echoes(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The trees without reasons that only say again what stands above them; what is below those moves up."""
    return tuple(replace(one, children=_below(one)) for one in reasons)


def _below(reason: Reason) -> tuple[Reason, ...]:
    found: list[Reason] = []
    for child in without_echoes(reason.children):
        found += child.children if child.text == reason.text else (child,)
    return tuple(found)


def note(name: str, text: str) -> Reason:
    """Something to know that decides nothing."""
    return Reason(name, State.SKIPPED, text, text)


def title_of(text: str) -> str:
    """A text cut to what a title may have."""
    line = " ".join(text.split())
    return line if len(line) <= TITLE else f"{line[: TITLE - 1].rstrip()}…"
