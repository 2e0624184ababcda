"""The review standard on the real server: what a pull request lacks, who is asked, and what survives a kill."""

from datetime import UTC, datetime, timedelta

import pytest

from ghapp.demo import faults
from ghapp.demo.faults import Fault
from tests.support.e2e import handled, noticed, said, until
from tests.support.stillness import at_rest

OWNERS = """\
version: 1
people: {alice: {}, bob: {}, carol: {}}
areas:
  app: {owner: alice, backup: bob}
  billing: {owner: carol, paths: ["billing/**"]}
fallback_area: app
review:
  rules:
    title: {mode: require, style: conventional}
    freeze: {mode: require}
"""
FROZEN = """\
release:
  cadence: {every: 2w, on: tuesday, at: "10:00", start: 2026-01-06}
  freezes: [{from: %s, to: %s, reason: audit, approvers: [carol]}]
"""
REVIEW, OWNERS_CHECK = "ghapp/review", "ghapp/owners"
CHECKS = "/repos/acme/ops/check-runs"


@pytest.fixture
def owners():
    return OWNERS


@pytest.fixture
def alice(github):
    return github.person("alice")


@pytest.fixture
def bob(github):
    return github.person("bob")


@pytest.fixture
async def server(ghapp_server):
    made = ghapp_server()
    await made.start()
    return made


async def check(github, number, name=REVIEW):
    """The only check run of that name on the head of now."""
    pull = await github.person("alice").pull(number)
    runs = await github.person("alice").check_runs(pull["head"]["sha"])
    (run,) = [one for one in runs if one["name"] == name]
    return run


async def opened(github, server, *, title="feat: more", path="a.py", text="one\n", **how):
    alice = github.person("alice")
    async with noticed(github, server, "pull_request"):
        await alice.begin_branch("topic")
        await alice.put_file(path, text, branch="topic")
        return await alice.open_pull(title, "topic", **how)


async def requested(github, number):
    pull = await github.person("alice").pull(number)
    return {one["login"] for one in pull["requested_reviewers"]}


async def test_v03_from_opened_to_approved_and_back(github, server, alice, bob):
    number = await opened(github, server)
    run = await check(github, number)
    assert (run["conclusion"], run["output"]["title"]) == ("action_required", "app waits for bob")
    assert "`bob`" in run["output"]["summary"]
    assert "/acme/ops/blob/" in run["output"]["summary"]
    assert await requested(github, number) == {"bob"}
    async with noticed(github, server, "pull_request_review"):
        await bob.review(number, "APPROVE")
    assert (await check(github, number))["conclusion"] == "success"
    async with noticed(github, server, "pull_request"):
        await alice.put_file("b.py", "two\n", branch="topic")
    run = await check(github, number)
    assert run["conclusion"] == "action_required"
    assert "was voided by" in run["output"]["summary"]


async def test_what_it_costs(github, server, alice, bob):
    number = await opened(github, server)
    before = await at_rest(github)
    async with noticed(github, server, "pull_request"):
        await alice.put_file("b.py", "two\n", branch="topic")
    spent = github.proxy.counted(before)
    assert len([call for call in spent if call.request.method == "GET"]) <= 3, spent
    assert len([call for call in spent if call.request.method != "GET"]) == 1, spent
    before = await at_rest(github)
    async with noticed(github, server, "pull_request"):
        await bob.label(number, "later")
    async with noticed(github, server, "pull_request"):
        await bob.edit_issue(number, milestone=(await alice.add_milestone("1.0"))["number"])
    writes = [call for call in github.proxy.counted(before) if call.request.method != "GET"]
    assert writes == []


async def test_v10_a_draft_waits_until_it_is_ready(github, server, alice):
    number = await opened(github, server, draft=True)
    run = await check(github, number)
    assert (run["conclusion"], run["output"]["title"]) == ("neutral", "Draft")
    assert await requested(github, number) == set()
    async with noticed(github, server, "pull_request"):
        await alice.edit_pull(number, draft=False)
    assert (await check(github, number))["conclusion"] == "action_required"
    assert await requested(github, number) == {"bob"}


