"""A process that accepts and handles deliveries until it is killed, and tells in a log what it did.

Arguments: database URL, log file, prefix of its delivery ids, how many to put.
Each line is written with one system call, so that it survives what kills the process.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog

from ghapp.engine.database import open_engine
from ghapp.engine.inbox import Delivery, Inbox
from ghapp.engine.queue import Engine
from ghapp.engine.rows import Row
from ghapp.engine.store import Store

CONVERSATIONS = 7


async def main(url: str, log: Path, prefix: str, puts: int) -> None:
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def tell(*words: object) -> None:
        os.write(handle, (" ".join(map(str, (os.getpid(), *words))) + "\n").encode())

    db = open_engine(url)
    store = Store(db)
    await store.create()
    inbox = Inbox(db)
    await inbox.start()
    engine = Engine(db, inbox, store)

    async def handler(conversation: str, rows: Sequence[Row]) -> None:
        tell("begin", conversation)
        for row in rows:
            tell("handled", conversation, row.delivery_id)
            await asyncio.sleep(0.001)
        tell("end", conversation)

    await engine.start(handler)
    tell("ready")
    for number in range(puts):
        key = f"{prefix}-{number}"
        await inbox.put(Delivery("test", key, f"c{number % CONVERSATIONS}", "k", b"x" * 500, key))
        tell("accepted", key)
        await asyncio.sleep(0.001)
    # The parent looks at the rows; they ring no bell in another process.
    while (await store.waiting_stats())[0] or engine.busy:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    await engine.stop()
    await inbox.stop()
    tell("finished")


structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
