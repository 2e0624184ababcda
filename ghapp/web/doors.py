"""The doors of alert senders: verify, parse, store, answer."""

import base64
import hashlib
import json
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from aiohttp import web

from ghapp.core.source import Nothing, Oidc, Parsed, Source, Unsupported
from ghapp.core.strict_json import Malformed
from ghapp.core.verify import Unverified
from ghapp.duties.intake import deliveries
from ghapp.engine.inbox import Delivery, InboxUnavailable
from ghapp.web.answers import Answers, Handler, Put, Refused, read_body

Park = Callable[[Delivery, str], Awaitable[bool]]


class Identity(Protocol):
    """Knows whether a bearer token is of the account that a sender must be."""

    async def check(self, headers: Mapping[str, str], now: datetime) -> None:
        """Return when it is; `now` is aware.

        Raises:
            Unverified: the token is missing, forged, expired, for another service or of another account.
            Refused: the issuer's certificates cannot be had now.
        """
        ...


def door(
    source: Source,
    secrets: Sequence[str],
    *,
    put: Put,
    park: Park,
    now: Callable[[], datetime],
    identity: Identity | None = None,
) -> Handler:
    """The handler of one alert sender; `identity` is for one that proves itself by OpenID Connect."""
    if isinstance(source.verify, Oidc) and identity is None:
        raise TypeError(
            f"{source.name} proves itself by OpenID Connect: its door needs an identity"
        )
    answers = Answers(source.name)

    async def handle(request: web.Request) -> web.StreamResponse:
        request_id = uuid.uuid4().hex
        try:
            body = await read_body(request, source.max_bytes)
            if identity is not None:
                await _identified(identity, request, now())
            try:
                parsed = _read(source, secrets, request, body, now())
            except _Unusable as unusable:
                await _keep(source, body, str(unusable), request_id, park)
                return answers.parked()
            if isinstance(parsed, Nothing):
                return answers.nothing(parsed.reason)
            repeat = request_id if parsed.repeats else None
            return await answers.store(deliveries(source, parsed, request_id), put, repeat=repeat)
        except Refused as refused:
            return answers.refuse(refused, request_id)

    return handle


class _Unusable(Exception):  # noqa: N818 - an outcome, not a fault
    """Authentic, of a sender that would send it again for days, and not what that sender documents."""


async def _identified(identity: Identity, request: web.Request, now: datetime) -> None:
    try:
        await identity.check(request.headers, now)
    except Unverified as error:
        raise Refused(401, error.reason) from error


def _read(
    source: Source, secrets: Sequence[str], request: web.Request, body: bytes, now: datetime
) -> Parsed:
    try:
        if not isinstance(source.verify, Oidc):
            source.verify(body, request.headers, request.query, secrets, now)
        return source.parse(body, request.headers, request.query, now)
    except Unverified as error:
        challenge = {"WWW_Authenticate": source.challenge} if source.challenge else {}
        raise Refused(401, error.reason, **challenge) from error
    except Unsupported as error:
        raise Refused(415, "unsupported", str(error)) from error
    except Malformed as error:
        if source.parks:
            raise _Unusable(str(error)) from error
        raise Refused(400, "malformed", str(error)) from error


async def _keep(source: Source, body: bytes, reason: str, request_id: str, park: Park) -> None:
    """Park a message where an operator sees it; bytes that are no text are kept as base64."""
    try:
        content = {"body": body.decode()}
    except UnicodeDecodeError:
        content = {"base64": base64.b64encode(body).decode()}
    delivery = Delivery(
        source=source.name,
        id=hashlib.sha256(body).hexdigest()[:32],
        conversation=f"unusable:{source.name}",
        kind="unusable",
        payload=json.dumps(content).encode(),
        request_id=request_id,
    )
    try:
        await park(delivery, reason)
    except InboxUnavailable as error:
        after = str(error.retry_after)
        raise Refused(503, "unavailable", "cannot store it now", Retry_After=after) from error
