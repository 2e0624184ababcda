"""Weeks go by in ticks, without a server: each thing is done once, also after the database was lost."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.support import gcp
from tests.support.e2e import alert, labels, the_incident
from tests.support.shell import ghapp

MONDAY = datetime(2026, 12, 7, 10, 30, tzinfo=UTC)
"""Half an hour after a change of shift."""
WEEK = timedelta(weeks=1)


@pytest.fixture
def owners():
    return """\
version: 1
people: {alice: {}, bob: {}, carol: {}}
severities: {sev2: {acknowledge: 15m}}
rotations:
  platform: {people: [alice, bob], shift: weekly, start: 2026-01-05T10:00}
areas:
  deployment: {owner: carol, rotation: platform}
fallback_area: deployment
triage: {catch_up: 0s}
"""


async def tick(server, at, *words):
    """What a tick says that it did, labels aside."""
    code, out, err = await ghapp(server, "tick", "--now", at.isoformat(), "--json", *words)
    assert code == 0, out + err
    return [one for one in json.loads(out)["did"] if one["action"] != "label.create"]


def by_app(github):
    """The writes of the app that GitHub has seen, labels and tokens aside."""
    return [
        f"{call.method} {call.path}"
        for call in github.proxy.calls()
        if call.by_app
        and call.method != "GET"
        and not call.path.endswith(("/labels", "/access_tokens"))
    ]


async def test_each_week_is_handed_over_once(github, ghapp_server):
    server = ghapp_server()
    weeks = [MONDAY + number * WEEK for number in range(2)]
    assert await tick(server, weeks[0] - timedelta(days=1)) == []
    for week in weeks:
        rehearsed = await tick(server, week, "--dry-run", "--only", "handoffs")
        before = by_app(github)
        did = await tick(server, week, "--only", "handoffs")
        assert [one["action"] for one in did] == [one["action"] for one in rehearsed]
        assert len(by_app(github)) == len(before) + len(did)
    assert await tick(server, weeks[-1]) == []
    found = await github.person("alice").issues("handoff", state="all")
    by_number = sorted(found, key=lambda one: one["number"])
    assert [issue["state"] for issue in by_number] == ["closed", "open"]
    lost = ghapp_server()
    before = by_app(github)
    assert await tick(lost, weeks[-1]) == []
    assert by_app(github) == before


async def test_beside_a_server_it_looks_ahead_without_leaving_a_trace(github, ghapp_server):
    server = ghapp_server()
    await server.start()
    await alert(server, gcp.incident(severity="ERROR"))
    before = by_app(github)
    assert await tick(server, datetime.now(UTC), "--dry-run") == []
    later = datetime.now(UTC) + timedelta(minutes=16)
    rehearsed = await tick(server, later, "--dry-run")
    assert {"labels.add", "comment.write"} <= {one["action"] for one in rehearsed}
    assert {one["kind"] for one in rehearsed} == {"incidents"}
    assert by_app(github) == before
    assert "escalated" not in labels(await the_incident(github))
    did = await tick(server, later, "--only", "incidents")
    assert [one["action"] for one in did] == [one["action"] for one in rehearsed]
    assert "escalated" in labels(await the_incident(github))
    code, out, _ = await ghapp(server, "tick")
    assert (code, "a server works on this database" in out) == (0, True)
