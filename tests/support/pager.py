"""A loopback server that receives pages as somebody's telephone would, through apprise's `json://` URLs."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(frozen=True)
class Received:
    """A page that arrived, whatever it was answered."""

    channel: str
    subject: str
    body: str


@dataclass
class Receiver:
    """Channels are paths; each answers 200 unless `answers` says otherwise, or never while it is among `silent`."""

    pages: list[Received] = field(default_factory=list)
    answers: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """What a channel answers next, first to last; then 200 again."""
    silent: set[str] = field(default_factory=set)
    pings: int = 0
    port: int = 0
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    def url(self, channel: str) -> str:
        """What the environment variable of a channel holds."""
        return f"json://127.0.0.1:{self.port}/{channel}"

    @property
    def deadman(self) -> str:
        """What a dead man's switch is pinged at."""
        return f"http://127.0.0.1:{self.port}/ping"

    def on(self, channel: str) -> list[Received]:
        """The pages of one channel."""
        return [page for page in self.pages if page.channel == channel]

    @property
    def channels(self) -> list[str]:
        """Which channels were used, in order."""
        return [page.channel for page in self.pages]

    async def received(self, channel: str, count: int = 1, *, within: float = 10) -> list[Received]:
        """Wait until so many pages have arrived on a channel."""
        async with asyncio.timeout(within), self._news:
            await self._news.wait_for(lambda: len(self.on(channel)) >= count)
        return self.on(channel)

    async def pinged(self, count: int = 1, *, within: float = 10) -> None:
        """Wait until the dead man's switch was pinged so often."""
        async with asyncio.timeout(within), self._news:
            await self._news.wait_for(lambda: self.pings >= count)

    async def _page(self, request: web.Request) -> web.Response:
        channel = request.match_info["channel"]
        content = await request.json()
        async with self._news:
            self.pages.append(Received(channel, content["title"], content["message"]))
            self._news.notify_all()
        while channel in self.silent:  # noqa: ASYNC110 - the test decides when it speaks
            await asyncio.sleep(0.05)
        answers = self.answers[channel]
        return web.Response(status=answers.pop(0) if answers else 200)

    async def _ping(self, _request: web.Request) -> web.Response:
        async with self._news:
            self.pings += 1
            self._news.notify_all()
        return web.Response()


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver that listens."""
    made = Receiver()
    app = web.Application()
    app.router.add_post("/{channel}", made._page)
    app.router.add_get("/ping", made._ping)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.port = runner.addresses[0][1]
    try:
        yield made
    finally:
        made.silent.clear()
        await runner.cleanup()
