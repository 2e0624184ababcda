"""What the engine does now and then: find rows without a drain, recover, forget."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
import structlog

from ghapp.engine import queue_dbos, rows
from ghapp.engine.database import is_sqlite
from ghapp.engine.inbox import InboxUnavailable
from ghapp.engine.store import Store

log = structlog.get_logger(__name__)

SWEEP = 3.0
"""Seconds between looks for rows that wait without a drain."""

SWEEP_AGE = 1.5
"""Seconds that a row has waited before the sweep suspects that its wake-up was lost."""

SWEEP_LIMIT = 1000
HOUSEKEEPING = 60.0
PRUNE = 3600.0
RECOVERY = 5.0


class Chores:
    """Runs until its tasks are cancelled; one that fails is logged and tried again."""

    def __init__(
        self,
        db: sa.Engine,
        store: Store,
        instance: str,
        run: Callable[..., Awaitable[Any]],
        notify: Callable[[Iterable[str]], None],
    ) -> None:
        """`run` runs blocking work in a thread; `notify` is told of conversations to look at."""
        self._db = db
        self._store = store
        self._instance = instance
        self._run = run
        self._notify = notify
        self._swept = False
        self._pruned = float("-inf")
        self._suspects: set[str] = set()

    def start(self) -> list["asyncio.Task[None]"]:
        """Begin all of them, each at once."""
        chores = [(SWEEP, self._sweep), (HOUSEKEEPING, self._keep_house)]
        if not is_sqlite(self._db):
            chores.append((RECOVERY, self._recover))
        return [
            asyncio.create_task(_every(seconds, chore), name=chore.__name__)
            for seconds, chore in chores
        ]

    async def _sweep(self) -> None:
        """Find rows that wait without a drain: lost wake-ups, rows of vanished instances."""
        age = SWEEP_AGE if self._swept else 0.0
        self._notify(await self._run(rows.overdue, self._db, time.time(), age, SWEEP_LIMIT))
        self._swept = True

    async def _recover(self) -> None:
        """Let drains of instances that are gone run elsewhere."""
        own, suspects = self._instance, self._suspects
        self._suspects = await self._run(queue_dbos.resume_vanished, self._db, own, suspects)

    async def _keep_house(self) -> None:
        """Forget what is over."""
        await self._run(queue_dbos.forget_over, datetime.now(UTC))
        if time.monotonic() - self._pruned > PRUNE:
            await self._store.prune()
            self._pruned = time.monotonic()


async def _every(seconds: float, chore: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await chore()
        except Exception as error:  # noqa: BLE001 - said in the log, and tried again
            say("queue_chore_failed", error, chore=chore.__name__)
        await asyncio.sleep(seconds)


def say(event: str, error: Exception, **context: object) -> None:
    """Log trouble of the database in one line, and anything else with its traceback."""
    if isinstance(error, InboxUnavailable | sa.exc.DBAPIError):
        log.warning(event, reason=str(error).splitlines()[0], **context)
    else:
        log.error(event, exc_info=error, **context)
