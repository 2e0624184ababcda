"""GitHub's door with the alert sender behind it: deployments and workflow runs are stored as signals."""

import json
from pathlib import Path
from typing import Any

import pytest

from ghapp.core import wire
from ghapp.core.facts import Signal, Status
from ghapp.sources import gcp, github

pytestmark = pytest.mark.enable_socket

CORPUS = Path(__file__).parents[1] / "corpus/github"


def payload(name: str) -> Any:
    return json.loads((CORPUS / f"{name}.json").read_text())


@pytest.fixture
async def door(doors_of: Any) -> Any:
    return await doors_of(sources={"gcp": gcp.SOURCE, "github": github.SOURCE})


@pytest.mark.parametrize(
    ("event", "name", "status"),
    [
        ("deployment_status", "deployment_failure", Status.FIRING),
        ("deployment_status", "deployment_success", Status.RESOLVED),
        ("workflow_run", "run_failure", Status.FIRING),
        ("workflow_run", "run_success", Status.RESOLVED),
    ],
)
async def test_it_is_stored_once_in_its_incident(
    door: Any, event: str, name: str, status: Status
) -> None:
    for expected in (202, 200):
        answer = await door.github(event, payload(name), delivery="72d3162e")
        assert answer.status == expected
    (stored,) = door.inbox.stored
    signal = wire.decode(stored.kind, stored.payload)
    assert isinstance(signal, Signal)
    assert signal.status is status
    assert (stored.source, stored.id, stored.request_id) == ("github", "72d3162e", "72d3162e")
    assert stored.conversation == f"incident:{signal.fingerprint}"


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ("deployment_status", "deployment_in_progress"),
        ("workflow_run", "run_requested"),
        ("workflow_run", "run_of_a_fork"),
    ],
)
async def test_what_asks_for_nothing_is_understood(door: Any, event: str, name: str) -> None:
    answer = await door.github(event, payload(name))
    assert (answer.status, await answer.text()) == (200, "nothing to do\n")
    assert not door.inbox.stored


@pytest.mark.parametrize("event", ["deployment_status", "workflow_run"])
async def test_malformed_is_refused_in_one_line(door: Any, event: str) -> None:
    answer = await door.github(event, b"{}")
    assert answer.status == 400
    assert "missing required field" in await answer.text()


async def test_other_events_are_not_parsed(door: Any) -> None:
    assert (await door.github("star", b"not json")).status == 200


async def test_a_foreign_secret_is_no_proof(door: Any) -> None:
    answer = await door.github("workflow_run", payload("run_failure"), secret="guess")
    assert answer.status == 401
    assert not door.inbox.stored


async def test_comments_go_their_own_way(door: Any, comment_payload: Any) -> None:
    assert (await door.github("issue_comment", comment_payload)).status == 202
    assert [stored.kind for stored in door.inbox.stored] == ["comment"]


async def test_without_a_secret_the_sender_has_no_door_of_its_own(doors_of: Any) -> None:
    doors = await doors_of(sources={"github": github.SOURCE}, github_secrets=())
    assert (await doors.github("workflow_run", payload("run_failure"))).status == 404
