"""One call to GitHub and its answer: time limits, redirects, retries of reads, logs and metrics."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from urllib.parse import urljoin

import aiohttp
import structlog
from yarl import URL

from ghapp.github import metrics
from ghapp.github.answers import Answer, reason_of
from ghapp.github.errors import RateLimited, Refused, Unavailable
from ghapp.github.limits import Limits
from ghapp.github.priority import Priority

Kind = Literal["read", "content", "auth"]

TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=5)
READ_TRIES = 3
REDIRECTS = frozenset({301, 302, 307, 308})
RETRY_SOON = 5.0
"""Seconds after which a caller may come back when GitHub does not say when."""

log = structlog.get_logger("ghapp.github")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A call to send; `subject` is whose hourly limit it counts against."""

    method: str
    url: str
    headers: Mapping[str, str]
    subject: str
    kind: Kind
    body: bytes | None = None
    priority: Priority = Priority.NORMAL


class Transport:
    """Sends calls over a session that it is given and does not close."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        limits: Limits,
        *,
        base_url: str,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self._session = session
        self._limits = limits
        self._origin = URL(base_url).origin()
        self._now = now
        self._sleep = sleep
        self._jitter = jitter
        self._timeout = timeout

    async def send(self, ask: Ask) -> Answer:
        """The answer, be it 2xx, 304 or a refusal; reads are tried three times, writes once.

        Raises `RateLimited` (nothing happened), and `Unavailable` for 5xx and when no answer came.
        """
        tries = 1 if ask.kind == "content" else READ_TRIES
        for attempt in range(1, tries + 1):
            try:
                return await self._send_once(ask)
            except Unavailable:
                if attempt == tries:
                    raise
                await self._sleep(0.25 * 2**attempt * (0.5 + self._jitter()))
        raise AssertionError("unreachable")

    async def _send_once(self, ask: Ask) -> Answer:
        async with self._limits.turn(ask.subject, ask.priority, spends=ask.kind == "content"):
            answer = await self._exchange(ask)
            if answer.status in REDIRECTS:
                self._limits.hold.check_again(ask.subject)
                answer = await self._exchange(replace(ask, url=self._moved_to(ask, answer)))
        if answer.status in REDIRECTS:
            raise Refused(answer.status, "moved twice")
        return answer

    def _moved_to(self, ask: Ask, answer: Answer) -> str:
        """Where a renamed repository is now; never another host, which would be given the token.

        https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
        """
        try:
            target = urljoin(ask.url, answer.headers["location"])
        except (KeyError, ValueError):
            target = ""
        if not self.is_ours(target) or target == ask.url:
            raise Refused(answer.status, "moved out of reach")
        return target

    def is_ours(self, url: str) -> bool:
        """Whether a URL that an answer names is on the API's own host."""
        try:
            return URL(url).origin() == self._origin
        except ValueError:
            return False

    async def _exchange(self, ask: Ask) -> Answer:
        sent, started = self._now(), time.monotonic()
        try:
            async with self._session.request(
                ask.method,
                URL(ask.url, encoded=True),
                headers=ask.headers,
                data=ask.body,
                allow_redirects=False,
                timeout=self._timeout,
            ) as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                answer = Answer(response.status, headers, await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._no_answer(ask, error, started) from error
        self._record(ask, answer, started)
        await self._heed(ask, answer, sent)
        return answer

    async def _heed(self, ask: Ask, answer: Answer, sent: datetime) -> None:
        """Raises for an answer that asks to wait, or that says that GitHub is broken."""
        text = reason_of(answer.body) if answer.status >= 400 else ""
        held = await self._limits.hold.learn(ask.subject, answer.status, answer.headers, text, sent)
        if answer.status >= 500:
            after = (held.until - self._now()).total_seconds() if held else RETRY_SOON
            raise Unavailable(
                f"GitHub answered {answer.status}",
                after=max(after, 0.0),
                uncertain=ask.kind == "content",
            )
        if held is not None and answer.status in {403, 429}:
            raise RateLimited(held.until, held.reason)

    def _no_answer(self, ask: Ask, error: Exception, started: float) -> Unavailable:
        reached = not isinstance(
            error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError
        )
        reason = type(error).__name__
        metrics.REQUESTS.labels(ask.method, "0", ask.kind).inc()
        log.warning(
            "github.no_answer",
            method=ask.method,
            path=URL(ask.url).path,
            reason=reason,
            ms=_ms_since(started),
        )
        return Unavailable(
            f"no answer from GitHub ({reason})",
            after=RETRY_SOON,
            uncertain=reached and ask.kind == "content",
        )

    def _record(self, ask: Ask, answer: Answer, started: float) -> None:
        remaining = answer.headers.get("x-ratelimit-remaining", "")
        if remaining.isdecimal() and ask.kind != "auth":
            metrics.REMAINING.set(int(remaining))
        kind = "free" if answer.status == 304 else ask.kind
        metrics.REQUESTS.labels(ask.method, str(answer.status), kind).inc()
        log.info(
            "github.call",
            method=ask.method,
            path=URL(ask.url).path,
            status=answer.status,
            ms=_ms_since(started),
            remaining=remaining,
            github_request_id=answer.headers.get("x-github-request-id", ""),
        )


def _ms_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
