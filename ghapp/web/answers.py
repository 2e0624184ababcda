"""What every door does alike: read a bounded body, store deliveries, and answer."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import structlog
from aiohttp import StreamReader, web
from aiohttp.http_exceptions import BadHttpMessage
from prometheus_client import Counter

from ghapp import metrics
from ghapp.engine.inbox import Delivery, InboxUnavailable

Put = Callable[[Delivery], Awaitable[bool]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PATIENCE = 60.0
"""Seconds that a body may take; senders give up after ten to thirty."""

_log = structlog.get_logger(__name__)


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """The delivery is not taken: a status, a constant word for metrics, and a line for the sender."""

    def __init__(self, status: int, reason: str, say: str = "", **headers: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.say = say or reason.replace("_", " ")
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Answers:
    """Answers of one sender's door, counted."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._accepted: Counter = metrics.ACCEPTED.labels(source)
        self._ignored: Counter = metrics.IGNORED.labels(source)

    async def store(
        self, deliveries: Sequence[Delivery], put: Put, *, repeat: str | None = None
    ) -> web.Response:
        """Store, then answer 202; 200 when all of it was seen before.

        With `repeat`, what was seen before is stored all the same, under an id of its own, so that it counts.

        Raises:
            Refused: nothing can be stored now.
        """
        try:
            if len(deliveries) == 1:
                fresh = await put(deliveries[0])
            else:
                fresh = any(await asyncio.gather(*map(put, deliveries)))
            if not fresh and repeat is not None:
                again = [replace(one, id=f"{one.id}:{repeat}") for one in deliveries]
                await asyncio.gather(*map(put, again))
        except InboxUnavailable as error:
            after = str(error.retry_after)
            raise Refused(503, "unavailable", "cannot store it now", Retry_After=after) from error
        if not fresh:
            return self.nothing("seen before")
        self._accepted.inc()
        return web.Response(status=202, text="accepted\n")

    def nothing(self, why: str) -> web.Response:
        """Understood, and nothing to do."""
        self._ignored.inc()
        return web.Response(text=f"{why}\n")

    def parked(self) -> web.Response:
        """Authentic but unusable: kept for an operator, and never to be sent again."""
        metrics.REFUSED.labels(self._source, "unusable").inc()
        return web.Response(status=204)

    def refuse(self, refused: Refused, request_id: str) -> web.Response:
        """Say no, to the sender in one line and to us in the log."""
        metrics.REFUSED.labels(self._source, refused.reason).inc()
        _log.warning(
            "delivery_refused",
            source=self._source,
            reason=refused.reason,
            said=refused.say,
            request_id=request_id[:128],
        )
        line = " ".join(refused.say.split())[:500]
        return web.Response(status=refused.status, text=f"{line}\n", headers=refused.headers)


async def read_body(request: web.Request, limit: int) -> bytes:
    """The body, read no further than `limit` bytes.

    Raises:
        Refused: it is larger (413), broken on its way (400), or takes too long (408).
    """
    if (request.content_length or 0) > limit:
        raise too_large(limit)
    try:
        if request.content.is_eof():  # it came with its headers, as most do: nothing to wait for
            body = request.content.read_nowait()
            if len(body) > limit:
                raise too_large(limit)
            return body
        async with asyncio.timeout(PATIENCE):
            return await _read_up_to(limit, request.content)
    except TimeoutError as error:
        raise Refused(408, "slow", "the body took too long", Connection="close") from error
    # aiohttp says RuntimeError when the sender had hung up before we began to read.
    except (web.RequestPayloadError, BadHttpMessage, ConnectionError, RuntimeError) as error:
        raise Refused(400, "broken", "the body is broken") from error


async def _read_up_to(limit: int, content: StreamReader) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := await content.readany():
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def too_large(limit: int) -> Refused:
    """The refusal of a body beyond `limit` bytes; the connection ends, as the rest of it is not read."""
    return Refused(413, "too_large", f"larger than {limit} bytes", Connection="close")
