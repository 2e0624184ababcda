"""What the app spends of GitHub's budget: the calls of each step, and never too many writes at a time."""

from datetime import timedelta

import pytest

from ghapp.github.budget import PER_MINUTE
from tests.support import gcp
from tests.support.e2e import alert, handled, incidents, labels, noticed, rows, send, the_incident
from tests.support.stillness import at_rest

OWNERS = """\
version: 1
people: {alice: {}, bob: {}}
severities:
  sev1: {acknowledge: 1h, on_recovery: label}
  sev2: {acknowledge: 1h, on_recovery: close}
  sev3: {acknowledge: 1h}
areas:
  deployment: {owner: alice}
fallback_area: deployment
incidents: {storm: {threshold: 500, window: 5m}}
"""
MINUTE = timedelta(minutes=1)
UNDER_WAY = 4
"""Milder writes that may already have had their turn when the first urgent one has its own."""


@pytest.fixture
def owners():
    return OWNERS


@pytest.fixture
def cost(github):
    """Waits until the app is at rest and gives the calls that GitHub has counted since the last time."""
    seen = 0

    async def since_last_time():
        nonlocal seen
        now = await at_rest(github)
        spent = [str(call) for call in github.proxy.counted(seen)]
        seen = now
        return spent

    return since_last_time


async def repeat(server, opened, count=20):
    for number in range(count):
        opened["incident"]["observed_value"] += f"{number}"
        await send(server, opened)
    await handled(server)


@pytest.mark.parametrize(
    ("severity", "etags"),
    [
        pytest.param("ERROR", True, id="closed by its end"),
        pytest.param("CRITICAL", False, id="waits for a person, no etags"),
    ],
)
async def test_each_step_of_a_life(github, ghapp_server, cost, severity, etags):
    github.proxy.etags = etags
    server = ghapp_server()
    await server.start()
    await cost()
    opened = gcp.incident(severity=severity)

    async def costs(most):
        spent = await cost()
        assert len(spent) <= most, spent

    await alert(server, opened)
    await costs(2)
    await repeat(server, opened)
    await costs(1)
    for person in ("carol", "bob"):  # the first is not named in OWNERS.yaml, and may write
        async with noticed(github, server):
            await github.person(person).comment(1, "/ack")
        await costs(4)
        assert "acknowledged" in labels(await the_incident(github))
    await repeat(server, opened)
    await costs(1)
    async with noticed(github, server):
        await github.person("bob").comment(1, "/escalate")
    await cost()
    await repeat(server, opened)
    await costs(1)
    await alert(server, gcp.closed(opened))
    await costs(3)
    issue = await the_incident(github)
    assert issue["state"] == "closed" or "recovered" in labels(issue)


async def test_a_minute_of_repeats_costs_one_edit_and_two_looks(github, ghapp_server):
    """A minute as it is: the text that may wait is written, and every look is counted, free or not."""
    server = ghapp_server()
    await server.start()
    opened = gcp.incident()
    await alert(server, opened)
    before = await at_rest(github)
    await repeat(server, opened)
    await github.proxy.wait_for(is_edit, since=before, within=70)
    await github.proxy.wait_for(is_look, since=before, within=70)
    await at_rest(github)
    calls = [call for call in github.proxy.calls(before) if call.by_app]
    assert sum(map(is_edit, calls)) == 1
    assert len(calls) <= 3, calls
    assert "21 times" in (await the_incident(github))["body"]


def is_look(call):
    return call.matches("GET", "/repos/acme/ops/issues") and call.query["state"] == "open"


def is_edit(call):
    return call.matches("PATCH", "/repos/acme/ops/issues/1")


async def test_never_more_than_eighty_writes_a_minute_and_the_worst_first(github, ghapp_server):
    server = ghapp_server()
    await server.start()
    for number in range(80):
        await send(server, gcp.incident(resource=gcp.service(number), severity="WARNING"))
    for number in range(80, 120):
        await send(server, gcp.incident(resource=gcp.service(number), severity="CRITICAL"))
    await github.proxy.wait_for(is_write, count=PER_MINUTE, within=40)
    await at_rest(github)

    opened = [severity_of(call) for call in github.proxy.calls() if is_opening(call)]
    assert fullest_minute(github) == PER_MINUTE
    assert opened.count("sev3") < 80, "there was nothing to wait for"
    since_first = opened[opened.index("sev1") :]
    assert since_first.count("sev3") <= UNDER_WAY, opened
    waiting = [row for row in await rows(server) if row.state == "waiting"]
    assert len(waiting) == 120 - len(await incidents(github))


def is_opening(call):
    return call.matches("POST", "/repos/acme/ops/issues") and call.status == 201


def severity_of(call):
    return next(label for label in call.body["labels"] if label.startswith("sev"))


def is_write(call):
    return call.counts and call.method != "GET"


def fullest_minute(github):
    """The greatest number of writes that GitHub saw in any sixty seconds."""
    times = [call.at for call in github.proxy.calls() if is_write(call)]
    return max(sum(start <= at < start + MINUTE for at in times) for start in times)
