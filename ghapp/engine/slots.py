"""Storm slots: which new fingerprints of a source get an issue of their own, over all instances."""

from dataclasses import dataclass

import sqlalchemy as sa

from ghapp.engine.database import is_sqlite
from ghapp.engine.tables import slots

SLOT_LOCK = 0x6768_6170_7002
"""PostgreSQL advisory lock under which one instance at a time claims."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that a source newly opened `at` (seconds since 1970); `window` is in seconds."""

    kind: str
    key: str
    source: str
    at: float
    window: float
    threshold: int


def claim(db: sa.Engine, wanted: Claim) -> bool:
    """Register the key; True when fewer than the threshold of others were within the window.

    Claims may come out of the order of their times, so the window reaches both ways.
    """
    same = (slots.c.kind == wanted.kind, slots.c.key == wanted.key)
    with db.begin() as connection:
        if is_sqlite(db):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(SLOT_LOCK)))
        known = connection.execute(
            sa.select(slots.c.own).where(*same, slots.c.at == wanted.at)
        ).scalar()
        if known is not None:
            return bool(known)
        others = connection.execute(
            sa.select(sa.func.count()).where(
                slots.c.kind == wanted.kind,
                slots.c.source == wanted.source,
                slots.c.key != wanted.key,
                slots.c.at > wanted.at - wanted.window,
                slots.c.at < wanted.at + wanted.window,
            )
        ).scalar_one()
        own = others < wanted.threshold
        connection.execute(slots.delete().where(*same))
        connection.execute(
            slots.insert().values(
                kind=wanted.kind, key=wanted.key, source=wanted.source, at=wanted.at, own=own
            )
        )
        return own


def own(db: sa.Engine, key: str) -> bool | None:
    """Whether the key may have an issue of its own; None when it has claimed no slot, or released it."""
    with db.connect() as connection:
        found = connection.execute(sa.select(slots.c.own).where(slots.c.key == key)).scalar()
    return None if found is None else bool(found)


def release(db: sa.Engine, key: str) -> None:
    """Forget a key."""
    with db.begin() as connection:
        connection.execute(slots.delete().where(slots.c.key == key))


def prune(db: sa.Engine, before: float) -> None:
    """Forget the keys that were opened before then."""
    with db.begin() as connection:
        connection.execute(slots.delete().where(slots.c.at < before))
