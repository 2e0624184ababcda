"""What upkeep of the backlog goes by besides the item itself, and what its rules find and are."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, IntEnum
from typing import Final

from ghapp.core import milestone
from ghapp.core.blocking import UNSEEN, Blocker, Ref, Standing, blockers
from ghapp.core.item import Item
from ghapp.core.milestone import Milestone
from ghapp.model.hygiene import Hygiene
from ghapp.model.names import Login
from ghapp.model.types import Model

NEEDS_TRIAGE: Final = "needs-triage"
NEEDS_AREA: Final = "needs-area"
NEEDS: Final = (NEEDS_TRIAGE, NEEDS_AREA)
"""The labels by which the app says that a person has to look at an issue."""


class Told(Enum):
    """Where a finding is told."""

    GUIDE = "guide"
    """On the item, in the one comment that says what it lacks and is edited as that changes."""
    REMIND = "remind"
    """On the item, in a comment of its own, once for its occasion."""
    AGENDA = "agenda"
    """Nowhere on the item: for whoever looks at the backlog as a whole."""


class Weight(IntEnum):
    """How much a finding matters; what matters most is written first."""

    URGENT = 0
    LATE = 1
    LACKING = 2
    IDLE = 3
    HINT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as it should be, of an item or, without a number, of the backlog.

    `text` says what is so and `then` what to do next; both may hold what strangers have written: whoever shows them
    escapes them. `occasion` tells one time from the next: a reminder is written once for each. `labels` go with it as
    long as it is so. `since` is UTC.
    """

    rule: str
    text: str
    then: str
    told: Told
    weight: Weight
    number: int | None = None
    occasion: str = ""
    since: datetime | None = None
    to: tuple[Login, ...] = ()
    labels: tuple[str, ...] = ()
    unassign: tuple[Login, ...] = ()
    others: tuple[int, ...] = ()
    """Further items that it is about, to be named behind the text."""


@dataclass(frozen=True, slots=True)
class Titled:
    """The title of an issue, which another may repeat."""

    number: int
    title: str
    created_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What a decision on one item needs to know of everything else.

    `milestones` are the open ones. `blockers` are those that could be looked up; what is not among them is unknown.
    `gone` are assignees, in lower case, who can no longer be assigned. `closed` are the issues that were closed in
    the last 90 days, and need not be there where no survey is made. `now` is UTC.
    """

    model: Model
    now: datetime
    milestones: tuple[Milestone, ...] = ()
    blockers: Mapping[Ref, Blocker] | None = None
    gone: Container[str] = frozenset()
    closed: tuple[Titled, ...] = ()

    @property
    def settings(self) -> Hygiene:
        """The section `hygiene` of OWNERS.yaml."""
        return self.model.hygiene

    @property
    def current(self) -> Milestone | None:
        """The milestone that work goes into."""
        return milestone.current(self.milestones)

    def blocker(self, one: Ref) -> Blocker:
        """How a blocker stands."""
        return (self.blockers or {}).get(one, UNSEEN)

    def is_gone(self, login: Login) -> bool:
        """Whether somebody can no longer be assigned."""
        return login.casefold() in self.gone


def exempt(item: Item) -> bool:
    """Whether upkeep leaves an item alone: the app's own issues, bots', incidents, and what is locked."""
    ours = item.author_is_app or item.author_is_bot
    return ours or item.locked or item.label("incident") is not None


def is_blocked(item: Item, backlog: Backlog) -> bool:
    """Whether something that an item names as its blocker is known to be open."""
    named = blockers(item.repo, item.body)
    return any(backlog.blocker(one).standing is Standing.OPEN for one in named)


def in_words(length: timedelta) -> str:
    """A length as a sentence has it: `14 days`, `36 hours`, `90 minutes`."""
    for unit, name in ((timedelta(days=1), "days"), (timedelta(hours=1), "hours")):
        if length >= 2 * unit and length % unit == timedelta(0):
            return f"{length // unit} {name}"
    return f"{length // timedelta(minutes=1)} minutes"
