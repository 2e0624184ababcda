"""The backlog on the real process: one comment that follows the labels, and what everybody has forgotten."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.e2e import handled, labels, noticed, said
from tests.support.shell import ghapp

GRACE = 1
GUIDE, DONE = "something is missing", "All is there"
TIDY = ("area/deployment", "priority/p3")


@pytest.fixture
def owners():
    return f"""\
version: 1
people: {{alice: {{}}, bob: {{}}, carol: {{}}}}
areas: {{deployment: {{owner: alice}}}}
fallback_area: deployment
hygiene: {{grace: {GRACE}s, require: [area, priority], stale: {{}}}}
"""


@pytest.fixture
async def server(ghapp_server):
    made = ghapp_server()
    await made.start()
    return made


@pytest.fixture
def alice(github):
    return github.person("alice")


@pytest.fixture
def mallory(github):
    return github.person("mallory")


async def words(github, number, *parts):
    """The only comment of the app, once it has these words."""

    async def probe():
        found = await said(github, number)
        assert len(found) <= 1, found
        return found if found and all(part in found[0] for part in parts) else None

    return (await github.proxy.eventually(probe, within=20))[0]


async def labelled(alice, number, wanted):
    async def probe():
        return labels(await alice.issue(number)) == wanted or None

    return probe


def by_app(github, since=0):
    """The writes of the app that GitHub has seen, the labels of the repository and tokens aside."""
    return [
        f"{call.method} {call.path}"
        for call in github.proxy.calls()[since:]
        if call.by_app
        and call.method != "GET"
        and not call.path.endswith(("/ops/labels", "/access_tokens"))
    ]


async def tick(server, at, *words):
    """What a tick says that it did, labels aside."""
    code, out, err = await ghapp(
        server, "tick", "--only", "hygiene", "--now", at.isoformat(), "--json", *words
    )
    assert code == 0, out + err
    return [one for one in json.loads(out)["did"] if one["action"] != "label.create"]


def actions(did):
    return [(one["action"], one["number"]) for one in did]


async def test_h01_one_comment_follows_the_labels(github, server, alice, mallory):
    number = (await mallory.open_issue("It does not work"))["number"]
    first = await words(github, number, GUIDE, "It has no area", "It has no priority")
    await github.proxy.eventually(
        await labelled(alice, number, {"needs-triage", "needs-area"}), within=10
    )
    async with noticed(github, server, "issues"):
        await alice.label(number, *TIDY)
    assert await words(github, number, DONE) != first
    await github.proxy.eventually(await labelled(alice, number, {*TIDY}), within=10)
    async with noticed(github, server, "issues"):
        await alice.unlabel(number, TIDY[0])
    await words(github, number, GUIDE, "It has no area")


async def test_h02_labels_that_come_late_mean_no_comment(github, ghapp_server, alice, owners):
    await alice.put_file("OWNERS.yaml", owners.replace("1s", "6s"))
    server = ghapp_server()
    await server.start()
    async with noticed(github, server, "issues", count=2):
        number = (await alice.open_issue("From a form"))["number"]
        await alice.label(number, *TIDY)
    before = len(github.proxy.calls())
    other = (await alice.open_issue("Without labels"))["number"]
    await words(github, other, GUIDE)
    await handled(server)
    assert await said(github, number) == []
    assert not [one for one in by_app(github, before) if f"/issues/{number}/" in one]


async def test_s16_forgotten_by_ticks_and_reopened(github, ghapp_server, alice, mallory):
    number = (await mallory.open_issue("It does not work"))["number"]
    await alice.label(number, *TIDY)
    await asyncio.sleep(1.1)  # GitHub's timestamps are whole seconds
    await alice.comment(number, "Which version?")
    server = ghapp_server()
    start = datetime.now(UTC)
    assert await tick(server, start + timedelta(days=59)) == []
    rehearsed = await tick(server, start + timedelta(days=61), "--dry-run")
    before = by_app(github)
    assert actions(rehearsed) == [("comment.write", number), ("labels.add", number)]
    assert await said(github, number) == []
    did = await tick(server, start + timedelta(days=61))
    assert actions(did) == actions(rehearsed)
    assert len(by_app(github)) == len(before) + 2
    assert "stale" in labels(await alice.issue(number))
    assert await tick(server, start + timedelta(days=61)) == []
    assert await tick(server, start + timedelta(days=74, hours=20)) == []
    did = await tick(server, start + timedelta(days=75, hours=4))
    assert [action for action, _ in actions(did)] == ["comment.write", "label.remove", "issue.edit"]
    closed = await alice.issue(number)
    assert (closed["state"], closed["state_reason"]) == ("closed", "not_planned")
    await server.start()
    async with noticed(github, server):
        await mallory.comment(number, "/reopen")
    assert (await alice.issue(number))["state"] == "open"
    assert "stale" not in labels(await alice.issue(number))
    assert len(await said(github, number)) == 2


async def test_kill9_doubles_nothing(github, server, alice):
    numbers = [(await alice.open_issue(f"Bug {count}"))["number"] for count in range(3)]
    await words(github, numbers[0], GUIDE)
    await server.kill9()
    await server.start()
    for number in numbers:
        await words(github, number, GUIDE)
    await handled(server)
    for number in numbers:
        assert len(await said(github, number)) == 1
