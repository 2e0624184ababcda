"""The proxy's memory: every call in order, and waiting for one to happen."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from ghapp.demo.messages import Answer, Call, Request

T = TypeVar("T")


class Recorder:
    """Records calls and wakes whoever waits for one."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._changed = asyncio.Event()

    def begin(self, request: Request) -> Call:
        """Note the arrival of a request."""
        call = Call(seq=len(self._calls) + 1, request=request, at=datetime.now(UTC))
        self._calls.append(call)
        return call

    def finish(self, call: Call, answer: Answer | None) -> None:
        """Note how it ended; None when it was dropped before GitHub saw it."""
        call.answer = answer
        call.took = (datetime.now(UTC) - call.at).total_seconds()
        if call.by_app:
            self._changed.set()
            self._changed = asyncio.Event()

    def calls(self, since: int = 0) -> list[Call]:
        """All calls after the one numbered `since`, in order of arrival."""
        return self._calls[since:]

    def counted(self, since: int = 0) -> list[Call]:
        """The App's calls that spend its budget: no 304s, no making of tokens."""
        return [call for call in self.calls(since) if call.counts]

    @property
    def last(self) -> int:
        """The number of the latest call, to be passed as `since`."""
        return len(self._calls)

    async def wait_for(
        self, wanted: Callable[[Call], bool], *, count: int = 1, since: int = 0, within: float = 10
    ) -> list[Call]:
        """Wait until `count` finished calls of the App are `wanted`, and return them.

        Raises:
            AssertionError: They did not come within `within` seconds; it lists what did.
        """

        async def found() -> list[Call] | None:
            ended = [call for call in self.calls(since) if call.took is not None and call.by_app]
            hits = [call for call in ended if wanted(call)]
            return hits if len(hits) >= count else None

        return await self.eventually(found, within=within, since=since)

    async def eventually(
        self, probe: Callable[[], Awaitable[T | None]], *, within: float = 10, since: int = 0
    ) -> T:
        """Ask `probe` now and after each call of the App until its answer is true; return that.

        Raises:
            AssertionError: It stayed false for `within` seconds; it lists the calls seen.
        """
        try:
            async with asyncio.timeout(within):
                while True:
                    changed = self._changed
                    if result := await probe():
                        return result
                    await changed.wait()
        except TimeoutError:
            seen = "\n".join(f"  {call}" for call in self.calls(since)[-40:]) or "  none"
            raise AssertionError(f"did not happen within {within} s; calls:\n{seen}") from None
