"""Pages that really arrive: each level once, none after an ack, none lost or doubled over kill -9."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.support import gcp
from tests.support.e2e import alert, handled, noticed, page, said, send, the_incident
from tests.support.pager import receiver

ISSUE = "/acme/ops/issues/1"

OWNERS = """\
version: 1
people:
  alice: {notify: [env:ALICE, env:ALICE_MAIL]}
  bob: {notify: [env:BOB]}
  carol: {}
severities:
  sev1: {acknowledge: 2s}
  sev2: {acknowledge: 1h}
escalation:
  default:
    repeat: 0
    levels:
      - {notify: [alice]}
      - {notify: [bob], wait: 1h}
areas:
  deployment: {owner: alice, notify: [env:ROOM]}
fallback_area: deployment
"""
PATIENT = OWNERS.replace("acknowledge: 2s", "acknowledge: 1h")
TOGETHER = PATIENT.replace("{notify: [alice]}", "{notify: [alice, bob]}")
NAMES = ("ALICE", "ALICE_MAIL", "BOB", "ROOM")


@pytest.fixture
def owners():
    return OWNERS


@pytest.fixture
async def pager():
    async with receiver() as found:
        yield found


@pytest.fixture
def channels(pager):
    """The variables by which the server knows the receiver's channels."""
    return {f"GHAPP_NOTIFY_{name}": pager.url(name) for name in NAMES}


@pytest.fixture
async def server(ghapp_server, channels):
    server = ghapp_server(**channels)
    await server.start()
    return server


def people(pager):
    """The channels of people that were used, in order."""
    return [channel for channel in pager.channels if channel != "ROOM"]


async def words(github, count, *, within=15):
    """What the app has said on the incident, once there is so much."""

    async def probe():
        found = await said(github, 1)
        return found if len(found) >= count else None

    return await github.proxy.eventually(probe, within=within)


async def test_each_level_once_and_on_record(github, server, pager):
    await alert(server, gcp.incident(summary="The API is slow @everyone"))
    (first,) = await pager.received("ALICE")
    (second,) = await pager.received("BOB")
    await handled(server)
    await asyncio.sleep(1)
    assert people(pager) == ["ALICE", "BOB"]
    assert len(pager.on("ROOM")) == 2, "announced at each level"
    assert first.subject.startswith("[sev1] ")
    assert first.subject.endswith("(deployment)")
    assert (await the_incident(github))["html_url"] in first.body
    assert "@" not in first.subject + first.body
    assert "/ack" in first.body
    assert "level 2" in second.body
    paged = [text for text in await said(github, 1) if text.startswith("Paged:")]
    assert "`alice` through `env:ALICE`" in paged[0]
    assert "`bob` through `env:BOB`" in paged[1]
    assert len(paged) == 2


async def test_nobody_after_an_ack(github, server, pager):
    await alert(server, gcp.incident())
    await pager.received("ALICE")
    async with noticed(github, server):
        await github.person("alice").comment(1, "/ack")
    await asyncio.sleep(3)
    assert people(pager) == ["ALICE"]


@pytest.mark.parametrize("owners", [PATIENT], ids=["patient"])
async def test_a_channel_that_fails_three_times_gives_way_to_the_next(github, server, pager):
    pager.answers["ALICE"] = [500, 500, 500]
    await send(server, gcp.incident())
    await pager.received("ALICE_MAIL", within=15)
    await handled(server)
    assert people(pager) == ["ALICE"] * 3 + ["ALICE_MAIL"]
    text = (await said(github, 1))[0]
    assert "`alice` through `env:ALICE_MAIL`" in text
    assert "(`env:ALICE` did not take it)" in text
    metrics = (await page(server, "/metrics")).text
    assert 'ghapp_pages_total{outcome="reached"} 1.0' in metrics
    for secret in (pager.url("ALICE"), "127.0.0.1:" + str(pager.port)):
        assert secret not in metrics + server.tail(1000), "where a page goes is nobody's business"


