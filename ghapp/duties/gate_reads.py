"""Reads what the release gate goes by; what cannot be read, or not all of it, is said to be unread."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

import msgspec
import structlog

from ghapp.core import checklist, marker
from ghapp.core.facts import Issue, RepoName, Sha
from ghapp.core.gate import CHECK
from ghapp.core.gate_facts import Blocker, Check, GateFacts, InMilestone, MovedAway, SignOff
from ghapp.core.marker import Marker
from ghapp.core.milestone import RELEASE, Milestone, current, key_of
from ghapp.core.opinions import opinions
from ghapp.core.ownership import ownership
from ghapp.core.pull_request import Pull, Review
from ghapp.core.release import BRANCHES
from ghapp.core.release_pull import bears, is_hotfix, is_release
from ghapp.core.release_state import from_data
from ghapp.core.said import Word, exemptions, sign_offs, words
from ghapp.core.signers import planned_at, roles
from ghapp.core.verdict import Unread
from ghapp.duties.dated import Dated
from ghapp.duties.freezes import Freezes
from ghapp.duties.records import Memory
from ghapp.github.errors import GitHubError, RateLimited, Unavailable
from ghapp.github.gateway import Gateway
from ghapp.github.gateway_checks import CheckGateway, Checks
from ghapp.github.gateway_milestones import MilestoneGateway
from ghapp.github.gateway_pulls import Listing, PullGateway
from ghapp.github.gateway_releases import ReleaseGateway
from ghapp.model.names import AreaName, Login
from ghapp.model.release import Release
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

T = TypeVar("T")

MOVED: Final = "moved-away"
"""Kind of memory: what has left a milestone while the gate was up, and up to when that is known."""

_SKEW: Final = timedelta(minutes=1)
_CUT: Final = "GitHub does not list all of it"
_UNASKED: Final = Unread("nothing goes by it")
_STATES: Final = {"pending": "", "success": "success"}
"""A status in the words of a check run; any other state is GitHub's own word."""


class GateGateway(Gateway, PullGateway, CheckGateway, MilestoneGateway, ReleaseGateway, Protocol):
    """What the gate asks of GitHub."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the gate is told, and the words of people that are to be answered."""

    facts: GateFacts
    words: tuple[Word, ...]


