"""Whether a process serves from a database now."""

import asyncio

import sqlalchemy as sa

from ghapp.engine.database import is_sqlite
from ghapp.engine.lease import open_lease

_AT_ONCE = 0.01
"""Seconds; the first try for the lease needs no waiting."""


async def is_served(db: sa.Engine) -> bool:
    """Whether no other process may serve now: only of a SQLite database there is one at a time."""
    if not is_sqlite(db):
        return False
    lease = open_lease(db, lambda: None)
    try:
        async with asyncio.timeout(_AT_ONCE):
            await lease.take()
    except TimeoutError:
        return True
    finally:
        await lease.give_back()
    return False
