"""Pub/Sub push on the real process: one incident through both channels, and who is not let in."""

import base64
import io
import json
from typing import Any

import aiohttp
import pytest

from tests.support import gcp
from tests.support.e2e import Answer, alert, handled, labels, marker, rows, said, the_incident
from tests.support.issuer import AUDIENCE, EMAIL, Issuer, claims, key


@pytest.fixture
async def issuer():
    issuer = Issuer(key())
    async with issuer.serving():
        yield issuer


@pytest.fixture
async def server(github, ghapp_server, issuer):
    server = ghapp_server(
        GHAPP_GCP_PUBSUB_AUDIENCE=AUDIENCE,
        GHAPP_GCP_PUBSUB_EMAIL=EMAIL,
        GHAPP_GCP_OIDC_CERTS_URL=issuer.url,
    )
    await server.start()
    return server


def envelope(payload: Any, message_id: str) -> bytes:
    """What Pub/Sub pushes."""
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    message = {
        "data": base64.b64encode(data).decode(),
        "messageId": message_id,
        "publishTime": "2026-03-02T09:28:36.481Z",
    }
    pushed = {"message": message, "subscription": "projects/acme-prod/subscriptions/ghapp"}
    return json.dumps(pushed).encode()


async def push(server: Any, body: bytes, token: str) -> Answer:
    address = f"{server.url}/webhooks/gcp/pubsub"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, data=io.BytesIO(body), headers=headers) as answer,
    ):
        return Answer(answer.status, await answer.text())


async def test_one_incident_through_both_channels_is_one_issue(github, server, issuer):
    token = key().token()
    opened = gcp.incident(severity="ERROR")
    await alert(server, opened)
    assert (await push(server, envelope(opened, "1"), token)).status == 202
    assert (await push(server, envelope(opened, "1"), token)).status == 200
    await handled(server)
    issue = await the_incident(github)
    assert labels(issue) == {"incident", "sev2", "area/deployment", "source/gcp"}
    assert marker(issue["body"])["key"].startswith("gcp:")
    assert issue["state"] == "open"

    assert (await push(server, envelope(gcp.closed(opened), "2"), token)).status == 202
    await handled(server)
    issue = await the_incident(github)
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
    assert len(await said(github, issue["number"])) == 1
    assert issuer.asked == 1


async def test_what_pubsub_is_told(server, issuer, subtests):
    opened = envelope(gcp.incident(), "1")
    good = key().token()
    cases = {
        "a token of another key": (opened, key("other").token(key_id="key-1"), 401),
        "a token for another service": (opened, key().token(claims(aud="https://x.example")), 401),
        "a token of another account": (opened, key().token(claims(email="bob@example.com")), 401),
        "an account that is not verified": (
            opened,
            key().token(claims(email_verified=False)),
            401,
        ),
        "an expired token": (opened, key().token(claims(iat=1, exp=3601)), 401),
        "the channel's own test": (envelope(gcp.console_test(), "2"), good, 200),
        "a message that is none of Monitoring": (envelope(b"The disk is full.", "3"), good, 204),
        "an envelope that is none": (b"[]", good, 204),
        "an envelope that is none, and no token": (b"[]", "x", 401),
    }
    for name, (body, token, status) in cases.items():
        with subtests.test(name):
            assert (await push(server, body, token)).status == status
    assert sorted((row.kind, row.state) for row in await rows(server)) == [
        ("unusable", "parked"),
        ("unusable", "parked"),
    ]


async def test_while_certificates_cannot_be_had_it_is_sent_again(server, issuer, github):
    issuer.status = 503
    opened = envelope(gcp.incident(), "1")
    assert (await push(server, opened, key().token())).status == 503
    issuer.status = 200
    assert (await push(server, opened, key().token())).status == 202
    await handled(server)
    assert (await the_incident(github))["state"] == "open"
