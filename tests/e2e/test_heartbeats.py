"""A dead-man's switch, on the real process: silence opens an incident, the next beat closes it."""

import aiohttp
import pytest

from tests.support.e2e import assignees, handled, incidents, labels, marker, said, when

OWNERS = """\
version: 1
people: {alice: {}, bob: {}}
areas:
  deployment: {owner: alice}
  connectivity: {owner: bob}
fallback_area: deployment
heartbeats:
  warehouse-sync: {every: 2s, grace: 1s, area: connectivity, severity: sev2}
"""
TOKEN = "a token of jobs"


@pytest.fixture
def owners():
    return OWNERS


@pytest.fixture
async def server(github, ghapp_server):
    server = ghapp_server(GHAPP_HEARTBEAT_TOKEN=TOKEN)
    await server.start()
    return server


async def beat(server, name="warehouse-sync", token=TOKEN):
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{server.url}/heartbeat/{name}", headers={"Authorization": f"Bearer {token}"}
        ) as answer,
    ):
        return answer.status


def is_open(issue):
    return issue["state"] == "open"


def is_closed(issue):
    return issue["state"] == "closed"


async def test_silence_opens_a_beat_closes_and_silence_opens_again(github, server):
    assert await beat(server, token="wrong") == 401
    assert await beat(server, "nobody") == 404
    issue = await when(github, is_open)
    assert issue["title"] == "[sev2] No heartbeat from warehouse-sync yet, 3s after it was expected"
    assert labels(issue) == {"incident", "sev2", "area/connectivity", "source/heartbeat"}
    assert assignees(issue) == {"bob"}
    assert marker(issue["body"])["key"] == "heartbeat:warehouse-sync"

    assert await beat(server) == 202
    await handled(server)
    await when(github, is_closed)

    issue = await when(github, is_open)
    assert issue["number"] == 1, "the same issue"
    assert "No heartbeat from warehouse-sync for 3s" in (await said(github, 1))[-1]


async def test_over_a_restart_nothing_is_lost_or_doubled(github, server):
    await when(github, is_open)
    await server.restart()
    assert await beat(server) == 202
    await when(github, is_closed)
    await server.kill9()
    await server.start()
    await when(github, is_open)
    await server.restart()
    await handled(server)
    assert len(await incidents(github)) == 1
    assert len(await said(github, 1)) == 2, "over, and again"


async def test_two_instances_hear_for_each_other(github, ghapp_server, postgres):
    settings = {"GHAPP_DATABASE_URL": postgres, "GHAPP_HEARTBEAT_TOKEN": TOKEN}
    first, second = ghapp_server(**settings), ghapp_server(**settings)
    await first.start()
    await second.start()
    await when(github, is_open)
    assert await beat(first) == 202
    await when(github, is_closed)
    await when(github, is_open)
    await first.kill9()
    assert await beat(second) == 202
    await when(github, is_closed)
    assert len(await said(github, 1)) == 3, "over, again, over: each once"
