"""A calendar subscribes to who is on call: the same people as the incidents get, and news within a moment."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import aiohttp
import icalendar
import pytest

from tests.support import gcp
from tests.support.e2e import alert, assignees, page, the_incident
from tests.support.shell import ghapp

TODAY = datetime.now(UTC).date()
AWAY = f"[{{from: {TODAY - timedelta(days=1)}, to: {TODAY + timedelta(days=1)}}}]"
OWNERS = f"""\
version: 1
people: {{alice: {{away: {AWAY}}}, bob: {{}}, carol: {{}}}}
rotations:
  platform: {{people: [alice, bob], shift: weekly, length: 500, start: 2026-01-05T10:00}}
areas:
  deployment: {{owner: carol, rotation: platform}}
fallback_area: deployment
"""
OVERRIDE = (
    f"[{{person: carol, from: {TODAY - timedelta(days=1)}, to: {TODAY + timedelta(days=2)}}}]"
)


@pytest.fixture
def owners():
    return OWNERS


def now_on_call(content: str) -> list[str]:
    """Whom the events of this moment name."""
    now = datetime.now(UTC)
    found = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return [str(one["summary"]).split()[0] for one in found if one.start <= now < one.end]


async def test_a_calendar_follows_the_rotation(github, ghapp_server, tmp_path):
    server = ghapp_server(GHAPP_CALENDAR_SECRET="a secret for calendars")
    await server.start()
    (tmp_path / "OWNERS.yaml").write_text(OWNERS)
    code, printed, _ = await ghapp(server, "oncall", "--calendar-url", "--rotation", "platform")
    assert code == 0
    parts = urlsplit(printed.strip())
    address = f"{parts.path}?{parts.query}"

    feed = await page(server, address)
    assert feed.status == 200
    _, offline, _ = await ghapp(server, "oncall", "--ics", "--rotation", "platform")
    assert offline.splitlines() == feed.text.splitlines()
    assert now_on_call(feed.text) == ["bob"]  # covers for alice
    await alert(server, gcp.incident())
    assert assignees(await the_incident(github)) == {"bob"}

    assert (await page(server, address.replace("token=", "token=x"))).status == 401
    assert await again(server, address) == 304

    overridden = OWNERS.replace("length: 500", f"length: 500, overrides: {OVERRIDE}")
    await github.person("alice").put_file("OWNERS.yaml", overridden)

    async def changed():
        found = await page(server, address)
        return found if found.text != feed.text else None

    assert now_on_call((await github.proxy.eventually(changed, within=10)).text) == ["carol"]


async def again(server, address: str) -> int:
    """Ask as a calendar does that has read the feed before."""
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{server.url}{address}") as first:
            tag = first.headers["ETag"]
        headers = {"If-None-Match": tag}
        async with session.get(f"{server.url}{address}", headers=headers) as second:
            return second.status


async def test_without_a_secret_there_is_no_calendar(ghapp_server):
    server = ghapp_server()
    await server.start()
    assert (await page(server, "/oncall.ics?rotation=platform&token=x")).status == 404
