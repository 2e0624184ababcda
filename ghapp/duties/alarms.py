"""When a conversation that is no incident's wants to be looked at again; a restart forgets none."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ghapp.duties.records import Memory

KIND: Final = "alarm"
"""Of the memory."""


class Alarms:
    """At most one for each conversation; it rings until it is set anew or cleared.

    Losing them loses time only: the rounds of a duty set them again.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def set(self, conversation: str, at: datetime | None) -> None:
        """Have a conversation looked at from an instant (UTC) on; None: not before something happens."""
        if at is None:
            await self._memory.memory_delete(KIND, conversation)
        else:
            await self._memory.memory_put(KIND, conversation, at.isoformat())

    async def due(self) -> Mapping[str, datetime]:
        """When each conversation is due (UTC)."""
        times = await self._memory.memory_all(KIND)
        return {name: datetime.fromisoformat(time) for name, time in times.items()}
