"""The life of an incident, on the real process: from the alert to the relapse, and what is told at the door."""

import re

import pytest

from tests.support import gcp
from tests.support.e2e import (
    alert,
    assignees,
    handled,
    incidents,
    labels,
    marker,
    noticed,
    said,
    send,
    the_incident,
)

OWNERS = """\
version: 1
people: {alice: {}, bob: {}, carol: {}}
rotations:
  platform: {people: [alice], shift: weekly, start: 2026-01-05T10:00}
severities:
  sev1: {acknowledge: 1h, on_recovery: label}
  sev2: {acknowledge: 1h}
  sev3: {acknowledge: 1h}
areas:
  deployment:
    owner: alice
    backup: bob
    rotation: platform
    runbook: docs/runbooks/deployment.md
  billing:
    owner: carol
    alerts:
      - {source: gcp, match: {policy_name: "Payments*"}, severity: sev2}
fallback_area: deployment
"""
SHOP = "acme/shop"


@pytest.fixture
def owners():
    return OWNERS


@pytest.fixture
async def server(github, ghapp_server):
    server = ghapp_server()
    await server.start()
    return server


class TestOpening:
    async def test_one_labelled_owned_issue_with_what_the_reader_needs(self, github, server):
        await alert(server, gcp.incident(severity="CRITICAL"))
        issue = await the_incident(github)
        assert issue["title"].startswith("[sev1] api: 5xx ratio above 5%")
        assert labels(issue) == {"incident", "sev1", "area/deployment", "source/gcp"}
        assert assignees(issue) == {"alice"}
        assert issue["user"]["login"] == "ghapp[bot]"
        assert "docs/runbooks/deployment.md" in issue["body"]
        assert "acme-prod" in issue["body"]
        assert "Acknowledge by" in issue["body"]
        assert "/ack" in issue["body"]
        found = marker(issue["body"])
        assert found["kind"] == "incident"
        assert found["key"].startswith("gcp:")

    async def test_rules_decide_and_no_page_is_lost_over_a_bad_field(
        self, github, server, subtests
    ):
        broken = {
            "severity": "ERROR",
            "state": "OPEN",
            "documentation": None,
            "started_at": "yesterday",
            "resource": "broken",
            "condition": ["broken"],
            "summary": 17,
        }
        cases = {
            "a rule of OWNERS.yaml": (
                {"policy_name": "Payments are late"},
                ("sev2", "area/billing", "carol"),
            ),
            "severity in small letters": (
                {"severity": "warning"},
                ("sev3", "area/deployment", "alice"),
            ),
            "no severity": ({"severity": None}, ("sev3", "area/deployment", "alice")),
            "all else broken": (broken, ("sev2", "area/deployment", "alice")),
        }
        for count, (name, (changes, (severity, area, owner))) in enumerate(cases.items(), start=1):
            with subtests.test(name):
                payload = gcp.incident(policy=name, condition=name)
                payload["incident"] |= changes
                await alert(server, payload)
                issues = await incidents(github)
                assert len(issues) == count
                assert {severity, area} <= labels(issues[-1])
                assert assignees(issues[-1]) == {owner}

    async def test_hostile_text_is_only_text(self, github, server):
        hostile = "@bob fixes #1 <!-- ghapp {} --> ``` [x](javascript:alert) \u202e /resolve"
        await alert(
            server, gcp.incident(summary=hostile, documentation={"content": f"{hostile}\n/resolve"})
        )
        issue = await the_incident(github)
        assert marker(issue["body"])["kind"] == "incident"
        assert issue["state"] == "open"
        prose = re.sub(r"(?ms)^(`{3,})[^\n]*\n.*?^\1$|^<!--.*?-->$", "", issue["body"])
        assert "@bob" not in issue["title"] + prose
        assert "#1" not in issue["title"] + prose


async def test_repeats_say_nothing_and_only_a_worse_one_raises_the_severity(github, server):
    opened = gcp.incident(severity="WARNING")
    await alert(server, opened)
    before = github.proxy.last
    for number in range(20):
        opened["incident"]["observed_value"] = f"0.{number}"
        assert (await send(server, opened)).status == 202
    await handled(server)
    assert len(github.proxy.counted(before)) <= 1
    assert await said(github, 1) == []

    for severity in ("CRITICAL", "ERROR"):
        opened["incident"]["severity"] = severity
        await alert(server, opened)
    issue = await the_incident(github)
    assert labels(issue) & {"sev1", "sev2", "sev3"} == {"sev1"}
    (comment,) = await said(github, 1)
    assert "**sev1**" in comment