@pytest.mark.parametrize("owners", [PATIENT], ids=["patient"])
async def test_an_ack_stops_what_is_tried_again(github, server, pager):
    pager.answers["ALICE"] = [500] * 9
    pager.answers["ALICE_MAIL"] = [500] * 9
    await send(server, gcp.incident())
    await pager.received("ALICE", 2)
    await github.person("bob").comment(1, "/ack")
    await handled(server)
    assert people(pager) == ["ALICE"] * 2


@pytest.mark.parametrize("owners", [PATIENT], ids=["patient"])
async def test_where_nobody_is_reached_the_next_level_is_called_at_once(
    github, ghapp_server, channels, pager
):
    """One channel refuses whatever it gets, the other's variable was never set."""
    del channels["GHAPP_NOTIFY_ALICE_MAIL"]
    server = ghapp_server(**channels)
    await server.start()
    pager.answers["ALICE"] = [500] * 3
    await send(server, gcp.incident())
    await pager.received("BOB", within=20)
    await handled(server)
    texts = await words(github, 3)
    assert "`alice` **could not be reached**: `env:ALICE`, `env:ALICE_MAIL`" in texts[0]
    assert "the next level's turn has come" in texts[0]
    assert texts[1].startswith("@bob this sev1 needs you")
    assert "`bob` through `env:BOB`" in texts[2]


@pytest.mark.parametrize("owners", [TOGETHER], ids=["two-at-once"])
async def test_kill_9_loses_no_page_and_repeats_only_what_was_not_confirmed(server, pager):
    pager.silent.add("BOB")
    await send(server, gcp.incident())
    await pager.received("ALICE")
    await pager.received("BOB")
    await asyncio.sleep(0.5)
    await server.kill9()
    pager.silent.clear()
    await server.start()
    await pager.received("BOB", 2, within=20)
    await handled(server)
    assert sorted(people(pager)) == ["ALICE", "BOB", "BOB"]
    assert len(pager.on("ROOM")) == 1


@pytest.mark.parametrize("calls", [1, 2, 3, 5])
async def test_killed_at_any_call_every_level_is_paged(github, server, pager, calls):
    since = github.proxy.last
    await send(server, gcp.incident())
    await github.proxy.wait_for(lambda _: True, count=calls, since=since)
    await server.restart()
    await pager.received("ALICE", within=20)
    await pager.received("BOB", within=20)
    await handled(server)
    assert len(await said(github, 1)) == 3


async def test_a_restart_in_the_middle_of_an_escalation(github, server, pager):
    await alert(server, gcp.incident())
    await pager.received("ALICE")
    await handled(server)
    await server.terminate()
    await asyncio.sleep(2)
    await server.start()
    await pager.received("BOB", within=15)
    await handled(server)
    assert people(pager) == ["ALICE", "BOB"]


def closed_now():
    """Business hours that are over by now and begin again in some hours."""
    now = datetime.now(UTC)
    start, end = now + timedelta(hours=6), now + timedelta(hours=8)
    if end.date() != start.date():  # a day's hours do not go over midnight
        start, end = now - timedelta(hours=4), now - timedelta(hours=2)
    return (
        f'{{days: [mon, tue, wed, thu, fri, sat, sun], start: "{start:%H:%M}", end: "{end:%H:%M}"}}'
    )


AT_NIGHT = f"{PATIENT}business_hours: {closed_now()}\n".replace(
    "  sev2: {acknowledge: 1h}", "  sev3: {acknowledge: 1s, when: business-hours}"
)


@pytest.mark.parametrize("owners", [AT_NIGHT], ids=["at-night"])
async def test_at_night_a_sev3_pages_nobody_until_it_rises(github, server, pager):
    await alert(server, gcp.incident(severity="WARNING"))
    assert (await the_incident(github))["state"] == "open", "the issue is there all the same"
    await asyncio.sleep(3)
    assert pager.pages == []
    await alert(server, gcp.incident(severity="CRITICAL"))
    await pager.received("ALICE")


async def test_all_is_well_as_long_as_the_switch_is_pinged(ghapp_server, channels, pager):
    server = ghapp_server(**channels, GHAPP_DEADMAN_URL=pager.deadman)
    await server.start()
    await pager.pinged()
    assert "ghapp_audit_well_timestamp_seconds" in (await page(server, "/metrics")).text
    assert pager.deadman not in server.tail(1000)
