"""Who this instance is, that it lives, and which conversations are its own for the moment."""

import asyncio
import hashlib
import selectors
import socket
import sys
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import IO, Protocol

import sqlalchemy as sa
import structlog

from ghapp.engine.database import DatabaseError, is_sqlite

if sys.platform != "win32":
    import fcntl

log = structlog.get_logger(__name__)

HANDOVER = 15.0
"""Seconds that a new process waits for the old one to let go of a SQLite database."""

HEARTBEAT = 2.0
"""Seconds between proofs that the PostgreSQL session that holds the lock still lives."""

TIMEOUTS = (
    "SET tcp_keepalives_idle = 5",
    "SET tcp_keepalives_interval = 2",
    "SET tcp_keepalives_count = 3",
)


class DatabaseBusyError(DatabaseError):
    """Another process serves from this SQLite database."""


class Lease(Protocol):
    """Held while the engine runs; `name` stays the same for the instance's life."""

    name: str

    @property
    def held(self) -> bool:
        """Whether the others see this instance alive."""
        ...

    async def take(self) -> None:
        """Begin to live in the eyes of the others."""
        ...

    async def give_back(self) -> None:
        """Let others take over at once what is unfinished."""
        ...

    def hold(self, conversation: str) -> bool:
        """Make a conversation this instance's own, unless it is another's; called in a thread."""
        ...

    def release(self, conversation: str) -> None:
        """Let others have a conversation; called in a thread."""
        ...


def open_lease(db: sa.Engine, on_lost: Callable[[], None]) -> Lease:
    """The lease that fits the database; `on_lost` is called on the loop when others may take over."""
    if is_sqlite(db):
        return FileLease(Path(str(db.url.database)))
    return SessionLease(db, on_lost)


class FileLease:
    """A locked file beside the SQLite database: one serving process at a time, always of one name."""

    name = "local"

    def __init__(self, database: Path) -> None:
        """Lock `<database>.lock`."""
        self._path = database.with_name(database.name + ".lock")
        self._file: IO[str] | None = None

    @property
    def held(self) -> bool:
        """See `Lease.held`."""
        return self._file is not None

    async def take(self) -> None:
        """Wait a while for the process that serves now.

        Raises:
            DatabaseBusyError: it does not end.
        """
        self._file = self._path.open("a")
        if sys.platform == "win32":
            return  # one process per file is there the operator's promise
        deadline = asyncio.get_running_loop().time() + HANDOVER
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if asyncio.get_running_loop().time() > deadline:
                    await self.give_back()
                    raise DatabaseBusyError(
                        f"another ghapp serves from this database ({self._path} is locked)"
                    ) from None
                await asyncio.sleep(0.1)  # a file lock gives no event
            else:
                return

    async def give_back(self) -> None:
        """Unlock."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def hold(self, conversation: str) -> bool:  # noqa: ARG002 - there is no other instance
        """See `Lease.hold`."""
        return self.held

    def release(self, conversation: str) -> None:
        """Nothing to do."""


class SessionLease:
    """Advisory locks of one PostgreSQL session: the instance's own, and one per conversation it drains.

    When the session breaks, all of them are free for others at once; the instance notices by the
    socket, and stops what it was doing.
    """

    def __init__(self, db: sa.Engine, on_lost: Callable[[], None]) -> None:
        """Take a new name for this process."""
        self.name = f"ghapp-{uuid.uuid4().hex}"
        self._db = db
        self._on_lost = on_lost
        self._connection: sa.Connection | None = None
        self._mutex = threading.Lock()
        self._stop = threading.Event()
        self._wakeup: tuple[socket.socket, socket.socket] | None = None
        self._keeper: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def held(self) -> bool:
        """See `Lease.held`."""
        return self._connection is not None

    async def take(self) -> None:
        """Lock, and watch the session in a thread."""
        self._loop = asyncio.get_running_loop()
        self._stop.clear()
        self._wakeup = socket.socketpair()
        await asyncio.to_thread(self._lock)
        self._keeper = threading.Thread(target=self._keep, name="ghapp-lease", daemon=True)
        self._keeper.start()

    async def give_back(self) -> None:
        """Unlock everything by ending the session."""
        self._stop.set()
        if self._keeper is None or self._wakeup is None:
            return
        self._wakeup[1].send(b"!")
        await asyncio.to_thread(self._keeper.join)
        for end in self._wakeup:
            end.close()
        self._keeper = self._wakeup = None

    def hold(self, conversation: str) -> bool:
        """Lock it; False when another instance has, and while the session is broken."""
        return self._ask(sa.func.pg_try_advisory_lock, conversation)

    def release(self, conversation: str) -> None:
        """Unlock it; a session that broke has done so already."""
        self._ask(sa.func.pg_advisory_unlock, conversation)

    def _ask(self, function: Callable[[int], sa.Function[bool]], conversation: str) -> bool:
        query = sa.select(function(lock_key(f"conversation {conversation}")))
        with self._mutex:
            if self._connection is None:
                return False
            try:
                return bool(self._connection.execute(query).scalar())
            except sa.exc.SQLAlchemyError as error:
                self._lose(error)
                return False

    def _lock(self) -> None:
        connection = self._db.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            for setting in TIMEOUTS:
                connection.exec_driver_sql(setting)
            connection.execute(sa.select(sa.func.pg_advisory_lock(lock_key(self.name))))
        except BaseException:
            connection.invalidate()
            connection.close()
            raise
        self._connection = connection

    def _keep(self) -> None:
        """Prove the session alive every few seconds, and at once when its socket says something."""
        while not self._pause():
            with self._mutex:
                try:
                    if self._connection is None:
                        self._lock()
                        log.info("lease_regained")
                    else:
                        self._connection.execute(sa.select(1))
                except sa.exc.SQLAlchemyError as error:
                    self._lose(error)
        with self._mutex:
            self._drop()

    def _pause(self) -> bool:
        """Wait until the session wants a look; True when the lease is to be given back."""
        with self._mutex:
            session = None if self._connection is None else _socket(self._connection)
        if session is None:
            # When the server restarted, every instance lost its locks: let the others notice first.
            return self._stop.wait(2 * HEARTBEAT)
        assert self._wakeup is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._wakeup[0], selectors.EVENT_READ)
            selector.register(session, selectors.EVENT_READ)
            selector.select(HEARTBEAT)
        return self._stop.is_set()

    def _lose(self, error: Exception) -> None:
        if self._connection is None:
            log.debug("lease_not_regained", reason=str(error).splitlines()[0])
            return
        log.warning("lease_lost", reason=str(error).splitlines()[0])
        self._drop()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._on_lost)

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # Not back into the pool: the locks belong to the session.
            connection.invalidate()
            connection.close()


def _socket(connection: sa.Connection) -> int:
    number: int = connection.connection.dbapi_connection.fileno()  # type: ignore[union-attr]
    return number


def lock_key(name: str) -> int:
    """The advisory lock of an instance, as PostgreSQL's signed 64-bit key."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