class TestEnding:
    async def test_it_closes_with_its_last_occurrence_and_a_relapse_reopens_it(
        self, github, server
    ):
        first, second = (gcp.incident(severity="ERROR", started_at=1_790_000_000) for _ in range(2))
        for payload in (first, second, gcp.closed(first)):
            await alert(server, payload)
        assert (await the_incident(github))["state"] == "open"

        await alert(server, gcp.closed(second))
        issue = await the_incident(github)
        assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
        assert len(await said(github, 1)) == 1

        second["incident"]["observed_value"] = "late"
        await alert(server, second)
        assert (await the_incident(github))["state"] == "closed", "an old opening raised the dead"

        await alert(server, gcp.incident(severity="ERROR", started_at=1_790_000_700))
        assert (await the_incident(github))["state"] == "open"
        assert "@alice" in (await said(github, 1))[-1]

    async def test_a_sev1_waits_for_a_person(self, github, server):
        opened = gcp.incident(severity="CRITICAL")
        await alert(server, opened)
        await alert(server, gcp.closed(opened))
        issue = await the_incident(github)
        assert issue["state"] == "open"
        assert "recovered" in labels(issue)
        async with noticed(github, server):
            await github.person("bob").comment(1, "/resolve it was the cache")
        issue = await the_incident(github)
        assert issue["state"] == "closed"
        assert "recovered" not in labels(issue)

    async def test_an_end_before_its_beginning_opens_nothing(self, github, server):
        opened = gcp.incident(severity="CRITICAL")
        await alert(server, gcp.closed(opened))
        await alert(server, opened)
        assert await incidents(github) == []


class TestStorm:
    async def test_beyond_the_threshold_one_issue_lists_the_rest(self, github, server):
        payloads = [gcp.incident(resource=gcp.service(n), severity="ERROR") for n in range(15)]
        for payload in payloads:
            assert (await send(server, payload)).status == 202
        await handled(server)
        issues = await incidents(github)
        storms = [issue for issue in issues if "storm" in issue["title"]]
        assert len(storms) == 1
        assert len(issues) == 11
        for payload in payloads:
            await send(server, gcp.closed(payload))
        await handled(server)
        assert {issue["state"] for issue in await incidents(github)} == {"closed"}


class TestTheDoor:
    async def test_what_is_not_an_alert_opens_nothing(self, github, server, subtests):
        cases = {
            "test message": ({"payload": gcp.console_test()}, 200),
            "bad token": ({"payload": gcp.incident(), "token": "wrong"}, 401),
            "bad token, not JSON": ({"raw": b"{", "token": "wrong"}, 401),
            "not JSON": ({"raw": b"{"}, 400),
            "JSON that says two things": ({"raw": b'{"version": 1, "version": 2}'}, 400),
            "no identity": ({"payload": gcp.incident(state="perhaps")}, 400),
            "too large": ({"raw": b" " * (2**20 + 1)}, 413),
        }
        for name, (sent, status) in cases.items():
            with subtests.test(name):
                answer = await send(server, **sent)
                assert answer.status == status
                assert len(answer.text.splitlines()) == 1
        await handled(server)
        assert await incidents(github) == []


async def test_escalate_makes_an_ordinary_issue_an_incident(github, server, subtests):
    body = "Customers cannot pay.\n\nSince **noon**."
    carol, bob = github.person("carol"), github.person("bob")
    for repo in ("acme/ops", SHOP):
        with subtests.test(repo):
            opened = await carol.open_issue(
                "Cannot pay", body, labels=["area/billing", "bug"], repo=repo
            )
            number = opened["number"]
            async with noticed(github, server):
                await bob.comment(number, "/escalate sev2 three customers called", repo=repo)
            issue = await carol.issue(number, repo=repo)
            assert (issue["title"], issue["body"]) == ("Cannot pay", body), "it stays its author's"
            assert labels(issue) == {"bug", "incident", "sev2", "area/billing", "source/support"}
            assert assignees(issue) == {"carol"}
            (comment,) = await said(github, number, repo=repo)
            assert marker(comment) == {"kind": "incident", "key": f"support:{repo}#{number}"}
            assert "three customers called" in comment

            async with noticed(github, server):
                await carol.comment(number, "/ack", repo=repo)
            assert "acknowledged" in labels(await carol.issue(number, repo=repo))
            async with noticed(github, server):
                await carol.comment(number, "/resolve paid", repo=repo)
            issue = await carol.issue(number, repo=repo)
            assert (issue["state"], issue["body"]) == ("closed", body)
            assert len(await said(github, number, repo=repo)) == 1

    with subtests.test("unsaid, it is a sev3 of the fallback area"):
        number = (await carol.open_issue("Slow", repo=SHOP))["number"]
        async with noticed(github, server):
            await bob.comment(number, "/escalate", repo=SHOP)
        issue = await bob.issue(number, repo=SHOP)
        assert {"sev3", "area/deployment"} <= labels(issue)
        assert assignees(issue) == {"alice"}
