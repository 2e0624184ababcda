"""The HTTP contract of an alert sender's door, row by row."""

import asyncio
import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from ghapp.core import wire
from ghapp.core.facts import Fingerprint, Signal
from ghapp.core.source import Accepted
from ghapp.sources import gcp
from ghapp.web import answers

pytestmark = pytest.mark.enable_socket

KIB = 1024
MIB = KIB * KIB


async def test_an_alert_is_stored_then_accepted(doors: Any, gcp_message: Any) -> None:
    answer = await doors.gcp(gcp_message)
    assert (answer.status, await answer.text()) == (202, "accepted\n")
    (delivery,) = doors.inbox.stored
    signal = wire.decode(delivery.kind, delivery.payload)
    assert isinstance(signal, Signal)
    assert (delivery.source, delivery.kind) == ("gcp", "signal")
    assert delivery.conversation == f"incident:{signal.fingerprint}"
    assert len(delivery.request_id) == 32
    assert signal.summary == "API is slow"


async def test_the_same_end_again_is_no_work(doors: Any, gcp_message: Any) -> None:
    gcp_message["incident"]["state"] = "closed"
    assert (await doors.gcp(gcp_message)).status == 202
    answer = await doors.gcp(gcp_message)
    assert (answer.status, await answer.text()) == (200, "seen before\n")
    assert len(doors.inbox.stored) == 1


async def test_the_same_opening_again_is_seen_before_and_counts(
    doors: Any, gcp_message: Any
) -> None:
    assert (await doors.gcp(gcp_message)).status == 202
    answer = await doors.gcp(gcp_message)
    assert (answer.status, await answer.text()) == (200, "seen before\n")
    first, second = doors.inbox.stored
    assert first.conversation == second.conversation
    assert first.id != second.id


async def test_a_test_message_opens_nothing(doors: Any) -> None:
    answer = await doors.gcp({"version": "test", "incident": {"state": "open"}})
    assert (answer.status, await answer.text()) == (200, "test message\n")
    assert not doors.inbox.stored


def _basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"ghapp:{password}".encode()).decode()


async def test_the_token_may_be_a_basic_password(doors: Any, gcp_message: Any) -> None:
    answer = await doors.gcp(gcp_message, token=None, Authorization=_basic("a-token"))
    assert answer.status == 202


@pytest.mark.parametrize(
    ("token", "authorization", "reason"),
    [
        pytest.param(None, "", "token missing", id="nothing"),
        pytest.param("", "", "token missing", id="empty"),
        pytest.param("a-toke", "", "token mismatch", id="wrong"),
        pytest.param(None, _basic("other"), "token mismatch", id="wrong password"),
        pytest.param(None, "Bearer a-token", "token missing", id="another scheme"),
        pytest.param("a-token\u00e9", "", "token mismatch", id="not ascii"),
    ],
)
async def test_without_proof_nothing_is_parsed(
    doors: Any, token: str | None, authorization: str, reason: str
) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = await doors.gcp(b"not even json", token=token, **headers)
    assert (answer.status, await answer.text()) == (401, f"{reason}\n")
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="ghapp"'


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(b"", "not JSON", id="empty"),
        pytest.param(b"{", "not JSON", id="cut off"),
        pytest.param(b"\xff{}", "not UTF-8", id="not utf-8"),
        pytest.param(b'{"incident": NaN}', "NaN", id="nan"),
        pytest.param(b'{"version": "1", "version": "2"}', "same key twice", id="duplicate key"),
        pytest.param(b"[]", "not an object", id="array"),
        pytest.param(b"{}", "no incident", id="no incident"),
        pytest.param(b'{"incident": {"state": "open"}}', "incident_id", id="no identity"),
        pytest.param(b'{"incident": {"incident_id": "1"}}', "state", id="no state"),
    ],
)
async def test_malformed_is_refused_in_one_line(doors: Any, body: bytes, says: str) -> None:
    answer = await doors.gcp(body)
    text = await answer.text()
    assert answer.status == 400
    assert says in text
    assert text.count("\n") == 1


