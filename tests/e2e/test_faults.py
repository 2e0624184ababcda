"""GitHub breaks, refuses, forgets to answer and loses webhooks: nothing is lost and nothing doubled."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from ghapp.demo import faults
from ghapp.demo.faults import Fault
from ghapp.demo.hooks import HookFault
from tests.support import gcp
from tests.support.e2e import (
    alert,
    alive,
    fingerprints,
    handled,
    incidents,
    labels,
    noticed,
    page,
    said,
    send,
    the_incident,
    when,
)
from tests.support.stillness import at_rest

OWNERS = """\
version: 1
people: {alice: {}, bob: {}, carol: {}}
severities:
  sev1: {acknowledge: 2s, on_recovery: close}
  sev2: {acknowledge: 1h}
escalation:
  default: {repeat: 0, levels: [{notify: [alice]}, {notify: [carol], wait: 1h}]}
areas:
  deployment: {owner: alice}
fallback_area: deployment
incidents: {storm: {threshold: 50, window: 5m}}
"""

TROUBLES = {
    "500": faults.status(500),
    "502": faults.status(502),
    "503": faults.status(503),
    "never arrived": faults.drop_before(),
    "answer lost": faults.drop_after(),
}


@pytest.fixture
def owners():
    return OWNERS


def one_alert(name, **changes):
    return gcp.incident(resource={"service_name": name}, severity="ERROR", **changes)


async def by_name(github):
    """The incidents by the service that they are about."""
    found = {}
    for issue in await incidents(github):
        name = next(name for name in TROUBLES if f"firing for {name}" in issue["title"])
        assert name not in found, f"{name} was opened twice"
        found[name] = issue
    return found


def strike_all(github, method, path, numbers):
    """Let each trouble strike one call about its own incident."""
    for name, trouble in TROUBLES.items():
        match = faults.on(method, path.format(numbers[name]))
        github.proxy.faults.add(Fault(match, trouble))


def strike_creation(github):
    for name, trouble in TROUBLES.items():
        github.proxy.faults.add(Fault(about(name), trouble))


def about(name):
    create = faults.on("POST", "/repos/acme/ops/issues")
    return lambda request: create(request) and name in request.body["title"]


def assert_all_struck(github):
    struck = [call.fault for call in github.proxy.calls() if call.fault]
    assert sorted(struck) == sorted(trouble.name for trouble in TROUBLES.values())


class TestOneCallFails:
    """One call of each incident's life fails in each way; every incident ends as if none had."""

    @pytest.fixture
    async def server(self, github, ghapp_server):
        server = ghapp_server()
        await server.start()
        return server

    async def open_all(self, server):
        for name in TROUBLES:
            assert (await send(server, one_alert(name))).status == 202
        await handled(server)

    async def test_opening(self, github, server):
        strike_creation(github)
        await self.open_all(server)
        assert_all_struck(github)
        assert sorted(await by_name(github)) == sorted(TROUBLES)

    async def test_looking_for_the_marker(self, github, server):
        for trouble in TROUBLES.values():
            github.proxy.faults.add(Fault(faults.on("GET", "/repos/acme/ops/issues"), trouble))
        await self.open_all(server)
        assert_all_struck(github)
        assert sorted(await by_name(github)) == sorted(TROUBLES)

    async def test_labelling(self, github, server):
        await self.open_all(server)
        numbers = {name: issue["number"] for name, issue in (await by_name(github)).items()}
        strike_all(github, "POST", "/repos/acme/ops/issues/{}/labels", numbers)
        async with noticed(github, server, count=len(numbers)):
            for number in numbers.values():
                await github.person("bob").comment(number, "/ack")
        assert_all_struck(github)
        for issue in await incidents(github):
            assert "acknowledged" in labels(issue)
            assert await said(github, issue["number"]) == []
            (comment,) = await github.person("bob").comments(issue["number"])
            assert await github.person("bob").reactions(comment["id"]) == ["+1"]

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            pytest.param("POST", "/repos/acme/ops/issues/{}/comments", id="comment"),
            pytest.param("PATCH", "/repos/acme/ops/issues/{}", id="close"),
        ],
    )
    async def test_recovering(self, github, server, method, path):
        opened = {name: one_alert(name) for name in TROUBLES}
        for payload in opened.values():
            await send(server, payload)
        await handled(server)
        numbers = {name: issue["number"] for name, issue in (await by_name(github)).items()}
        strike_all(github, method, path, numbers)
        for payload in opened.values():
            await send(server, gcp.closed(payload))
        await handled(server)
        assert_all_struck(github)
        for issue in (await by_name(github)).values():
            assert issue["state"] == "closed"
            assert len(await said(github, issue["number"])) == 1

    async def test_making_a_support_request_an_incident(self, github, server):
        comments = faults.on("POST", "/repos/acme/shop/issues/*/comments")
        github.proxy.faults.add(Fault(comments, faults.drop_after()))
        alice = github.person("alice")
        number = (await alice.open_issue("Cannot pay", repo="acme/shop"))["number"]
        async with noticed(github, server):
            await alice.comment(number, "/escalate", repo="acme/shop")
        assert [call.fault for call in github.proxy.calls() if call.fault] == ["dropped after"]
        assert len(await said(github, number, repo="acme/shop")) == 1


