"""A shift change on the real process: one issue, once, also over kill -9."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support import gcp
from tests.support.e2e import alert, assignees, the_incident

SOON = timedelta(seconds=12)
"""After the start of the test: enough for the server to see the shift before."""


@pytest.fixture
def changes_at() -> datetime:
    return (datetime.now(UTC) + SOON).replace(microsecond=0)


@pytest.fixture
def owners(changes_at: datetime) -> str:
    start = changes_at - timedelta(hours=3)
    return f"""\
version: 1
rotations:
  platform: {{people: [alice, bob], shift: hourly, start: {start:%Y-%m-%dT%H:%M:%S}}}
areas:
  deployment: {{owner: carol, rotation: platform}}
fallback_area: deployment
"""


async def test_who_comes_is_told_once(github, ghapp_server) -> None:
    server = ghapp_server()
    await server.start()
    await alert(server, gcp.incident())
    incident = await the_incident(github)
    leaving = assignees(incident)
    carol = github.person("carol")

    async def written():
        found = await carol.issues("handoff", state="all")
        return found or None

    (issue,) = await github.proxy.eventually(written, within=30)
    assert assignees(issue) == {"alice", "bob"} - leaving
    assert f"| #{incident['number']} |" in issue["body"]

    await server.kill9()
    await server.start()
    await alert(server, gcp.incident(resource=gcp.service(2)))
    assert len(await written()) == 1
