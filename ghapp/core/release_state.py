"""What the release issue remembers of a release, where neither a tag nor a milestone can tell it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from ghapp.core.facts import Sha
from ghapp.core.milestone_plan import Known, Note
from ghapp.core.release import OVER, Phase
from ghapp.model.names import Login

KIND = "release"
"""Of the marker and the label."""
ROLLBACK = "rollback"
"""The command by which people say that a release was taken back."""
HOTFIX = "hotfix:"
"""Begins the key of a hotfix; the number of its pull request ends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSaid:
    """What the gate said of the head that was merged."""

    passed: bool
    title: str
    head: Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """An item that was moved on, for the `times`-th time of its life."""

    number: int
    times: int
    blocks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledBack:
    """A release was taken back; `at` is UTC."""

    reason: str
    by: Login
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseState:
    """What has become of one release so far.

    `milestone` and `title` are as last seen. `name` is what it is called for good, empty before it is cut; `since` and
    `since_at` (UTC) are the tag and the instant of the release before it. `pull` is its pull request. `carried` is what
    goes to the milestone `carried_to`, written down before anything moves, `stranded` what has nowhere to go; `told`
    says that the summary has been written. `orphans` are what a deleted milestone held. `left_out` tells of the dates
    before it on which there was to be a release.
    """

    milestone: int | None = None
    title: str = ""
    captain: Login | None = None
    name: str = ""
    since: str = ""
    since_at: datetime | None = None
    pull: int | None = None
    gate: GateSaid | None = None
    recorded: frozenset[Phase] = frozenset()
    notes: frozenset[Note] = frozenset()
    handed_over: bool = False
    carried: tuple[Carried, ...] = ()
    carried_to: int | None = None
    stranded: tuple[int, ...] = ()
    told: bool = False
    orphans: tuple[int, ...] = ()
    left_out: tuple[str, ...] = ()
    rolled_back: RolledBack | None = None

    @property
    def over(self) -> bool:
        """Whether its milestone takes no more work."""
        return not OVER.isdisjoint(self.recorded)


def to_data(state: ReleaseState) -> dict[str, Any]:
    """As JSON; what says nothing is left out, and sets are in order."""
    data: dict[str, Any] = msgspec.to_builtins(state)
    for name in ("recorded", "notes"):
        data[name] = sorted(data[name])
    return {name: value for name, value in data.items() if value}


def from_data(data: Mapping[str, Any] | None) -> ReleaseState:
    """What `to_data` made; what people have spoilt is as if it had never been written. Never raises."""
    try:
        return msgspec.convert(data or {}, ReleaseState)
    except msgspec.ValidationError:
        return ReleaseState()


def hotfix_key(pull: int) -> str:
    """The key of the hotfix that a pull request is."""
    return f"{HOTFIX}{pull}"


def pull_of(key: str) -> int | None:
    """The pull request that is a hotfix; None of the key of another release."""
    number = key.removeprefix(HOTFIX)
    return int(number) if key.startswith(HOTFIX) and number.isdecimal() else None


def known(states: Mapping[str, ReleaseState]) -> dict[str, Known]:
    """What the issues remember of the milestones of the cadence, by key."""
    return {
        key: Known(state.milestone, state.notes)
        for key, state in states.items()
        if not key.startswith(HOTFIX)
    }


def carry_counts(states: Iterable[ReleaseState]) -> dict[int, int]:
    """How often each item was carried over by these releases."""
    counts: dict[int, int] = {}
    for state in states:
        for one in state.carried:
            counts[one.number] = max(one.times, counts.get(one.number, 0))
    return counts