class TestGitHubSaysWait:
    """What GitHub asks for is kept: no call of any kind before the time is over."""

    @pytest.mark.parametrize(
        ("method", "limit"),
        [
            pytest.param("POST", faults.rate_limit(code=403, retry_after=2), id="create-403"),
            pytest.param("POST", faults.rate_limit("primary", retry_after=3), id="create-hourly"),
            pytest.param("POST", faults.status(503, headers={"Retry-After": "2"}), id="create-503"),
            pytest.param("GET", faults.rate_limit(code=429, retry_after=2), id="list-429"),
        ],
    )
    async def test_until_a_time(self, github, ghapp_server, limit, method):
        server = ghapp_server()
        await server.start()
        await at_rest(github)  # what is on its way when GitHub says so is no breach
        github.proxy.faults.add(Fault(faults.on(method, "/repos/acme/ops/issues"), limit))
        await send(server, one_alert("api"))
        refused = (await github.proxy.wait_for(lambda call: call.fault))[0]
        await send(server, one_alert("web"))
        await handled(server)
        after = [call for call in github.proxy.calls(refused.seq) if call.by_app]
        assert all(call.at >= end_of_wait(refused) for call in after), "it did not wait"
        assert len(set(fingerprints(await incidents(github)))) == 2

    async def test_without_a_time_it_waits_a_minute_even_over_a_restart(self, github, ghapp_server):
        server = ghapp_server()
        await server.start()
        github.proxy.faults.add(
            Fault(faults.on("POST", "/repos/acme/ops/issues"), faults.rate_limit())
        )
        await send(server, one_alert("api"))
        refused = (await github.proxy.wait_for(lambda call: call.fault))[0]
        assert (await send(server, one_alert("web"))).status == 202
        await asyncio.sleep(2)
        await server.kill9()
        await server.launch()
        await alive(server)
        await asyncio.sleep(1.5)
        assert (await page(server, "/readyz")).status == 503
        assert [call for call in github.proxy.calls(refused.seq) if call.by_app] == []


def end_of_wait(refused):
    """When GitHub allows the next call, by the headers of its answer."""
    headers = refused.answer.headers
    if "Retry-After" in headers:
        return refused.at + timedelta(seconds=int(headers["Retry-After"]))
    return datetime.fromtimestamp(int(headers["X-RateLimit-Reset"]), UTC)


class TestWebhooks:
    async def test_a_lost_one_is_made_up_for_by_looking(self, github, ghapp_server):
        server = ghapp_server()
        await server.start()
        await alert(server, gcp.incident(severity="CRITICAL"))
        number = (await the_incident(github))["number"]
        async with noticed(github, server, "issues"):
            await github.person("bob").close(number)
        lost = HookFault(lambda delivery: delivery.action == "reopened", "lose")
        github.proxy.hooks.faults.append(lost)
        await asyncio.sleep(1.1)  # GitHub's times are whole seconds
        await github.person("bob").reopen(number)
        await server.terminate()
        await server.start()
        issue = await when(github, lambda issue: "escalated" in labels(issue))
        assert lost.hits == 1
        assert "@carol" in (await said(github, issue["number"]))[-1]

    async def test_repeated_ones_count_once(self, github, ghapp_server):
        server = ghapp_server()
        await server.start()
        await alert(server, one_alert("api"))
        number = (await the_incident(github))["number"]
        github.proxy.hooks.faults.append(
            HookFault(lambda delivery: delivery.event == "issue_comment", "repeat", copies=3)
        )
        async with noticed(github, server):
            await github.person("bob").comment(number, "/oncall")
        first = next(one for one in github.proxy.hooks.deliveries if one.event == "issue_comment")
        again = await github.proxy.hooks.redeliver(first)
        await handled(server)
        assert again.status == 200
        assert len(await said(github, number)) == 1

    async def test_those_that_come_backwards_end_in_the_same_state(self, github, ghapp_server):
        server = ghapp_server()
        await server.start()
        opened = gcp.incident(severity="CRITICAL")
        await alert(server, opened)
        number = (await the_incident(github))["number"]
        hooks = github.proxy.hooks
        hooks.faults.append(HookFault(lambda one: one.event == "issues", "hold", times=None))
        before = len(hooks.deliveries)
        await github.person("bob").label(number, "acknowledged")
        await github.person("bob").close(number)
        await github.person("bob").reopen(number)
        await github.person("bob").unlabel(number, "acknowledged")
        async with asyncio.timeout(5):
            await hooks.received(before + 4)
        hooks.faults.clear()
        hooks.release(backwards=True)
        await hooks.idle()
        await handled(server)
        issue = await when(github, lambda issue: "escalated" in labels(issue))
        assert issue["state"] == "open"
        assert len(await said(github, number)) == 1

    async def test_an_alert_sent_twice_is_one(self, github, ghapp_server):
        server = ghapp_server()
        await server.start()
        opened = one_alert("api")
        answers = [await send(server, opened) for _ in range(3)]
        await handled(server)
        assert [answer.status for answer in answers] == [202, 200, 200]
        assert len(await incidents(github)) == 1
