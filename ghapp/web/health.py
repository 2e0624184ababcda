"""Is the process alive, can it work, and what has it done: `/healthz`, `/readyz`, `/metrics`."""

from collections.abc import Callable, Sequence

from aiohttp import web

from ghapp import metrics
from ghapp.web.answers import Handler


async def healthz(_request: web.Request) -> web.Response:
    """Answer as long as the process does."""
    return web.json_response({"status": "ok"})


def readyz(ready: Callable[[], tuple[bool, Sequence[str]]]) -> Handler:
    """Answer 200 when work can be accepted and done; else 503 with the reasons."""

    async def handle(_request: web.Request) -> web.Response:
        is_ready, reasons = ready()
        answer = {"ready": is_ready, "reasons": list(reasons)}
        return web.json_response(answer, status=200 if is_ready else 503)

    return handle


async def metrics_page(_request: web.Request) -> web.Response:
    """The metrics in the text format of Prometheus."""
    return web.Response(body=metrics.render(), headers={"Content-Type": metrics.CONTENT_TYPE})
