"""A tick: every duty that is due at one instant is done once, and what was done is told."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from ghapp.duties.assembly import Duties
from ghapp.duties.kinds import kind_of
from ghapp.engine.drain import Handler
from ghapp.engine.single_pass import SinglePass
from ghapp.engine.store import Row
from ghapp.github.errors import GitHubError
from ghapp.github.writes import Written

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """A write to GitHub, and the kind of duty that made it."""

    kind: str
    written: Written


@dataclass(frozen=True, slots=True)
class Failure:
    """What could not be done now; a later tick does it."""

    kind: str
    what: str
    reason: str


@dataclass(slots=True)
class Journal:
    """Notes who writes what, in order; one thing is done at a time."""

    kind: str = ""
    entries: list[Entry] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def note(self, written: Written) -> None:
        """Take down a write."""
        self.entries.append(Entry(self.kind, written))


class Tick:
    """Does the rounds of the duties, then whatever they, the clock or the inbox have woken."""

    def __init__(self, duties: Duties, one_pass: SinglePass, journal: Journal) -> None:
        self._duties = duties
        self._pass = one_pass
        self._journal = journal

    async def run(self, handler: Handler, kinds: Collection[str], now: datetime) -> None:
        """Do what is due of these kinds; trouble of one stops no other, and is in the journal.

        What the chosen ones bring about in others, such as the pages of an incident, is done as well.
        """
        for one in self._duties.rounds():
            if one.kind in kinds:
                await self._round(one.kind, one.turn)
        for conversation in await self._due(now):
            if kind_of(conversation) in kinds:
                await self._pass.wake(conversation)
        failed = self._pass.counts.failures
        await self._pass.run(self._watched(handler))
        for conversation in dict.fromkeys(self._pass.postponed):
            self._fail(kind_of(conversation), conversation, "has to wait; try again later")
        if self._pass.counts.failures > failed:
            self._fail("", "some of it failed", "see the log")

    async def _due(self, now: datetime) -> list[str]:
        """What the clock or the inbox has for now, the earliest first."""
        due = await self._duties.clock.due()
        ripe = sorted((at, name) for name, at in due.items() if at <= now)
        return [*(name for _, name in ripe), *await self._pass.waiting()]

    async def _round(self, kind: str, turn: Callable[[], Awaitable[None]]) -> None:
        self._journal.kind = kind
        try:
            await turn()
        except GitHubError as error:
            self._fail(kind, "its round", str(error))
        except Exception as error:
            log.exception("round_failed", kind=kind)
            self._fail(kind, "its round", f"{type(error).__name__}: {error}")

    def _watched(self, handler: Handler) -> Handler:
        async def handle(conversation: str, rows: Sequence[Row]) -> None:
            self._journal.kind = kind_of(conversation)
            await handler(conversation, rows)

        return handle

    def _fail(self, kind: str, what: str, reason: str) -> None:
        self._journal.failures.append(Failure(kind, what, reason))
