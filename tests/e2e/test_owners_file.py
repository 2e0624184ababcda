"""OWNERS.yaml on the default branch: changes come into force, a broken or missing one stops no alert."""

import json

import pytest

from tests.support import gcp
from tests.support.e2e import (
    alert,
    assignees,
    handled,
    incidents,
    labels,
    marker,
    noticed,
    page,
    send,
    the_incident,
    when,
)
from tests.support.stillness import at_rest

OWNERS = """\
version: 1
people: {alice: {}, bob: {}}
severities:
  sev2: {acknowledge: 1h}
escalation:
  default: {repeat: 0, levels: [{notify: [owner]}, {notify: [bob], wait: 1h}]}
areas:
  deployment: {owner: alice}
fallback_area: deployment
"""
BROKEN = OWNERS.replace("owner: alice", "owner: alcie")
BROKEN_OTHERWISE = OWNERS.replace("fallback_area", "fallbackarea")
FIXED = OWNERS.replace("owner: alice", "owner: bob")


@pytest.fixture
def owners():
    return OWNERS


@pytest.fixture
def push(github):
    """Commit OWNERS.yaml as alice."""

    async def write(text):
        await github.person("alice").put_file("OWNERS.yaml", text)

    return write


async def complaints(github):
    return await github.person("alice").issues("model")


async def complaint(github, check, *, within=30):
    """The one issue about the file, once it is as it should be."""

    async def probe():
        found = await complaints(github)
        return found[0] if len(found) == 1 and check(found[0]) else None

    return await github.proxy.eventually(probe, within=within)


async def test_broken_it_is_said_once_and_the_last_good_version_stays(github, ghapp_server, push):
    server = ghapp_server()
    await server.start()
    async with noticed(github, server, "push"):
        await push(BROKEN)
    issue = await complaint(github, lambda issue: issue["state"] == "open")
    assert marker(issue["body"]) == {"kind": "model", "key": "OWNERS.yaml"}
    assert "last good version stays in force" in issue["body"]
    assert "| 8 |" in issue["body"]
    assert "alice" in issue["body"], "the nearest name"
    assert (await page(server, "/readyz")).status == 200
    await alert(server, gcp.incident(severity="ERROR"))
    assert assignees(await the_incident(github)) == {"alice"}

    async with noticed(github, server, "push"):
        await push(BROKEN_OTHERWISE)
    await complaint(github, lambda issue: "fallbackarea" in issue["body"])
    await server.restart()
    assert (await page(server, "/readyz")).status == 200
    async with noticed(github, server, "push"):
        await push(FIXED)
    await complaint(github, lambda issue: issue["state"] == "closed")
    await alert(server, gcp.incident(severity="ERROR", policy="another", condition="another"))
    assert [assignees(issue) for issue in await incidents(github)] == [{"alice"}, {"bob"}]


async def test_broken_at_the_first_start_an_older_version_is_found(github, ghapp_server, push):
    await push(BROKEN)
    server = ghapp_server()
    await server.start()
    await complaint(github, lambda issue: "last good version" in issue["body"])
    await alert(server, gcp.incident(severity="ERROR"))
    assert assignees(await the_incident(github)) == {"alice"}


@pytest.mark.parametrize(
    ("owners", "reason"),
    [
        pytest.param("", "there is no such file", id="missing"),
        pytest.param(BROKEN, "alcie", id="never-good"),
    ],
)
async def test_without_any_good_version_alerts_wait(github, ghapp_server, push, owners, reason):
    server = ghapp_server()
    await server.launch()
    await complaint(github, lambda issue: "stored and wait" in issue["body"])
    ready = await page(server, "/readyz")
    assert ready.status == 503
    assert reason in json.loads(ready.text)["reasons"][0]
    assert (await page(server, "/healthz")).status == 200
    assert (await send(server, gcp.incident(severity="ERROR"))).status == 202
    assert await incidents(github) == []

    await push(OWNERS)
    await when(github, lambda issue: assignees(issue) == {"alice"})
    await complaint(github, lambda issue: issue["state"] == "closed")
    await handled(server)
    assert (await page(server, "/readyz")).status == 200


async def test_the_clocks_of_open_incidents_follow_a_change(github, ghapp_server, push):
    server = ghapp_server()
    await server.start()
    await alert(server, gcp.incident(severity="ERROR"))
    await push(OWNERS.replace("acknowledge: 1h", "acknowledge: 1s"))
    issue = await when(github, lambda issue: "escalated" in labels(issue))
    assert assignees(issue) == {"alice", "bob"}


async def test_a_push_of_other_files_costs_nothing(github, ghapp_server):
    server = ghapp_server()
    await server.start()
    before = await at_rest(github)
    async with noticed(github, server, "push"):
        await github.person("alice").put_file("README.md", "# ops\n")
    assert github.proxy.counted(before) == []
