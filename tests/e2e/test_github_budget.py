"""What the app spends of GitHub's budget: the calls of each step, and never too many writes at a time."""

from datetime import timedelta

import pytest

from ghapp.github.budget import PER_MINUTE
from tests.support import gcp
from tests.support.e2e import (
    alert,
    handled,
    incidents,
    labels,
    noticed,
    rows,
    said,
    send,
    the_incident,
)
from tests.support.stillness import at_rest

OWNERS = """\
version: 1
people: {alice: {}, bob: {}, carol: {}}
severities:
  sev1: {acknowledge: 1h, on_recovery: label}
  sev2: {acknowledge: 1h, on_recovery: close}
  sev3: {acknowledge: 1h}
areas:
  deployment: {owner: alice}
fallback_area: deployment
incidents: {storm: {threshold: 500, window: 5m}}
"""
WITHOUT_BOB = OWNERS.replace("bob: {}, ", "")
MINUTE = timedelta(minutes=1)
UNDER_WAY = 3
"""Milder writes that may already have had their turn when the first urgent one has its own."""


@pytest.fixture
def owners():
    return OWNERS


@pytest.fixture
def etags():
    return True


@pytest.fixture
async def server(github, ghapp_server, etags):
    """A server that has done what it does at its start, with or without GitHub's 304s."""
    github.proxy.etags = etags
    server = ghapp_server()
    await server.start()
    await at_rest(github)
    return server


@pytest.fixture
def spent(github):
    """The counted calls since a number, readable where there are too many of them."""
    return lambda since: [str(call) for call in github.proxy.counted(since)]


async def repeat(server, opened, count=20):
    for number in range(count):
        opened["incident"]["observed_value"] = f"0.{number}"
        await send(server, opened)
    await handled(server)


BOTH = pytest.mark.parametrize("etags", [True, False], ids=["etags", "no etags"])


class TestEachStep:
    @BOTH
    async def test_a_new_incident_costs_two(self, github, server, spent):
        for number in range(3):
            before = github.proxy.last
            await alert(server, gcp.incident(resource=gcp.service(number)))
            await at_rest(github)
            assert len(spent(before)) <= 2, spent(before)
        assert len(await incidents(github)) == 3

    @BOTH
    async def test_twenty_repeats_cost_one(self, github, server, spent):
        opened = gcp.incident()
        await alert(server, opened)
        before = await at_rest(github)
        await repeat(server, opened)
        await at_rest(github)
        assert len(spent(before)) <= 1, spent(before)

    @pytest.mark.parametrize(
        "owners",
        [pytest.param(OWNERS, id="named in the file"), pytest.param(WITHOUT_BOB, id="a writer")],
    )
    @BOTH
    async def test_an_acknowledgement_costs_four(self, github, server, spent):
        await alert(server, gcp.incident())
        number = (await the_incident(github))["number"]
        before = await at_rest(github)
        async with noticed(github, server):
            comment = await github.person("bob").comment(number, "/ack")
        await at_rest(github)
        assert len(spent(before)) <= 4, spent(before)
        assert "acknowledged" in labels(await the_incident(github))
        assert await github.person("bob").reactions(comment["id"]) == ["+1"]

    @pytest.mark.parametrize("severity", ["CRITICAL", "ERROR"], ids=["label", "close"])
    @pytest.mark.parametrize(
        ("etags", "asked"), [(True, ""), (False, ""), (False, "/ack"), (False, "/escalate")]
    )
    async def test_a_recovery_costs_three(self, github, server, spent, severity, asked):
        opened = gcp.incident(severity=severity)
        await alert(server, opened)
        if asked:
            async with noticed(github, server):
                await github.person("bob").comment(1, asked)
        await repeat(server, opened)
        words = len(await said(github, 1))
        before = await at_rest(github)
        await alert(server, gcp.closed(opened))
        await at_rest(github)
        assert len(spent(before)) <= 3, spent(before)
        issue = await the_incident(github)
        assert issue["state"] == "closed" or "recovered" in labels(issue)
        assert len(await said(github, 1)) == words + 1

    async def test_in_a_minute_of_repeats_one_edit_and_two_looks(self, github, ghapp_server):
        """A minute as it is: the text that may wait is written, and every look is counted, free or not."""
        server = ghapp_server()
        await server.start()
        await at_rest(github)
        opened = gcp.incident()
        await alert(server, opened)
        before = await at_rest(github)
        await repeat(server, opened)
        await github.proxy.wait_for(is_edit, since=before, within=70)
        await github.proxy.wait_for(is_look, since=before, within=70)
        await at_rest(github)
        calls = [call for call in github.proxy.calls(before) if call.by_app]
        edits = [call for call in calls if is_edit(call)]
        assert len(edits) == 1
        assert len(calls) - len(edits) <= 2, calls
        assert "21 times" in (await the_incident(github))["body"]


def is_look(call):
    return call.matches("GET", "/repos/acme/ops/issues") and call.query["state"] == "open"


def is_edit(call):
    return call.matches("PATCH", "/repos/acme/ops/issues/1")


class TestManyAtOnce:
    async def test_never_more_than_eighty_writes_a_minute_and_the_worst_first(
        self, github, ghapp_server
    ):
        server = ghapp_server()
        await server.start()
        for number in range(80):
            await send(server, gcp.incident(resource=gcp.service(number), severity="WARNING"))
        for number in range(80, 120):
            await send(server, gcp.incident(resource=gcp.service(number), severity="CRITICAL"))
        await github.proxy.wait_for(is_write, count=PER_MINUTE, within=40)
        await at_rest(github)

        opened = [severity(call) for call in github.proxy.calls() if is_opening(call)]
        assert fullest_minute(github) == PER_MINUTE
        assert opened.count("sev3") < 80, "there was nothing to wait for"
        since_first = opened[opened.index("sev1") :]
        assert since_first.count("sev3") <= UNDER_WAY, opened
        waiting = [row for row in await rows(server) if row.state == "waiting"]
        assert len(waiting) == 120 - len(opened)
        assert all("content budget spent" in row.reason for row in waiting if row.reason)


def is_opening(call):
    return call.matches("POST", "/repos/acme/ops/issues") and call.status == 201


def severity(call):
    return next(label for label in call.body["labels"] if label.startswith("sev"))


def is_write(call):
    return call.counts and call.method != "GET"


def fullest_minute(github):
    """The greatest number of writes that GitHub saw in any sixty seconds."""
    times = [call.at for call in github.proxy.calls() if is_write(call)]
    return max(sum(start <= at < start + MINUTE for at in times) for start in times)
