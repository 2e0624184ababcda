"""Writes that must not be made twice: what was intended is noted before, what was done after."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from ghapp.engine.store import Done, Intended
from ghapp.github.errors import Unavailable

IN_FLIGHT = timedelta(seconds=10)
"""After this GitHub has carried a request out or ended it.

https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#timeouts
"""


class Ledger(Protocol):
    """Remembers which occasions have been spoken of, across restarts."""

    async def ledger_state(self, key: str) -> Intended | Done | None:
        """Whether a write was intended or done."""
        ...

    async def ledger_intend(self, key: str) -> None:
        """A write is about to be sent."""
        ...

    async def ledger_done(self, key: str, result: str) -> None:
        """The write has arrived."""
        ...


class Once:
    """The ledger, for writes that can be found again on GitHub.

    Between `intend` and `done` a process may die: whoever finds an intention looks before it writes.
    """

    def __init__(self, ledger: Ledger, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._now = now
        self._own: set[str] = set()

    async def settle(self, name: str) -> Intended | Done | None:
        """What is known of a write, once nothing of it can still be on its way.

        Raises:
            Unavailable: a process that is gone may have sent it, and GitHub may not have carried it out yet.
        """
        state = await self._ledger.ledger_state(name)
        if isinstance(state, Intended) and name not in self._own:
            self._let_land(state)
        return state

    async def intend(self, name: str) -> None:
        """It is about to be sent."""
        self._own.add(name)
        await self._ledger.ledger_intend(name)

    async def done(self, name: str, result: str) -> None:
        """It has arrived, or was found."""
        await self._ledger.ledger_done(name, result)
        self._own.discard(name)

    def _let_land(self, state: Intended) -> None:
        """Wait no longer than it takes; a clock that was ahead when it was noted keeps nobody waiting."""
        now = self._now()
        rest = (state.at + IN_FLIGHT - now).total_seconds()
        if rest > 0 and state.at <= now + IN_FLIGHT:
            raise Unavailable("an earlier write may still be on its way", after=rest)
