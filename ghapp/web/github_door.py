"""GitHub's door: check the signature, read the few fields that route an event, store, answer."""

import re
from collections.abc import Callable, Sequence

from aiohttp import web

from ghapp.core import wire
from ghapp.core.facts import RepoName
from ghapp.core.strict_json import Malformed
from ghapp.core.verify import Unverified, github_signature
from ghapp.engine.inbox import Delivery
from ghapp.web.answers import Answers, Handler, Put, Refused, read_body
from ghapp.web.github_events import read_event

MAX_BYTES = 26 * 1024 * 1024
"""GitHub sends payloads of up to 25 MB (https://docs.github.com/en/webhooks/webhook-events-and-payloads)."""

_SOURCE = "github"
_DELIVERY_ID = re.compile(r"[\x21-\x7e]{1,128}")


def door(
    *,
    secrets: Sequence[str],
    home: RepoName,
    put: Put,
    bot_login: Callable[[], str | None],
) -> Handler:
    """The handler of `POST /webhooks/github`."""
    answers = Answers(_SOURCE)

    async def handle(request: web.Request) -> web.StreamResponse:
        headers = request.headers
        delivery_id = headers.get("X-GitHub-Delivery", "")
        try:
            body = await read_body(request, MAX_BYTES)
            try:
                github_signature(body, headers.get("X-Hub-Signature-256"), secrets)
                name = headers.get("X-GitHub-Event")
                _require(name, delivery_id)
                routed = read_event(name or "", body, home=home, app_login=bot_login())
            except Unverified as error:
                raise Refused(401, error.reason) from error
            except Malformed as error:
                raise Refused(400, "malformed", str(error)) from error
            if routed is None:
                return answers.nothing("nothing to do")
            conversation, event = routed
            delivery = Delivery(
                source=_SOURCE,
                id=delivery_id,
                conversation=conversation,
                kind=wire.kind_of(event),
                payload=wire.encode(event),
                request_id=delivery_id,
            )
            return await answers.store((delivery,), put)
        except Refused as refused:
            return answers.refuse(refused, delivery_id)

    return handle


def _require(name: str | None, delivery_id: str) -> None:
    if not name:
        raise Malformed("no X-GitHub-Event header")
    if not _DELIVERY_ID.fullmatch(delivery_id):
        raise Malformed("no X-GitHub-Delivery header, or not an id")
