"""Accept deliveries durably: whatever waits is committed in one transaction, then acknowledged."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
import structlog

from ghapp.engine.database import is_sqlite
from ghapp.engine.inbox_writer import Delivery, Entry, UnusableTextError, Writer, WriterError
from ghapp.engine.inbox_writer_postgres import PostgresWriter
from ghapp.engine.inbox_writer_sqlite import SqliteWriter

__all__ = ["Delivery", "Inbox", "InboxUnavailable"]

log = structlog.get_logger(__name__)

BATCH = 128
"""Deliveries per transaction at most."""

Listener = Callable[[Iterable[str]], None]


class InboxUnavailable(Exception):  # noqa: N818 - reads as what the sender is told
    """The delivery could not be stored now; the sender should come again after `retry_after` seconds."""

    def __init__(self, reason: str, retry_after: int = 5) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


@dataclass(slots=True)
class _Job:
    entries: list[Entry]
    finished: Sequence[int]
    conversation: str
    future: "asyncio.Future[bool]"
    size: int = 0


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
        self._line: deque[_Job] = deque()
        self._bell = threading.Event()
        self._idle = False
        self._closing = False
        self._last_stamp = 0.0
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
        return await self._submit([Entry(delivery)], len(delivery.payload))

    async def park(self, delivery: Delivery, reason: str) -> bool:
        """Store an authentic delivery that can't be used, for an operator to look at; as `put` otherwise."""
        return await self._submit([Entry(delivery, "parked", reason)], len(delivery.payload))

    async def finish(self, ids: Sequence[int], conversation: str) -> None:
        """Mark waiting rows of a conversation done in one transaction; rows moved elsewhere stay.

        Raises:
            InboxUnavailable: the database is away or slow; the rows still wait.
        """
        await self._enqueue(_Job([], ids, conversation, self._future()))

    @property
    def waiting(self) -> int:
        """How many requests wait for the writer now."""
        return len(self._line)

    async def _submit(self, entries: list[Entry], size: int) -> bool:
        if len(self._line) >= self._max_waiting or self._bytes + size > max(self._max_bytes, size):
            raise InboxUnavailable("too many deliveries wait to be stored")
        job = _Job(entries, (), entries[0].delivery.conversation, self._future(), size)
        self._bytes += size
        try:
            return await self._enqueue(job)
        finally:
            self._bytes -= size

    def _future(self) -> "asyncio.Future[bool]":
        if self._thread is None or self._loop is None:
            raise InboxUnavailable("the inbox is closed")
        return self._loop.create_future()

    def _enqueue(self, job: _Job) -> "asyncio.Future[bool]":
        self._line.append(job)
        if self._idle:
            self._idle = False
            self._bell.set()
        return job.future

    def _take(self) -> list[_Job]:
        """Wait for work; empty only when closing."""
        jobs: list[_Job] = []
        while True:
            while self._line and len(jobs) < BATCH:
                jobs.append(self._line.popleft())
            if jobs or self._closing:
                return jobs
            self._idle = True
            # A job appended before `_idle` was set has rung no bell: look once more before sleeping.
            if not self._line and not self._closing:
                self._bell.wait()
            self._idle = False
            self._bell.clear()

    def _write(self) -> None:
        while jobs := self._take():
            try:
                self._commit(jobs)
            except Exception as error:  # the writer must outlive whatever a batch meets
                log.exception("inbox_writer_failed")
                self._settle([(job, error) for job in jobs])
        self._writer.close()

    def _commit(self, jobs: list[_Job]) -> None:
        # Strictly increasing, so that a batch recognises the rows it inserted by their stamp.
        self._last_stamp = max(self._clock(), self._last_stamp + 1e-5)
        entries = [entry for job in jobs for entry in job.entries]
        finished = [(job.conversation, job.finished) for job in jobs if job.finished]
        try:
            new = self._writer.commit(entries, finished, self._last_stamp)
        except UnusableTextError as error:
            self._commit_cleaned(jobs, error)
        except WriterError as error:
            log.warning("inbox_unavailable", reason=str(error), deliveries=len(entries))
            self._settle([(job, InboxUnavailable(str(error))) for job in jobs])
        else:
            answers = iter(new)
            self._settle([(job, next(answers) if job.entries else True) for job in jobs])

    def _commit_cleaned(self, jobs: list[_Job], error: Exception) -> None:
        """Find the one with unusable text by committing singly, and store it with replacements."""
        if len(jobs) > 1:
            for job in jobs:
                self._commit([job])
            return
        (job,) = jobs
        cleaned = [entry.cleaned() for entry in job.entries]
        if cleaned == job.entries:
            self._settle([(job, error)])
            return
        job.entries = cleaned
        self._commit(jobs)

    def _settle(self, answers: list[tuple[_Job, bool | Exception]]) -> None:
        loop = self._loop
        assert loop is not None
        try:
            loop.call_soon_threadsafe(self._resolve, answers)
        except RuntimeError:  # the loop has closed under us: nobody waits for the answer any more
            log.warning("inbox_answer_unheard", deliveries=len(answers))

    def _resolve(self, answers: list[tuple[_Job, bool | Exception]]) -> None:
        fresh: dict[str, None] = {}
        for job, answer in answers:
            if answer is True and job.entries and job.entries[0].state == "waiting":
                fresh[job.entries[0].delivery.conversation] = None
            if job.future.done():  # the request was cancelled; its row is stored all the same
                continue
            if isinstance(answer, Exception):
                job.future.set_exception(answer)
            else:
                job.future.set_result(answer)
        if fresh:
            for listener in self._listeners:
                listener(fresh)
