"""What the app remembers between decisions, for the event loop: each call runs in a small thread pool."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ghapp.engine import rows, slots
from ghapp.engine.database import DatabaseGoneError, file_identity, is_sqlite
from ghapp.engine.rows import Row
from ghapp.engine.tables import create_tables, ledger, memory, spend

__all__ = ["Done", "Intended", "Row", "Store"]

KEEP_DELIVERY_IDS = timedelta(days=7)
"""How long a delivery is recognised when it is sent again; GitHub redelivers for three days."""

KEEP_SPEND = timedelta(hours=1)
KEEP_LEDGER = timedelta(days=30)
KEEP_MEMORY = {
    "ended": timedelta(days=8),
    "rate": timedelta(days=8),
    "edit": timedelta(days=8),
    "closed-incident": timedelta(days=90),
    "milestone": timedelta(days=400),
    "check": timedelta(days=90),
    "gate": timedelta(days=90),
    "gate-answer": timedelta(days=90),
    "moved-away": timedelta(days=90),
}
"""Kinds of memory that grow with what happens; the rest is as large as what is open now."""

KEEP_SLOTS = timedelta(days=1)
THREADS = 4

T = TypeVar("T")
Listener = Callable[[Iterable[str]], None]


@dataclass(frozen=True, slots=True)
class Intended:
    """A write to the outside was about to be made at `at` (UTC); whether it was is not known."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """A write to the outside was made and confirmed at `at` (UTC), with this result."""

    result: str
    at: datetime


class Store:
    """Memory, ledger, spending, storm slots and parked rows; every method may raise SQLAlchemyError."""

    def __init__(self, db: sa.Engine, *, clock: Callable[[], datetime] | None = None) -> None:
        """Use an open database; `clock` tells the time for what is stamped here."""
        self._db = db
        self._clock = clock or (lambda: datetime.now(UTC))
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="ghapp-store")
        self._listeners: list[Listener] = []
        self._file = file_identity(db)

    async def create(self) -> None:
        """Create the tables that are missing; safe when several instances start at once."""
        await self.run(create_tables, self._db)
        self._file = file_identity(self._db)

    def close(self) -> None:
        """End the threads after what they do now; the database itself stays open."""
        self._pool.shutdown(wait=True)

    def subscribe(self, listener: Listener) -> None:
        """Call `listener` on the event loop with conversations that got rows by `reroute` or `unpark`."""
        self._listeners.append(listener)

    async def run(self, work: Callable[..., T], *args: Any) -> T:
        """Run blocking database work in this store's threads."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)

    async def ping(self) -> None:
        """Prove that the database answers, or raise what it says instead.

        Raises:
            DatabaseGoneError: it is not the file any more that `create` has seen.
        """
        if file_identity(self._db) != self._file:
            raise DatabaseGoneError("the database file was removed or replaced")
        await self.run(self._ping)

    def _ping(self) -> None:
        with self._db.connect() as connection:
            connection.execute(sa.select(1))

    # Memory: what was seen, by kind and key.

    async def memory_get(self, kind: str, key: str) -> Any | None:
        """The value last put, or None."""
        text = await self._scalar(
            sa.select(memory.c.value).where(memory.c.kind == kind, memory.c.key == key)
        )
        return None if text is None else json.loads(text)

    async def memory_all(self, kind: str) -> dict[str, Any]:
        """All values of a kind by key."""
        found = await self._rows(
            sa.select(memory.c.key, memory.c.value)
            .where(memory.c.kind == kind)
            .order_by(memory.c.key)
        )
        return {key: json.loads(text) for key, text in found}

    async def memory_some(self, kind: str, keys: Sequence[str]) -> dict[str, Any]:
        """Those values of a kind that there are, by key."""
        found = await self._rows(
            sa.select(memory.c.key, memory.c.value).where(
                memory.c.kind == kind, memory.c.key.in_(keys)
            )
        )
        return {key: json.loads(text) for key, text in found}

    async def memory_page(self, kind: str, after: str, limit: int) -> list[tuple[str, Any]]:
        """At most so many values of a kind, by their keys, from behind a key on."""
        found = await self._rows(
            sa.select(memory.c.key, memory.c.value)
            .where(memory.c.kind == kind, memory.c.key > after)
            .order_by(memory.c.key)
            .limit(limit)
        )
        return [(key, json.loads(text)) for key, text in found]

    async def memory_put(self, kind: str, key: str, value: Any) -> None:
        """Replace a value; it must be JSON."""
        await self.memory_put_many(kind, {key: value})

    async def memory_put_many(self, kind: str, values: Mapping[str, Any]) -> None:
        """Replace several values of a kind in one transaction."""
        if not values:
            return
        at = self._clock().timestamp()
        new = [
            {"kind": kind, "key": key, "value": json.dumps(value), "updated_at": at}
            for key, value in sorted(values.items())
        ]
        await self._write(self._upsert(memory, ("kind", "key"), ("value", "updated_at")), new)

    async def memory_delete(self, kind: str, key: str) -> None:
        """Forget a value, if there is one."""
        await self._write(memory.delete().where(memory.c.kind == kind, memory.c.key == key))

    async def memory_delete_many(self, kind: str, keys: Sequence[str]) -> None:
        """Forget several values of a kind in one transaction."""
        if keys:
            gone = memory.delete().where(memory.c.kind == kind, memory.c.key == sa.bindparam("k"))
            await self._write(gone, [{"k": key} for key in keys])

    # Ledger: which effects on the outside were begun and finished.

    async def ledger_state(self, key: str) -> Intended | Done | None:
        """What is known of an effect by its idempotency key."""
        found = await self._rows(
            sa.select(ledger.c.state, ledger.c.result, ledger.c.at).where(ledger.c.key == key)
        )
        if not found:
            return None
        state, result, at = found[0]
        when = datetime.fromtimestamp(at, UTC)
        return Done(result, when) if state == "done" else Intended(when)

    async def ledger_intend(self, key: str) -> None:
        """Note, before acting, that an effect is about to be made (again); nothing changes once it is done."""
        values = {"key": key, "state": "intended", "at": self._clock().timestamp()}
        insert = self._insert(ledger)
        again = insert.on_conflict_do_update(
            index_elements=["key"],
            set_={"at": insert.excluded.at},
            where=ledger.c.state == "intended",
        )
        await self._write(again, [values])

    async def ledger_done(self, key: str, result: str) -> None:
        """Note that an effect was made."""
        values = {"key": key, "state": "done", "result": result, "at": self._clock().timestamp()}
        await self._write(self._upsert(ledger, ("key",), ("state", "result", "at")), [values])

    # Spending: content creations at GitHub, counted over all instances.

    async def spend_add(self, at: datetime) -> None:
        """Count one content creation."""
        await self._write(spend.insert(), [{"at": at.timestamp()}])

    async def spend_since(self, at: datetime) -> list[datetime]:
        """The content creations after `at`, oldest first, in UTC."""
        found = await self._rows(
            sa.select(spend.c.at).where(spend.c.at > at.timestamp()).order_by(spend.c.at)
        )
        return [datetime.fromtimestamp(one, UTC) for (one,) in found]

    # Storm slots.

    async def claim_slot(  # noqa: PLR0917 - its callers read like the rule in OWNERS.yaml
        self, kind: str, key: str, source: str, now: datetime, window: timedelta, threshold: int
    ) -> bool:
        """Register `key` as newly opened by `source`; True when it may have an issue of its own.

        That is when fewer than `threshold` other keys of that source were registered in the
        `window` before `now`. Atomic over all instances; the same key and `now` get the same answer
        until the slot is released.
        """
        claim = slots.Claim(kind, key, source, now.timestamp(), window.total_seconds(), threshold)
        return await self.run(slots.claim, self._db, claim)

    async def own_slot(self, key: str) -> bool | None:
        """What the last claim of `key` was answered; None when there was none since its release."""
        return await self.run(slots.own, self._db, key)

    async def release_slot(self, key: str) -> None:
        """Forget that `key` was opened, so that it counts no longer and is asked anew."""
        await self.run(slots.release, self._db, key)

    # The inbox, for operators and for handlers.

    async def reroute(self, ids: Sequence[int], conversation: str) -> None:
        """Move waiting rows to another conversation, whose drain handles them."""
        await self.run(rows.reroute, self._db, ids, conversation)
        self._tell([conversation])

    async def parked(self, limit: int = 200) -> list[Row]:
        """The rows that were given up, oldest first, each with its reason."""
        return await self.run(rows.parked, self._db, limit)

    async def parked_count(self) -> int:
        """How many rows were given up; cheaper than reading them."""
        return await self.run(rows.parked_count, self._db)

    async def unpark(self, ids: Sequence[int]) -> None:
        """Try parked rows again, with fresh attempts."""
        self._tell(await self.run(rows.unpark, self._db, ids))

    async def waiting_stats(self) -> tuple[int, float]:
        """How many rows wait, and for how many seconds the oldest has."""
        depth, oldest = await self.run(rows.waiting_stats, self._db)
        return depth, 0.0 if oldest is None else max(0.0, self._clock().timestamp() - oldest)

    async def stuck(self, age: timedelta) -> list[str]:
        """Conversations, a hundred at most, whose first row could have been handled for so long and still waits."""
        long_ago = self._clock().timestamp() - age.total_seconds()
        return await self.run(rows.overdue, self._db, long_ago, 0.0, 100)

    async def prune(self) -> None:
        """Forget what is too old to matter: done deliveries, spending, finished effects, slots."""
        now = self._clock()
        await self.run(rows.prune, self._db, (now - KEEP_DELIVERY_IDS).timestamp())
        await self._write(spend.delete().where(spend.c.at < (now - KEEP_SPEND).timestamp()))
        await self._write(
            ledger.delete().where(
                ledger.c.state == "done", ledger.c.at < (now - KEEP_LEDGER).timestamp()
            )
        )
        for kind, length in KEEP_MEMORY.items():
            old = memory.c.updated_at < (now - length).timestamp()
            await self._write(memory.delete().where(memory.c.kind == kind, old))
        await self.run(slots.prune, self._db, (now - KEEP_SLOTS).timestamp())

    def _tell(self, conversations: Iterable[str]) -> None:
        for listener in self._listeners:
            listener(conversations)

    def _insert(self, table: sa.Table) -> Any:
        if is_sqlite(self._db):
            return sqlite.insert(table)
        return postgresql.insert(table)

    def _upsert(self, table: sa.Table, key: Sequence[str], values: Sequence[str]) -> Any:
        insert = self._insert(table)
        return insert.on_conflict_do_update(
            index_elements=list(key), set_={name: insert.excluded[name] for name in values}
        )

    async def _scalar(self, query: sa.Select[Any]) -> Any | None:
        found = await self._rows(query)
        return found[0][0] if found else None

    async def _rows(self, query: sa.Select[Any]) -> Sequence[Any]:
        def read() -> Sequence[Any]:
            with self._db.connect() as connection:
                return connection.execute(query).all()

        return await self.run(read)

    async def _write(self, change: Any, values: Sequence[Mapping[str, Any]] | None = None) -> None:
        def write() -> None:
            with self._db.begin() as connection:
                connection.execute(change, values)

        await self.run(write)