class GateReads:
    """Gathers the facts of one release pull request after the other."""

    def __init__(
        self,
        *,
        gateway: GateGateway,
        dated: Dated,
        freezes: Freezes,
        memory: Memory,
        home: RepoName,
        now: Callable[[], datetime],
    ) -> None:
        self._gateway = gateway
        self._dated = dated
        self._freezes = freezes
        self._memory = memory
        self._home = home
        self._now = now
        self._touched: dict[int, tuple[tuple[Sha, Sha], frozenset[AreaName], Model]] = {}

    async def gated(self, release: Release) -> Sequence[Pull]:
        """The open pull requests that the gate decides.

        Raises:
            GitHubError: they could not be listed.
        """
        into = release.branch or await self._gateway.default_branch(self._home)
        pulls = await self._gateway.list_pulls(self._home)
        return [
            one for one in pulls if is_release(one, release, into) or is_hotfix(one, release, into)
        ]

    async def milestones(self) -> Sequence[Milestone] | Unread:
        """All milestones, of which each release has one."""
        return await tried(self._gateway.list_milestones(self._home))

    async def seen(
        self,
        pull: Pull,
        milestones: Sequence[Milestone] | Unread,
        model: Model,
        release: Release,
    ) -> Seen:
        """The facts of a pull request as they are now. What no setting of the gate goes by is not asked for."""
        now = self._now()
        own = milestone_of(pull, milestones, release)
        planned = planned_at(own, release) if isinstance(own, Milestone) else None
        people = roles(model, release, planned or now, now)
        issue = await self._issue(own)
        said = await tried(self._words(pull))
        changed = await self._changed_at(pull, release)
        facts = GateFacts(
            head=pull.head,
            author=pull.author,
            draft=pull.draft,
            labels=pull.labels,
            changed_at=changed,
            milestone=await self._milestone(pull, own, release),
            incidents=await self._freezes.incidents(),
            touched=await self._areas(pull, issue, model),
            checks=await self._checks(pull, release),
            approvals=await self._approvals(pull, release),
            sign_offs=_signed(said, pull, changed, release),
            roles=people,
            windows=await tried(self._freezes.windows(model)),
            exemptions=said if isinstance(said, Unread) else exemptions(said),
            boxes=_boxes(issue),
            required=await tried(self._required(pull)),
        )
        return Seen(facts, () if isinstance(said, Unread) else said)

    async def _words(self, pull: Pull) -> tuple[Word, ...]:
        return words(await self._gateway.list_comments(pull.repo, pull.number))

    async def _changed_at(self, pull: Pull, release: Release) -> datetime | Unread:
        gate = release.gate
        if not (gate.soak or gate.void_sign_offs_on_push):
            return _UNASKED
        found = await tried(self._gateway.unchanged_since(pull))
        return (
            Unread("GitHub does not tell when its branch was pushed to") if found is None else found
        )

    async def _milestone(
        self, pull: Pull, own: Milestone | Unread | None, release: Release
    ) -> InMilestone | Unread | None:
        if not isinstance(own, Milestone):
            return own
        items = await tried(self._gateway.milestone_items(pull.repo, own.number))
        moved = await tried(self._moved(pull, own))
        if isinstance(moved, Unread):
            return moved
        if isinstance(items, Unread):
            return InMilestone(own.number, own.title, items, moved)
        wanted = {label.casefold() for label in release.gate.blockers}
        blockers = tuple(
            Blocker(one.number, one.title)
            for one in items
            if one.number != pull.number and wanted & {label.casefold() for label in one.labels}
        )
        return InMilestone(own.number, own.title, blockers, moved)

    async def _moved(self, pull: Pull, own: Milestone) -> tuple[MovedAway, ...]:
        """What has left since the pull request was opened; what is known already is not looked through again."""
        key = f"{pull.repo}#{pull.number}:{own.number}"
        value: dict[str, Any] | None = await self._memory.memory_get(MOVED, key)
        known: tuple[MovedAway, ...] = ()
        since = pull.created_at
        if value is not None:
            known = msgspec.convert(value["moved"], tuple[MovedAway, ...])
            since = datetime.fromisoformat(value["until"])
        until = self._now() - _SKEW
        fresh = await self._gateway.moved_away(pull.repo, own.title, since)
        moved = tuple(dict.fromkeys((*known, *fresh)))
        kept = {"moved": msgspec.to_builtins(moved), "until": max(since, until).isoformat()}
        await self._memory.memory_put(MOVED, key, kept)
        return moved

    async def _areas(
        self, pull: Pull, issue: Issue | Unread | None, model: Model
    ) -> frozenset[AreaName] | Unread:
        """The areas that the release touches, asked once for each head."""
        state = (pull.head, pull.base_sha)
        known = self._touched.get(pull.number)
        if known is not None and known[0] == state and known[2] is model:
            return known[1]
        if isinstance(issue, Unread):
            return issue
        found = await tried(self._looked_up(pull, issue, model))
        if not isinstance(found, Unread):
            self._touched[pull.number] = state, found, model
        return found

    async def _looked_up(
        self, pull: Pull, issue: Issue | None, model: Model
    ) -> frozenset[AreaName]:
        """The areas of its files; where GitHub lists only some of them, any may be touched.

        One that the app opened into the branch that releases are cut from shows none of what it releases: that is
        everything since the release before, and of a first release everything there is.
        """
        owned = ownership(model)
        files = await self._gateway.pull_files(pull.repo, pull.number)
        found = set(owned.touched(files.items)) if files.complete else set(model.areas)
        if pull.author_is_app and pull.base == await self._gateway.default_branch(self._home):
            since = from_data(marker.find_state(issue.body) if issue is not None else None).since
            if not since:
                return frozenset(model.areas)
            between = await self._gateway.compare(pull.repo, since, pull.head)
            if not between.complete:
                return frozenset(model.areas)
            found.update(map(owned.area_of, between.paths))
        return frozenset(found)

    async def _checks(self, pull: Pull, release: Release) -> tuple[Check, ...] | Unread:
        if not release.gate.checks:
            return ()
        found = await tried(self._gateway.checks(pull.repo, pull.head))
        if isinstance(found, Unread):
            return found
        return _reported(found) if found.complete else Unread(_CUT)

    async def _approvals(self, pull: Pull, release: Release) -> tuple[Login, ...] | Unread:
        if not release.gate.approvals:
            return ()
        found = await tried(self._gateway.pull_reviews(pull.repo, pull.number))
        if isinstance(found, Unread):
            return found
        return _approving(found, pull.head)

    async def _issue(self, own: Milestone | Unread | None) -> Issue | Unread | None:
        """The release issue, if the release has one."""
        if isinstance(own, Unread):
            return own
        key = key_of(own) if own is not None else None
        return None if key is None else await tried(self._dated.find(Marker(RELEASE, key)))

    async def _required(self, pull: Pull) -> bool | None:
        found = await self._gateway.required_checks(pull.repo, pull.base)
        if CHECK in found.names:
            return True
        return False if found.known else None


