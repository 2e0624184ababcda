"""Sentry on the real process: an alert opens, the resolved issue closes, a regression opens it again."""

import io
import json
import time
from typing import Any

import aiohttp
import pytest

from tests.support import sentry
from tests.support.e2e import Answer, handled, incidents, labels, marker, said, the_incident

SECRET = "the client secret of an integration"


@pytest.fixture
def owners(owners):
    rules = """[
        {source: sentry, match: {project: checkout, rule: "Payments*"}},
        {source: sentry, match: {action: unresolved, level: fatal}, severity: sev1},
      ]"""
    return owners.replace(
        "billing: {owner: carol, backup: alice}",
        f"billing: {{owner: carol, backup: alice, alerts: {rules}}}",
    )


@pytest.fixture
async def server(github, ghapp_server):
    server = ghapp_server(GHAPP_SENTRY_SECRET=SECRET)
    await server.start()
    return server


async def send(server: Any, resource: str, message: Any, secret: str = SECRET) -> Answer:
    """Send a message as Sentry does, which waits for a second; wait until it is handled."""
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    began = time.monotonic()
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{server.url}/webhooks/sentry",
            data=io.BytesIO(body),
            headers=sentry.headers(body, resource, secret),
        ) as answer,
    ):
        found = Answer(answer.status, await answer.text())
    assert time.monotonic() - began < 1
    await handled(server)
    return found


async def test_an_issue_opens_by_an_alert_closes_when_resolved_and_comes_back(github, server):
    assert (await send(server, "event_alert", sentry.event_alert())).status == 202
    issue = await the_incident(github)
    assert issue["title"] == "[sev2] ZeroDivisionError: division by zero"
    assert labels(issue) == {"incident", "sev2", "area/billing", "source/sentry"}
    assert marker(issue["body"])["key"].startswith("sentry:")
    assert "/1117540176/events/" in issue["body"]
    assert [private for private in sentry.PRIVATE if private in issue["body"]] == []

    assert (await send(server, "event_alert", sentry.event_alert())).status == 202
    assert (await send(server, "issue", sentry.issue("assigned"))).status == 200
    assert await said(github, issue["number"]) == []

    assert (await send(server, "issue", sentry.issue("resolved"))).status == 202
    issue = await the_incident(github)
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")

    assert (await send(server, "issue", sentry.issue("unresolved"))).status == 202
    assert (await the_incident(github))["state"] == "open"
    everything = "\n".join([issue["body"], *await said(github, issue["number"])])
    assert [private for private in sentry.PRIVATE if private in everything] == []


async def test_a_metric_alert_opens_gets_worse_and_closes(github, server):
    started = sentry.metric_alert("warning")
    assert (await send(server, "metric_alert", started)).status == 202
    issue = await the_incident(github)
    assert issue["title"] == "[sev3] Too many errors"
    assert (await send(server, "metric_alert", sentry.metric_alert("critical"))).status == 202
    assert "sev1" in labels(await the_incident(github))
    assert (await send(server, "metric_alert", sentry.metric_alert("resolved"))).status == 202
    assert (await the_incident(github))["state"] == "closed"


async def test_what_opens_nothing(github, server, subtests):
    cases = {
        "a test notification": ("event_alert", sentry.sample(), SECRET, 200),
        "another resource": ("comment", {"action": "created", "data": {}}, SECRET, 200),
        "a new issue": ("issue", sentry.issue("created"), SECRET, 200),
        "one that is back and never was an incident": (
            "issue",
            sentry.issue("unresolved"),
            SECRET,
            202,
        ),
        "an end without beginning": ("issue", sentry.issue("resolved", "77"), SECRET, 202),
        "another secret": ("event_alert", sentry.event_alert(), "guess", 401),
        "no issue": ("event_alert", {"action": "triggered", "data": {}}, SECRET, 400),
        "no JSON": ("event_alert", b"{", SECRET, 400),
    }
    for name, (resource, message, secret, status) in cases.items():
        with subtests.test(name):
            answer = await send(server, resource, message, secret)
            assert answer.status == status
            assert len(answer.text.splitlines()) == 1
    assert await incidents(github) == []
