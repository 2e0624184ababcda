"""The process dies at any instant, its database vanishes, an instance is lost: nothing lost, nothing doubled."""

import asyncio
import random
from pathlib import Path

import pytest

from ghapp.demo import faults
from ghapp.demo.faults import Fault
from tests.support import gcp
from tests.support.e2e import (
    alert,
    assignees,
    deliver,
    fingerprints,
    handled,
    incidents,
    labels,
    noticed,
    rows,
    said,
    send,
    the_incident,
    until,
    when,
)

OWNERS = """\
version: 1
people: {alice: {}, bob: {}, carol: {}}
severities:
  sev1: {acknowledge: 1h, on_recovery: close}
  sev2: {acknowledge: 2s}
escalation:
  default:
    repeat: 0
    levels: [{notify: [alice]}, {notify: [bob], wait: 1h}, {notify: [carol], wait: 1h}]
areas:
  deployment: {owner: alice}
fallback_area: deployment
incidents: {storm: {threshold: 100, window: 5m}}
"""

ISSUES = "/repos/acme/ops/issues"
SHOP = "acme/shop"
SERVICES = 20
DELIVERIES = 200


@pytest.fixture
def owners():
    return OWNERS


def storm():
    """Ten different notifications for each of twenty fingerprints, all mixed."""
    payloads = [
        gcp.incident(
            resource=gcp.service(number % SERVICES),
            incident_id=f"0.service{number % SERVICES}",
            observed_value=f"{number}",
        )
        for number in range(DELIVERIES)
    ]
    random.Random(9).shuffle(payloads)
    return payloads


async def storm_upon(servers, payloads=None):
    """Send the storm, sixteen at a time; done when every notification is accepted."""
    gate = asyncio.Semaphore(16)

    async def one(payload):
        async with gate:
            await deliver(servers, payload)

    await asyncio.gather(*(one(payload) for payload in payloads or storm()))


def to(method, path):
    return lambda call: call.matches(method, path)


def delete_database(server):
    path = Path(server.settings["GHAPP_DATABASE_URL"].removeprefix("sqlite:///"))
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


async def calls_from_now(github, count):
    """Wait for the app's next calls: instants in the middle of its work."""
    since = github.proxy.last
    await github.proxy.wait_for(lambda call: True, count=count, since=since)


async def assert_each_once(github):
    found = fingerprints(await incidents(github))
    assert len(found) == SERVICES
    assert len(set(found)) == SERVICES, "an incident was opened twice"