def _boxes(issue: Issue | Unread | None) -> tuple[str, ...] | Unread:
    """The open boxes of the release issue."""
    if isinstance(issue, Unread):
        return issue
    return () if issue is None else checklist.boxes(issue.body).open


async def tried(reading: Awaitable[T]) -> T | Unread:
    """What was read, or why it could not be."""
    try:
        return await reading
    except GitHubError as error:
        log.warning("gate_unread", reason=str(error))
        return Unread(why(error))


def why(error: GitHubError) -> str:
    """An error for a person, in the same words however often it comes."""
    if isinstance(error, RateLimited):
        return "GitHub takes no more calls for now"
    return error.reason if isinstance(error, Unavailable) else str(error)


def milestone_of(
    pull: Pull, milestones: Sequence[Milestone] | Unread, release: Release
) -> Milestone | Unread | None:
    """The milestone of a release: that of its pull request, else the one that is called like its branch.

    Of neither it is the current release, unless it is a hotfix.
    """
    if isinstance(milestones, Unread):
        return milestones
    if pull.milestone is not None:
        found = next((one for one in milestones if one.number == pull.milestone), None)
        return found or Unread(f"milestone {pull.milestone} is not listed")
    if bears(pull, release.hotfix.label):
        return None
    open_ones = [one for one in milestones if one.open]
    called = (one for one in open_ones if pull.head_branch == f"{BRANCHES}{one.title}")
    return next(called, None) or current(open_ones)


def _signed(
    said: tuple[Word, ...] | Unread, pull: Pull, changed: datetime | Unread, release: Release
) -> tuple[SignOff, ...] | Unread:
    if isinstance(said, Unread):
        return said
    if not release.gate.void_sign_offs_on_push:
        return sign_offs(said, pull.head, pull.created_at)
    return changed if isinstance(changed, Unread) else sign_offs(said, pull.head, changed)


def _approving(found: Listing[Review], head: Sha) -> tuple[Login, ...] | Unread:
    if not found.complete:
        return Unread(_CUT)
    return tuple(
        one.author
        for one in opinions(found.items)
        if one.state == "approved" and one.commit == head and not one.author_is_bot
    )


def _reported(found: Checks) -> tuple[Check, ...]:
    runs = (Check(run.name, run.conclusion) for run in found.runs)
    statuses = (Check(one.context, _STATES.get(one.state, one.state)) for one in found.statuses)
    return (*runs, *statuses)
