"""The life of one release: from its milestone to its tag, and what is to do next.

Nothing here remembers a step as done: each is seen to be done by what stands on GitHub, so a release that was tagged by
hand, or half finished when a process died, goes on from where it is. Steps come in the order in which they must be
taken, and each may be tried again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ghapp.core.facts import Sha
from ghapp.model.names import Login

BRANCHES: Final = "release/"
"""Begins the name of every release branch; the tag of the release ends it."""


class Phase(StrEnum):
    """Where a release stands."""

    PLANNED = "planned"
    WINDOW_OPEN = "window open"
    GATED = "gated"
    """Its pull request is open, and the gate has not passed."""
    READY = "ready"
    """Its pull request is open, and the gate has passed."""
    MERGED = "merged"
    TAGGED = "tagged"
    RELEASED = "released"
    """The GitHub Release is there; what comes after it may not be done yet."""
    ROLLED_BACK = "rolled back"
    NOTHING_TO_SHIP = "nothing to ship"
    MISSED = "missed"
    """The app was down, and it is too late to begin by itself."""
    CANCELLED = "cancelled"
    """Somebody closed its milestone or its pull request."""


OVER: Final = frozenset({Phase.RELEASED, Phase.ROLLED_BACK, Phase.NOTHING_TO_SHIP})
"""The phases after which its milestone takes no more work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullFacts:
    """The release pull request; `merged` is the merge commit, `gate` whether the gate has passed on its head."""

    number: int
    head: Sha
    open: bool
    merged: Sha | None = None
    gate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFacts:
    """One release as it stands.

    `at` is when it is due (UTC), also when people or a holiday moved it; `opens_at` when its window opens.
    `ships` says whether there is anything to release, None when that could not be read. `tag` is the commit of the
    release's tag. `unfinished` counts the open items of the milestone; `superseded` says that the window of a later
    release is open. `recorded` are the phases that the release issue tells of already, besides `gate_recorded`.
    """

    key: str
    name: str
    tag_name: str
    at: datetime
    opens_at: datetime
    captain: Login
    next_captain: Login | None = None
    milestone: int | None = None
    milestone_open: bool = False
    cancelled: bool = False
    issue: int | None = None
    issue_open: bool = False
    ships: bool | None = None
    branch: Sha | None = None
    pull: PullFacts | None = None
    tag: Sha | None = None
    published: bool = False
    unfinished: int = 0
    carries_over: bool = True
    hotfix: bool = False
    superseded: bool = False
    rolled_back: str | None = None
    gate_recorded: bool = False
    handed_over: bool = False
    recorded: frozenset[Phase] = frozenset()


@dataclass(frozen=True, slots=True)
class OpenIssue:
    """Open the release issue, assigned to the captain."""

    captain: Login


@dataclass(frozen=True, slots=True)
class OpenBranch:
    """Begin the release branch."""

    branch: str


@dataclass(frozen=True, slots=True)
class OpenPull:
    """Open the release pull request, as the App: then its workflows run."""

    branch: str
    name: str


@dataclass(frozen=True, slots=True)
class Tell:
    """Record on the release issue what became of the release."""

    phase: Phase
    why: str = ""


@dataclass(frozen=True, slots=True)
class RecordGate:
    """Record on the release issue what the gate said of the head that was merged."""

    pull: int
    head: Sha


@dataclass(frozen=True, slots=True)
class Tag:
    """Tag a commit."""

    tag: str
    sha: Sha


@dataclass(frozen=True, slots=True)
class Publish:
    """Publish the GitHub Release of a tag."""

    tag: str
    name: str


@dataclass(frozen=True, slots=True)
class CarryOver:
    """Move what is unfinished to the next milestone."""

    milestone: int


@dataclass(frozen=True, slots=True)
class CloseMilestone:
    """Close the milestone."""

    milestone: int


@dataclass(frozen=True, slots=True)
class HandOver:
    """Tell the captain of the next release."""

    to: Login


@dataclass(frozen=True, slots=True)
class CloseIssue:
    """Close the release issue."""

    issue: int


Step = (
    OpenIssue
    | OpenBranch
    | OpenPull
    | Tell
    | RecordGate
    | Tag
    | Publish
    | CarryOver
    | CloseMilestone
    | HandOver
    | CloseIssue
)


