"""`GET /oncall.ics`: who is on call, for calendars that subscribe to it."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from aiohttp import web

from ghapp.duties.calendar import Feed, is_signed, render
from ghapp.model.names import Login, RotationName
from ghapp.model.types import Model
from ghapp.web.answers import Handler

_HEADERS: Final = {"Cache-Control": "private, max-age=300", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class _Rendered:
    """A feed as it was rendered of a model on a day; both keep it good."""

    model: Model
    day: date
    body: bytes
    tag: str


def oncall(
    secrets: Sequence[str], model: Callable[[], Model | None], now: Callable[[], datetime]
) -> Handler:
    """Answer with the feed that a signed address asks for.

    404 for a rotation or a person that OWNERS.yaml no longer has, 503 before it has been read.
    """
    kept: dict[Feed, _Rendered] = {}

    async def handle(request: web.Request) -> web.StreamResponse:
        feed = _feed(request)
        if feed is None:
            return _say(400, "ask for rotation=NAME or person=LOGIN")
        if not is_signed(feed, request.query.get("token", ""), secrets):
            return _say(401, "the token is not of this address")
        current = model()
        if current is None:
            return _say(503, "OWNERS.yaml has not been read yet", {"Retry-After": "60"})
        if not _known(current, feed):
            return _say(404, "OWNERS.yaml has no such rotation or person")
        return _answer(request, await rendered(feed, current))

    async def rendered(feed: Feed, current: Model) -> _Rendered:
        at = now()
        held, day = kept.get(feed), at.astimezone(UTC).date()
        if held is None or held.day != day or not _same(held.model, current):
            body = await asyncio.to_thread(render, current, feed, at)
            held = kept[feed] = _Rendered(current, day, body, hashlib.sha256(body).hexdigest()[:32])
        return held

    return handle


def _feed(request: web.Request) -> Feed | None:
    """What is asked for; None unless it is one rotation or one person."""
    asked = [(key, value) for key, value in request.query.items() if key != "token"]
    match asked:
        case [("rotation", name)] if name:
            return Feed(rotation=RotationName(name))
        case [("person", login)] if login:
            return Feed(person=Login(login.casefold()))
        case _:
            return None


def _same(one: Model, other: Model) -> bool:
    return one is other or one == other


def _known(model: Model, feed: Feed) -> bool:
    if feed.person is not None:
        return model.is_named(feed.person)
    return feed.rotation in model.rotations


def _answer(request: web.Request, rendered: _Rendered) -> web.Response:
    headers = _HEADERS | {"ETag": f'"{rendered.tag}"'}
    wanted = {one.value for one in request.if_none_match or ()}
    if wanted & {rendered.tag, "*"}:
        return web.Response(status=304, headers=headers)
    return web.Response(
        body=rendered.body, content_type="text/calendar", charset="utf-8", headers=headers
    )


def _say(status: int, line: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=f"{line}\n", headers=headers)
