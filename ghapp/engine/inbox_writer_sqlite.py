"""Write the inbox in SQLite with as few statements as possible.

Each statement that SQLite runs releases Python's lock, and getting it back from a busy event loop
may take a switch interval (5 ms): a batch is therefore one INSERT of many rows, which in autocommit
mode is also its own transaction.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from ghapp.engine.database import file_identity, prepare_sqlite, sqlite_module
from ghapp.engine.inbox_writer import Entry, UnusableTextError, WriterError, first_of_each
from ghapp.engine.turnstile import turnstile

_INSERT = (
    "INSERT OR IGNORE INTO inbox"
    " (source, delivery_id, conversation, kind, payload, request_id, received_at, state, reason)"
    " VALUES "
)
_ROW = "(?,?,?,?,?,?,?,?,?)"
_STORED = (
    "SELECT json_group_array(json_array(source, delivery_id)) FROM inbox"
    " WHERE received_at = ? AND (source, delivery_id) IN (VALUES "
)
_DONE = (
    "UPDATE inbox SET state = 'done', payload = NULL, reason = '' WHERE state = 'waiting'"
    " AND (id, conversation) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))"
)


class SqliteWriter:
    """A `Writer` on a connection of its own, beside SQLAlchemy's pool."""

    def __init__(self, db: sa.Engine, patience: float) -> None:
        """Wait at most `patience` seconds for another writer's lock."""
        self._db = db
        self._path = str(db.url.database)
        self._file: tuple[int, int] | None = None
        self._patience = patience
        self._sqlite = sqlite_module()
        self._turnstile = turnstile(db)
        self._connection: Any = None

    def insert(self, entries: Sequence[Entry], stamp: float) -> Sequence[bool]:
        """See `Writer.insert`."""
        values: list[object] = []
        for entry in entries:
            one = entry.delivery
            values += (
                one.source,
                one.id,
                one.conversation,
                one.kind,
                one.payload,
                one.request_id,
                stamp,
                entry.state,
                entry.reason,
            )
        with self._turn() as connection:
            places = ",".join([_ROW] * len(entries))
            cursor = connection.execute(_INSERT + places, values)
            if cursor.rowcount == len(entries):
                return [True] * len(entries)
            return first_of_each(entries, self._stored(connection, entries, stamp))

    def finish(self, rows: Sequence[tuple[int, str]]) -> None:
        """See `Writer.finish`."""
        with self._turn() as connection:
            connection.execute(_DONE, (json.dumps(rows),))

    def close(self) -> None:
        """See `Writer.close`."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _open(self) -> Any:
        connection = self._sqlite.connect(
            self._path, isolation_level=None, cached_statements=512, check_same_thread=False
        )
        prepare_sqlite(connection)
        connection.execute(f"PRAGMA busy_timeout={int(self._patience * 1000)}").close()
        self._connection = connection
        self._file = file_identity(self._db)
        return connection

    @contextmanager
    def _turn(self) -> Iterator[Any]:
        mine = self._turnstile.acquire(timeout=self._patience)
        try:
            if self._file is not None and file_identity(self._db) != self._file:
                raise WriterError("SQLite: the database file was removed or replaced")
            yield self._connection or self._open()
        except UnicodeEncodeError as error:
            raise UnusableTextError(str(error)) from error
        except self._sqlite.Error as error:
            self.close()
            raise WriterError(f"SQLite: {error}") from error
        finally:
            if mine:
                self._turnstile.release()

    def _stored(
        self, connection: Any, entries: Sequence[Entry], stamp: float
    ) -> set[tuple[str, str]]:
        values: list[object] = [stamp]
        for entry in entries:
            values += (entry.delivery.source, entry.delivery.id)
        places = ",".join(["(?,?)"] * len(entries))
        (found,) = connection.execute(f"{_STORED}{places})", values).fetchone()
        return {(source, key) for source, key in json.loads(found)}
