"""Counts signals that raise an incident only when many of them come within a time."""

from collections.abc import Sequence
from datetime import datetime

from ghapp.core.facts import CommentEvent, IssueEvent, MaintenanceEvent, PageReport, Signal
from ghapp.core.rate import name_of, raised, tally
from ghapp.duties.records import Memory
from ghapp.engine.store import Row
from ghapp.model.types import Model

_KIND = "rate"

Event = Signal | CommentEvent | IssueEvent | PageReport | MaintenanceEvent
OF_INCIDENTS = (Signal, CommentEvent, IssueEvent, PageReport, MaintenanceEvent)
Waiting = tuple[Event, Row]


class Rates:
    """Remembers the newest events of each rate by delivery, so that one handled again counts once."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def count(
        self, events: Sequence[Event], rows: Sequence[Row], model: Model
    ) -> tuple[Sequence[Event], Sequence[Row]]:
        """Replace the signals that are only counted: by one of them where the rate is reached, else by none.

        The rows that are left are those of the events that are.
        """
        if not any(isinstance(event, Signal) and event.rate for event in events):
            return events, rows
        left: list[Waiting] = []
        counted: dict[str, list[tuple[Signal, Row]]] = {}
        for event, row in zip(events, rows, strict=True):
            if isinstance(event, Signal) and event.rate:
                counted.setdefault(event.fingerprint, []).append((event, row))
            else:
                left.append((event, row))
        for key, mine in counted.items():
            reached = await self._reached(key, mine, model)
            if reached is not None:
                left.append(reached)
        return [event for event, _ in left], [row for _, row in left]

    async def _reached(
        self, key: str, mine: Sequence[tuple[Signal, Row]], model: Model
    ) -> Waiting | None:
        newest, row = max(mine, key=lambda pair: pair[0].at)
        rate = model.rates.get(newest.rate)
        if rate is None:
            return None
        known = await self._memory.memory_get(_KIND, key) or {}
        found = tally(
            {name: datetime.fromisoformat(at) for name, at in known.items()},
            {name_of(signal, row.delivery_id): signal.at for signal, row in mine},
            rate,
        )
        times = {name: at.isoformat() for name, at in found.times.items()}
        await self._memory.memory_put(_KIND, key, times)
        return (raised(newest, rate), row) if found.reached else None