async def test_v12_an_owner_waives_a_rule(github, server, alice, bob):
    number = await opened(github, server, title="Stuff")
    async with noticed(github, server, "pull_request_review"):
        await bob.review(number, "APPROVE")
    assert (await check(github, number))["conclusion"] == "failure"
    async with noticed(github, server):
        mine = await alice.comment(number, "/waive title it is only a test")
    assert await alice.reactions(mine["id"]) == ["confused"]
    assert "It is your own pull request." in (await said(github, number))[-1]
    async with noticed(github, server):
        comment = await bob.comment(number, "/waive title it is only a test")
    run = await check(github, number)
    assert run["conclusion"] == "success"
    assert "Waived by bob" in run["output"]["summary"]
    assert await bob.reactions(comment["id"]) == ["+1"]
    async with noticed(github, server):
        await bob.delete_comment(comment["id"])
    assert (await check(github, number))["conclusion"] == "failure"


async def test_an_edit_of_the_model_is_looked_at(github, server):
    broken = OWNERS.replace("owner: carol", "owner: carrol")
    number = await opened(github, server, path="OWNERS.yaml", text=broken)
    run = await check(github, number, OWNERS_CHECK)
    assert run["conclusion"] == "failure"
    call = github.proxy.calls()[-1]
    sent = [
        one.request.body
        for one in github.proxy.calls()
        if one.matches("POST", CHECKS) and one.request.body["name"] == OWNERS_CHECK
    ]
    (remark,) = sent[0]["output"]["annotations"]
    assert (remark["path"], remark["start_line"]) == ("OWNERS.yaml", 5)
    assert "did you mean `carol`?" in remark["message"]
    assert call is not None


async def test_a_freeze_of_the_base_branch_holds_everything_up(github, server, alice, bob):
    number = await opened(github, server)
    async with noticed(github, server, "pull_request_review"):
        await bob.review(number, "APPROVE")
    today = datetime.now(UTC).date()
    days = (today - timedelta(days=2), today + timedelta(days=2))
    async with noticed(github, server, "push"):
        await alice.put_file("OWNERS.yaml", OWNERS + FROZEN % days)

    async def held():
        run = await check(github, number)
        return run["conclusion"] == "failure" and run["output"]["title"].startswith("Freeze: audit")

    await github.proxy.eventually(held)


async def test_killed_between_check_and_request_there_is_one_of_each(github, server, alice):
    ask = faults.on("POST", "/repos/acme/ops/pulls/1/requested_reviewers")
    fault = github.proxy.faults.add(Fault(ask, faults.delay(4)))
    await alice.begin_branch("topic")
    await alice.put_file("a.py", "one\n", branch="topic")
    number = await alice.open_pull("feat: more", "topic")
    await until(lambda: fault.hits)
    await server.restart()
    await handled(server, within=30)
    await check(github, number)
    assert await requested(github, number) == {"bob"}


async def test_killed_while_the_check_is_made_there_is_one(github, server, alice):
    make = faults.on("POST", CHECKS)
    fault = github.proxy.faults.add(Fault(make, faults.drop_after()))
    await alice.begin_branch("topic")
    await alice.put_file("a.py", "one\n", branch="topic")
    number = await alice.open_pull("feat: more", "topic")
    await until(lambda: fault.hits)
    await server.restart()
    await handled(server, within=30)
    await check(github, number)
    made = [call for call in github.proxy.calls() if call.matches("POST", CHECKS)]
    assert len(made) == 1


async def test_what_was_opened_before_the_app_was_there_is_found(github, ghapp_server, alice):
    await alice.begin_branch("topic")
    await alice.put_file("a.py", "one\n", branch="topic")
    number = await alice.open_pull("feat: more", "topic")
    server = ghapp_server()
    await server.start()

    async def found():
        pull = await alice.pull(number)
        return bool(await alice.check_runs(pull["head"]["sha"]))

    await github.proxy.eventually(found, within=15)
    await handled(server)
    assert (await check(github, number))["conclusion"] == "action_required"
