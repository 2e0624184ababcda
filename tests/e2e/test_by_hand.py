"""What a person does to an incident by hand is obeyed, and never fought."""

import asyncio

import pytest

from tests.support import gcp
from tests.support.e2e import (
    alert,
    assignees,
    handled,
    labels,
    noticed,
    said,
    send,
    the_incident,
    when,
)

OWNERS = """\
version: 1
people: {alice: {}, bob: {}, carol: {}}
severities:
  sev1: {acknowledge: 1s, on_recovery: close}
  sev2: {acknowledge: 1h}
escalation:
  default: {repeat: 0, levels: [{notify: [owner]}, {notify: [bob], wait: 1h}]}
areas:
  deployment: {owner: alice}
  billing: {owner: carol}
fallback_area: deployment
"""


@pytest.fixture
def owners():
    return OWNERS


@pytest.fixture
async def opened(github, ghapp_server):
    """A server with one open sev2, number 1."""
    server = ghapp_server()
    await server.start()
    payload = gcp.incident(severity="ERROR")
    await alert(server, payload)
    return server, payload


async def repeat(server, payload):
    """The alert fires on."""
    payload["incident"]["observed_value"] = f"{payload['incident']['observed_value']}1"
    await send(server, payload)
    await handled(server)


async def test_closed_it_stays_closed_until_something_newer_fires(github, opened):
    server, payload = opened
    async with noticed(github, server, "issues"):
        await github.person("bob").close(1, reason="not_planned")
    await repeat(server, payload)
    issue = await the_incident(github)
    assert (issue["state"], issue["state_reason"]) == ("closed", "not_planned")
    assert await said(github, 1) == []

    later = payload["incident"]["started_at"] + 3600
    await alert(server, gcp.incident(severity="ERROR", started_at=later))
    assert (await the_incident(github))["state"] == "open"


async def test_closed_the_clock_stops_and_reopened_it_starts_afresh(github, opened):
    server, _ = opened
    bob = github.person("bob")
    async with noticed(github, server, "issues"):
        await bob.close(1)
    async with noticed(github, server, "issues", count=2):
        await bob.label(1, "sev1")
        await bob.unlabel(1, "sev2")
    await asyncio.sleep(1.5)
    assert await said(github, 1) == []
    async with noticed(github, server, "issues"):
        await bob.reopen(1)
    issue = await when(github, lambda issue: "escalated" in labels(issue))
    assert "sev1" in labels(issue)
    assert "@bob" in (await said(github, 1))[-1]


async def test_relabelled_the_severity_holds_and_the_clock_follows(github, opened):
    server, payload = opened
    async with noticed(github, server, "issues", count=2):
        await github.person("bob").label(1, "sev1")
        await github.person("bob").unlabel(1, "sev2")
    await when(github, lambda issue: "escalated" in labels(issue))
    await repeat(server, payload)
    issue = await the_incident(github)
    assert labels(issue) & {"sev1", "sev2", "sev3", "sev4"} == {"sev1"}


async def test_moved_its_people_are_called_reassigned_it_stays_so(github, opened):
    server, payload = opened
    bob = github.person("bob")
    async with noticed(github, server, "issues", count=2):
        await bob.label(1, "area/billing")
        await bob.unlabel(1, "area/deployment")
    await repeat(server, payload)
    issue = await the_incident(github)
    assert labels(issue) & {"area/billing", "area/deployment"} == {"area/billing"}
    assert assignees(issue) == {"alice", "carol"}

    async with noticed(github, server, "issues", count=3):
        await bob.assign(1, "bob")
        await bob.unassign(1, "alice")
        await bob.unassign(1, "carol")
    await repeat(server, payload)
    assert assignees(await the_incident(github)) == {"bob"}


async def test_the_words_and_labels_of_people_stay(github, opened):
    server, payload = opened
    bob = github.person("bob")
    body = (await the_incident(github))["body"]
    forged = (await github.person("mallory").open_issue("Forged", body))["number"]
    async with noticed(github, server, "issues", count=4):
        await bob.label(1, "acknowledged")
        await bob.unlabel(1, "acknowledged")
        await bob.label(1, "customer-visible")
        await bob.edit_issue(1, title="The shop is down", body=f"Do not panic.\n\n{body}")
    async with noticed(github, server):
        await bob.comment(1, "/update we roll back")
    await alert(server, gcp.closed(payload))
    issue = await the_incident(github)
    assert issue["title"] == "The shop is down"
    assert issue["body"].startswith("Do not panic.")
    assert "customer-visible" in labels(issue)
    assert "acknowledged" not in labels(issue)
    assert issue["state"] == "closed"
    assert (await bob.issue(forged))["state"] == "open", "a stranger's marker was believed"
