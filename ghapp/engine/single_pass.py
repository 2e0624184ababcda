"""Handles what is due once, one conversation after the other, and comes to an end: the engine without its queue."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

import sqlalchemy as sa

from ghapp.engine import rows
from ghapp.engine.drain import Counts, Drain, Handler, Outcome
from ghapp.engine.inbox import Inbox
from ghapp.engine.lease import open_lease
from ghapp.engine.store import Store

LIMIT = 600.0
"""Seconds that one call of the handler may take."""

ROUNDS = 1000
"""So many rounds of one conversation that are never done are a mistake of ours."""


class SinglePass:
    """Woken conversations are handled in the order in which they were woken, and whatever they wake after them."""

    def __init__(
        self,
        db: sa.Engine,
        inbox: Inbox,
        store: Store,
        *,
        now: Callable[[], datetime],
        patience: float,
    ) -> None:
        """Rows that ask to be tried again are waited for, up to `patience` seconds in all."""
        self._db = db
        self._inbox = inbox
        self._store = store
        self._now = now
        self._patience = patience
        self._woken: dict[str, bool] = {}
        self._lease = open_lease(db, self._woken.clear)
        self.counts = Counts()
        self.postponed: list[str] = []
        """Conversations that have to wait longer, or that another instance has."""

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Take the conversations of this database for oneself, as far as no other instance has them.

        Raises:
            DatabaseBusyError: another process serves from this SQLite database.
        """
        await self._lease.take()
        self._inbox.subscribe(self._notify)
        self._store.subscribe(self._notify)
        try:
            yield
        finally:
            await self._lease.give_back()

    async def wake(self, conversation: str) -> None:
        """Have a conversation handled, also when no rows wait for it."""
        self._woken[conversation] = True

    async def waiting(self) -> list[str]:
        """The conversations with rows that may be handled now."""
        seconds = self._now().timestamp()
        return await self._store.run(rows.overdue, self._db, seconds, 0.0, ROUNDS)

    async def run(self, handler: Handler) -> Mapping[str, int]:
        """Handle whatever is woken, until nothing is; how many rounds each conversation took."""
        drain = Drain(
            self._db,
            self._inbox,
            self._store,
            handler,
            LIMIT,
            self.counts,
            lambda: self._now().timestamp(),
        )
        taken: dict[str, int] = {}
        while self._woken:
            conversation = next(iter(self._woken))
            taken[conversation] = taken.get(conversation, 0) + 1
            if taken[conversation] > ROUNDS:
                raise RuntimeError(f"the conversation {conversation!r} never comes to rest")
            await self._round(drain, conversation, woken=self._woken.pop(conversation))
        return taken

    async def _round(self, drain: Drain, conversation: str, *, woken: bool) -> None:
        if not await self._store.run(self._lease.hold, conversation):
            self.postponed.append(conversation)
            return
        try:
            outcome = await drain.round(conversation, woken=woken)
        finally:
            await self._store.run(self._lease.release, conversation)
        await self._go_on(conversation, outcome, woken=woken and not outcome.handled)

    async def _go_on(self, conversation: str, outcome: Outcome, *, woken: bool) -> None:
        if outcome.until is not None:
            wait = outcome.until - self._now().timestamp()
            if wait > self._patience:
                self.postponed.append(conversation)
                return
            self._patience -= max(wait, 0.0)
            await asyncio.sleep(max(wait, 0.0))
            self._woken.setdefault(conversation, woken or outcome.rowless)
        elif outcome.more:
            self._woken.setdefault(conversation, False)

    def _notify(self, conversations: Iterable[str]) -> None:
        for conversation in conversations:
            self._woken.setdefault(conversation, False)
