"""The clock of the duties: wakes whatever is due, and looks round at intervals; every look is level-triggered."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from ghapp.core.routing import conversation_of
from ghapp.duties.alarms import Alarms
from ghapp.duties.records import Records
from ghapp.github.errors import GitHubError

log = structlog.get_logger(__name__)

STEP = timedelta(seconds=1)
"""How long a due time that another instance has noted may go unseen."""

AGAIN = timedelta(seconds=10)
"""After this, what is still due is woken again: its handling failed or was lost."""

_SOONEST = 0.02


@dataclass(slots=True)
class Clock:
    """Wakes incidents, and whatever else has an alarm, when they are due."""

    records: Records
    alarms: Alarms
    wake: Callable[[str], Awaitable[None]]
    now: Callable[[], datetime]
    _woken: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)

    async def run(self) -> None:
        """Wake what is due, for ever."""
        while True:
            try:
                wait = await self.look()
            except Exception:
                log.exception("clock_failed")
                wait = STEP
            await asyncio.sleep(max(wait.total_seconds(), _SOONEST))

    async def look(self) -> timedelta:
        """Wake what is due now; how long until something else may be."""
        due = await self.due()
        now = self.now()
        self._woken = {name: seen for name, seen in self._woken.items() if name in due}
        for conversation, at in due.items():
            if at > now:
                continue
            before = self._woken.get(conversation)
            if before is not None and before[0] == at and now - before[1] < AGAIN:
                continue
            self._woken[conversation] = (at, now)
            await self.wake(conversation)
        return min([STEP, *(at - now for at in due.values() if at > now)])

    async def due(self) -> Mapping[str, datetime]:
        """When each conversation is due (UTC), whether that is past or to come."""
        incidents = {conversation_of(key): at for key, at in (await self.records.due()).items()}
        return {**await self.alarms.due(), **incidents}


async def every(interval: timedelta, chore: Callable[[], Awaitable[None]], *, name: str) -> None:
    """Do a chore at intervals for ever; trouble with one turn is logged and the next one comes."""
    while True:
        try:
            await chore()
        except GitHubError as error:
            log.warning("chore_postponed", chore=name, reason=str(error))
        except Exception:
            log.exception("chore_failed", chore=name)
        await asyncio.sleep(interval.total_seconds())
