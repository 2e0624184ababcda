"""What the limits keep, in memory, and a clock that sleeping moves."""

import asyncio
import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any


@dataclass
class FakeClock:
    """A time that passes only when someone sleeps, or by hand."""

    at: datetime = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    _sleepers: list[tuple[datetime, int]] = field(default_factory=list)
    _count: Iterator[int] = field(default_factory=itertools.count)

    def now(self) -> datetime:
        """The time."""
        return self.at

    def pass_(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        """Sleeps no real time: when nothing else runs, the clock jumps to whoever wakes first."""
        mine = (self.at + timedelta(seconds=seconds), next(self._count))
        heapq.heappush(self._sleepers, mine)
        try:
            while self.at < mine[0]:
                for _ in range(200):
                    await asyncio.sleep(0)
                if self._sleepers[0] == mine:
                    self.at = max(self.at, mine[0])
        finally:
            self._sleepers.remove(mine)
            heapq.heapify(self._sleepers)


@dataclass
class MemoryLimitStore:
    """A `LimitStore` that two clients may share, as two processes share a database."""

    values: dict[tuple[str, str], Any] = field(default_factory=dict)
    spent: list[datetime] = field(default_factory=list)

    async def memory_get(self, kind: str, key: str) -> Any:
        """What was put, or None."""
        return self.values.get((kind, key))

    async def memory_put(self, kind: str, key: str, value: Any) -> None:
        """Keep it."""
        self.values[kind, key] = value

    async def spend_add(self, at: datetime) -> None:
        """One more write."""
        self.spent.append(at)

    async def spend_since(self, at: datetime) -> list[datetime]:
        """The writes after `at`; looking takes a moment, in which others may run."""
        await asyncio.sleep(0)
        return [one for one in self.spent if one > at]
