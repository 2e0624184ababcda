"""The door of jobs that report in: `POST /heartbeat/NAME`, with a token or signed; what the body says is not read."""

import re
import uuid
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from ghapp.core import verify, wire
from ghapp.core.heartbeat import SOURCE, beat
from ghapp.core.routing import conversation_of
from ghapp.core.source import MIB
from ghapp.core.verify import Unverified
from ghapp.engine.inbox import Delivery
from ghapp.model.values import NAME
from ghapp.settings import Settings
from ghapp.web.answers import Answers, Handler, Put, Refused, read_body

PATH = "/heartbeat/{name}"
TOKEN_VARIABLE = "GHAPP_HEARTBEAT_TOKEN"  # noqa: S105 - a variable's name
SIGNING_VARIABLE = "GHAPP_ALERTS_SECRET"

Names = Callable[[], Container[str] | None]
"""The heartbeats in OWNERS.yaml; None while it has not been read."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What lets a job in: one of the tokens, or a signature made with one of the signing secrets."""

    tokens: tuple[str, ...]
    signing: tuple[str, ...]

    @classmethod
    def of(cls, settings: Settings) -> "Secrets":
        """Those in the environment; a signing secret is a fine token as well."""
        signing = settings.secrets_of(SIGNING_VARIABLE)
        return cls((*settings.secrets_of(TOKEN_VARIABLE), *signing), signing)

    def __bool__(self) -> bool:
        return bool(self.tokens)

    def check(self, body: bytes, headers: Mapping[str, str], now: datetime) -> None:
        """Return when the job is one of ours.

        Raises:
            Unverified: it did not prove that.
        """
        if _signed(headers):
            verify.standard_webhook(body, headers, self.signing, now)
            return
        authorization = headers.get("Authorization")
        given = (verify.bearer(authorization), verify.basic_password(authorization))
        verify.token(given, self.tokens)


def door(secrets: Secrets, *, put: Put, names: Names, now: Callable[[], datetime]) -> Handler:
    """The handler of all heartbeats."""
    answers = Answers(SOURCE)

    async def handle(request: web.Request) -> web.StreamResponse:
        request_id = uuid.uuid4().hex
        try:
            body = await read_body(request, MIB)
            arrived = now()
            _check(secrets, body, request.headers, arrived)
            name = _known(request.match_info["name"], names())
            # Whoever signs numbers its messages, and sends one again under the same number.
            number = request.headers["webhook-id"] if _signed(request.headers) else request_id
            return await answers.store([_delivery(name, number, arrived, request_id)], put)
        except Refused as refused:
            return answers.refuse(refused, request_id)

    return handle


def _signed(headers: Mapping[str, str]) -> bool:
    return "webhook-signature" in headers


def _check(secrets: Secrets, body: bytes, headers: Mapping[str, str], now: datetime) -> None:
    try:
        secrets.check(body, headers, now)
    except Unverified as error:
        # wget shows its password only to whom asks for one.
        raise Refused(401, error.reason, WWW_Authenticate='Basic realm="ghapp"') from error


def _known(name: str, names: Container[str] | None) -> str:
    """The name, if there may be such a heartbeat."""
    if re.fullmatch(NAME.pattern, name) if names is None else name in names:
        return name
    raise Refused(404, "unknown", f"OWNERS.yaml has no heartbeat {name[:40]!r}")


def _delivery(name: str, number: str, at: datetime, request_id: str) -> Delivery:
    signal = beat(name, at)
    return Delivery(
        source=SOURCE,
        id=f"beat:{name}:{number}",
        conversation=conversation_of(signal.fingerprint),
        kind=wire.kind_of(signal),
        payload=wire.encode(signal),
        request_id=request_id,
    )
