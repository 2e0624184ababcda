"""Slash commands as people type them: what each does, who may, and how it is answered."""

from dataclasses import dataclass, field

import pytest

from tests.support import gcp
from tests.support.e2e import assignees, handled, incidents, labels, noticed, said, send

OWNERS = """\
version: 1
people: {alice: {}, bob: {}}
severities:
  sev2: {acknowledge: 1h}
escalation:
  default: {levels: [{notify: [alice]}, {notify: [bob]}]}
areas:
  deployment: {owner: alice, backup: bob, runbook: docs/runbooks/deployment.md}
  billing: {owner: bob}
fallback_area: deployment
incidents: {storm: {threshold: 50, window: 5m}}
"""


@pytest.fixture
def owners():
    return OWNERS


@dataclass(frozen=True)
class Does:
    """What is true of an incident after a command, besides what was true before."""

    state: str = "open"
    added: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    assigned: set[str] = field(default_factory=lambda: {"alice"})
    answer: str = ""
    shown: str = ""


COMMANDS = {
    "/ack": Does(added={"acknowledged"}, shown="by `bob`"),
    "/ACK.": Does(added={"acknowledged"}),
    "/escalate": Does(added={"escalated"}, assigned={"alice", "bob"}, answer="@bob"),
    "/escalate sev1 all is down": Does(
        added={"escalated", "sev1"},
        removed={"sev2"},
        assigned={"alice", "bob"},
        answer="all is down",
    ),
    "/sev 1 it is worse": Does(added={"sev1"}, removed={"sev2"}, shown="set by a person"),
    "/assign @bob @carol": Does(assigned={"alice", "bob", "carol"}),
    "/unassign @alice": Does(assigned=set()),
    "/resolve it was the cache": Does(state="closed", shown="it was the cache"),
    "/reopen": Does(),
    "/update we roll back": Does(shown="we roll back"),
    "/snooze 30m": Does(added={"snoozed"}, shown="snoozed until"),
    "/handoff @bob": Does(assigned={"bob"}, answer="@bob"),
    "/runbook": Does(answer="docs/runbooks/deployment.md"),
    "/oncall": Does(answer="`alice`"),
    "/oncall billing": Does(answer="`bob`"),
    "/help": Does(answer="/escalate"),
}


class Incidents:
    """An incident for each case of a table, opened in one go."""

    def __init__(self, github, server):
        self.github = github
        self.server = server

    async def open(self, cases):
        payloads = {
            case: gcp.incident(resource=gcp.service(number), severity="ERROR")
            for number, case in enumerate(cases)
        }
        for payload in payloads.values():
            assert (await send(self.server, payload)).status == 202
        await handled(self.server)
        by_title = {issue["title"].split()[-1]: issue for issue in await incidents(self.github)}
        return {case: by_title[f"service-{number}"] for number, case in enumerate(cases)}

    async def type(self, typed, *, by="bob"):
        """Comment on issues; the ids of the comments, once they are handled."""
        async with noticed(self.github, self.server, count=len(typed)):
            return {
                number: (await self.github.person(by).comment(number, body))["id"]
                for number, body in typed.items()
            }

    async def reactions(self, comment):
        return await self.github.person("alice").reactions(comment)

    async def issue(self, number):
        return await self.github.person("alice").issue(number)


@pytest.fixture
async def desk(github, ghapp_server):
    server = ghapp_server()
    await server.start()
    return Incidents(github, server)


async def test_what_each_does(github, desk, subtests):
    opened = await desk.open(COMMANDS)
    comments = await desk.type({opened[typed]["number"]: typed for typed in COMMANDS})
    for typed, does in COMMANDS.items():
        with subtests.test(typed):
            before = opened[typed]
            number = before["number"]
            after = await desk.issue(number)
            answers = await said(github, number)
            assert after["state"] == does.state
            assert labels(after) == labels(before) - does.removed | does.added
            assert assignees(after) == does.assigned
            assert len(answers) == bool(does.answer)
            assert does.answer in "".join(answers)
            assert does.shown in after["body"]
            assert await desk.reactions(comments[number]) == ["+1"]


MISUSED = {
    "/sev 9": "`/sev 1-4 [reason]`",
    "/assign": "`/assign @login…`",
    "/unassign bob;": "`/unassign @login…`",
    "/snooze soon": "`/snooze 30m`",
    "/snooze 8d": "at most 7 days",
    "/handoff": "`/handoff @login",
    "/update": "`/update text`",
    "/oncall biling": "Did you mean `billing`",
}


async def test_bad_arguments_are_answered_with_the_usage(github, desk, subtests):
    opened = await desk.open(MISUSED)
    comments = await desk.type({opened[typed]["number"]: typed for typed in MISUSED})
    for typed, usage in MISUSED.items():
        with subtests.test(typed):
            number = opened[typed]["number"]
            (answer,) = await said(github, number)
            assert usage in answer
            assert await desk.reactions(comments[number]) == ["confused"]
            assert labels(await desk.issue(number)) == labels(opened[typed])


