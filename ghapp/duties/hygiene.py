"""The duty of the backlog: what issues lack, who is reminded, and what everybody has forgotten.

Each repository has one conversation, so that events, the clock and the sweeps never work on one item at once.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from ghapp.core import hygiene, wire
from ghapp.core.effects import CloseIssue
from ghapp.core.facts import RepoName
from ghapp.core.github_event import AskEvent, ItemEvent, conversation_of_backlog
from ghapp.core.hygiene import Rules, Tidying
from ghapp.core.tracked import Tracked
from ghapp.core.verdict import Unread
from ghapp.duties.alarms import Alarms
from ghapp.duties.backlog_index import BacklogIndex, Book, Planned
from ghapp.duties.backlog_sweep import BacklogForge, Sweep, backlog_for
from ghapp.duties.reopening import Reopening
from ghapp.duties.standards import Standards
from ghapp.duties.tidying import Tidier
from ghapp.github.errors import Gone, NotFound, Refused
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

SWEEP_EVERY: Final = timedelta(minutes=10)
MOST_REFUSED: Final = 3
"""After so many items on which the app may not write it does not try the others."""


class HygieneForge(BacklogForge, Protocol):
    """What is asked of GitHub."""


class Hygiene:
    """Handles the conversations of the backlogs."""

    def __init__(
        self,
        *,
        gateway: HygieneForge,
        standards: Standards,
        index: BacklogIndex,
        sweep: Sweep,
        tidier: Tidier,
        reopening: Reopening,
        alarms: Alarms,
        rules: Rules,
        home: RepoName,
        wake: Callable[[str], Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        self._gateway = gateway
        self._standards = standards
        self._index = index
        self._sweep = sweep
        self._tidier = tidier
        self._reopening = reopening
        self._alarms = alarms
        self._rules = rules
        self._home = home
        self._wake = wake
        self._now = now
        self._due: set[RepoName] = set()
        """Where a sweep is to be made."""
        self._branches: dict[RepoName, str] = {}
        self._unwanted: set[RepoName] = set()

    def wants(self, repo: RepoName) -> bool:
        """Whether what happens in a repository is to be told; of an unknown one it is."""
        return repo not in self._unwanted

    async def look(self) -> None:
        """Have every backlog swept; of repositories that the App has left nothing is kept.

        Raises:
            GitHubError: GitHub could not be asked.
        """
        known = await self._index.repositories()
        for repo in await self._gateway.repositories(self._home):
            known.discard(repo)
            self._due.add(repo)
            await self._wake(conversation_of_backlog(repo))
        for repo in known:
            await self._index.drop(repo)
            await self._alarms.set(conversation_of_backlog(repo), None)

    async def handle(self, repo: RepoName, events: Sequence[wire.Event]) -> None:
        """Note what has happened, sweep if it is time, and write what is to be written.

        Raises:
            GitHubError: GitHub could not be asked or told; the rest is done when this is handled again.
        """
        heard = await self._hear(events)
        for event in events:
            if isinstance(event, AskEvent):
                await self._reopening.answer(event)
        model = await self._model(repo)
        if model is None:
            self._due.discard(repo)
            await self._alarms.set(conversation_of_backlog(repo), None)
            return
        book = await self._index.book(repo)
        wakes = {**book.wakes, **dict.fromkeys(heard, self._now())}
        book = replace(book, wakes=wakes)
        await self._index.keep(repo, book)
        try:
            await self._bring(repo, model, book)
        except Refused as refused:
            # An archived repository takes no writes: nobody is helped by trying again soon.
            log.warning("backlog_refused", repo=repo, reason=str(refused))
            await self._index.keep(repo, replace(await self._index.book(repo), plan=(), wakes={}))
        self._due.discard(repo)
        await self._rest(repo)

    async def _hear(self, events: Sequence[wire.Event]) -> list[int]:
        heard = [
            event.item.number
            for event in events
            if isinstance(event, ItemEvent) and await self._index.heard(event) and not event.by_app
        ]
        return list(dict.fromkeys(heard))

    async def _bring(self, repo: RepoName, model: Model, book: Book) -> None:
        if repo in self._due or book.full_at is None:
            swept = await self._sweep.run(repo, model)
            book = replace(swept, wakes=book.wakes)
            await self._index.keep(repo, book)
            self._due.discard(repo)
            log.info("backlog_swept", repo=repo, planned=len(book.plan))
        due = [number for number, at in book.wakes.items() if at <= self._now()]
        for number in due:
            book = await self._look(repo, model, book, Planned(number), reads=True)
        refused = 0
        while book.plan:
            planned, *rest = book.plan
            try:
                book = await self._look(repo, model, book, planned)
            except Refused as error:
                refused += 1
                log.warning("item_refused", repo=repo, number=planned.number, reason=str(error))
                if refused == MOST_REFUSED:
                    raise
            book = replace(book, plan=tuple(rest))
            await self._index.keep(repo, book)

    async def _look(
        self, repo: RepoName, model: Model, book: Book, planned: Planned, *, reads: bool = False
    ) -> Book:
        """Write on one item what is to be written now; the book says when to look at it again.

        `reads` lets its timeline be read where that is needed: of what a sweep has planned, all is known.
        """
        number = planned.number
        wakes = {other: at for other, at in book.wakes.items() if other != number}
        one = await self._index.get(repo, number)
        if one is not None:
            if reads:
                one = await self._known(one, model, book)
            tidying = await self._tidy(one, model, book, planned)
            again = self._again(tidying)
            if again is not None:
                wakes[number] = again
        book = replace(book, wakes=wakes)
        await self._index.keep(repo, book)
        return book

    async def _known(self, one: Tracked, model: Model, book: Book) -> Tracked:
        backlog = await backlog_for(one.item, model, book, self._index, self._now())
        wanted = hygiene.candidates([one.item], backlog, self._rules, 1)
        return await self._sweep.read(one) if wanted else one

    async def _tidy(self, one: Tracked, model: Model, book: Book, planned: Planned) -> Tidying:
        """Decide on an item as it is known, and write that; before it is closed it is read once more."""
        tidying = await self._decide(one, model, book, planned)
        if any(isinstance(act, CloseIssue) for act in tidying.acts):
            fresh = await self._fresh(one)
            if fresh is None:
                return replace(tidying, acts=(), wake_at=None)
            one = fresh
            tidying = await self._decide(one, model, book, planned)
        if tidying.acts:
            await self._tidier.write(one, tidying.acts)
        return tidying

    async def _decide(self, one: Tracked, model: Model, book: Book, planned: Planned) -> Tidying:
        backlog = await backlog_for(one.item, model, book, self._index, self._now())
        return await self._sweep.left(self._sweep.decide(one.item, backlog, planned.surveyed))

    async def _fresh(self, one: Tracked) -> Tracked | None:
        """An item and its history as they are now; None where it is closed or gone."""
        repo, number = one.item.repo, one.item.number
        try:
            listed = await self._gateway.get_item(repo, number)
        except (NotFound, Gone):
            await self._index.forget(repo, [number])
            return None
        if listed.closed_at is not None:
            await self._index.shut(repo, [listed])
            return None
        now = replace(one, item=replace(listed.item, history=one.item.history))
        return await self._sweep.read(now)

    def _again(self, tidying: Tidying) -> datetime | None:
        """The end of the grace of an item that has only just changed; what is later the sweeps find."""
        at, now = tidying.wake_at, self._now()
        soon = at is not None and now < at < now + SWEEP_EVERY
        return at if soon and not tidying.acts else None

    async def _rest(self, repo: RepoName) -> None:
        book = await self._index.book(repo)
        at = min(book.wakes.values(), default=None)
        await self._alarms.set(conversation_of_backlog(repo), at)

    async def _model(self, repo: RepoName) -> Model | None:
        """The repository's own model or the home's, if it says anything of the backlog."""
        try:
            branch = self._branches.get(repo)
            if branch is None:
                branch = self._branches[repo] = await self._gateway.default_branch(repo)
            standard = await self._standards.of(repo, branch)
        except (NotFound, Gone):
            return None
        if isinstance(standard, Unread) or "hygiene" not in standard.model.model_fields_set:
            self._unwanted.add(repo)
            return None
        self._unwanted.discard(repo)
        return standard.model
