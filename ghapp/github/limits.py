"""All that stands between a call and GitHub: holds, the content budget, and the number in flight."""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Protocol

from ghapp.github.budget import URGENT, Budget, Ledger
from ghapp.github.hold import Hold, HoldMemory
from ghapp.github.priority import Priority

IN_FLIGHT = 8
URGENT_IN_FLIGHT = 10
"""GitHub allows 100 at once; an urgent call always finds a place among few."""


class LimitStore(HoldMemory, Ledger, Protocol):
    """What the limits keep in the database: the engine's store."""


class Gate:
    """At most so many at once; a free place goes to the most urgent of those who wait."""

    def __init__(self, places: int = IN_FLIGHT, urgent_places: int = URGENT_IN_FLIGHT) -> None:
        self._places = places
        self._urgent_places = urgent_places
        self._inside = 0
        self._count = itertools.count()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def place(self, priority: Priority) -> AsyncIterator[None]:
        """A place, held for the time of the block."""
        waiter = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (int(priority), next(self._count), waiter))
        self._let_in()
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._leave()
            raise
        try:
            yield
        finally:
            self._leave()

    def _leave(self) -> None:
        self._inside -= 1
        self._let_in()

    def _let_in(self) -> None:
        while self._waiting:
            priority, _, waiter = self._waiting[0]
            places = self._urgent_places if priority <= URGENT else self._places
            if not waiter.done() and self._inside >= places:
                return
            heapq.heappop(self._waiting)
            if not waiter.done():
                self._inside += 1
                waiter.set_result(None)


class Limits:
    """One for all calls of a process."""

    def __init__(
        self,
        store: LimitStore,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.hold = Hold(store, now)
        self.budget = Budget(store, now, sleep)
        self.gate = Gate()

    @asynccontextmanager
    async def turn(
        self, subject: str, priority: Priority, *, spends: bool = False
    ) -> AsyncIterator[None]:
        """The right to send one call, which `spends` of the content budget if it writes.

        `subject` is whose hourly limit the call counts against. Raises `RateLimited`.
        """
        await self.hold.check(subject)
        if spends:
            await self.budget.spend(priority)
        async with self.gate.place(priority):
            self.hold.check_again(subject)
            yield