class TestSqlite:
    async def test_killed_again_and_again_in_a_storm(self, github, ghapp_server):
        server = ghapp_server()
        await server.start()
        sending = asyncio.create_task(storm_upon([server]))
        for calls in (1, 6):
            await calls_from_now(github, calls)
            await server.restart()
        await sending
        await handled(server, within=40)
        await assert_each_once(github)
        stored = await rows(server)
        assert len({row.delivery_id.partition(":")[0] for row in stored}) == DELIVERIES
        assert {row.state for row in stored} == {"done"}

    async def test_killed_and_the_database_deleted_in_a_storm(self, github, ghapp_server):
        server = ghapp_server()
        await server.start()
        sending = asyncio.create_task(storm_upon([server]))
        for calls in (2, 7):
            await calls_from_now(github, calls)
            await server.kill9()
            delete_database(server)
            await server.start()
        await sending
        # What was accepted and lost with the database comes again with the sender's next repeat.
        await storm_upon([server], [gcp.incident(resource=gcp.service(n)) for n in range(SERVICES)])
        await handled(server, within=40)
        await assert_each_once(github)

    async def test_killed_while_a_write_is_on_its_way(self, github, ghapp_server):
        """GitHub opens the issue when nobody waits for it any more, and after the next start."""
        server = ghapp_server()
        await server.start()
        create = faults.on("POST", ISSUES)
        fault = github.proxy.faults.add(Fault(create, faults.delay(4)))
        await send(server, gcp.incident())
        await until(lambda: fault.hits)
        await server.restart()
        await handled(server, within=30)
        assert len(await incidents(github)) == 1

    async def test_killed_after_writes(self, github, ghapp_server):
        server = ghapp_server()
        await server.start()
        opened = gcp.incident()
        await alert(server, opened)

        since = github.proxy.last
        comment = await github.person("bob").comment(1, "/ack")
        await github.proxy.wait_for(to("POST", f"{ISSUES}/1/labels"), since=since)
        await server.restart()
        await handled(server)
        await send(server, gcp.closed(opened))
        await github.proxy.wait_for(to("PATCH", f"{ISSUES}/1"), since=github.proxy.last)
        await server.restart()
        await handled(server, within=30)

        issue = await the_incident(github)
        assert issue["state"] == "closed"
        assert "acknowledged" in labels(issue)
        assert await github.person("bob").reactions(comment["id"]) == ["+1"]
        assert len(await said(github, 1)) == 1

    async def test_without_its_database_every_incident_goes_on(self, github, ghapp_server):
        server = ghapp_server()
        await server.start()
        taken, waiting, over = (gcp.incident(resource=gcp.service(n)) for n in range(3))
        for payload in (taken, waiting, over, gcp.closed(over)):
            await alert(server, payload)
        numbers = {issue["title"].split()[-1]: issue["number"] for issue in await incidents(github)}
        taken_number, waiting_number, over_number = (numbers[f"service-{n}"] for n in range(3))
        bob, carol = github.person("bob"), github.person("carol")
        support = (await carol.open_issue("Cannot pay", repo=SHOP))["number"]
        async with noticed(github, server, count=3):
            await bob.comment(taken_number, "/ack")
            await bob.comment(waiting_number, "/escalate")
            await bob.comment(support, "/escalate", repo=SHOP)

        await server.kill9()
        delete_database(server)
        await server.start()
        for payload in (taken, waiting):
            payload["incident"]["observed_value"] = "0.5"
            await alert(server, payload)
        await alert(server, gcp.incident(resource=gcp.service(2), started_at=later(over)))
        async with noticed(github, server, count=2):
            await carol.comment(waiting_number, "/escalate")
            await carol.comment(support, "/escalate", repo=SHOP)

        assert len(await incidents(github)) == 3
        issue = await github.person("alice").issue(taken_number)
        assert "acknowledged" in labels(issue)
        assert len(await said(github, taken_number)) == 0
        issue = await github.person("alice").issue(waiting_number)
        assert assignees(issue) == {"alice", "bob", "carol"}, "the policy began again"
        assert len(await said(github, waiting_number)) == 2
        issue = await github.person("alice").issue(over_number)
        assert issue["state"] == "open", "a relapse reopens the same issue"
        issue = await github.person("alice").issue(support, repo=SHOP)
        assert assignees(issue) == {"alice", "bob"}
        assert len(await said(github, support, repo=SHOP)) == 2


def later(payload):
    """A moment after the end of an incident."""
    return payload["incident"]["started_at"] + 700


class TestPostgres:
    async def test_of_two_instances_one_dies_and_the_other_takes_over(
        self, github, ghapp_server, postgres
    ):
        first, second = (ghapp_server(GHAPP_DATABASE_URL=postgres) for _ in range(2))
        await asyncio.gather(first.start(), second.start())
        sending = asyncio.create_task(storm_upon([first, second]))
        await calls_from_now(github, 5)
        await first.kill9()
        await sending
        await handled(second, within=30)
        await assert_each_once(github)
        assert {row.state for row in await rows(second)} == {"done"}

    async def test_two_instances_escalate_once(self, github, ghapp_server, postgres):
        first, second = (ghapp_server(GHAPP_DATABASE_URL=postgres) for _ in range(2))
        await asyncio.gather(first.start(), second.start())
        await alert(first, gcp.incident(severity="ERROR"))
        issue = await when(github, lambda issue: "escalated" in labels(issue))
        await first.kill9()
        await asyncio.sleep(1)
        assert len(await said(github, issue["number"])) == 1
