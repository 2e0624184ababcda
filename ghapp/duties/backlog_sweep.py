"""A sweep of one backlog: few reads, whatever there is to be found, and a plan of what is written first."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import structlog

from ghapp.core import hygiene
from ghapp.core.backlog import Backlog, Finding, Told
from ghapp.core.blocking import UNSEEN, Blocker, Ref, Standing, blockers, ref
from ghapp.core.effects import Say, Stick
from ghapp.core.facts import RepoName
from ghapp.core.hygiene import Act, Rules, Tidying
from ghapp.core.item import Item
from ghapp.core.tracked import Tracked
from ghapp.duties.backlog_index import BacklogIndex, Book, Planned, named, shut_blocker
from ghapp.engine.store import Done
from ghapp.github.errors import Denied, Refused
from ghapp.github.gateway import Gateway
from ghapp.github.gateway_backlog import BacklogGateway, Listed
from ghapp.github.gateway_milestones import MilestoneGateway
from ghapp.github.once import Ledger
from ghapp.github.priority import Priority
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

FULL_EVERY: Final = timedelta(days=1)
"""How long what has left a repository in silence may stay in the index."""
AROUND_EVERY: Final = timedelta(hours=1)
BLOCKERS_EVERY: Final = timedelta(hours=6)
COLD: Final = 10
"""Reads of a full sweep, besides one for each hundred items."""
LISTING: Final = 3
"""What of them a full listing may take: its first page once more, pull requests by themselves, what is closed."""
WARM: Final = 3
"""Reads of any other."""
AGENDA: Final = 50
"""So many findings about the whole are kept for the triage."""
SLICE: Final = 10
"""So many items are thought about before others have their turn: one takes about a millisecond."""

READ: Final = Priority.REPEAT


class BacklogForge(Gateway, BacklogGateway, MilestoneGateway, Protocol):
    """What is asked of GitHub."""


Surveyed = Mapping[int | None, Sequence[Finding]]
"""What the surveys have found, by the item that it is about."""


@dataclass(slots=True)
class Allowance:
    """How many reads a sweep may still make."""

    left: int

    def spend(self, calls: int = 1) -> None:
        """So many were made."""
        self.left -= calls


class _NotAmong:
    """Everybody but these."""

    def __init__(self, logins: frozenset[str]) -> None:
        self._logins = logins

    def __contains__(self, login: object) -> bool:
        return login not in self._logins


class Sweep:
    """Brings the index up to date with GitHub, and decides what is to be written."""

    def __init__(
        self,
        gateway: BacklogForge,
        index: BacklogIndex,
        ledger: Ledger,
        rules: Rules,
        now: Callable[[], datetime],
    ) -> None:
        self._gateway = gateway
        self._ledger = ledger
        self._index = index
        self._rules = rules
        self._now = now
        self._unread: dict[tuple[RepoName, int], datetime] = {}
        """Items whose timelines could not be read, and when they had last changed."""

    async def run(self, repo: RepoName, model: Model) -> Book:
        """The book with a new plan. A listing that fails or is not whole decides nothing.

        Raises:
            GitHubError: GitHub could not be asked.
        """
        book = await self._index.book(repo)
        book, allowance = await self._list(repo, book)
        book = await self._look_around(repo, book, allowance)
        closed = await self._index.closed(repo, self._now())
        standing = {named(ref(repo, one.number)): shut_blocker(one) for one in closed}
        book, known = await self._blockers(repo, book, standing, allowance)
        backlog = replace(_backlog(model, book, self._now()), blockers=known, closed=closed)
        of: defaultdict[int | None, list[Finding]] = defaultdict(list)
        surveyed = await self.surveyed(repo, backlog)
        for finding in surveyed:
            of[finding.number].append(finding)
        await self._read(repo, backlog, of, allowance)
        agenda = tuple(one for one in surveyed if one.told is Told.AGENDA)[:AGENDA]
        return replace(book, plan=await self._plan(repo, backlog, of), agenda=agenda)

    async def read(self, one: Tracked, allowance: Allowance | None = None) -> Tracked:
        """An item with its history, which is kept; as it was where its timeline cannot be read."""
        spent = allowance or Allowance(0)
        spent.spend()
        try:
            past = await self._gateway.past(one.item, priority=READ)
        except Refused as refused:
            log.info(
                "timeline_unread", repo=one.item.repo, number=one.item.number, why=str(refused)
            )
            self._unread[one.item.repo, one.item.number] = one.item.updated_at
            return one
        spent.spend(past.calls - 1)
        found = one.read(past.happenings)
        await self._index.put(found)
        return found

    # What there is

    async def _list(self, repo: RepoName, book: Book) -> tuple[Book, Allowance]:
        now = self._now()
        fresh = book.full_at is not None and timedelta(0) <= now - book.full_at < FULL_EVERY
        if fresh and book.upto is not None:
            allowance = Allowance(WARM)
            changed = await self._gateway.changed_items(repo, book.upto, priority=READ)
            allowance.spend()
            if changed.complete:
                await self._index.listed(repo, changed.items)
                return replace(book, upto=_latest(book.upto, changed.items)), allowance
        return await self._list_all(repo, book)

    async def _list_all(self, repo: RepoName, book: Book) -> tuple[Book, Allowance]:
        seen: set[int] = set()
        upto = book.upto
        async for page in self._gateway.open_items(repo, priority=READ):
            listed = [Listed(item) for item in page]
            await self._index.listed(repo, listed)
            seen.update(item.number for item in page)
            upto = _latest(upto, listed)
        await self._index.keep_only(repo, frozenset(seen))
        allowance = Allowance(COLD - LISTING)
        since = self._now() - timedelta(days=90)
        closed = await self._gateway.changed_items(repo, since, state="closed", priority=READ)
        await self._index.listed(repo, closed.items)
        full = replace(book, upto=_latest(upto, closed.items), full_at=self._now(), around_at=None)
        return full, allowance

    async def _look_around(self, repo: RepoName, book: Book, allowance: Allowance) -> Book:
        """The milestones and those who can be assigned something."""
        now = self._now()
        fresh = book.around_at is not None and timedelta(0) <= now - book.around_at < AROUND_EVERY
        if fresh:
            return book
        milestones = await self._gateway.list_milestones(repo, priority=READ)
        assignees = await self._gateway.assignees_of(repo, priority=READ)
        allowance.spend(2)
        still = tuple(one for one in milestones if one.open)
        return replace(book, milestones=still, assignees=assignees, around_at=now)

    async def _blockers(
        self,
        repo: RepoName,
        book: Book,
        closed: Mapping[str, Blocker],
        allowance: Allowance,
    ) -> tuple[Book, Mapping[Ref, Blocker]]:
        """How everything stands that something waits for; what cannot be asked for now is unknown."""
        wanted, still_open = await self._waited_for(repo)
        known: dict[Ref, Blocker] = {}
        kept: dict[str, tuple[datetime, Blocker]] = {}
        now = self._now()
        for blocker in wanted:
            name = named(blocker)
            if blocker in still_open:
                known[blocker] = Blocker(Standing.OPEN)
                continue
            if name in closed:
                known[blocker] = closed[name]
                continue
            at, before = book.blockers.get(name, (None, UNSEEN))
            if (at is None or now - at >= BLOCKERS_EVERY) and allowance.left > 0:
                allowance.spend()
                at, before = now, await self._blocker(blocker)
            if at is not None:
                kept[name] = at, before
                known[blocker] = before
        return replace(book, blockers=kept), known

    async def _waited_for(self, repo: RepoName) -> tuple[Mapping[Ref, None], frozenset[Ref]]:
        """What something waits for, in order, and what of it is open in the repository itself."""
        wanted: dict[Ref, None] = {}
        still_open: set[int] = set()
        here = ref(repo, 0).repo
        async for chunk in self._index.chunks(repo):
            for one in chunk:
                still_open.add(one.item.number)
                wanted |= dict.fromkeys(blockers(repo, one.item.body))
        of_here = (one for one in wanted if one.repo == here and one.number in still_open)
        return wanted, frozenset(of_here)

    async def _blocker(self, one: Ref) -> Blocker:
        try:
            found = await self._gateway.get_issue(RepoName(one.repo), one.number, priority=READ)
        except (Denied, Refused):  # where the App is not installed it sees nothing
            return UNSEEN
        return Blocker(Standing.OPEN) if found.open else Blocker(Standing.CLOSED, found.closed_at)

    async def _read(
        self, repo: RepoName, backlog: Backlog, of: Surveyed, allowance: Allowance
    ) -> None:
        """Read the timelines that matter most, first one of those that a survey has a reminder for."""
        if allowance.left <= 0:
            return
        best: dict[int, Tracked] = {}
        told: list[Tracked] = []
        async for part in self._parts(repo):
            open_ = [one for one in part if self._readable(one.item)]
            told += [one for one in open_ if _awaited(one.item, of)][: allowance.left - len(told)]
            ahead = {one.item.number: one for one in (*best.values(), *open_)}
            numbers = hygiene.candidates(
                (one.item for one in ahead.values()), backlog, self._rules, allowance.left
            )
            best = {number: ahead[number] for number in numbers}
        wanted = {one.item.number: one for one in (*told[:1], *best.values(), *told)}
        for one in wanted.values():
            if allowance.left <= 0:
                break
            await self.read(one, allowance)

    def _readable(self, item: Item) -> bool:
        return self._unread.get((item.repo, item.number)) != item.updated_at

    # What to do about it

    async def _plan(self, repo: RepoName, backlog: Backlog, of: Surveyed) -> tuple[Planned, ...]:
        best: Sequence[Tidying] = ()
        async for part in self._parts(repo):
            for one in part:
                decided = self.decide(one.item, backlog, of.get(one.item.number, ()))
                with_it = hygiene.plan((*best, decided), backlog.settings.cap)
                # What was said already is asked for only where it matters: it is a look into the database.
                chosen = any(each is decided for each in with_it)
                if chosen and (await self.left(decided)).acts:
                    best = with_it
        return tuple(Planned(one.item.number, tuple(of.get(one.item.number, ()))) for one in best)

    async def left(self, tidying: Tidying) -> Tidying:
        """Without what was said and then deleted by somebody: that is not said again soon."""
        acts = [act for act in tidying.acts if not await self._was_said(tidying.item, act)]
        return replace(tidying, acts=tuple(acts))

    async def _was_said(self, item: Item, act: Act) -> bool:
        if not isinstance(act, Say | Stick):
            return False
        if isinstance(act, Stick) and item.history is not None and item.history.asks is not None:
            return False
        return isinstance(await self._ledger.ledger_state(act.key), Done)

    async def surveyed(self, repo: RepoName, backlog: Backlog) -> tuple[Finding, ...]:
        """What is found of all items together."""
        sketches: dict[int, Mapping[str, Any]] = {}
        async for part in self._parts(repo):
            for one in part:
                kept = hygiene.sketch(one.item, backlog, self._rules)
                if kept:
                    sketches[one.item.number] = kept
        checked = await asyncio.to_thread(hygiene.survey, sketches, backlog, self._rules)
        _log_failed(checked.failed, None)
        return checked.findings

    def decide(self, item: Item, backlog: Backlog, surveyed: Iterable[Finding]) -> Tidying:
        """What to write on one item."""
        checked = hygiene.check(item, backlog, self._rules)
        _log_failed(checked.failed, item)
        return hygiene.decide(item, backlog, checked, surveyed)

    async def _parts(self, repo: RepoName) -> AsyncIterator[Sequence[Tracked]]:
        async for chunk in self._index.chunks(repo):
            for start in range(0, len(chunk), SLICE):
                yield chunk[start : start + SLICE]
                await asyncio.sleep(0)


def _awaited(item: Item, of: Surveyed) -> bool:
    """Whether a survey has a reminder for it, and whether that was said is not known."""
    unknown = item.known is None and item.comments > 0
    return unknown and any(one.told is Told.REMIND for one in of.get(item.number, ()))


async def backlog_for(
    item: Item, model: Model, book: Book, index: BacklogIndex, now: datetime
) -> Backlog:
    """The surroundings of a decision on one item, as far as they are remembered."""
    here = ref(item.repo, 0).repo
    known: dict[Ref, Blocker] = {}
    for one in blockers(item.repo, item.body):
        found = await index.standing(item.repo, one.number) if one.repo == here else None
        known[one] = found or book.blockers.get(named(one), (now, UNSEEN))[1]
    return replace(_backlog(model, book, now), blockers=known)


def _backlog(model: Model, book: Book, now: datetime) -> Backlog:
    gone = frozenset[str]() if book.assignees is None else _NotAmong(book.assignees)
    return Backlog(model=model, now=now, milestones=book.milestones, gone=gone)


def _latest(upto: datetime | None, listed: Iterable[Listed]) -> datetime | None:
    """GitHub's time of the latest change."""
    times = (one.item.updated_at for one in listed)
    return max((at for at in (upto, *times) if at is not None), default=None)


def _log_failed(failed: Iterable[tuple[str, Exception]], item: Item | None) -> None:
    for name, error in failed:
        number = None if item is None else item.number
        log.error("rule_failed", rule=name, number=number, exc_info=error)
