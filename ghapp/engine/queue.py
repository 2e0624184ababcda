"""The engine: every conversation with waiting rows gets one drain at a time, soon and at last."""

import asyncio
import time
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
import structlog

from ghapp.engine import queue_dbos
from ghapp.engine.chores import Chores, say
from ghapp.engine.drain import Counts, Drain, Handler, Outcome
from ghapp.engine.failures import Retry
from ghapp.engine.inbox import Inbox
from ghapp.engine.lease import DatabaseBusyError, open_lease
from ghapp.engine.rows import Row
from ghapp.engine.store import Store

__all__ = ["DatabaseBusyError", "Engine", "Handler", "Retry", "Row"]

log = structlog.get_logger(__name__)

CONCURRENCY = 16
"""Drains that this instance runs at a time; what else is ready waits in memory, by name only."""

TURN = 1.0
"""Seconds after which a busy conversation lets others run."""

PAUSE = 1.0
STORM_PAUSE = 10.0
"""Pause after starting a drain, as a multiple of the time that starting it took.

While deliveries pour in, every commit of a drain is one that they wait for, and waiting folds more.
"""

LONGEST_PAUSE = 0.25
ELSEWHERE = 0.25
"""Seconds after which to ask again for a conversation that another instance holds."""

HANDLER_LIMIT = 600.0
T = TypeVar("T")


@dataclass(slots=True)
class _Live:
    """A drain that starts or runs; `dirty` when its conversation got rows since it last looked.

    The ticket tells the drain that was started from an older one that DBOS has brought back.
    """

    ticket: str
    running: bool = False
    dirty: bool = False
    woken: bool = False


