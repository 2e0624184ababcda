"""Writes that must not be made twice: what was intended is noted before, what was done after."""

from collections.abc import Callable
from datetime import datetime

from ghapp.engine.store import Done, Intended
from ghapp.github.reconciler import Ledger, until_landed


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
            until_landed(state, self._now())
        return state

    async def intend(self, name: str) -> None:
        """It is about to be sent."""
        self._own.add(name)
        await self._ledger.ledger_intend(name)

    async def done(self, name: str, result: str) -> None:
        """It has arrived, or was found."""
        await self._ledger.ledger_done(name, result)
        self._own.discard(name)
