"""Read and change the rows of the inbox, one short transaction each; called in a thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from ghapp.engine.tables import inbox

LIMIT = 200
"""Rows that a handler gets at a time, at most."""

MAX_BYTES = 16 * 2**20
"""Payload that a handler gets at a time, at most; one row alone may be larger."""


@dataclass(frozen=True, slots=True)
class Row:
    """A stored delivery; `id` orders the rows of a conversation, `received_at` is in UTC."""

    id: int
    source: str
    delivery_id: str
    conversation: str
    kind: str
    payload: bytes
    request_id: str
    received_at: datetime
    attempts: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """The rows of a conversation that may be handled now, and until when it waits if there are none."""

    rows: tuple[Row, ...]
    gate: float | None = None


# Built once: SQLAlchemy takes longer to build a statement than SQLite to run it.
_MINE = (inbox.c.conversation == sa.bindparam("conversation"), inbox.c.state == "waiting")
_HEADS = (
    sa.select(inbox.c.id, inbox.c.not_before, sa.func.length(inbox.c.payload))
    .where(*_MINE)
    .order_by(inbox.c.id)
    .limit(LIMIT)
)
_COLUMNS = sa.select(
    inbox.c.id,
    inbox.c.source,
    inbox.c.delivery_id,
    inbox.c.conversation,
    inbox.c.kind,
    inbox.c.payload,
    inbox.c.request_id,
    inbox.c.received_at,
    inbox.c.attempts,
    inbox.c.reason,
).order_by(inbox.c.id)
_BATCH = _COLUMNS.where(*_MINE, inbox.c.id.between(sa.bindparam("first"), sa.bindparam("last")))


def due(db: sa.Engine, conversation: str, now: float) -> Due:
    """Take the first waiting rows in order, up to the first that has to wait longer."""
    mine = {"conversation": conversation}
    with db.connect() as connection:
        ids: list[int] = []
        total = 0
        for number, not_before, size in connection.execute(_HEADS, mine).all():
            total += size or 0
            if not_before > now:
                if not ids:
                    return Due((), not_before)
                break
            if ids and total > MAX_BYTES:
                break
            ids.append(number)
        if not ids:
            return Due(())
        found = connection.execute(_BATCH, mine | {"first": ids[0], "last": ids[-1]})
        return Due(tuple(map(_row, found.all())))


def parked(db: sa.Engine, limit: int) -> list[Row]:
    """The rows that were given up, oldest first, without waiting for anyone."""
    with db.connect() as connection:
        found = connection.execute(_COLUMNS.where(inbox.c.state == "parked").limit(limit))
        return list(map(_row, found))


def parked_count(db: sa.Engine) -> int:
    """How many rows were given up."""
    query = sa.select(sa.func.count()).where(inbox.c.state == "parked")
    with db.connect() as connection:
        return connection.execute(query).scalar_one()


def overdue(db: sa.Engine, now: float, age: float, limit: int) -> list[str]:
    """Conversations whose first waiting row is due, and has been stored for `age` seconds."""
    heads = (
        sa.select(sa.func.min(inbox.c.id))
        .where(inbox.c.state == "waiting")
        .group_by(inbox.c.conversation)
    )
    query = (
        sa.select(inbox.c.conversation)
        .where(inbox.c.id.in_(heads), inbox.c.not_before <= now, inbox.c.received_at <= now - age)
        .order_by(inbox.c.id)
        .limit(limit)
    )
    with db.connect() as connection:
        return list(connection.execute(query).scalars())


def postpone(db: sa.Engine, ids: Sequence[int], not_before: float, reason: str) -> None:
    """Let rows wait for trouble that is not theirs; no attempt is counted."""
    _change(db, ids, not_before=not_before, reason=reason)


def count_failure(db: sa.Engine, row: int, not_before: float, reason: str) -> None:
    """Count an attempt that failed, and let the row wait before the next."""
    _change(db, [row], attempts=inbox.c.attempts + 1, not_before=not_before, reason=reason)


def park(db: sa.Engine, row: int, reason: str) -> None:
    """Count the last attempt and give the row up until an operator decides."""
    _change(db, [row], attempts=inbox.c.attempts + 1, state="parked", reason=reason)


def reroute(db: sa.Engine, ids: Sequence[int], conversation: str) -> None:
    """Move waiting rows to another conversation, where they keep their place in time."""
    _change(db, ids, conversation=conversation, attempts=0, not_before=0)


def unpark(db: sa.Engine, ids: Sequence[int]) -> list[str]:
    """Let parked rows wait again with fresh attempts; the conversations that they belong to."""
    change = (
        inbox.update()
        .where(inbox.c.id.in_(ids), inbox.c.state == "parked")
        .values(state="waiting", attempts=0, not_before=0, reason="")
        .returning(inbox.c.conversation)
    )
    with db.begin() as connection:
        return sorted(set(connection.execute(change).scalars()))


def waiting_stats(db: sa.Engine) -> tuple[int, float | None]:
    """How many rows wait, and since when the oldest does."""
    query = sa.select(sa.func.count(), sa.func.min(inbox.c.received_at)).where(
        inbox.c.state == "waiting"
    )
    with db.connect() as connection:
        depth, oldest = connection.execute(query).one()
        return depth, oldest


def prune(db: sa.Engine, before: float, chunk: int = 1000) -> int:
    """Forget done rows received before then, a chunk a transaction; how many they were."""
    newer = sa.select(inbox.c.id).where(inbox.c.received_at >= before).order_by(inbox.c.id).limit(1)
    removed = 0
    with db.connect() as connection:
        end = connection.execute(newer).scalar()
    old = sa.select(inbox.c.id).where(inbox.c.state == "done", inbox.c.received_at < before)
    if end is not None:
        old = old.where(inbox.c.id < end)
    while True:
        with db.begin() as connection:
            gone = connection.execute(
                inbox.delete().where(inbox.c.id.in_(old.order_by(inbox.c.id).limit(chunk)))
            ).rowcount
        removed += gone
        if gone < chunk:
            return removed


def _change(db: sa.Engine, ids: Sequence[int], **values: object) -> None:
    with db.begin() as connection:
        connection.execute(
            inbox.update().where(inbox.c.id.in_(ids), inbox.c.state == "waiting").values(values)
        )


def _row(found: Any) -> Row:
    number, source, key, conversation, kind, payload, request_id, at, attempts, reason = found
    return Row(
        id=number,
        source=source,
        delivery_id=key,
        conversation=conversation,
        kind=kind,
        payload=bytes(payload or b""),
        request_id=request_id,
        received_at=datetime.fromtimestamp(at, UTC),
        attempts=attempts,
        reason=reason,
    )
