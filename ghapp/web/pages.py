"""Pages for people: the dashboard."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from ghapp.web.answers import Handler

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def dashboard(render: Callable[[], Awaitable[str]]) -> Handler:
    """The page at `/`; `render` gives the whole of its HTML."""

    async def handle(_request: web.Request) -> web.Response:
        return web.Response(text=await render(), content_type="text/html", headers=_HEADERS)

    return handle
