"""How much the app may write: GitHub's limits on content, with the most urgent writes first."""

import asyncio
import bisect
import itertools
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from ghapp.github.errors import RateLimited
from ghapp.github.priority import Priority

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
PER_MINUTE = 80
PER_HOUR = 500
MARGIN = timedelta(seconds=1)
"""Our clock sees a write leave, GitHub's sees it arrive: windows are kept this much wider."""

PATIENCE = timedelta(seconds=4)
"""A longer wait is the queue's, which does other work meanwhile."""

CROWD = 4
"""So many writes that are not urgent may wait here at a time; each holds a place that urgent work may need."""

URGENT = Priority.SEV2
KEPT_MINUTE = 10
KEPT_HOUR = 50
"""Of each limit, this much is kept for urgent writes, and as much again from repeats."""

BURST = 50
PACE = timedelta(seconds=1)
"""Beyond a burst, writes go a second apart, as GitHub asks of those who make many.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""


class Ledger(Protocol):
    """Where the times of writes are kept, for all instances and over restarts."""

    async def spend_add(self, at: datetime, /) -> None:
        """One more write at `at` (UTC)."""
        ...

    async def spend_since(self, at: datetime, /) -> list[datetime]:
        """The times of all writes at or after `at`."""
        ...


def ceilings(priority: Priority) -> tuple[int, int]:
    """How many writes a minute and an hour may hold for one of this priority to be among them."""
    shares = 0 if priority <= URGENT else 2 if priority == Priority.REPEAT else 1
    return PER_MINUTE - shares * KEPT_MINUTE, PER_HOUR - shares * KEPT_HOUR


def earliest(spent: Sequence[datetime], now: datetime, priority: Priority) -> datetime:
    """When one more write of this priority may go, given the times of those that went."""
    per_minute, per_hour = ceilings(priority)
    times = sorted(spent)
    return max(
        now,
        _freed(times, now, MINUTE + MARGIN, per_minute),
        _freed(times, now, HOUR + MARGIN, per_hour),
        now if priority <= URGENT else _paced(times, now),
    )


def _freed(times: Sequence[datetime], now: datetime, window: timedelta, ceiling: int) -> datetime:
    """When fewer than `ceiling` of the times are left in the window that ends then."""
    inside = times[bisect.bisect_right(times, now - window) :]
    return inside[-ceiling] + window if len(inside) >= ceiling else now


def _paced(times: Sequence[datetime], now: datetime) -> datetime:
    recent = len(times) - bisect.bisect_right(times, now - MINUTE)
    return times[-1] + PACE if recent >= BURST else now


@dataclass(slots=True)
class _Waiter:
    rank: tuple[int, int]
    turn: asyncio.Event = field(default_factory=asyncio.Event)


class Budget:
    """The waiting line of writes within this process; the first of it may spend."""

    def __init__(
        self,
        ledger: Ledger,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._ledger = ledger
        self._now = now
        self._sleep = sleep
        self._line: list[_Waiter] = []
        self._count = itertools.count()
        self._deciding = asyncio.Lock()
        self._promised = now()

    async def spend(self, priority: Priority) -> None:
        """Returns once a write of this priority may be sent, and has counted it.

        Raises `RateLimited` when that is more than a few seconds away. Whoever is more urgent goes
        first, whoever came first among equals.
        """
        if self._crowded(priority) and await self._earliest(priority) > self._now():
            raise RateLimited(await self._promise(priority), "content budget spent")
        me = _Waiter((int(priority), next(self._count)))
        bisect.insort(self._line, me, key=lambda waiter: waiter.rank)
        give_up = self._now() + PATIENCE
        try:
            while (at := await self._try(me, priority)) is not None:
                now = self._now()
                if at > give_up or now >= give_up:
                    until = (
                        max(at, now + PACE) if priority <= URGENT else await self._promise(priority)
                    )
                    raise RateLimited(until, "content budget spent")
                first = self._line[0] is me
                await self._wait(me, (at if first else give_up) - now)
        finally:
            self._line.remove(me)
            if self._line:
                self._line[0].turn.set()

    async def check(self, priority: Priority) -> None:
        """Raises `RateLimited` when a write that is not urgent would have to wait; counts nothing.

        To be asked before a read that only a write gives sense to.
        """
        if priority > URGENT and await self._earliest(priority) > self._now():
            raise RateLimited(await self._promise(priority), "content budget spent")

    async def _promise(self, priority: Priority) -> datetime:
        """When to come again: a time of its own for each, so that not all come back at once."""
        at = await self._earliest(priority)
        self._promised = max(self._promised, at) + PACE
        return self._promised

    def _crowded(self, priority: Priority) -> bool:
        waiting = sum(one.rank[0] > URGENT for one in self._line)
        return priority > URGENT and waiting >= CROWD

    async def _earliest(self, priority: Priority) -> datetime:
        now = self._now()
        return earliest(await self._ledger.spend_since(now - HOUR - MARGIN), now, priority)

    async def _try(self, me: _Waiter, priority: Priority) -> datetime | None:
        """None when the write may go and is counted, else when it might, were it first."""
        async with self._deciding:
            me.turn.clear()
            now = self._now()
            spent = await self._ledger.spend_since(now - HOUR - MARGIN)
            at = earliest(spent, now, priority)
            if at > now or self._line[0] is not me:
                return at
            await self._ledger.spend_add(now)
            return None if await self._still_within(now, priority) else now + PACE

    async def _still_within(self, now: datetime, priority: Priority) -> bool:
        """Whether other instances have not taken the same room between our look and our entry."""
        spent = await self._ledger.spend_since(now - HOUR - MARGIN)
        per_minute, per_hour = ceilings(priority)
        recent = sum(at > now - MINUTE - MARGIN for at in spent)
        return recent <= per_minute and len(spent) <= per_hour

    async def _wait(self, me: _Waiter, wait: timedelta) -> None:
        """Until this one is first in the line, or the time has come."""
        tasks = [
            asyncio.ensure_future(self._sleep(max(wait.total_seconds(), 0.001))),
            asyncio.ensure_future(me.turn.wait()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
