"""Slash commands as people type them: what each does, who may, and how it is answered."""

from dataclasses import dataclass, field

import pytest

from ghapp.core.labels import label_set
from ghapp.model.load import load
from ghapp.plugins import known_rules
from tests.support import gcp
from tests.support.e2e import alert, assignees, handled, incidents, labels, noticed, said, send

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
async def desk(github, ghapp_server, owners):
    """The labels are there, so that what GitHub takes in a minute is left for the answers."""
    model = load(owners, rules=known_rules()).model
    for label in label_set(model, ("gcp",)):
        await github.person("alice").create_label(label.name, label.color, label.description)
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


async def test_who_is_obeyed(github, desk, subtests):
    opened = await desk.open(["stranger", "writer", "bot", "app"])
    numbers = {name: issue["number"] for name, issue in opened.items()}

    with subtests.test("a stranger is refused with the reason"):
        comments = await desk.type({numbers["stranger"]: "/resolve"}, by="mallory")
        (answer,) = await said(github, numbers["stranger"])
        assert "people named in OWNERS.yaml" in answer
        assert await desk.reactions(comments[numbers["stranger"]]) == ["confused"]
        assert (await desk.issue(numbers["stranger"]))["state"] == "open"

    with subtests.test("who may write, though OWNERS.yaml does not name them"):
        await desk.type({numbers["writer"]: "/ack"}, by="carol")
        assert "acknowledged" in labels(await desk.issue(numbers["writer"]))

    with subtests.test("never a bot"):
        await desk.type({numbers["bot"]: "no command"})
        told = next(
            delivery.payload
            for delivery in reversed(github.proxy.hooks.deliveries)
            if delivery.event == "issue_comment"
        )
        robot = {"login": "robot[bot]", "type": "Bot", "id": 99}
        comment = {**told["comment"], "body": "/resolve", "user": robot}
        delivery = await github.proxy.hooks.send(
            "issue_comment", {**told, "comment": comment, "sender": robot}
        )
        assert delivery.status == 200
        await desk.type({numbers["bot"]: "/update heard"})
        assert (await desk.issue(numbers["bot"]))["state"] == "open"

    with subtests.test("not the app itself, whose answers hold commands"):
        await desk.type({numbers["app"]: "/help"})
        await desk.type({numbers["app"]: "/update heard"})
        assert len(await said(github, numbers["app"])) == 1


async def test_of_an_edited_comment_only_what_its_author_added(github, desk, subtests):
    opened = await desk.open(["author", "other"])
    numbers = {name: issue["number"] for name, issue in opened.items()}

    with subtests.test("the author adds a command"):
        comment = (await desk.type({numbers["author"]: "/help"}))[numbers["author"]]
        async with noticed(github, desk.server):
            await github.person("bob").edit_comment(comment, "/help\n/ack")
        assert len(await said(github, numbers["author"])) == 1
        assert "acknowledged" in labels(await desk.issue(numbers["author"]))

    with subtests.test("somebody else does"):
        comment = (await desk.type({numbers["other"]: "Looking."}))[numbers["other"]]
        async with noticed(github, desk.server):
            await github.person("alice").edit_comment(comment, "Looking.\n/resolve")
        assert (await desk.issue(numbers["other"]))["state"] == "open"


async def test_the_live_incident_counts(github, desk, subtests):
    opened = await desk.open(["several", "closed"])
    numbers = {name: issue["number"] for name, issue in opened.items()}

    with subtests.test("several in one comment are done in order, each once"):
        typed = "Mine.\r\n/ack\r\n/sev 1\r\n/sev 3 no\r\n/ack\r\n"
        comments = await desk.type({numbers["several"]: typed})
        assert {"acknowledged", "sev3"} <= labels(await desk.issue(numbers["several"]))
        assert await said(github, numbers["several"]) == []
        assert await desk.reactions(comments[numbers["several"]]) == ["+1"]

    with subtests.test("an ack of what has just been closed by hand says so"):
        async with noticed(github, desk.server, "issues"):
            await github.person("alice").close(numbers["closed"])
        comments = await desk.type({numbers["closed"]: "/ack"})
        (answer,) = await said(github, numbers["closed"])
        assert "closed already" in answer
        assert await desk.reactions(comments[numbers["closed"]]) == ["confused"]
        assert "acknowledged" not in labels(await desk.issue(numbers["closed"]))

    with subtests.test("a severity by a person is not undone by the alert"):
        payload = gcp.incident(severity="CRITICAL")
        await alert(desk.server, payload)
        number = (await incidents(github))[-1]["number"]
        await desk.type({number: "/sev 4 only the staging system"})
        payload["incident"]["observed_value"] = "more"
        await alert(desk.server, payload)
        severities = {"sev1", "sev2", "sev3", "sev4"}
        assert labels(await desk.issue(number)) & severities == {"sev4"}

    with subtests.test("what is no incident"):
        number = (await github.person("carol").open_issue("A question"))["number"]
        comments = await desk.type({number: "/ack"})
        (answer,) = await said(github, number)
        assert "not an incident" in answer
        assert await desk.reactions(comments[number]) == ["confused"]
        await desk.type({number: "/oncall"})
        assert "`alice`" in (await said(github, number))[-1]
