"""Commands as people type them: who may, what becomes of them, and the one answer each gets."""

import pytest

from ghapp.core import marker, wire
from ghapp.core.command import Command, Outcome, Passed, Request
from ghapp.core.effects import Say
from ghapp.core.facts import RepoName
from ghapp.core.github_event import AskEvent
from ghapp.core.marker import Marker
from ghapp.core.routing import support_fingerprint
from ghapp.duties.asks import NOT_ALLOWED, NOT_KNOWN
from ghapp.engine.inbox import Delivery
from ghapp.github.errors import Unavailable
from ghapp.model.names import Login
from tests.support.builders import HOME, NOW, OWNERS, firing, resolved
from tests.support.desk import Desk

SUPPORT = support_fingerprint(HOME, 1)
DAVE = Login("dave")
"""Nobody whom OWNERS.yaml names."""


def reactions(desk: Desk) -> list[list[str]]:
    return list(desk.github.reactions.values())


class TestWhoMay:
    async def test_people_named_in_the_file_are_not_asked_about(self, desk: Desk) -> None:
        await desk.alert(firing())
        with desk.spending() as spent:
            await desk.says("/ack", by="CAROL")
        assert "permission" not in spent.methods
        assert reactions(desk) == [["+1"]]

    async def test_people_with_write_permission(self, desk: Desk) -> None:
        desk.github.people.add(DAVE)
        await desk.alert(firing())
        await desk.says("/ack", by=DAVE)
        assert "acknowledged" in desk.issue().labels

    async def test_nobody_else(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.says("/resolve", by=DAVE)
        assert desk.issue().open
        assert reactions(desk) == [["confused"]]
        assert desk.words() == [f"`/resolve` was not carried out. {NOT_ALLOWED}"]

    async def test_not_when_github_could_not_tell(self, desk: Desk) -> None:
        desk.github.unknown_permission.add(DAVE)
        await desk.alert(firing())
        await desk.says("/ack", by=DAVE)
        assert "acknowledged" not in desk.issue().labels
        assert desk.words() == [f"`/ack` was not carried out. {NOT_KNOWN}"]

    async def test_an_outage_is_waited_for(self, desk: Desk) -> None:
        desk.github.people.add(DAVE)
        desk.github.fail("permission", Unavailable("502"))
        await desk.alert(firing())
        await desk.says("/ack", by=DAVE)
        assert desk.words() == []
        await desk.patiently()
        assert "acknowledged" in desk.issue().labels


class TestAnswers:
    async def test_misuse_is_answered_with_the_usage(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.says("/sev high")
        assert desk.words() == [
            "`/sev` was not understood. It is used like this: `/sev 1-4 [reason]`"
        ]
        assert reactions(desk) == [["confused"]]

    async def test_a_closed_incident_says_so(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.alert(resolved(minutes=1))
        await desk.says("/ack")
        assert "closed already" in desk.words()[-1]

    async def test_the_live_issue_counts_not_the_index(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.github.person_changes(HOME, 1, open=False)
        await desk.says("/ack")
        assert "closed already" in desk.words()[-1]

    async def test_help_lists_every_command(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.says("/help")
        for command in ("/ack", "/escalate", "/sev 1-4", "/handoff", "/snooze", "/runbook"):
            assert command in desk.words()[0]

    async def test_words_that_are_no_command_cost_nothing_more_than_a_look(
        self, desk: Desk
    ) -> None:
        await desk.alert(firing())
        with desk.spending() as spent:
            await desk.says("I ran `/ack` yesterday.\n\n> /ack\n\n/deploy now")
        assert spent.methods == ["get_issue"]
        assert reactions(desk) == []

    async def test_several_in_one_comment_in_order_and_one_reaction(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.says("/sev 1 customers see it\n/ack\n/sev nonsense\n/update looking")
        assert {"sev1", "acknowledged"} <= desk.issue().labels
        assert reactions(desk) == [["confused"]]
        assert len(desk.words()) == 1
        desk.later(minutes=2)
        await desk.tick()
        assert "| Latest update | looking |" in desk.issue().body

    async def test_a_reaction_that_fails_is_no_failure(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.github.fail("react", Unavailable("502"))
        await desk.says("/ack")
        assert "acknowledged" in desk.issue().labels
        assert not await desk.parked()

    async def test_a_repeated_delivery_changes_nothing(self, desk: Desk) -> None:
        await desk.alert(firing())
        comment = await desk.says("/escalate")
        await desk.says("/escalate", comment=comment)
        assert len(desk.words()) == 1

    async def test_the_same_words_in_a_new_comment_count_again(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.says("/escalate")
        await desk.says("/escalate")
        assert len(desk.words()) == 2


class TestEdits:
    async def test_only_what_is_new_is_obeyed(self, desk: Desk) -> None:
        await desk.alert(firing())
        comment = await desk.says("/escalate")
        await desk.says("/escalate\n/ack", previous="/escalate", comment=comment)
        assert "acknowledged" in desk.issue().labels
        assert len(desk.words()) == 1

    async def test_other_words_around_the_same_command_change_nothing(self, desk: Desk) -> None:
        await desk.alert(firing())
        comment = await desk.says("/escalate")
        await desk.says("Please!\n\n/escalate", previous="/escalate", comment=comment)
        assert len(desk.words()) == 1


class TestOrdinaryIssues:
    @pytest.fixture(autouse=True)
    def a_question(self, desk: Desk) -> None:
        desk.github.person_opens(
            HOME, author=DAVE, title="Invoice is wrong", body="Help!", labels=["area/billing"]
        )

    async def test_escalate_makes_it_an_incident(self, desk: Desk) -> None:
        asked = await desk.says("/escalate sev2 a customer waits", by="carol")
        issue = desk.issue()
        assert issue.labels == {"incident", "sev2", "area/billing", "source/support"}
        assert issue.assignees == ("bob",)
        assert (issue.title, issue.body) == ("Invoice is wrong", "Help!")
        (carrier,) = (c for c in desk.github.comments[HOME, 1] if c.author_is_app)
        assert marker.find(carrier.body) == Marker("incident", SUPPORT)
        assert carrier.body.startswith("@bob `carol` makes this issue an incident.")
        assert "> a customer waits" in carrier.body
        assert desk.github.reactions[asked.id] == ["+1"]

    async def test_its_clock_runs_and_its_text_follows_in_the_carrier(self, desk: Desk) -> None:
        await desk.says("/escalate sev2")
        desk.later(minutes=15)
        await desk.tick()
        assert desk.words()[1].startswith("@bob this sev2 needs you")
        await desk.says("/ack", by="bob")
        desk.later(minutes=2)
        await desk.tick()
        assert "| Acknowledged | by `bob`" in desk.words()[0]
        assert desk.issue().body == "Help!"

    async def test_resolve_closes_it(self, desk: Desk) -> None:
        await desk.says("/escalate")
        await desk.says("/resolve sent a new invoice")
        assert not desk.issue().open
        assert "sent a new invoice" in desk.words()[0]

    async def test_without_an_area_label_the_fallback_area_takes_it(self, desk: Desk) -> None:
        desk.github.person_opens(HOME, author=DAVE, title="Slow")
        await desk.says("/escalate", number=2)
        assert desk.issue(2).labels == {"incident", "sev3", "area/deployment", "source/support"}

    async def test_in_another_repository(self, desk: Desk) -> None:
        shop = RepoName("acme/shop")
        desk.github.person_opens(shop, author=DAVE, title="Cart is empty")
        await desk.says("/escalate", repo=shop)
        assert "incident" in desk.github.issues[shop, 1].labels

    async def test_the_commands_after_it_are_carried_out_too(self, desk: Desk) -> None:
        await desk.says("/escalate sev1\n/ack\n/update called them", by="carol")
        assert {"sev1", "acknowledged"} <= desk.issue().labels
        desk.later(minutes=2)
        await desk.tick()
        assert "called them" in desk.words()[0]

    async def test_those_before_it_are_answered_once(self, desk: Desk) -> None:
        await desk.says("/oncall\n/escalate", by="carol")
        assert len(desk.words()) == 2
        assert "acknowledged" not in desk.issue().labels

    @pytest.mark.parametrize(
        "method", ["create_comment", "add_labels", "add_assignees", "get_issue", "list_comments"]
    )
    async def test_nothing_is_doubled_when_an_answer_is_lost(self, desk: Desk, method: str) -> None:
        desk.github.lose_answer(method)
        await desk.says("/escalate sev2")
        await desk.patiently()
        assert len(desk.words()) == 1
        assert desk.issue().labels >= {"incident", "sev2"}
        assert (await desk.record(SUPPORT)).incident.clock.level == 1

    async def test_trouble_right_after_it_does_not_escalate_twice(self, desk: Desk) -> None:
        await desk.types("/escalate sev2")
        await desk.types("/sev nonsense")
        desk.github.fail_after(1, "create_comment", Unavailable("502"))
        await desk.drain()
        await desk.patiently()
        assert (await desk.record(SUPPORT)).incident.clock.level == 1

    async def test_a_lost_database_knows_it_by_its_comment(self, desk: Desk) -> None:
        await desk.says("/escalate sev2")
        await desk.restart(lost_database=True)
        record = await desk.record(SUPPORT)
        assert record.incident.severity == 2
        assert record.incident.carrier is not None
        desk.later(minutes=15)
        await desk.tick()
        assert len(desk.words()) == 2

    async def test_a_deleted_carrier_stops_nothing(self, desk: Desk) -> None:
        await desk.says("/escalate sev2")
        desk.github.comments[HOME, 1] = []
        desk.later(minutes=15)
        await desk.tick()
        await desk.patiently()
        assert desk.words()[-1].startswith("@bob this sev2 needs you")

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            pytest.param(
                "/ack", "`/ack` was not carried out. This issue is not an incident.", id="ack"
            ),
            pytest.param("/oncall area/billng", "Did you mean `billing`?", id="a slip"),
            pytest.param("/oncall billing", "| billing | `bob` |", id="a question"),
            pytest.param("/help", "/escalate", id="help"),
        ],
    )
    async def test_what_else_is_answered(self, desk: Desk, body: str, said: str) -> None:
        await desk.says(body)
        (words,) = desk.words()
        assert said in words
        assert "incident" not in desk.issue().labels

    async def test_strangers_cannot_escalate(self, desk: Desk) -> None:
        await desk.says("/escalate sev1", by=DAVE)
        assert "incident" not in desk.issue().labels
        assert reactions(desk) == [["confused"]]

    async def test_other_words_cost_nothing(self, desk: Desk) -> None:
        with desk.spending() as spent:
            await desk.says("Any news? /escalate maybe")
        assert spent.methods == []

    async def test_a_pull_request_or_a_closed_issue_is_none(self, desk: Desk) -> None:
        desk.github.person_opens(HOME, author=DAVE, is_pull=True)
        desk.github.person_changes(HOME, 1, open=False)
        await desk.says("/escalate", number=1)
        await desk.says("/escalate", number=2)
        assert "This issue is closed" in desk.words(1)[0]
        assert "A pull request can't be an incident" in desk.words(2)[0]

    async def test_a_change_by_hand_is_its_owners_business(self, desk: Desk) -> None:
        with desk.spending() as spent:
            await desk.by_hand("labeled", labels=frozenset({"incident"}))
        assert spent.methods == []

    async def test_a_person_cannot_forge_the_marker(self, desk: Desk) -> None:
        forged = f"/help\n\n{marker.render(Marker('incident', SUPPORT))}"
        await desk.says(forged, by=DAVE)
        desk.github.person_changes(HOME, 1, labels=frozenset({"incident", "area/billing"}))
        await desk.look()
        assert await desk.records.get(SUPPORT) is None


async def test_a_sev_by_a_person_is_not_undone_by_the_alert(desk: Desk) -> None:
    await desk.alert(firing())
    await desk.says("/sev 4 nobody is affected")
    desk.later(minutes=2)
    await desk.alert(firing(minutes=2))
    assert "sev4" in desk.issue().labels
    assert "sev4 (set by a person)" in desk.issue().body


async def test_escalate_advances_also_after_an_acknowledgement(desk: Desk) -> None:
    await desk.alert(firing())
    await desk.says("/ack", by="bob")
    await desk.says("/escalate I need help", by="bob")
    assert "acknowledged" not in desk.issue().labels
    assert desk.words()[0].startswith("@carol @bob this sev2 needs you: `bob` asks for help")
    desk.later(minutes=10)
    await desk.tick()
    assert desk.words()[1].startswith("@alice @bob @carol")


async def test_snooze_and_what_follows(desk: Desk) -> None:
    await desk.alert(firing())
    await desk.says("/snooze 30m")
    assert "snoozed" in desk.issue().labels
    desk.later(minutes=29)
    await desk.tick()
    assert desk.words() == []
    desk.later(minutes=1)
    await desk.tick()
    assert desk.words()[0].startswith("@bob the snooze is over")
    assert "snoozed" not in desk.issue().labels
    assert OWNERS.count("sev2: {acknowledge: 15m}") == 1
    desk.later(minutes=15)
    await desk.tick()
    assert len(desk.words()) == 2


async def test_handoff(desk: Desk) -> None:
    await desk.alert(firing())
    await desk.says("/handoff @carol she knows it", by="bob")
    assert desk.issue().assignees == ("carol",)
    assert desk.words()[0].startswith("@carol `bob` hands this sev2 to you")


async def test_an_acknowledgement_right_after_the_label_was_taken_off_holds(desk: Desk) -> None:
    await desk.alert(firing())
    await desk.says("/ack")
    desk.github.person_changes(HOME, 1, labels=desk.issue().labels - {"acknowledged"})
    await desk.says("/ack")
    assert "acknowledged" in desk.issue().labels
    desk.later(minutes=59)
    await desk.look()
    await desk.tick()
    assert desk.words() == []


async def test_a_cry_for_help_right_after_an_acknowledgement_by_label_is_heard(desk: Desk) -> None:
    await desk.alert(firing())
    desk.github.person_changes(HOME, 1, labels=desk.issue().labels | {"acknowledged"})
    await desk.says("/escalate I can't do this alone")
    assert "acknowledged" not in desk.issue().labels
    desk.later(minutes=10)
    await desk.look()
    await desk.tick()
    assert len(desk.words()) == 2


async def test_a_severity_by_command_beats_one_by_label_just_before(desk: Desk) -> None:
    await desk.alert(firing())
    labels = (desk.issue().labels - {"sev2"}) | {"sev1"}
    desk.github.person_changes(HOME, 1, labels=labels)
    await desk.says("/sev 2")
    assert {label for label in desk.issue().labels if label.startswith("sev")} == {"sev2"}


OTHER = "pull:acme/ops#1"


def hand_on(request: Request) -> Outcome:
    return Passed(OTHER)


class TestPassedOn:
    @pytest.fixture(autouse=True)
    def _a_command_for_elsewhere(self, desk: Desk) -> None:
        command = Command(names=("pass",), usage="/pass", help="", run=hand_on, anywhere=True)
        desk.asks._commands = {**desk.asks._commands, "pass": command}

    @pytest.fixture
    def asked(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> dict[str, wire.Event]:
        """What the other conversation gets, by the delivery's id."""
        taken: dict[str, wire.Event] = {}

        async def put(delivery: Delivery) -> bool:
            assert delivery.conversation == OTHER
            taken[delivery.id] = wire.decode(delivery.kind, delivery.payload)
            return True

        monkeypatch.setattr(desk.outbox, "_put", put)
        return taken

    async def test_the_other_conversation_is_asked_and_nothing_is_answered_here(
        self, desk: Desk, asked: dict[str, wire.Event]
    ) -> None:
        desk.github.person_opens(HOME, author=DAVE)
        comment = await desk.says('/pass title "so it is" @bob', by="bob")
        assert list(asked.values()) == [
            AskEvent(
                repo=HOME,
                number=1,
                comment_id=comment.id,
                name="pass",
                args=("title", "so it is", "@bob"),
                text='title "so it is" @bob',
                sender=Login("bob"),
                asked_at=desk.now,
                key=f"support:acme/ops#1:command:{comment.id}.pass.4d303fd4",
            )
        ]
        assert (reactions(desk), desk.words()) == ([], [])

    async def test_what_else_the_comment_asks_is_answered(
        self, desk: Desk, asked: dict[str, wire.Event]
    ) -> None:
        desk.github.person_opens(HOME, author=DAVE)
        await desk.says("/pass\n/oncall", by="bob")
        assert len(asked) == 1
        assert reactions(desk) == [["+1"]]

    async def test_once_for_each_command(self, desk: Desk, asked: dict[str, wire.Event]) -> None:
        desk.github.person_opens(HOME, author=DAVE)
        comment = await desk.says("/pass", by="bob")
        await desk.says("/pass\n/pass on", by="bob", previous="", comment=comment)
        assert len(asked) == 2

    async def test_on_an_incident_too(self, desk: Desk, asked: dict[str, wire.Event]) -> None:
        await desk.alert(firing())
        await desk.says("/pass")
        assert len(asked) == 1
        assert reactions(desk) == []
        await desk.says("/pass now\n/ack")
        assert len(asked) == 2
        assert reactions(desk) == [["+1"]]

    async def test_nobody_who_may_not_command_is_heard(
        self, desk: Desk, asked: dict[str, wire.Event]
    ) -> None:
        desk.github.person_opens(HOME, author=DAVE)
        await desk.says("/pass", by="dave")
        assert asked == {}
        assert reactions(desk) == [["confused"]]


class TestReplies:
    @pytest.fixture
    def ask(self, desk: Desk) -> AskEvent:
        desk.github.person_opens(HOME, author=DAVE)
        comment = desk.github.person_comments(HOME, 1, author=Login("bob"), body="/pass")
        return AskEvent(
            repo=HOME,
            number=1,
            comment_id=comment.id,
            name="pass",
            args=(),
            text="",
            sender=Login("bob"),
            asked_at=NOW,
            key="key",
        )

    async def test_done_is_a_reaction(self, desk: Desk, ask: AskEvent) -> None:
        await desk.duties.replies.done(ask)
        assert (reactions(desk), desk.words()) == ([["+1"]], [])

    async def test_done_with_something_to_say(self, desk: Desk, ask: AskEvent) -> None:
        say = Say("key", "refused", {"name": "pass", "why": "Later."})
        await desk.duties.replies.done(ask, say)
        assert (reactions(desk), len(desk.words())) == ([["+1"]], 1)

    async def test_refused_says_why_once(self, desk: Desk, ask: AskEvent) -> None:
        for _ in range(2):
            await desk.duties.replies.refused(ask, "Not by its author.")
        assert desk.words() == ["`/pass` was not carried out. Not by its author."]
        assert reactions(desk)[0][0] == "confused"

    async def test_misused_says_how_it_is_used(self, desk: Desk, ask: AskEvent) -> None:
        await desk.duties.replies.misused(ask, "/pass RULE")
        assert "`/pass RULE`" in desk.words()[0]
        assert reactions(desk) == [["confused"]]
