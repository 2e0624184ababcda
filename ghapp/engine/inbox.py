"""Accept deliveries durably: whatever waits is committed in one transaction, then acknowledged."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
import structlog

from ghapp.engine.database import is_sqlite
from ghapp.engine.inbox_writer import Delivery, Entry, UnusableTextError, Writer, WriterError
from ghapp.engine.inbox_writer_postgres import PostgresWriter
from ghapp.engine.inbox_writer_sqlite import SqliteWriter

__all__ = ["Delivery", "Inbox", "InboxUnavailable"]

log = structlog.get_logger(__name__)
T = TypeVar("T")

BATCH = 128
"""Deliveries per transaction at most."""

LULL = 0.05
"""Seconds without a delivery after which a storm is over."""

Listener = Callable[[Iterable[str]], None]


class InboxUnavailable(Exception):  # noqa: N818 - reads as what the sender is told
    """The delivery could not be stored now; the sender should come again after `retry_after` seconds."""

    def __init__(self, reason: str, retry_after: int = 5) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


@dataclass(slots=True)
class _Put:
    entry: Entry
    future: "asyncio.Future[bool]"


@dataclass(slots=True)
class _Finish:
    rows: list[tuple[int, str]]
    future: "asyncio.Future[bool]"


class Inbox:
    """The door to the `inbox` table; one per process, used from one event loop.

    A single thread owns the only connection that writes deliveries. While it commits one batch the
    next one gathers, so the cost of a durable commit is shared by all that arrived meanwhile.
    """

    def __init__(
        self,
        db: sa.Engine,
        *,
        max_waiting: int = 4096,
        max_bytes: int = 128 * 2**20,
        patience: float = 5.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Bound the waiting line by count and by bytes; a batch may wait `patience` seconds for a lock."""
        self._writer: Writer = (
            SqliteWriter(db, patience) if is_sqlite(db) else PostgresWriter(db, patience)
        )
        self._max_waiting = max_waiting
        self._max_bytes = max_bytes
        self._bytes = 0
        self._clock = clock
        self._puts: deque[_Put] = deque()
        self._finishes: deque[_Finish] = deque()
        self._finish_next = False
        self.trouble: str | None = None
        """Why the last batch could not be stored; None when it could."""
        self._bell = threading.Event()
        self._idle = False
        self._closing = False
        self._last_stamp = 0.0
        self._stored_at = float("-inf")
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        """Call `listener` on the event loop with the conversations that got new rows, after each commit."""
        self._listeners.append(listener)

    async def start(self) -> None:
        """Start the writer; the tables must exist."""
        self._loop = asyncio.get_running_loop()
        self._closing = False
        self._thread = threading.Thread(target=self._write, name="ghapp-inbox", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Commit what waits, then end the writer; later deliveries are refused."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._closing = True
        self._bell.set()
        await asyncio.to_thread(thread.join)

    async def put(self, delivery: Delivery) -> bool:
        """Store a delivery; True when it is new and committed, False when it was seen before.

        Raises:
            InboxUnavailable: it can't be stored now (database away or slow, too many waiting, stopping).
        """
        return await self._submit(Entry(delivery))

    async def park(self, delivery: Delivery, reason: str) -> bool:
        """Store an authentic delivery that can't be used, for an operator to look at; as `put` otherwise."""
        return await self._submit(Entry(delivery, "parked", reason))

    async def finish(self, ids: Sequence[int], conversation: str) -> None:
        """Mark waiting rows of a conversation done in one transaction; rows moved elsewhere stay.

        Raises:
            InboxUnavailable: the database is away or slow; the rows still wait.
        """
        job = _Finish([(row, conversation) for row in ids], self._future())
        self._finishes.append(job)
        self._ring()
        await job.future

    @property
    def waiting(self) -> int:
        """How many deliveries wait to be stored now."""
        return len(self._puts)

    @property
    def busy(self) -> bool:
        """Whether deliveries are pouring in."""
        return bool(self._puts) or time.monotonic() - self._stored_at < LULL

    async def _submit(self, entry: Entry) -> bool:
        size = len(entry.delivery.payload)
        # One alone may be larger than the bound, or it could never be stored.
        too_large = self._bytes and self._bytes + size > self._max_bytes
        if too_large or len(self._puts) >= self._max_waiting:
            raise InboxUnavailable("too many deliveries wait to be stored")
        job = _Put(entry, self._future())
        self._bytes += size
        self._puts.append(job)
        self._ring()
        try:
            return await job.future
        finally:
            self._bytes -= size

    def _future(self) -> "asyncio.Future[bool]":
        if self._thread is None or self._loop is None:
            raise InboxUnavailable("the inbox is closed")
        return self._loop.create_future()

    def _ring(self) -> None:
        if self._idle:
            self._idle = False
            self._bell.set()

    # In the writer's thread.

    def _write(self) -> None:
        while self._wait():
            jobs: Sequence[_Put | _Finish] = ()
            try:
                # In turns, so that neither starves; each is one transaction and one statement.
                if self._puts and not (self._finish_next and self._finishes):
                    self._finish_next = True
                    jobs = puts = _take(self._puts)
                    self._insert(puts)
                else:
                    self._finish_next = False
                    jobs = finishes = _take(self._finishes)
                    self._finish(finishes)
            except Exception as error:  # the writer must outlive whatever a batch meets
                log.exception("inbox_writer_failed")
                self._refuse(jobs, error)
        self._writer.close()

    def _wait(self) -> bool:
        """Wait for work; False when there is none left and the inbox closes."""
        while not (self._puts or self._finishes):
            if self._closing:
                return False
            self._idle = True
            # What came before `_idle` was set has rung no bell: look once more before sleeping.
            if not (self._puts or self._finishes or self._closing):
                self._bell.wait()
            self._idle = False
            self._bell.clear()
        return True

    def _insert(self, jobs: list[_Put]) -> None:
        # Strictly increasing, so that a batch recognises the rows it inserted by their stamp.
        self._last_stamp = max(self._clock(), self._last_stamp + 1e-5)
        try:
            new = self._writer.insert([job.entry for job in jobs], self._last_stamp)
        except UnusableTextError as error:
            self._insert_cleaned(jobs, error)
        except WriterError as error:
            self._refuse(jobs, error)
        else:
            self._settle(self._stored, jobs, new)

    def _insert_cleaned(self, jobs: list[_Put], error: Exception) -> None:
        """Find the one with unusable text by inserting singly, and store it with replacements."""
        if len(jobs) > 1:
            for job in jobs:
                self._insert([job])
            return
        (job,) = jobs
        cleaned = job.entry.cleaned()
        if cleaned == job.entry:
            self._refuse(jobs, error)
        else:
            job.entry = cleaned
            self._insert(jobs)

    def _finish(self, jobs: list[_Finish]) -> None:
        try:
            self._writer.finish([row for job in jobs for row in job.rows])
        except WriterError as error:
            self._refuse(jobs, error)
        else:
            self._settle(self._finished, jobs)

    def _refuse(self, jobs: Sequence[_Put | _Finish], error: Exception) -> None:
        log.warning("inbox_unavailable", reason=str(error), jobs=len(jobs))
        self._settle(self._refused, jobs, str(error))

    def _settle(self, tell: Callable[..., None], *what: object) -> None:
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(tell, *what)
        except RuntimeError:  # the loop has closed under us: nobody waits for the answer any more
            log.warning("inbox_answer_unheard")

    # On the event loop again. A future may be done: its request was cancelled, its row is stored.

    def _stored(self, jobs: list[_Put], new: Sequence[bool]) -> None:
        self.trouble = None
        self._stored_at = time.monotonic()
        fresh: dict[str, None] = {}
        for job, is_new in zip(jobs, new, strict=True):
            if not job.future.done():
                job.future.set_result(is_new)
            if is_new and job.entry.state == "waiting":
                fresh[job.entry.delivery.conversation] = None
        if fresh:
            for listener in self._listeners:
                listener(fresh)

    def _finished(self, jobs: list[_Finish]) -> None:
        for job in jobs:
            if not job.future.done():
                job.future.set_result(True)

    def _refused(self, jobs: Sequence[_Put | _Finish], reason: str) -> None:
        self.trouble = reason
        for job in jobs:
            if not job.future.done():
                job.future.set_exception(InboxUnavailable(reason))


def _take(line: deque[T]) -> list[T]:
    """Up to a batch from the front."""
    return [line.popleft() for _ in range(min(BATCH, len(line)))]
