"""Handle what waits for one conversation: in order, folded, and with its failures kept apart."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
import structlog

from ghapp.engine import rows as table
from ghapp.engine.failures import Backoff, OneByOne, Park, Postpone, Retry, judge
from ghapp.engine.inbox import Inbox
from ghapp.engine.rows import Row
from ghapp.engine.store import Store

log = structlog.get_logger(__name__)

Handler = Callable[[str, Sequence[Row]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a round ended: whether the handler ran, whether to look again at once, or at `until`.

    `rowless` says that it is not rows that wait until then, but a wake-up that met trouble.
    """

    handled: bool
    more: bool = False
    until: float | None = None
    rowless: bool = False


@dataclass(slots=True)
class Counts:
    """What the drains have done since the process started, for metrics."""

    rounds: int = 0
    rows: int = 0
    failures: int = 0
    retries: int = 0
    parked: int = 0


@dataclass(slots=True)
class Drain:
    """Runs the handler over the waiting rows of a conversation; the caller keeps drains of one apart."""

    db: sa.Engine
    inbox: Inbox
    store: Store
    handler: Handler
    limit: float
    """Seconds that one call of the handler may take."""

    counts: Counts = field(default_factory=Counts)
    clock: Callable[[], float] = time.time

    async def round(self, conversation: str, *, woken: bool) -> Outcome:
        """Handle one batch; without waiting rows the handler runs only when `woken`.

        Raises:
            InboxUnavailable, SQLAlchemyError: the database is away; what was handled may come again.
        """
        due = await self.store.run(table.due, self.db, conversation, self.clock())
        if due.rows:
            return await self._handle(conversation, due.rows)
        if due.gate is not None:
            return Outcome(handled=False, until=due.gate)
        if woken:
            return await self._handle_nothing(conversation)
        return Outcome(handled=False)

    async def _handle(self, conversation: str, rows: Sequence[Row]) -> Outcome:
        singly = rows[0].attempts > 0
        batch = rows[:1] if singly else rows
        error = await self._call(conversation, batch)
        if error is None:
            await self._finish(conversation, batch)
            return Outcome(handled=True, more=singly or _was_cut(rows))
        verdict = judge(error, rows=len(batch), attempts=batch[0].attempts, now=self.clock())
        if isinstance(verdict, OneByOne):
            return await self._one_by_one(conversation, batch)
        return await self._settle(batch, verdict)

    async def _one_by_one(self, conversation: str, rows: Sequence[Row]) -> Outcome:
        """Handle rows singly up to the first that fails, which is thereby the guilty one."""
        for row in rows:
            error = await self._call(conversation, [row])
            if error is not None:
                verdict = judge(error, rows=1, attempts=row.attempts, now=self.clock())
                assert not isinstance(verdict, OneByOne)
                return await self._settle([row], verdict)
            await self._finish(conversation, [row])
        return Outcome(handled=True, more=True)

    async def _settle(self, rows: Sequence[Row], verdict: Postpone | Backoff | Park) -> Outcome:
        run, db, first = self.store.run, self.db, rows[0].id
        if isinstance(verdict, Park):
            self.counts.parked += 1
            await run(table.park, db, first, verdict.reason)
            log.error("delivery_parked", row=first, reason=verdict.reason, **_about(rows))
            return Outcome(handled=True, more=True)
        if isinstance(verdict, Backoff):
            await run(table.count_failure, db, first, verdict.until, verdict.reason)
        else:
            self.counts.retries += 1
            ids = [row.id for row in rows]
            await run(table.postpone, db, ids, verdict.until, verdict.reason)
        return Outcome(handled=True, until=verdict.until)

    async def _handle_nothing(self, conversation: str) -> Outcome:
        error = await self._call(conversation, [])
        if isinstance(error, Retry):
            again = self.clock() + max(0.0, error.after)
            return Outcome(handled=False, until=again, rowless=True)
        return Outcome(handled=True)

    async def _call(self, conversation: str, rows: Sequence[Row]) -> Exception | None:
        self.counts.rounds += 1
        try:
            async with asyncio.timeout(self.limit):
                await self.handler(conversation, rows)
        except Retry as error:
            log.info(
                "handling_postponed",
                conversation=conversation,
                after=error.after,
                reason=error.reason,
                **_about(rows),
            )
            return error
        except Exception as error:  # whatever it is, it concerns this conversation only
            self.counts.failures += 1
            log.exception("handling_failed", conversation=conversation, **_about(rows))
            return error
        self.counts.rows += len(rows)
        return None

    async def _finish(self, conversation: str, rows: Sequence[Row]) -> None:
        await self.inbox.finish([row.id for row in rows], conversation)


def _was_cut(rows: Sequence[Row]) -> bool:
    """Whether the batch was as large as one may be, so that more rows may be waiting."""
    return len(rows) >= table.LIMIT or sum(len(row.payload) for row in rows) > table.MAX_BYTES // 2


def _about(rows: Sequence[Row]) -> dict[str, object]:
    if not rows:
        return {"rows": 0}
    return {"rows": len(rows), "request_id": rows[0].request_id, "kind": rows[0].kind}
