"""Open the one database that the inbox, the app's memory and the queue share."""

import contextlib
import importlib
import sqlite3
from pathlib import Path
from types import ModuleType
from typing import Any

import sqlalchemy as sa

from ghapp.engine import turnstile

SQLITE_WITH_SUBSECOND_CLOCK = (3, 42, 0)
"""The oldest SQLite with `unixepoch('subsec')`, which the queue's schema uses."""

BUSY_TIMEOUT_MS = 30_000
CHECKPOINT_PAGES = 4_000
"""Write-ahead log pages (of 4 KiB) between checkpoints: fewer, longer ones under a storm."""

JOURNAL_BYTES = 64 * 2**20
"""What the write-ahead log is cut to after a storm."""

_POSTGRES_NAMES = {"postgresql", "postgres", "postgresql+psycopg"}


class DatabaseError(Exception):
    """The database cannot serve, and a person has to do something; the message is for them."""


class DatabaseUrlError(DatabaseError):
    """GHAPP_DATABASE_URL names something that the app cannot use; the message says what to write."""


class DatabaseUnavailableError(DatabaseError):
    """The database cannot be reached, or the file not be opened."""


def open_engine(url: str) -> sa.Engine:
    """Open `sqlite:///path` or `postgresql://…`; nothing is read or created before first use.

    Raises:
        DatabaseUrlError: the URL is unreadable, in memory only, or of another kind of database.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise DatabaseUrlError(
            "the database URL is unreadable: write sqlite:///path or postgresql://…"
        ) from error
    if parsed.drivername == "sqlite":
        return _open_sqlite(parsed)
    if parsed.drivername in _POSTGRES_NAMES:
        return _open_postgres(parsed)
    raise DatabaseUrlError(
        f"{parsed.drivername} is not supported: write sqlite:///path or postgresql://…"
    )


def is_sqlite(db: sa.Engine) -> bool:
    """Whether the database is a file that one process at a time serves from."""
    return db.dialect.name == "sqlite"


def sqlite_module() -> ModuleType:
    """The standard library's SQLite where it is new enough, else the bundled one."""
    if sqlite3.sqlite_version_info >= SQLITE_WITH_SUBSECOND_CLOCK:
        return sqlite3
    return importlib.import_module("pysqlite3.dbapi2")


def prepare_sqlite(connection: Any, synchronous: str = "FULL") -> None:
    """Set what a connection must have: durable commits, patience with other writers, foreign keys.

    FULL makes a commit survive a power cut; NORMAL only a crash of the process, and a power cut takes the newest
    commits back without harming the file. See https://www.sqlite.org/pragma.html#pragma_synchronous.
    """
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",  # first: switching to WAL may itself have to wait
        "journal_mode=WAL",
        f"synchronous={synchronous}",
        "foreign_keys=ON",
        f"wal_autocheckpoint={CHECKPOINT_PAGES}",
        f"journal_size_limit={JOURNAL_BYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _open_sqlite(url: sa.URL) -> sa.Engine:
    if url.database in {None, "", ":memory:"}:
        raise DatabaseUrlError(
            "a database in memory forgets what it accepted: write sqlite:///path"
        )
    engine = _sqlite_engine(url, "FULL")
    turnstile.install(engine)
    return engine


class DatabaseGoneError(DatabaseError):
    """The file of a SQLite database was removed or replaced while it was served from."""


def file_identity(db: sa.Engine) -> tuple[int, int] | None:
    """Which file a SQLite database is (device and inode); None when there is no file, or it is no SQLite."""
    if not is_sqlite(db):
        return None
    try:
        found = Path(str(db.url.database)).stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def snapshot(db: sa.Engine, copy: Path) -> None:
    """Copy a SQLite database as it is at this instant, whoever works on it; nothing where there is no file yet."""
    source = Path(str(db.url.database))
    if not source.exists():
        return
    module = sqlite_module()
    with (
        contextlib.closing(module.connect(source)) as original,
        contextlib.closing(module.connect(copy)) as made,
    ):
        original.backup(made)


def bookkeeping_engine(db: sa.Engine) -> sa.Engine:
    """A second engine on the same database, for records that may be lost with the power because the sweep heals them.

    On SQLite its commits do not wait for the disk, so that they keep the line of deliveries short.
    """
    if not is_sqlite(db):
        return db
    engine = _sqlite_engine(db.url, "NORMAL")
    turnstile.install(engine, turnstile.turnstile(db))
    return engine


def _sqlite_engine(url: sa.URL, synchronous: str) -> sa.Engine:
    engine = sa.create_engine(url, module=sqlite_module(), pool_size=8, max_overflow=24)

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        # A transaction that begins by reading and then writes fails at once when another one wrote
        # in between; taking the write lock at the start waits instead.
        connection.isolation_level = "IMMEDIATE"
        prepare_sqlite(connection, synchronous)

    return engine


def _open_postgres(url: sa.URL) -> sa.Engine:
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=8,
        max_overflow=24,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 10, "application_name": "ghapp"},
    )
