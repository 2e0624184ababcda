"""The HTTP contract of GitHub's door, row by row."""

import hashlib
import hmac
from typing import Any

import pytest

from ghapp.core import wire
from ghapp.core.facts import CommentEvent
from ghapp.web.github_door import MAX_BYTES
from ghapp.web.github_route import Wanted

pytestmark = pytest.mark.enable_socket


async def test_a_command_is_stored_then_accepted(doors: Any, comment_payload: Any) -> None:
    answer = await doors.github("issue_comment", comment_payload, delivery="guid-1")
    assert answer.status == 202
    (delivery,) = doors.inbox.stored
    assert (delivery.source, delivery.id, delivery.kind) == ("github", "guid-1", "comment")
    assert delivery.request_id == "guid-1"
    assert delivery.conversation == "incident:support:acme/ops#7"
    event = wire.decode(delivery.kind, delivery.payload)
    assert isinstance(event, CommentEvent)
    assert (event.body, event.sender, event.comment_id) == ("/ack", "alice", 99)


async def test_the_same_delivery_again_is_no_work(doors: Any, comment_payload: Any) -> None:
    assert (await doors.github("issue_comment", comment_payload)).status == 202
    answer = await doors.github("issue_comment", comment_payload)
    assert (answer.status, await answer.text()) == (200, "seen before\n")


@pytest.mark.parametrize("event", ["ping", "star", "workflow_job", "made_up_tomorrow"])
async def test_other_events_cost_no_write(doors: Any, event: str) -> None:
    answer = await doors.github(event, {"zen": "Keep it logically awesome."})
    assert answer.status == 200
    assert not doors.inbox.stored


@pytest.mark.parametrize("secret", ["old-secret", "new-secret"])
async def test_both_secrets_of_a_rotation_open(
    doors: Any, comment_payload: Any, secret: str
) -> None:
    assert (await doors.github("issue_comment", comment_payload, secret=secret)).status == 202


def _sha1(body: bytes) -> str:
    return "sha1=" + hmac.new(b"new-secret", body, hashlib.sha1).hexdigest()


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        pytest.param({"X_Hub_Signature_256": None}, "signature missing", id="none"),
        pytest.param({"X_Hub_Signature_256": ""}, "signature missing", id="empty"),
        pytest.param({"X_Hub_Signature_256": "sha256=00"}, "signature malformed", id="short"),
        pytest.param(
            {"X_Hub_Signature_256": "sha256=" + "0" * 64}, "signature mismatch", id="wrong"
        ),
        pytest.param(
            {"X_Hub_Signature_256": None, "X_Hub_Signature": _sha1(b"not json")},
            "signature missing",
            id="sha-1 only",
        ),
        pytest.param(
            {"X_Hub_Signature_256": _sha1(b"not json")}, "signature malformed", id="sha-1 as 256"
        ),
    ],
)
async def test_without_proof_nothing_is_parsed(
    doors: Any, headers: dict[str, str | None], reason: str
) -> None:
    answer = await doors.github("issue_comment", b"not json", **headers)
    assert (answer.status, await answer.text()) == (401, f"{reason}\n")


async def test_a_foreign_secret_is_no_proof(doors: Any, comment_payload: Any) -> None:
    answer = await doors.github("issue_comment", comment_payload, secret="guess")
    assert answer.status == 401
    assert not doors.inbox.stored


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(b"", "truncated", id="empty"),
        pytest.param(b"[]", "Expected `object`", id="array"),
        pytest.param(b"{}", "missing required field", id="no fields"),
        pytest.param(b'{"action": 1}', "Expected `str`", id="wrong type"),
        pytest.param(b'{"action": NaN}', "malformed", id="nan"),
        pytest.param(b'{"action": "\xff"}', "utf-8", id="not utf-8"),
        pytest.param(b'{"x": ' + b"[" * 100_000, "recursion", id="bottomless"),
    ],
)
async def test_malformed_is_refused_in_one_line(doors: Any, body: bytes, says: str) -> None:
    answer = await doors.github("issue_comment", body)
    text = await answer.text()
    assert answer.status == 400
    assert says in text
    assert text.count("\n") == 1


@pytest.mark.parametrize(
    ("event", "delivery"),
    [
        pytest.param(None, "d", id="no event"),
        pytest.param("push", None, id="no delivery"),
        pytest.param("push", "d" * 129, id="long delivery"),
        pytest.param("push", "a b", id="blank in delivery"),
    ],
)
async def test_a_delivery_must_say_what_it_is(
    doors: Any, event: str | None, delivery: str | None
) -> None:
    assert (await doors.github(event, {}, delivery=delivery)).status == 400


async def test_github_may_send_large_bodies_but_not_larger(doors: Any) -> None:
    assert (await doors.github("ping", b" " * MAX_BYTES)).status == 200
    assert (await doors.github("ping", b" " * (MAX_BYTES + 1))).status == 413


async def test_what_cannot_be_stored_is_sent_back(doors: Any, comment_payload: Any) -> None:
    doors.inbox.away = True
    answer = await doors.github("issue_comment", comment_payload)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "7")


async def test_without_a_secret_the_door_is_not_there(doors_of: Any, comment_payload: Any) -> None:
    doors = await doors_of(github_secrets=())
    assert (await doors.github("issue_comment", comment_payload)).status == 404


async def test_only_post_is_allowed(doors: Any) -> None:
    assert (await doors.client.get("/webhooks/github")).status == 405


async def test_the_apps_own_login_is_not_obeyed(doors_of: Any, comment_payload: Any) -> None:
    doors = await doors_of(bot_login=lambda: "Alice")
    assert (await doors.github("issue_comment", comment_payload)).status == 200
    assert not doors.inbox.stored


async def test_what_concerns_two_conversations_is_stored_for_both_once(doors_of: Any) -> None:
    doors = await doors_of(wanted=lambda: Wanted(pulls=True, releases=True))
    payload = {
        "action": "opened",
        "pull_request": {
            "number": 7,
            "updated_at": "2026-03-02T09:30:00Z",
            "head": {"ref": "release/1", "sha": "a" * 40},
            "base": {"ref": "main", "sha": "b" * 40},
        },
        "repository": {"full_name": "acme/ops"},
        "sender": {"login": "alice"},
    }
    answers = [(await doors.github("pull_request", payload)).status for _ in range(2)]
    assert answers == [202, 200]
    stored = [(one.id, one.conversation, one.request_id) for one in doors.inbox.stored]
    assert stored == [
        ("d-1", "pull:acme/ops#7", "d-1"),
        ("d-1#1", "release:acme/ops", "d-1"),
    ]
