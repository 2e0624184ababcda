"""The HTTP contract of the heartbeats' door, row by row."""

import base64
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse
from standardwebhooks.webhooks import Webhook

from ghapp.core import wire
from ghapp.core.facts import Signal, Status

pytestmark = pytest.mark.enable_socket

TOKEN = "a token of jobs"
SECRET = "whsec_" + base64.b64encode(b"a secret of two dozen bytes").decode()
VARIABLES = {"GHAPP_HEARTBEAT_TOKEN": f"an old one, {TOKEN}", "GHAPP_ALERTS_SECRET": SECRET}
NAMES = {"warehouse-sync", "Backup.EU_1"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"job:{password}".encode()).decode()}


@pytest.fixture
def now() -> datetime:
    """The server's clock, which the usual application stops at this instant."""
    return datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
async def door(doors_of: Any) -> Any:
    return await doors_of(variables=VARIABLES, heartbeats=lambda: NAMES)


async def post(
    door: Any,
    name: str = "warehouse-sync",
    *,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
) -> ClientResponse:
    sent = bearer(TOKEN) if headers is None else headers
    return await door.client.post(f"/heartbeat/{name}", data=io.BytesIO(body), headers=sent)


def signed(body: bytes, at: Any, *, number: str = "msg_1", secret: str = SECRET) -> dict[str, str]:
    signature = Webhook(secret).sign(number, at, body.decode())
    return {
        "webhook-id": number,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


async def test_a_beat_is_stored_then_accepted(door: Any, now: Any) -> None:
    answer = await post(door)
    assert (answer.status, await answer.text()) == (202, "accepted\n")
    (delivery,) = door.inbox.stored
    assert (delivery.source, delivery.kind) == ("heartbeat", "signal")
    assert delivery.conversation == "incident:heartbeat:warehouse-sync"
    signal = wire.decode(delivery.kind, delivery.payload)
    assert isinstance(signal, Signal)
    assert (signal.status, signal.at) == (Status.RESOLVED, now)


async def test_each_beat_counts(door: Any) -> None:
    for _ in range(3):
        assert (await post(door)).status == 202
    assert len(door.inbox.stored) == 3


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(bearer(TOKEN), id="bearer"),
        pytest.param(bearer("an old one"), id="the token that is being replaced"),
        pytest.param(basic(TOKEN), id="basic password"),
        pytest.param(bearer(SECRET), id="the signing secret as a token"),
    ],
)
async def test_a_token_opens(door: Any, headers: dict[str, str]) -> None:
    assert (await post(door, headers=headers)).status == 202


async def test_what_the_body_says_is_not_read(door: Any) -> None:
    assert (await post(door, body=b"\xff{ rsync: 3 files \0")).status == 202


async def test_a_signature_opens_and_a_repeat_was_seen_before(door: Any, now: Any) -> None:
    body = b'{"exit": 0}'
    headers = signed(body, now)
    assert (await post(door, body=body, headers=headers)).status == 202
    answer = await post(door, body=body, headers=headers)
    assert (answer.status, await answer.text()) == (200, "seen before\n")
    other = await post(door, "Backup.EU_1", body=body, headers=headers)
    assert other.status == 202, "another job's beat is another message"


async def test_a_number_that_nobody_signed_means_nothing(door: Any) -> None:
    for _ in range(2):
        headers = bearer(TOKEN) | {"webhook-id": "always the same"}
        assert (await post(door, headers=headers)).status == 202


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        pytest.param({}, "token missing", id="nothing"),
        pytest.param(bearer("wrong"), "token mismatch", id="wrong token"),
        pytest.param(basic("wrong"), "token mismatch", id="wrong password"),
        pytest.param({"webhook-signature": "v1,x"}, "signature missing", id="half a signature"),
        pytest.param(
            bearer(TOKEN) | {"webhook-signature": "v1,x"},
            "signature missing",
            id="a token does not mend a signature",
        ),
    ],
)
async def test_without_proof_it_is_refused(door: Any, headers: dict[str, str], says: str) -> None:
    answer = await post(door, "no-such-job", headers=headers)
    assert (answer.status, await answer.text()) == (401, f"{says}\n"), "names are not told"
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="ghapp"'
    assert not door.inbox.stored


async def test_a_stale_signature_is_refused(door: Any, now: Any) -> None:
    answer = await post(door, headers=signed(b"", now - timedelta(minutes=6)))
    assert (answer.status, await answer.text()) == (401, "timestamp stale\n")


async def test_tokens_alone_let_no_signature_in(doors_of: Any, now: Any) -> None:
    door = await doors_of(variables={"GHAPP_HEARTBEAT_TOKEN": SECRET}, heartbeats=lambda: NAMES)
    assert (await post(door, headers=signed(b"", now))).status == 401
    assert (await post(door, headers=bearer(SECRET))).status == 202


class TestNames:
    @pytest.mark.parametrize("name", ["warehouse-sync", "Backup.EU_1"])
    async def test_of_owners_yaml_are_known(self, door: Any, name: str) -> None:
        assert (await post(door, name)).status == 202

    @pytest.mark.parametrize("name", ["warehouse", "WAREHOUSE-SYNC", "a%2Fb", "x%0Ay"])
    async def test_others_are_told_so_in_one_line(self, door: Any, name: str) -> None:
        answer = await post(door, name)
        assert answer.status == 404
        assert (await answer.text()).startswith("OWNERS.yaml has no heartbeat ")
        assert (await answer.text()).count("\n") == 1
        assert not door.inbox.stored

    @pytest.mark.parametrize(
        ("name", "status"),
        [
            pytest.param("any-job", 202, id="what may be a name"),
            pytest.param("a%2Fb", 404, id="what can be none"),
            pytest.param("x" * 41, 404, id="too long"),
        ],
    )
    async def test_are_all_taken_before_owners_yaml_was_read(
        self, doors_of: Any, name: str, status: int
    ) -> None:
        door = await doors_of(variables=VARIABLES)
        assert (await post(door, name)).status == status


async def test_without_a_secret_the_door_is_not_there(doors_of: Any) -> None:
    door = await doors_of(variables={}, heartbeats=lambda: NAMES)
    assert (await post(door)).status == 404


async def test_only_post_is_allowed(door: Any) -> None:
    answer = await door.client.get("/heartbeat/warehouse-sync", headers=bearer(TOKEN))
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


async def test_one_mebibyte_is_too_large_with_a_byte_more(door: Any) -> None:
    assert (await post(door, body=b" " * 2**20)).status == 202
    assert (await post(door, body=b" " * (2**20 + 1))).status == 413


async def test_what_cannot_be_stored_is_sent_back(door: Any) -> None:
    door.inbox.away = True
    answer = await post(door)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "7")