async def test_one_mebibyte_is_enough_and_more_is_too_large(doors: Any, gcp_message: Any) -> None:
    gcp_message["padding"] = ""
    gcp_message["padding"] = "x" * (MIB - len(json.dumps(gcp_message)))
    assert (await doors.gcp(gcp_message)).status == 202
    gcp_message["padding"] += "x"
    assert (await doors.gcp(gcp_message)).status == 413


async def test_an_endless_body_is_not_read_to_its_end(doors: Any) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 64 * MIB:
            sent += 64 * KIB
            yield b" " * 64 * KIB

    try:
        answer = await doors.client.post("/webhooks/gcp?auth_token=a-token", data=endless())
        assert answer.status == 413
    except OSError:  # the connection was closed under us before the answer was read
        pass
    assert sent < 64 * MIB


async def test_a_body_that_breaks_on_its_way_is_malformed(doors: Any) -> None:
    answer = await doors.gcp(b"this is no gzip", **{"Content-Encoding": "gzip"})
    assert answer.status == 400


async def _raw(doors: Any, request: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    server = doors.client.server
    reader, writer = await asyncio.open_connection(server.host, server.port)
    head = b"POST /webhooks/gcp?auth_token=a-token HTTP/1.1\r\nHost: localhost\r\n"
    writer.write(head + request)
    await writer.drain()
    return reader, writer


async def test_a_sender_that_dawdles_is_refused(
    doors: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "PATIENCE", 0.01)
    reader, writer = await _raw(doors, b"Content-Length: 100\r\n\r\n{")
    assert b" 408 " in await reader.readline()
    writer.close()


async def test_each_signal_of_a_message_is_a_delivery_of_its_own(
    doors_of: Any, gcp_message: Any
) -> None:
    def parse_twice(*args: Any) -> Accepted:
        parsed = gcp.parse(*args)
        assert isinstance(parsed, Accepted)
        (one,) = parsed.signals
        return Accepted((one, replace(one, fingerprint=Fingerprint("other"))), "d")

    doors = await doors_of(sources={"gcp": replace(gcp.SOURCE, parse=parse_twice)})
    assert (await doors.gcp(gcp_message)).status == 202
    assert [delivery.id for delivery in doors.inbox.stored] == ["d#0", "d#1"]
    assert doors.inbox.stored[1].conversation == "incident:other"
    assert (await doors.gcp(gcp_message)).status == 200
    doors.inbox.stored.pop()
    assert (await doors.gcp(gcp_message)).status == 202


async def test_a_large_body_is_refused_before_it_comes(doors: Any) -> None:
    reader, writer = await _raw(doors, b"Content-Length: 2000000\r\n\r\n")
    assert b" 413 " in await reader.readline()
    writer.close()


async def test_what_cannot_be_stored_is_sent_back(doors: Any, gcp_message: Any) -> None:
    doors.inbox.away = True
    answer = await doors.gcp(gcp_message)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "7")


async def test_a_sender_without_a_secret_is_not_there(doors_of: Any, gcp_message: Any) -> None:
    doors = await doors_of(variables={})
    assert (await doors.gcp(gcp_message)).status == 404
    assert (await doors.client.get("/webhooks/gcp")).status == 404


async def test_only_post_is_allowed(doors: Any) -> None:
    answer = await doors.client.get("/webhooks/gcp?auth_token=a-token")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


async def test_either_of_two_tokens_opens(doors_of: Any, gcp_message: Any) -> None:
    doors = await doors_of(variables={"GHAPP_GCP_WEBHOOK_TOKEN": "one, two"})
    assert (await doors.gcp(gcp_message, token="two")).status == 202
    assert (await doors.gcp(gcp_message, token="one")).status == 200
    assert (await doors.gcp(gcp_message, token="one, two")).status == 401
