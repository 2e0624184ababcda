"""The door of Pub/Sub push: who comes in, and what each is told."""

import base64
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientResponse

from ghapp.sources import gcp, gcp_pubsub
from tests.support.issuer import AUDIENCE, EMAIL, Issuer, claims, key

pytestmark = pytest.mark.enable_socket

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
Push = Callable[..., Awaitable[ClientResponse]]


def envelope(data: Any, message_id: str = "1310204412339001") -> bytes:
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    message = {"data": base64.b64encode(text).decode(), "messageId": message_id}
    pushed = {"message": message, "subscription": "projects/acme-prod/subscriptions/ghapp"}
    return json.dumps(pushed).encode()


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    issuer = Issuer(key())
    async with issuer.serving():
        yield issuer


@pytest.fixture
async def doors(doors_of: Any, issuer: Issuer) -> Any:
    return await doors_of(
        sources={"gcp": gcp.SOURCE, "gcp-pubsub": gcp_pubsub.SOURCE},
        variables={
            "GHAPP_GCP_WEBHOOK_TOKEN": "a-token",
            "GHAPP_GCP_PUBSUB_AUDIENCE": AUDIENCE,
            "GHAPP_GCP_PUBSUB_EMAIL": EMAIL,
            "GHAPP_GCP_OIDC_CERTS_URL": issuer.url,
        },
    )


@pytest.fixture
def push(doors: Any) -> Push:
    async def send(body: bytes, token: str | None = "", **headers: str) -> ClientResponse:
        if token is not None:
            headers["Authorization"] = f"Bearer {token or key().token()}"
        address = "/webhooks/gcp/pubsub"
        answer: ClientResponse = await doors.client.post(
            address, data=io.BytesIO(body), headers=headers
        )
        return answer

    return send


async def test_an_alert_is_stored_then_accepted(push: Push, doors: Any, gcp_message: Any) -> None:
    answer = await push(envelope(gcp_message))
    assert (answer.status, await answer.text()) == (202, "accepted\n")
    (delivery,) = doors.inbox.stored
    assert (delivery.source, delivery.id) == ("gcp-pubsub", "1310204412339001")


async def test_both_channels_are_one_conversation(push: Push, doors: Any, gcp_message: Any) -> None:
    assert (await doors.gcp(gcp_message)).status == 202
    assert (await push(envelope(gcp_message))).status == 202
    first, second = doors.inbox.stored
    assert first.conversation == second.conversation
    assert first.payload == second.payload


async def test_a_redelivery_is_seen_before_and_is_no_repeat(
    push: Push, doors: Any, gcp_message: Any
) -> None:
    assert (await push(envelope(gcp_message))).status == 202
    assert (await push(envelope(gcp_message))).status == 200
    assert len(doors.inbox.stored) == 1


async def test_a_test_message_opens_nothing(push: Push, doors: Any) -> None:
    answer = await push(envelope({"version": "test", "incident": {}}))
    assert (answer.status, await answer.text()) == (200, "test message\n")
    assert not doors.inbox.stored


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"{", "not JSON", id="not JSON"),
        pytest.param(b"\xff", "not UTF-8", id="not UTF-8"),
        pytest.param(b"{}", "no Pub/Sub message in it", id="no message"),
        pytest.param(envelope(b"The disk is full."), "not JSON", id="another message"),
        pytest.param(envelope({"incident": {"state": "open"}}), "incident_id", id="no identity"),
    ],
)
async def test_authentic_but_unusable_is_parked(
    push: Push, doors: Any, body: bytes, reason: str
) -> None:
    answer = await push(body)
    assert (answer.status, await answer.text()) == (204, "")
    (parked,) = doors.inbox.parked.values()
    assert reason in parked


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        pytest.param(None, "token missing", id="none"),
        pytest.param("x", "token malformed", id="no token"),
        pytest.param(key().token(claims(exp=1)), "token out of date", id="expired"),
        pytest.param(key("other").token(key_id="key-1"), "token mismatch", id="another's key"),
        pytest.param(key().token(claims(aud="x")), "audience mismatch", id="for another"),
        pytest.param(key().token(claims(email="x")), "email mismatch", id="of another"),
    ],
)
async def test_without_proof_nothing_is_parsed_or_parked(
    push: Push, doors: Any, token: str | None, reason: str
) -> None:
    answer = await push(b"not even json", token)
    assert (answer.status, await answer.text()) == (401, f"{reason}\n")
    assert not doors.inbox.stored


async def test_certificates_are_fetched_once(push: Push, issuer: Issuer, gcp_message: Any) -> None:
    for number in range(3):
        assert (await push(envelope(gcp_message, str(number)))).status == 202
    assert issuer.asked == 1


async def test_a_new_key_of_the_issuer_is_fetched(
    push: Push, issuer: Issuer, gcp_message: Any
) -> None:
    assert (await push(envelope(gcp_message, "1"))).status == 202
    issuer.keys = [key("key-2")]
    assert (await push(envelope(gcp_message, "2"), key("key-2").token())).status == 202


async def test_without_certificates_it_is_sent_again(
    push: Push, doors: Any, issuer: Issuer, gcp_message: Any
) -> None:
    issuer.status = 500
    answer = await push(envelope(gcp_message))
    assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
    assert not doors.inbox.stored
    issuer.status = 200
    assert (await push(envelope(gcp_message))).status == 202


async def test_what_cannot_be_stored_is_sent_again(
    push: Push, doors: Any, gcp_message: Any
) -> None:
    doors.inbox.away = True
    assert (await push(envelope(gcp_message))).status == 503
    assert (await push(b"{")).status == 503


@pytest.mark.parametrize("unset", ["GHAPP_GCP_PUBSUB_AUDIENCE", "GHAPP_GCP_PUBSUB_EMAIL"])
async def test_without_audience_or_account_there_is_no_door(doors_of: Any, unset: str) -> None:
    known = {"GHAPP_GCP_PUBSUB_AUDIENCE": AUDIENCE, "GHAPP_GCP_PUBSUB_EMAIL": EMAIL}
    del known[unset]
    doors = await doors_of(sources={"gcp-pubsub": gcp_pubsub.SOURCE}, variables=known)
    answer = await doors.client.post("/webhooks/gcp/pubsub", data=b"{}")
    assert answer.status == 404
