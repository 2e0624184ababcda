"""Deliveries to put, and an engine whose handler notes what it gets."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from ghapp.engine.inbox import Delivery, Inbox
from ghapp.engine.queue import Engine
from ghapp.engine.rows import Row
from ghapp.engine.store import Store


def delivery(key: str, conversation: str = "c", **changes: object) -> Delivery:
    values = {
        "source": "gcp",
        "id": key,
        "conversation": conversation,
        "kind": "incident",
        "payload": key.encode(errors="replace"),
        "request_id": f"req-{key}",
    }
    return Delivery(**(values | changes))  # type: ignore[arg-type]


@dataclass
class Recorder:
    """A handler that notes what it got; `react` may raise or wait."""

    seen: dict[str, list[list[str]]] = field(default_factory=lambda: defaultdict(list))
    running: set[str] = field(default_factory=set)
    overlaps: list[str] = field(default_factory=list)
    most: int = 0
    react: Callable[[str, Sequence[Row]], object] | None = None
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def __call__(self, conversation: str, rows: Sequence[Row]) -> None:
        if conversation in self.running:
            self.overlaps.append(conversation)
        self.running.add(conversation)
        self.most = max(self.most, len(self.running))
        async with self._news:
            self._news.notify_all()
        try:
            if self.react is not None:
                answer = self.react(conversation, rows)
                if asyncio.iscoroutine(answer):
                    await answer
            self.seen[conversation].append([row.delivery_id for row in rows])
        finally:
            self.running.discard(conversation)
            async with self._news:
                self._news.notify_all()

    def handled(self, conversation: str = "c") -> list[str]:
        return [one for batch in self.seen[conversation] for one in batch]

    async def until(self, condition: Callable[[], bool], within: float = 20.0) -> None:
        async with asyncio.timeout(within), self._news:
            await self._news.wait_for(condition)


@dataclass
class Rig:
    """A running engine with its inbox, store and recording handler."""

    db: sa.Engine
    inbox: Inbox
    store: Store
    engine: Engine
    recorder: Recorder

    async def put(self, *keys: str, conversation: str = "c") -> None:
        await asyncio.gather(*(self.inbox.put(delivery(key, conversation)) for key in keys))

    async def idle(self, within: float = 20.0) -> None:
        """Wait until no row waits."""
        async with asyncio.timeout(within):
            # Rows in a database ring no bell.
            while (await self.store.waiting_stats())[0] or self.engine.busy:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
