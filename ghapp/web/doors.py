"""The doors of alert senders: verify, parse, store, answer."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from aiohttp import web

from ghapp.core import wire
from ghapp.core.routing import conversation_of
from ghapp.core.source import Accepted, Nothing, Source
from ghapp.core.strict_json import Malformed
from ghapp.core.verify import Unverified
from ghapp.engine.inbox import Delivery
from ghapp.web.answers import Answers, Handler, Put, Refused, read_body


def door(
    source: Source, secrets: Sequence[str], *, put: Put, now: Callable[[], datetime]
) -> Handler:
    """The handler of one alert sender."""
    answers = Answers(source.name)

    async def handle(request: web.Request) -> web.StreamResponse:
        request_id = uuid.uuid4().hex
        try:
            body = await read_body(request, source.max_bytes)
            parsed = _read(source, secrets, request, body, now())
            if isinstance(parsed, Nothing):
                return answers.nothing(parsed.reason)
            repeat = request_id if parsed.repeats else None
            return await answers.store(_deliveries(source, parsed, request_id), put, repeat=repeat)
        except Refused as refused:
            return answers.refuse(refused, request_id)

    return handle


def _read(
    source: Source, secrets: Sequence[str], request: web.Request, body: bytes, now: datetime
) -> Accepted | Nothing:
    try:
        source.verify(body, request.headers, request.query, secrets, now)
        return source.parse(body, request.headers, request.query, now)
    except Unverified as error:
        challenge = {"WWW_Authenticate": source.challenge} if source.challenge else {}
        raise Refused(401, error.reason, **challenge) from error
    except Malformed as error:
        raise Refused(400, "malformed", str(error)) from error


def _deliveries(source: Source, parsed: Accepted, request_id: str) -> list[Delivery]:
    several = len(parsed.signals) > 1
    return [
        Delivery(
            source=source.name,
            id=f"{parsed.delivery_id}#{index}" if several else parsed.delivery_id,
            conversation=conversation_of(signal.fingerprint),
            kind=wire.kind_of(signal),
            payload=wire.encode(signal),
            request_id=request_id,
        )
        for index, signal in enumerate(parsed.signals)
    ]
