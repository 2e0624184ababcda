"""Planned work on the real process: its alerts call nobody; what still fires afterwards does."""

import pytest

from tests.support import gcp
from tests.support.e2e import alert, assignees, incidents, labels, noticed, said, when

OWNERS = """\
version: 1
areas:
  deployment: {owner: alice, backup: bob}
fallback_area: deployment
"""


@pytest.fixture
def owners() -> str:
    return OWNERS


async def test_a_maintenance_from_its_announcement_to_its_end(github, ghapp_server) -> None:
    server = ghapp_server()
    await server.start()
    bob = github.person("bob")
    question = await bob.open_issue("Upgrade tonight", "The database.")
    async with noticed(github, server):
        await bob.comment(question["number"], "/maintenance deployment 5s database upgrade")
    assert "Maintenance of `deployment` until" in (await said(github, question["number"]))[0]
    issue = await when(github, lambda it: "snoozed" in labels(it))
    assert issue["title"] == "[sev4] Maintenance of deployment"

    await alert(server, gcp.incident(resource=gcp.service(1)))
    await alert(server, gcp.incident(resource=gcp.service(2)))
    (issue,) = await incidents(github)
    assert assignees(issue) == set()

    issue = await when(
        github,
        lambda it: "snoozed" not in labels(it) and "Acknowledge by" in it["body"],
        within=20,
    )
    assert assignees(issue) == {"alice"}
    assert "2 alerts came during the maintenance" in issue["body"]
    words = await said(github, issue["number"])
    assert "@alice the maintenance is over, and the alerts above still fire" in words[-1]
