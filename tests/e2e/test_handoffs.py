"""Shift changes on the real process: one issue each, in time, also when it dies at that very moment."""

from datetime import UTC, datetime, timedelta

import pytest

from ghapp.demo import faults
from ghapp.demo.faults import Fault
from tests.support import gcp
from tests.support.e2e import (
    alert,
    assignees,
    handled,
    incidents,
    labels,
    marker,
    noticed,
    until,
)

FIRST = timedelta(seconds=12)
"""After the start of the test: enough for two alerts, and for what people say to them."""
SECOND = timedelta(seconds=6)
"""After the first: then an override begins."""
IN_TIME = timedelta(seconds=5)
ISSUES = "/repos/acme/ops/issues"


@pytest.fixture
def changes_at() -> datetime:
    return (datetime.now(UTC) + FIRST).replace(microsecond=0)


@pytest.fixture
def owners(changes_at: datetime) -> str:
    start, cover = changes_at - timedelta(hours=3), changes_at + SECOND
    return f"""\
version: 1
rotations:
  platform:
    people: [alice, bob]
    shift: hourly
    start: {start:%Y-%m-%dT%H:%M:%S}
    overrides:
      - {{person: carol, from: {cover:%Y-%m-%dT%H:%M:%S}, to: {cover + FIRST * 40:%Y-%m-%dT%H:%M:%S}}}
areas:
  deployment: {{owner: carol, rotation: platform}}
fallback_area: deployment
"""


@pytest.fixture
def handoffs(github):
    """The handoff issues, the oldest first, once there are so many and only one is open."""

    async def find(count, *, within=30):
        async def probe():
            found = await github.person("carol").issues("handoff", state="all")
            settled = sum(issue["state"] == "open" for issue in found) == 1
            return found if len(found) >= count and settled else None

        found = await github.proxy.eventually(probe, within=within)
        assert len(found) == count
        return sorted(found, key=lambda issue: int(issue["number"]))

    return find


def row(issue, number):
    """What a handoff says of an incident."""
    (line,) = [line for line in issue["body"].splitlines() if line.startswith(f"| #{number} |")]
    return line


def late(issue, due):
    """How long after the change it was opened."""
    return datetime.fromisoformat(issue["created_at"]) - due


async def test_each_who_comes_is_told_and_the_one_before_closes(
    github, ghapp_server, handoffs, changes_at
) -> None:
    server = ghapp_server()
    await server.start()
    for number in (1, 2):
        await alert(server, gcp.incident(resource=gcp.service(number)))
    acked, snoozed = [issue["number"] for issue in await incidents(github)]
    async with noticed(github, server, count=2):
        await github.person("alice").comment(acked, "/ack")
        await github.person("alice").comment(snoozed, "/snooze 2h")
    assert datetime.now(UTC) < changes_at, "too slow: the change came before the test was ready"

    (first,) = await handoffs(1)
    assert labels(first) == {"handoff"}
    assert late(first, changes_at) < IN_TIME
    key = f"platform:{changes_at:%Y-%m-%dT%H:%M:%SZ}"
    assert marker(first["body"]) == {"kind": "handoff", "key": key}
    (comes,) = assignees(first)
    assert f"@{comes} you are on call" in first["body"]
    assert "taken by `alice`" in row(first, acked)
    assert "snoozed | wakes at" in row(first, snoozed)
    assert "| `carol` | override |" in first["body"]

    first, second = await handoffs(2)
    assert late(second, changes_at + SECOND) < IN_TIME
    assert (first["state"], second["state"]) == ("closed", "open")
    assert f"The next handoff is #{second['number']}." in first["body"]
    assert assignees(second) == {"carol"}
    assert f"`{comes}` leaves" in second["body"]


async def test_killed_while_the_issue_is_on_its_way(github, ghapp_server, handoffs) -> None:
    """GitHub opens the issue when nobody waits for it any more; the next change comes meanwhile."""
    server = ghapp_server()
    await server.start()
    fault = github.proxy.faults.add(Fault(faults.on("POST", ISSUES), faults.delay(2)))
    await until(lambda: fault.hits, within=30)
    await server.restart()
    found = await handoffs(2)
    assert [assignees(issue) for issue in found][1] == {"carol"}
    await server.restart()
    await handled(server)
    assert len({marker(issue["body"])["key"] for issue in await handoffs(2)}) == 2
