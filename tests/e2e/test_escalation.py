"""The escalation clock, with waits of seconds: who is called when nobody answers, and each only once."""

import asyncio

import pytest

from ghapp.demo.hooks import HookFault
from tests.support import gcp
from tests.support.e2e import alert, assignees, incidents, labels, noticed, said, the_incident

OWNERS = """\
version: 1
people: {alice: {}, bob: {}, carol: {}}
severities:
  sev1: {acknowledge: 2s}
  sev2: {acknowledge: 1h}
escalation:
  default:
    repeat: 0
    levels:
      - {notify: [rotation]}
      - {notify: [bob], wait: 2s}
      - {notify: [carol], wait: 2s}
areas:
  deployment: {owner: alice}
fallback_area: deployment
"""

BOB_IS_CALLED = "@bob this sev1 needs you"
CAROL_IS_CALLED = "@carol this sev1 needs you"
EXHAUSTED = "The escalation policy is exhausted"


@pytest.fixture
def owners():
    return OWNERS


@pytest.fixture
async def server(github, ghapp_server):
    server = ghapp_server()
    await server.start()
    return server


async def comments(github, count, *, within=10):
    """Wait until the app has written so many comments on the incident."""

    async def probe():
        found = await said(github, 1)
        return found if len(found) >= count else None

    return await github.proxy.eventually(probe, within=within)


def assert_in_order(texts, *beginnings):
    found = [text[: len(wanted)] for text, wanted in zip(texts, beginnings, strict=True)]
    assert found == list(beginnings)


async def test_every_level_once_then_exhausted_once(github, server):
    await alert(server, gcp.incident())
    texts = await comments(github, 3)
    await asyncio.sleep(2.5)
    assert_in_order(await said(github, 1), BOB_IS_CALLED, CAROL_IS_CALLED, EXHAUSTED)
    issue = await the_incident(github)
    assert assignees(issue) == {"alice", "bob", "carol"}
    assert "escalated" in labels(issue)
    assert "`alice`, since" in texts[0], "who was tried and since when"
    assert "`alice`, since" in texts[1]
    assert "`bob`, since" in texts[1]
    assert all(f"`{login}`, since" in texts[2] for login in ("alice", "bob", "carol"))


@pytest.mark.parametrize(
    "owners", [OWNERS.replace("repeat: 0", "repeat: 1").replace("2s", "1s")], ids=["repeat-1"]
)
async def test_a_policy_that_repeats_begins_again_at_level_1(github, server):
    await alert(server, gcp.incident())
    assert_in_order(
        await comments(github, 6),
        BOB_IS_CALLED,
        CAROL_IS_CALLED,
        "@alice this sev1 needs you",
        BOB_IS_CALLED,
        CAROL_IS_CALLED,
        EXHAUSTED,
    )


async def test_an_ack_stops_it_and_escalate_goes_on_at_once(github, server):
    await alert(server, gcp.incident())
    await comments(github, 1)
    async with noticed(github, server):
        await github.person("bob").comment(1, "/ack")
    await asyncio.sleep(3)
    assert len(await said(github, 1)) == 1
    assert "acknowledged" in labels(await the_incident(github))

    async with noticed(github, server):
        await github.person("bob").comment(1, "/escalate the cache is not mine")
    _, second = await said(github, 1)
    assert second.startswith(f"{CAROL_IS_CALLED}: `bob` asks for help")
    assert "the cache is not mine" in second
    issue = await the_incident(github)
    assert "carol" in assignees(issue)
    assert "acknowledged" not in labels(issue), "the next level has to acknowledge anew"


async def test_nobody_is_called_after_an_ack_or_the_end(github, server):
    """The ack is a label put on by hand of which no webhook tells: the issue is read just before acting."""
    lost = HookFault(lambda delivery: delivery.action == "labeled", "lose", times=None)
    github.proxy.hooks.faults.append(lost)
    taken, over = gcp.incident(), gcp.incident(resource=gcp.service(2))
    await alert(server, taken)
    await alert(server, over)
    await alert(server, gcp.closed(over))
    await github.person("bob").label(1, "acknowledged")
    await asyncio.sleep(3)
    assert await said(github, 1) == []
    assert len(await said(github, 2)) == 1, "the recovery's own"
    assert not any("escalated" in labels(issue) for issue in await incidents(github))


@pytest.mark.parametrize("stop", ["terminate", "kill9"])
async def test_over_a_restart_every_level_once(github, server, stop):
    await alert(server, gcp.incident())
    await github.proxy.wait_for(lambda call: call.matches("PATCH", "/repos/acme/ops/issues/1"))
    await getattr(server, stop)()
    await asyncio.sleep(2)
    await server.start()
    await comments(github, 3, within=25)
    await asyncio.sleep(2.5)
    assert_in_order(await said(github, 1), BOB_IS_CALLED, CAROL_IS_CALLED, EXHAUSTED)