def phase(facts: ReleaseFacts, now: datetime, catch_up: timedelta = timedelta(days=1)) -> Phase:
    """Where a release stands; what is on GitHub counts before what the clock says."""
    if facts.rolled_back is not None:
        return Phase.ROLLED_BACK
    if facts.published:
        return Phase.RELEASED
    if facts.tag is not None:
        return Phase.TAGGED
    if facts.pull is not None:
        return _of_pull(facts.pull)
    return _before(facts, now, catch_up)


def next_steps(
    facts: ReleaseFacts, now: datetime, catch_up: timedelta = timedelta(days=1)
) -> tuple[Step, ...]:
    """What is to do, in order; nothing when all is done, when people must act, or when it could not be told.

    A step that fails leaves those behind it for the next time.
    """
    match phase(facts, now, catch_up):
        case Phase.PLANNED:
            return tuple(_announced(facts))
        case Phase.WINDOW_OPEN:
            return (*_announced(facts), *_begun(facts))
        case Phase.GATED | Phase.READY:
            return tuple(_announced(facts))
        case Phase.MERGED | Phase.TAGGED | Phase.RELEASED:
            return (*_announced(facts), *_shipped(facts), *_settled(facts))
        case Phase.ROLLED_BACK:
            told = _told(facts, Phase.ROLLED_BACK, facts.rolled_back or "")
            return (*_announced(facts), *told, *_settled(facts))
        case Phase.NOTHING_TO_SHIP:
            told = _told(facts, Phase.NOTHING_TO_SHIP)
            return (*_announced(facts), *told, *_settled(facts))
        case Phase.MISSED:
            return (*_announced(facts), *_told(facts, Phase.MISSED), *_given_up(facts))
        case _ if facts.issue is None:
            return tuple(_given_up(facts))
        case cancelled:
            return (*_told(facts, cancelled), *_given_up(facts))


def _of_pull(pull: PullFacts) -> Phase:
    if pull.merged is not None:
        return Phase.MERGED
    if not pull.open:
        return Phase.CANCELLED
    return Phase.READY if pull.gate else Phase.GATED


def _before(facts: ReleaseFacts, now: datetime, catch_up: timedelta) -> Phase:
    """Where it stands as long as it has no pull request."""
    if facts.cancelled:
        return Phase.CANCELLED
    if Phase.NOTHING_TO_SHIP in facts.recorded:
        return Phase.NOTHING_TO_SHIP
    if now < facts.opens_at:
        return Phase.PLANNED
    late = now - facts.at > catch_up
    if facts.superseded or (late and facts.branch is None):
        return Phase.MISSED
    return Phase.NOTHING_TO_SHIP if facts.ships is False else Phase.WINDOW_OPEN


def _announced(facts: ReleaseFacts) -> Iterator[Step]:
    if facts.issue is None:
        yield OpenIssue(facts.captain)


def _begun(facts: ReleaseFacts) -> Iterator[Step]:
    """The branch and the pull request; neither while it could not be told whether there is anything to release."""
    if facts.ships is None:
        return
    branch = f"{BRANCHES}{facts.tag_name}"
    if facts.branch is None:
        yield OpenBranch(branch)
    yield OpenPull(branch, facts.name)


def _told(facts: ReleaseFacts, what: Phase, why: str = "") -> Iterator[Step]:
    if what not in facts.recorded:
        yield Tell(what, why)


def _shipped(facts: ReleaseFacts) -> Iterator[Step]:
    """What makes a merged pull request a release. A tag or a release that exists is adopted, wherever it points."""
    pull = facts.pull
    if pull is not None and pull.merged is not None and not facts.gate_recorded:
        yield RecordGate(pull.number, pull.head)
    if facts.tag is None and pull is not None and pull.merged is not None:
        yield Tag(facts.tag_name, pull.merged)
    if not facts.published:
        yield Publish(facts.tag_name, facts.name)
    yield from _told(facts, Phase.RELEASED)


def _given_up(facts: ReleaseFacts) -> Iterator[Step]:
    """What was missed or cancelled waits for people, until the next release begins."""
    if facts.superseded:
        yield from _settled(facts)


def _settled(facts: ReleaseFacts) -> Iterator[Step]:
    """What comes after a release, however it ended; the milestone is emptied before it is closed."""
    if facts.milestone is not None:
        if facts.carries_over and facts.unfinished:
            yield CarryOver(facts.milestone)
        if facts.milestone_open:
            yield CloseMilestone(facts.milestone)
    if facts.next_captain is not None and not facts.hotfix and not facts.handed_over:
        yield HandOver(facts.next_captain)
    if facts.issue is not None and facts.issue_open:
        yield CloseIssue(facts.issue)
