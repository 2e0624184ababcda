"""Documents on the real process, day by day: one list for each owner, never a second, closed when all is reviewed."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from ghapp.core.docs_review import KIND
from tests.support.e2e import assignees, handled, labels, marker, noticed, said
from tests.support.shell import ghapp

TODAY = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
PATHS = ("docs/runbooks/a.md", "docs/runbooks/b.md", "docs/guide.md")


@pytest.fixture
def owners():
    return """\
version: 1
people: {alice: {}, bob: {}, carol: {}}
areas: {deployment: {owner: carol}}
fallback_area: deployment
review: {approvals: 0}
docs:
  - {path: "docs/runbooks/**", owner: alice, review_every: 30d}
  - {path: "docs/**", owner: bob, review_every: 60d}
"""


def page(day):
    return f"---\nreviewed: {day.date()}\n---\nRoll back.\n"


async def tick(server, at):
    """What a tick of the documents says that it did."""
    code, out, err = await ghapp(
        server, "tick", "--only", "docs", "--now", at.isoformat(), "--json"
    )
    assert code == 0, out + err
    return [one["action"] for one in json.loads(out)["did"] if one["action"] != "label.create"]


async def lists(github, state="all"):
    found = await github.person("carol").issues(KIND, state=state)
    return sorted(found, key=lambda one: one["number"])


async def test_from_due_to_reviewed(github, ghapp_server):
    server = ghapp_server()
    carol = github.person("carol")
    for path in PATHS:
        await carol.put_file(path, page(TODAY))
    days = [TODAY + timedelta(days=day) for day in (1, 29, 30, 31, 60, 61)]
    did = [await tick(server, day) for day in days]
    assert did == [
        [],
        [],
        ["issue.open"],
        ["issue.edit"],
        ["issue.edit", "issue.open"],
        ["issue.edit", "issue.edit"],
    ]
    assert await tick(server, days[-1]) == []
    lost = ghapp_server()
    assert await tick(lost, days[-1]) == []
    alice, bob = await lists(github)
    assert labels(alice) == {KIND}
    assert (assignees(alice), assignees(bob)) == ({"alice"}, {"bob"})
    assert marker(alice["body"])["key"].startswith("alice:")
    assert alice["body"].count("- [ ] ") == 2

    for path in PATHS:
        await carol.put_file(path, page(days[-1]))
    assert await tick(lost, days[-1]) == ["issue.edit", "issue.edit"]
    assert [one["state"] for one in await lists(github)] == ["closed", "closed"]
    assert await tick(lost, days[-1]) == []


async def test_a_date_by_command_waits_for_the_owner(github, ghapp_server):
    old = TODAY - timedelta(days=100)
    await github.person("carol").put_file("docs/runbooks/a.md", page(old))
    server = ghapp_server()
    await server.start()

    async def probe():
        return await lists(github, "open") or None

    (issue,) = await github.proxy.eventually(probe, within=30)
    async with noticed(github, server):
        await github.person("carol").comment(issue["number"], "/reviewed docs/runbooks/a.md")
    await handled(server)
    (answer,) = await said(github, issue["number"])
    assert "`alice` approves it, as the document's owner." in answer
    pull = await github.person("alice").pull(int(answer.partition(" ")[0].removeprefix("#")))
    assert pull["title"] == f"docs: docs/runbooks/a.md was reviewed on {TODAY.date()}"

    async def checked(wanted):
        async def look():
            runs = await github.person("alice").check_runs(pull["head"]["sha"])
            named = [one for one in runs if one["name"] == "ghapp/review"]
            return named if named and named[-1]["conclusion"] == wanted else None

        return await github.proxy.eventually(look, within=30)

    await checked("action_required")
    await github.person("alice").review(pull["number"], "APPROVE", "Still true.")
    (run,) = await checked("success")
    assert "review_date" in json.dumps(run["output"])
    await github.person("alice").merge(pull["number"])
    await server.restart()

    async def closed():
        return not await lists(github, "open") or None

    await github.proxy.eventually(closed, within=30)
