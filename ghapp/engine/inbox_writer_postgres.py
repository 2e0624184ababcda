"""Write the inbox in PostgreSQL: a batch is one INSERT from arrays, and one round trip."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa

from ghapp.engine.inbox_writer import Entry, UnusableTextError, WriterError, first_of_each

_INSERT = """
INSERT INTO inbox
  (source, delivery_id, conversation, kind, payload, request_id, received_at, state, reason)
SELECT source, delivery_id, conversation, kind, payload, request_id, %s, state, reason
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %b::bytea[], %s::text[], %s::text[],
  %s::text[]) WITH ORDINALITY AS batch
  (source, delivery_id, conversation, kind, payload, request_id, state, reason, place)
ORDER BY place
ON CONFLICT (source, delivery_id) DO NOTHING
RETURNING source, delivery_id
"""
_DONE = """
UPDATE inbox SET state = 'done', payload = NULL, reason = ''
FROM unnest(%s::bigint[], %s::text[]) AS finished (id, conversation)
WHERE inbox.id = finished.id AND inbox.conversation = finished.conversation
  AND inbox.state = 'waiting'
"""


class PostgresWriter:
    """A `Writer` on a connection of its own, beside SQLAlchemy's pool."""

    def __init__(self, db: sa.Engine, patience: float) -> None:
        """Wait at most `patience` seconds for the server or for another transaction's lock."""
        self._target = db.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._patience = patience
        self._connection: psycopg.Connection[Any] | None = None

    def insert(self, entries: Sequence[Entry], stamp: float) -> Sequence[bool]:
        """See `Writer.insert`."""
        ones = [entry.delivery for entry in entries]
        with self._turn() as connection:
            cursor = connection.execute(
                _INSERT,
                (
                    stamp,
                    [one.source for one in ones],
                    [one.id for one in ones],
                    [one.conversation for one in ones],
                    [one.kind for one in ones],
                    [one.payload for one in ones],
                    [one.request_id for one in ones],
                    [entry.state for entry in entries],
                    [entry.reason for entry in entries],
                ),
                binary=True,
            )
            return first_of_each(entries, set(cursor.fetchall()))

    def finish(self, rows: Sequence[tuple[int, str]]) -> None:
        """See `Writer.finish`."""
        ids, conversations = zip(*rows, strict=True)
        with self._turn() as connection:
            connection.execute(_DONE, (list(ids), list(conversations)))

    def close(self) -> None:
        """See `Writer.close`."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _open(self) -> "psycopg.Connection[Any]":
        limit = int(self._patience * 1000)
        connection: psycopg.Connection[Any] = psycopg.connect(
            self._target,
            autocommit=True,
            application_name="ghapp inbox",
            connect_timeout=max(2, int(self._patience)),
            options=f"-c lock_timeout={limit} -c statement_timeout={limit}",
            tcp_user_timeout=limit,
        )
        self._connection = connection
        return connection

    @contextmanager
    def _turn(self) -> "Iterator[psycopg.Connection[Any]]":
        try:
            yield self._connection or self._open()
        except (UnicodeEncodeError, psycopg.DataError) as error:
            raise UnusableTextError(str(error)) from error
        except psycopg.Error as error:
            self.close()
            raise WriterError(f"PostgreSQL: {str(error).strip()}") from error