SILENT = {
    "names of others": "/retest\n/lgtm",
    "fenced code": "```\n/resolve\n```",
    "indented code": "Like this:\n\n    /resolve",
    "inline code": "`\n/resolve\n`",
    "quoted": "> somebody said\n/resolve",
    "hidden": "<!--\n/resolve\n-->",
    "in a sentence": "please /resolve it",
}


async def test_what_only_shows_a_command_gives_none(github, desk, subtests):
    opened = await desk.open(SILENT)
    comments = await desk.type({opened[name]["number"]: body for name, body in SILENT.items()})
    last = opened["in a sentence"]["number"]
    await desk.type({last: "/update heard"})
    for name in SILENT:
        with subtests.test(name):
            number = opened[name]["number"]
            assert (await desk.issue(number))["state"] == "open"
            assert await said(github, number) == []
            assert await desk.reactions(comments[number]) == []


class TestWho:
    async def test_a_stranger_is_refused_with_the_reason(self, github, desk):
        number = (await desk.open(["it"]))["it"]["number"]
        comments = await desk.type({number: "/resolve"}, by="mallory")
        (answer,) = await said(github, number)
        assert "people named in OWNERS.yaml" in answer
        assert await desk.reactions(comments[number]) == ["confused"]
        assert (await desk.issue(number))["state"] == "open"

    async def test_who_may_write_is_obeyed_though_owners_does_not_name_them(self, github, desk):
        number = (await desk.open(["it"]))["it"]["number"]
        await desk.type({number: "/ack"}, by="carol")
        assert "acknowledged" in labels(await desk.issue(number))

    async def test_a_bot_is_never_obeyed(self, github, desk):
        number = (await desk.open(["it"]))["it"]["number"]
        async with noticed(github, desk.server):
            await github.person("bob").comment(number, "no command")
        told = github.proxy.hooks.deliveries[-1].payload
        robot = {"login": "robot[bot]", "type": "Bot", "id": 99}
        comment = {**told["comment"], "body": "/resolve", "user": robot}
        delivery = await github.proxy.hooks.send(
            "issue_comment", {**told, "comment": comment, "sender": robot}
        )
        assert delivery.status == 200
        await desk.type({number: "/update heard"})
        assert (await desk.issue(number))["state"] == "open"

    async def test_the_app_does_not_listen_to_itself(self, github, desk):
        number = (await desk.open(["it"]))["it"]["number"]
        await desk.type({number: "/help"})
        await desk.type({number: "/update heard"})
        assert len(await said(github, number)) == 1


class TestEdits:
    async def test_only_what_is_new_is_done(self, github, desk):
        number = (await desk.open(["it"]))["it"]["number"]
        comment = (await desk.type({number: "/help"}))[number]
        async with noticed(github, desk.server):
            await github.person("bob").edit_comment(comment, "/help\n/ack")
        assert len(await said(github, number)) == 1
        assert "acknowledged" in labels(await desk.issue(number))

    async def test_somebody_elses_edit_gives_no_command(self, github, desk):
        number = (await desk.open(["it"]))["it"]["number"]
        comment = (await desk.type({number: "Looking."}))[number]
        async with noticed(github, desk.server):
            await github.person("alice").edit_comment(comment, "Looking.\n/resolve")
        assert (await desk.issue(number))["state"] == "open"


async def test_several_in_one_comment_are_done_in_order_each_once(github, desk):
    number = (await desk.open(["it"]))["it"]["number"]
    comments = await desk.type({number: "Mine.\r\n/ack\r\n/sev 1\r\n/sev 3 no\r\n/ack\r\n"})
    issue = await desk.issue(number)
    assert {"acknowledged", "sev3"} <= labels(issue)
    assert await said(github, number) == []
    assert await desk.reactions(comments[number]) == ["+1"]


async def test_the_live_issue_counts(github, desk):
    number = (await desk.open(["it"]))["it"]["number"]
    async with noticed(github, desk.server, "issues"):
        await github.person("alice").close(number)
    comments = await desk.type({number: "/ack"})
    (answer,) = await said(github, number)
    assert "closed already" in answer
    assert await desk.reactions(comments[number]) == ["confused"]
    assert "acknowledged" not in labels(await desk.issue(number))


async def test_a_severity_by_a_person_is_not_undone_by_the_alert(github, desk):
    opened = gcp.incident(severity="CRITICAL")
    await send(desk.server, opened)
    await handled(desk.server)
    await desk.type({1: "/sev 4 only the staging system"})
    opened["incident"]["observed_value"] = "more"
    await send(desk.server, opened)
    await handled(desk.server)
    assert {"sev4"} == labels(await desk.issue(1)) & {"sev1", "sev2", "sev3", "sev4"}


async def test_on_what_is_no_incident(github, desk):
    number = (await github.person("carol").open_issue("A question"))["number"]
    comments = await desk.type({number: "/ack"})
    (answer,) = await said(github, number)
    assert "not an incident" in answer
    assert await desk.reactions(comments[number]) == ["confused"]
    await desk.type({number: "/oncall"})
    assert "`alice`" in (await said(github, number))[-1]
