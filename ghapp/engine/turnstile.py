"""Let the writers of one SQLite file take turns, without the sleeps of SQLite's busy handler.

SQLite has one writer at a time; who comes second sleeps for 1, 2, 5 … 100 ms and looks again
(https://www.sqlite.org/c3ref/busy_timeout.html), which the slowest of many deliveries would feel.
Within one process a lock wakes the next one at once. It is a courtesy: whoever has waited too long
goes ahead, and SQLite still keeps the writers apart, those of other processes too.
"""

import threading
import weakref
from typing import Any

import sqlalchemy as sa

COURTESY = 2.0
"""Seconds to wait for one's turn before going ahead."""

_WRITES = ("INSERT", "UPDATE", "DELETE", "BEGIN", "REPLACE", "CREATE", "DROP", "ALTER")
_HELD = "ghapp_turn"

_turnstiles: "weakref.WeakKeyDictionary[sa.Engine, threading.Lock]" = weakref.WeakKeyDictionary()


def turnstile(db: sa.Engine) -> threading.Lock:
    """The lock that writers of this database hold while they write."""
    return _turnstiles[db]


def install(db: sa.Engine, shared: "threading.Lock | None" = None) -> None:
    """Have every connection of the pool take its turn from its first write until it is given back.

    `shared` is the lock of another engine on the same file.
    """
    lock = _turnstiles[db] = shared or threading.Lock()

    @sa.event.listens_for(db, "before_cursor_execute")
    def _take(connection: sa.Connection, _cursor: Any, statement: str, *_rest: object) -> None:
        info = connection.info
        if not info.get(_HELD) and statement.lstrip()[:7].upper().startswith(_WRITES):
            info[_HELD] = lock.acquire(timeout=COURTESY)

    @sa.event.listens_for(db, "checkin")
    def _give_back(_connection: Any, record: Any) -> None:
        if record.info.pop(_HELD, False):
            lock.release()
