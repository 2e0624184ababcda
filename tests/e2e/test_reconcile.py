"""What GitHub could not deliver is found again: by the server when it is back, and by `ghapp reconcile`."""

import json

import pytest
from aiohttp.test_utils import TestServer

from ghapp.demo import faults
from ghapp.demo.faults import Fault
from ghapp.demo.hooks import HookFault
from tests.support import gcp, stripe
from tests.support.e2e import alert, handled, incidents, labels, looked, said, when
from tests.support.shell import ghapp
from tests.support.stripe_api import KEY, StripeApi


@pytest.fixture
async def server(github, ghapp_server):
    server = ghapp_server()
    await server.start()
    await looked(server, "github")
    await alert(server, gcp.incident(severity="ERROR"))
    return server


def comments(github):
    """The deliveries of comments by people."""
    return [
        one
        for one in github.proxy.hooks.deliveries
        if one.event == "issue_comment" and one.payload["sender"]["type"] == "User"
    ]


async def sent(github):
    """Wait until GitHub has tried to deliver the first comment."""
    hooks = github.proxy.hooks
    while not comments(github):
        await hooks.received(len(hooks.deliveries) + 1)
    await hooks.idle()


async def lost_comment(github, text):
    hooks = github.proxy.hooks
    hooks.faults.append(HookFault(lambda one: one.event == "issue_comment", "lose"))
    await github.person("alice").comment(1, text)
    await sent(github)
    assert comments(github)[0].fault == "lose"


async def test_what_was_said_while_the_server_was_down_is_done_once_it_is_back(github, server):
    await server.terminate()
    await github.person("alice").comment(1, "/ack")
    await sent(github)
    await server.start()
    await looked(server, "github")
    await when(github, lambda issue: "acknowledged" in labels(issue))
    assert len(comments(github)) == 2, "the failure, and the delivery that GitHub was asked for"
    assert comments(github)[0].guid == comments(github)[1].guid
    await handled(server)

    code, out, err = await ghapp(server, "reconcile", "--json")
    assert (code, err) == (0, "")
    (part,) = json.loads(out)["parts"]
    assert part["seen"]["did"] == {"redelivered": 0}
    assert len(comments(github)) == 2


async def test_beside_a_running_server_the_server_does_what_was_found(github, server):
    await lost_comment(github, "/update half of it is back")
    assert await said(github, 1) == []

    code, out, err = await ghapp(server, "reconcile", "--dry-run")
    assert (code, err) == (0, "")
    assert "1 redelivered" in out
    assert len(comments(github)) == 1

    code, out, err = await ghapp(server, "reconcile", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["served"]
    assert [one["seen"]["did"] for one in found["parts"]] == [{"redelivered": 1}]
    await handled(server)
    assert [one.status for one in comments(github)] == [None, 202]

    await github.proxy.hooks.redeliver(comments(github)[0])
    assert comments(github)[-1].status == 200, "seen before"


async def test_what_can_not_be_looked_at_is_said(github, server):
    github.proxy.faults.add(
        Fault(faults.on("GET", "/app/hook/deliveries"), faults.status(502), times=None)
    )
    code, out, _ = await ghapp(server, "reconcile")
    assert code == 1
    assert "GitHub answered 502" in out
    assert "off: GHAPP_STRIPE_API_KEY is not set" in out
    assert "Traceback" not in out


@pytest.fixture
async def stripe_api():
    account = StripeApi()
    async with TestServer(account.app()) as server:
        account.url = str(server.make_url(""))
        yield account


async def test_without_a_server_it_handles_what_it_finds(github, server, stripe_api):
    await server.terminate()
    stripe_api.events.append(stripe.event("payout.failed"))
    server.settings = {
        **server.settings,
        "GHAPP_STRIPE_API_KEY": KEY,
        "GHAPP_STRIPE_API_URL": stripe_api.url,
    }
    for taken_in in (1, 0):
        code, out, err = await ghapp(server, "reconcile", "--json")
        assert (code, err) == (0, "")
        found = json.loads(out)
        assert (found["served"], found["waiting"]) == (False, 0)
        assert found["parts"][1]["seen"]["did"] == {"taken in": taken_in}
        assert len(await incidents(github)) == 2
    assert "source/stripe" in labels((await incidents(github))[1])


async def test_without_settings_it_says_what_is_missing(server):
    server.settings = {}
    code, out, err = await ghapp(server, "reconcile")
    assert (code, out) == (2, "")
    assert "GHAPP_GITHUB_APP_ID" in err
