"""From the end of a sev1 to a postmortem whose actions somebody has: on the real process, killed on the way."""

import asyncio

import pytest

from ghapp.core.postmortem import actions
from ghapp.demo import faults
from ghapp.demo.faults import Fault
from tests.support import gcp
from tests.support.e2e import (
    alert,
    assignees,
    handled,
    labels,
    marker,
    noticed,
    said,
    the_incident,
    until,
)

ISSUES = "/repos/acme/ops/issues"


@pytest.fixture
def owners():
    return """\
version: 1
people: {alice: {}, bob: {}, carol: {}}
severities: {sev1: {acknowledge: 5m, postmortem: 3d}}
areas:
  deployment: {owner: carol}
fallback_area: deployment
"""


async def postmortems(github, count=1):
    """The postmortems, once there are so many."""

    async def probe():
        found = await github.person("carol").issues("postmortem", state="all")
        return found if len(found) >= count else None

    found = await github.proxy.eventually(probe, within=30)
    assert len(found) == count
    return found


async def the_postmortem(github):
    (found,) = await postmortems(github)
    return found


async def is_resolved(github, server):
    """A sev1 that alice took is over."""
    await alert(server, gcp.incident(severity="CRITICAL"))
    number = (await the_incident(github))["number"]
    async with noticed(github, server, count=2):
        await github.person("alice").comment(number, "/ack")
        await github.person("alice").comment(number, "/resolve the disk was full")
    return number


async def test_from_the_end_of_an_incident_to_a_postmortem_that_is_done(github, ghapp_server):
    server = ghapp_server()
    await server.start()
    incident = await is_resolved(github, server)
    made = await the_postmortem(github)
    number = made["number"]
    assert labels(made) == {"postmortem"}
    assert marker(made["body"]) == {"kind": "postmortem", "key": f"acme/ops#{incident}"}
    assert assignees(made) == {"alice"}
    assert "| resolved | `alice` | the disk was full |" in made["body"]

    alice = github.person("alice")
    body = made["body"].replace("## Actions", "## Actions\n\n- [ ] watch the disk")
    async with noticed(github, server, "issues"):
        await alice.edit_issue(number, body=body)
    async with noticed(github, server, "issues"):
        await alice.close(number)
    assert (await the_postmortem(github))["state"] == "open"
    (lacks,) = await said(github, number)
    assert "watch the disk: needs an owner and a date" in lacks

    async with noticed(github, server):
        await alice.comment(number, "/action @bob 2w alert before the disk is full")
    await until_listed(github, 2)
    (action,) = await alice.issues("action", state="all")
    assert assignees(action) == {"bob"}
    body = (await the_postmortem(github))["body"]
    async with noticed(github, server, "issues"):
        await alice.edit_issue(number, body=body.replace("- [ ] watch", "- [x] watch"))
    async with noticed(github, server, "issues"):
        await github.person("bob").close(action["number"])
    async with noticed(github, server, "issues"):
        await alice.close(number)
    done = await the_postmortem(github)
    assert done["state"] == "closed"
    assert [one.done for one in actions(done["body"])] == [True, True]


async def until_listed(github, count):
    """Wait until the postmortem lists so many actions."""

    async def probe():
        return len(actions((await the_postmortem(github))["body"])) == count or None

    await github.proxy.eventually(probe, within=15)


async def test_killed_while_the_issue_is_on_its_way(github, ghapp_server):
    """GitHub opens it when nobody waits for it any more."""
    server = ghapp_server()
    await server.start()
    await alert(server, gcp.incident(severity="CRITICAL"))
    number = (await the_incident(github))["number"]
    fault = github.proxy.faults.add(Fault(faults.on("POST", ISSUES), faults.delay(2)))
    await github.person("alice").comment(number, "/resolve")
    await until(lambda: fault.hits, within=30)
    await server.restart()
    await the_postmortem(github)
    lost = ghapp_server()
    await server.kill9()
    await lost.start()
    await asyncio.sleep(1)
    await handled(lost)
    await the_postmortem(github)