class Engine:
    """Runs the handler on the event loop, driven by DBOS; one per process.

    The handler gets a conversation and its waiting rows in order (200 at most) and computes what
    should be true now; it may raise `Retry` when something outside is in trouble. Rows are done when
    it returns.
    """

    def __init__(
        self, db: sa.Engine, inbox: Inbox, store: Store, *, handler_limit: float = HANDLER_LIMIT
    ) -> None:
        """Use an open database whose tables exist, with a started inbox."""
        self._db = db
        self._inbox = inbox
        self._store = store
        self._handler_limit = handler_limit
        self.counts = Counts()
        self._lease = open_lease(db, self._on_lease_lost)
        self._ready: dict[str, bool] = {}
        self._live: dict[str, _Live] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._gated: set[str] = set()
        self._bell = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._drains: set[asyncio.Task[None]] = set()
        self._stopping = True
        self._pool: ThreadPoolExecutor | None = None
        self._drain: Drain | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._subscribed = False

    async def start(self, handler: Handler) -> None:
        """Take over what an earlier process left, and begin.

        Raises:
            DatabaseBusyError: another process serves from this SQLite database.
        """
        self._loop = asyncio.get_running_loop()
        self._drain = Drain(
            self._db, self._inbox, self._store, handler, self._handler_limit, self.counts
        )
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="ghapp-queue")
        await self._lease.take()
        self._stopping = False
        try:
            await self._run(queue_dbos.launch, self._db, self._lease.name, self._run_drain)
        except BaseException:
            self._stopping = True
            await self._lease.give_back()
            raise
        if not self._subscribed:
            self._subscribed = True
            self._inbox.subscribe(self._notify)
            self._store.subscribe(self._notify_now)
        chores = Chores(self._db, self._store, self._lease.name, self._run, self._notify_now)
        self._tasks = [asyncio.create_task(self._dispatch(), name="dispatch"), *chores.start()]

    async def stop(self, timeout: float = 10.0) -> None:  # noqa: ASYNC109 - a bound, not a cancellation
        """End within `timeout` seconds: handlers finish, or are cancelled and their rows wait."""
        if self._stopping:
            return
        self._stopping = True
        for timer in self._timers.values():
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._drains:
            await asyncio.wait(self._drains, timeout=max(0.0, timeout - 4.0))
        for drain in self._drains:
            drain.cancel()
        if self._drains:
            await asyncio.wait(self._drains, timeout=1.0)
        await self._run(self._await_outcomes)
        await self._run(queue_dbos.shut_down)
        await self._lease.give_back()
        self._live.clear()
        self._ready.clear()
        self._timers.clear()
        self._gated.clear()
        if self._pool is not None:
            self._pool.shutdown(wait=False)

    async def wake(self, conversation: str) -> None:
        """Run the handler for a conversation soon, even when no rows wait for it."""
        self._wake(conversation)

    @property
    def running(self) -> bool:
        """Whether drains are being run."""
        return not self._stopping

    @property
    def busy(self) -> int:
        """How many handlers run now."""
        return len(self._drains)

    # On the event loop: who is ready.

    def _notify(self, conversations: Iterable[str]) -> None:
        if self._stopping:
            return
        for conversation in conversations:
            live = self._live.get(conversation)
            if live is not None:
                live.dirty = True
            elif conversation not in self._gated:
                self._ready.setdefault(conversation, False)
        if self._ready:
            self._bell.set()

    def _notify_now(self, conversations: Iterable[str]) -> None:
        """Look again even at conversations that were to wait."""
        found = list(conversations)
        self._gated.difference_update(found)
        self._notify(found)

    def _come_back(self, conversation: str, outcome: Outcome, *, woken: bool) -> None:
        """Return to a conversation when its first row, or the repetition of its wake-up, is due."""
        assert self._loop is not None
        assert outcome.until is not None
        if (old := self._timers.pop(conversation, None)) is not None:
            old.cancel()
        if not outcome.rowless:
            self._gated.add(conversation)
        delay = max(0.0, outcome.until - time.time())
        self._timers[conversation] = self._loop.call_later(delay, self._due, conversation, woken)

    def _due(self, conversation: str, woken: bool) -> None:
        self._timers.pop(conversation, None)
        if woken:
            self._wake(conversation)
        self._notify_now([conversation])

    def _wake(self, conversation: str) -> None:
        live = self._live.get(conversation)
        if live is not None:
            live.woken = live.dirty = True
        elif not self._stopping:
            self._ready[conversation] = True
            self._bell.set()

    async def _dispatch(self) -> None:
        """Start drains for what is ready, one after the other, as long as there is room."""
        while True:
            await self._bell.wait()
            self._bell.clear()
            while self._ready and len(self._live) < CONCURRENCY:
                began = time.monotonic()
                conversation = next(iter(self._ready))
                live = _Live(uuid.uuid4().hex, woken=self._ready.pop(conversation))
                self._live[conversation] = live
                if not await self._run(self._start_drain, conversation, live):
                    self._put_back(conversation, live)
                pause = STORM_PAUSE if self._inbox.busy else PAUSE
                await asyncio.sleep(min(LONGEST_PAUSE, pause * (time.monotonic() - began)))

    def _start_drain(self, conversation: str, live: _Live) -> bool:
        """Whether it could be started: the conversation may be another instance's."""
        if not self._lease.hold(conversation):
            return False
        try:
            queue_dbos.start(live.ticket, conversation, live.woken)
        except Exception as error:  # noqa: BLE001 - said in the log, and the others go on
            say("drain_not_started", error, conversation=conversation)
            self._lease.release(conversation)
            return False
        return True

    def _put_back(self, conversation: str, live: _Live) -> None:
        """Ask again soon for a conversation that is another instance's, or could not be started."""
        assert self._loop is not None
        if self._live.get(conversation) is live and not live.running:
            del self._live[conversation]
            self._loop.call_later(ELSEWHERE, self._after, conversation, live.woken, True)

    def _after(self, conversation: str, woken: bool, dirty: bool) -> None:
        if woken:
            self._wake(conversation)
        elif dirty:
            self._notify([conversation])
        self._bell.set()  # there is room

    # A drain: in a thread of DBOS, then on the event loop.

    def _run_drain(self, ticket: str, conversation: str, woken: bool) -> None:
        if self._stopping or self._loop is None:
            return  # the rows wait, and the next start looks for them
        entered = self._enter(ticket, conversation, woken)
        try:
            asyncio.run_coroutine_threadsafe(entered, self._loop).result()
        except Exception:
            log.exception("drain_failed", conversation=conversation)

    async def _enter(self, ticket: str, conversation: str, woken: bool) -> None:
        """Run the drain that was started here, or that DBOS has brought back after a crash."""
        live = self._live.get(conversation)
        if live is None:
            live = self._live[conversation] = _Live(ticket, woken=woken)
            if not await self._run(self._lease.hold, conversation):
                self._put_back(conversation, live)
                return
        elif live.ticket != ticket:
            self._after(conversation, woken, dirty=True)
            return
        live.running = True
        task = asyncio.create_task(self._rounds(conversation, live), name=f"drain {conversation}")
        self._drains.add(task)
        try:
            await asyncio.wait([task])
        finally:
            await self._run(self._lease.release, conversation)
            self._drains.discard(task)
            self._live.pop(conversation, None)
            self._after(conversation, live.woken, live.dirty)

    async def _rounds(self, conversation: str, live: _Live) -> None:
        """Handle batch after batch until nothing is left or others have waited long enough."""
        assert self._drain is not None
        began = time.monotonic()
        while not self._stopping:
            # Taken before the handler runs, so that it may wake its own conversation.
            woken, live.woken, live.dirty = live.woken, False, False
            try:
                outcome = await self._drain.round(conversation, woken=woken)
            except Exception as error:  # noqa: BLE001 - said in the log, and the others go on
                say("drain_interrupted", error, conversation=conversation)
                outcome = Outcome(handled=False, until=time.time() + 1.0)
            live.woken = live.woken or (woken and not outcome.handled)
            if outcome.until is not None:
                self._come_back(conversation, outcome, woken=live.woken)
                live.woken = live.dirty = False
                return
            if not outcome.more and not live.dirty:
                return
            if self._ready and time.monotonic() - began > TURN:
                live.dirty = True
                return

    def _on_lease_lost(self) -> None:
        """Others may take our conversations over: stop handling them, uncounted."""
        for drain in self._drains:
            drain.cancel()

    def _await_outcomes(self) -> None:
        """Let DBOS write that the drains ended; what it can't is recovered at the next start."""
        deadline = time.monotonic() + 1.0
        try:
            while queue_dbos.unfinished(self._lease.name) and time.monotonic() < deadline:
                time.sleep(0.02)
        except sa.exc.SQLAlchemyError:
            log.warning("queue_stopped_without_database", exc_info=True)

    async def _run(self, work: Callable[..., T], *args: object) -> T:
        assert self._pool is not None
        assert self._loop is not None
        return await self._loop.run_in_executor(self._pool, work, *args)
