"""GitHub's door: check the signature, read the few fields that route an event, store, answer."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from aiohttp import web

from ghapp.core import wire
from ghapp.core.facts import RepoName
from ghapp.core.source import Accepted, Source
from ghapp.core.strict_json import Malformed
from ghapp.core.verify import Unverified, github_signature
from ghapp.duties.intake import deliveries
from ghapp.engine.inbox import Delivery
from ghapp.web.answers import Answers, Handler, Put, Refused, read_body
from ghapp.web.github_events import NOTHING_MORE, read_event
from ghapp.web.github_route import Routed, Wanted

MAX_BYTES = 26 * 1024 * 1024
"""GitHub sends payloads of up to 25 MB (https://docs.github.com/en/webhooks/webhook-events-and-payloads)."""

SOURCE = "github"
_DELIVERY_ID = re.compile(r"[\x21-\x7e]{1,128}")


def door(
    *,
    secrets: Sequence[str],
    home: RepoName,
    put: Put,
    bot_login: Callable[[], str | None],
    now: Callable[[], datetime],
    source: Source | None = None,
    wanted: Callable[[], Wanted] = lambda: NOTHING_MORE,
) -> Handler:
    """The handler of `POST /webhooks/github`.

    `source` finds alerts in the events that the door does not know; `wanted` says for which others there
    is a duty, which a new OWNERS.yaml may change.
    """
    answers = Answers(SOURCE)

    def read(headers: Mapping[str, str], body: bytes, delivery_id: str) -> list[Delivery]:
        github_signature(body, headers.get("X-Hub-Signature-256"), secrets)
        name = headers.get("X-GitHub-Event")
        _require(name, delivery_id)
        routed = read_event(name or "", body, home=home, app_login=bot_login(), wanted=wanted())
        if routed:
            return _stored(routed, delivery_id)
        if source is None:
            return []
        parsed = source.parse(body, headers, {}, now())
        return deliveries(source, parsed, delivery_id) if isinstance(parsed, Accepted) else []

    async def handle(request: web.Request) -> web.StreamResponse:
        delivery_id = request.headers.get("X-GitHub-Delivery", "")
        try:
            body = await read_body(request, MAX_BYTES)
            try:
                found = read(request.headers, body, delivery_id)
            except Unverified as error:
                raise Refused(401, error.reason) from error
            except Malformed as error:
                raise Refused(400, "malformed", str(error)) from error
            if not found:
                return answers.nothing("nothing to do")
            return await answers.store(found, put)
        except Refused as refused:
            return answers.refuse(refused, delivery_id)

    return handle


def _stored(routed: Sequence[Routed], delivery_id: str) -> list[Delivery]:
    """One delivery for each conversation, known by GitHub's own id, so that what comes twice is stored once."""
    return [
        Delivery(
            source=SOURCE,
            id=f"{delivery_id}#{index}" if index else delivery_id,
            conversation=conversation,
            kind=wire.kind_of(event),
            payload=wire.encode(event),
            request_id=delivery_id,
        )
        for index, (conversation, event) in enumerate(routed)
    ]


def _require(name: str | None, delivery_id: str) -> None:
    if not name:
        raise Malformed("no X-GitHub-Event header")
    if not _DELIVERY_ID.fullmatch(delivery_id):
        raise Malformed("no X-GitHub-Delivery header, or not an id")
