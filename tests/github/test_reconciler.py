"""Effects reach GitHub in order and once, whatever was lost on the way."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ghapp.core import marker
from ghapp.core.effects import (
    AddLabels,
    Assign,
    Decision,
    Effect,
    Open,
    React,
    Reaction,
    RemoveLabel,
    Say,
    Stick,
    Unassign,
    Write,
)
from ghapp.core.facts import Issue
from ghapp.core.incident import Incident
from ghapp.core.marker import Marker
from ghapp.engine.database import open_engine
from ghapp.engine.store import Done, Intended, Store
from ghapp.github.errors import NotFound, Refused, Unavailable
from ghapp.github.once import IN_FLIGHT, Ledger
from ghapp.github.priority import Priority
from ghapp.github.reconciler import NOTE, Applied, Reconciler, Texts, carrying, opening
from ghapp.model.names import Login, Severity
from tests.support.builders import HOME, KEY, NOW, firing, opened
from tests.support.fake_github import FakeGateway

ALICE, BOB = Login("alice"), Login("bob")
OPENED = opened()
SAY = Say("an occasion", "escalated")


class PlainTexts:
    """Texts in which one sees what they were made from."""

    def title(self, incident: Incident) -> str:
        return f"Title of {incident.key}"

    def body(self, effect: Open) -> str:
        return f"Body of {effect.incident.key}\n\n{marker.render(Marker('incident', effect.incident.key))}"

    def updated(self, body: str, incident: Incident) -> str:
        return f"{body.splitlines()[0]}, seen {incident.count}"

    def carrier(self, incident: Incident) -> str:
        return f"Carrier, seen {incident.count}"

    def comment(self, say: Say, incident: Incident | None) -> str:
        return f"{say.template} at {incident.severity.label if incident else 'no incident'}\n"


class Desk:
    """A reconciler over GitHub in memory and a ledger on disk; `restarted` forgets what only the process knew."""

    def __init__(self, ledger: Ledger) -> None:
        self.github = FakeGateway(clock=NOW)
        self.ledger = ledger
        self.texts: Texts = PlainTexts()
        self.restarted()

    def restarted(self) -> None:
        self.reconciler = Reconciler(
            self.github, self.ledger, self.texts, lambda: self.github.clock
        )

    def later(self, span: timedelta) -> None:
        self.github.clock += span

    async def open(self, incident: Incident = OPENED) -> Applied:
        return await self.reconciler.open(Decision(incident, (Open(incident, firing(), (BOB,)),)))

    async def apply(
        self, *effects: Effect, issue: Issue, incident: Incident = OPENED, cold: bool = False
    ) -> Applied:
        incident = replace(incident, number=issue.number)
        self.github.calls.clear()
        return await self.reconciler.apply(issue, Decision(incident, effects), cold=cold)

    @property
    def methods(self) -> list[str]:
        return [call.method for call in self.github.calls]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    db = open_engine(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    holder: list[Desk] = []
    store = Store(db, clock=lambda: holder[0].github.clock)
    await store.create()
    holder.append(Desk(store))
    yield holder[0]
    store.close()
    db.dispose()


@pytest.fixture
def issue(desk: Desk) -> Issue:
    made = desk.github.open(
        HOME, desk.github.bot, title="T", body="Body", labels=["incident", "sev2"]
    )
    return replace(made, assignees=(ALICE,))


class TestOpening:
    async def test_is_one_call_with_everything_in_it(self, desk: Desk) -> None:
        applied = await desk.open()
        assert desk.methods == ["create_issue"]
        assert applied.incident.number == 1
        assert applied.issue.title == f"Title of {KEY}"
        assert applied.issue.labels == opened().labels
        assert applied.issue.assignees == ("bob",)
        assert desk.github.calls[0].priority is Priority.SEV2

    async def test_is_noted_before_and_after(self, desk: Desk) -> None:
        desk.github.lose_answer("create_issue")
        with pytest.raises(Unavailable):
            await desk.open()
        name = opening(opened())
        assert isinstance(await desk.ledger.ledger_state(name), Intended)
        await desk.open()
        state = await desk.ledger.ledger_state(name)
        assert isinstance(state, Done)
        assert state.result == "2"

    def test_a_successor_is_another_opening(self) -> None:
        assert opening(opened()) != opening(replace(opened(), previous=7))

    async def test_an_issue_is_never_opened_for_an_incident_that_has_one(
        self, desk: Desk, issue: Issue
    ) -> None:
        with pytest.raises(AssertionError):
            await desk.apply(Open(opened(), firing(), ()), issue=issue)


class TestOrder:
    async def test_effects_are_applied_one_after_the_other(self, desk: Desk, issue: Issue) -> None:
        comment = desk.github.person_comments(HOME, issue.number, author=ALICE, body="/x")
        applied = await desk.apply(
            SAY,
            Assign((BOB,)),
            AddLabels(("escalated",)),
            RemoveLabel("sev2"),
            Write(),
            React(comment.id, Reaction.DONE),
            issue=issue,
        )
        assert desk.methods == [
            *(
                "create_comment",
                "add_assignees",
                "add_labels",
                "remove_label",
                "edit_issue",
                "react",
            )
        ]
        assert applied.wrote == NOW
        assert applied.issue.labels == {"incident", "escalated"}

    async def test_what_follows_a_failure_waits(self, desk: Desk, issue: Issue) -> None:
        desk.github.fail("add_labels", Unavailable("502"))
        with pytest.raises(Unavailable):
            await desk.apply(AddLabels(("escalated",)), Write(), issue=issue)
        assert desk.methods == ["add_labels"]

    async def test_they_go_with_the_incidents_priority_unless_told_otherwise(
        self, desk: Desk, issue: Issue
    ) -> None:
        worst = replace(opened(), severity=Severity.SEV1)
        await desk.apply(Write(), issue=issue, incident=worst)
        await desk.reconciler.apply(
            issue, Decision(worst, (Write(),)), cold=False, priority=Priority.REPEAT
        )
        assert [call.priority for call in desk.github.calls] == [Priority.SEV1, Priority.REPEAT]


class TestComments:
    async def test_bear_the_marker_of_their_occasion(self, desk: Desk, issue: Issue) -> None:
        await desk.apply(SAY, issue=issue)
        (body,) = desk.github.bodies(HOME, issue.number)
        assert body.startswith("escalated at sev2")
        assert marker.find(body) == Marker(NOTE, SAY.key)

    async def test_are_written_once(self, desk: Desk, issue: Issue) -> None:
        await desk.apply(SAY, issue=issue)
        desk.restarted()
        await desk.apply(SAY, issue=issue)
        assert desk.methods == []

    async def test_whose_answer_was_lost_are_looked_for(self, desk: Desk, issue: Issue) -> None:
        desk.github.lose_answer("create_comment")
        with pytest.raises(Unavailable):
            await desk.apply(SAY, issue=issue)
        await desk.apply(SAY, issue=issue)
        assert desk.methods == ["list_comments"]
        assert len(desk.github.bodies(HOME, issue.number)) == 1
        assert isinstance(await desk.ledger.ledger_state(SAY.key), Done)

    async def test_that_never_arrived_are_written_after_the_look(
        self, desk: Desk, issue: Issue
    ) -> None:
        desk.github.fail("create_comment", Unavailable("dropped", uncertain=True))
        with pytest.raises(Unavailable):
            await desk.apply(SAY, issue=issue)
        await desk.apply(SAY, issue=issue)
        assert desk.methods == ["list_comments", "create_comment"]

    async def test_of_an_issue_that_is_new_to_us_are_looked_for(
        self, desk: Desk, issue: Issue
    ) -> None:
        signed = f"Said before.\n\n{marker.render(Marker(NOTE, SAY.key))}"
        desk.github.comment(HOME, issue.number, desk.github.bot, signed)
        await desk.apply(SAY, issue=issue, cold=True)
        assert desk.methods == ["list_comments"]

    async def test_forged_by_a_person_do_not_count(self, desk: Desk, issue: Issue) -> None:
        forged = f"Nothing to see.\n\n{marker.render(Marker(NOTE, SAY.key))}"
        desk.github.person_comments(HOME, issue.number, author=ALICE, body=forged)
        await desk.apply(SAY, issue=issue, cold=True)
        assert desk.methods == ["list_comments", "create_comment"]

    async def test_of_another_occasion_do_not_count(self, desk: Desk, issue: Issue) -> None:
        await desk.apply(SAY, issue=issue)
        await desk.apply(replace(SAY, key="another occasion"), issue=issue, cold=True)
        assert desk.methods == ["list_comments", "create_comment"]


class TestSticking:
    STICK = Stick("an occasion", "guide", {}, {"asks": ["area"]})

    async def stick(self, desk: Desk, issue: Issue, body: str, *, look: bool = False) -> None:
        await desk.reconciler.stick(HOME, issue.number, self.STICK, body, look=look)

    async def test_one_comment_that_is_edited(self, desk: Desk, issue: Issue) -> None:
        await self.stick(desk, issue, "First")
        await self.stick(desk, issue, "Second")
        (body,) = desk.github.bodies(HOME, issue.number)
        assert body.startswith("Second\n")
        assert marker.find(body) == Marker(NOTE, "an occasion")
        assert marker.find_state(body) == {"asks": ["area"]}

    @pytest.mark.parametrize("looks", [True, False])
    async def test_it_is_found_again(self, desk: Desk, issue: Issue, looks: bool) -> None:
        desk.github.lose_answer("create_comment")
        with pytest.raises(Unavailable):
            await self.stick(desk, issue, "First")
        await self.stick(desk, issue, "Second", look=looks)
        assert len(desk.github.bodies(HOME, issue.number)) == 1
        assert desk.github.bodies(HOME, issue.number)[0].startswith("Second\n")

    async def test_one_that_somebody_has_deleted_stays_so(self, desk: Desk, issue: Issue) -> None:
        await self.stick(desk, issue, "First")
        desk.github.comments[HOME, issue.number].clear()
        await self.stick(desk, issue, "Second")
        assert desk.github.bodies(HOME, issue.number) == []


class TestWhatMayStillBeOnItsWay:
    """A process died with a write in flight: GitHub may carry it out a moment later."""

    @pytest.fixture(autouse=True)
    async def died(self, desk: Desk, issue: Issue) -> None:
        desk.github.fail("create_comment", Unavailable("the power goes", uncertain=True))
        with pytest.raises(Unavailable):
            await desk.apply(SAY, issue=issue)
        desk.restarted()

    async def test_is_waited_for(self, desk: Desk, issue: Issue) -> None:
        desk.later(IN_FLIGHT / 4)
        with pytest.raises(Unavailable) as waits:
            await desk.apply(SAY, issue=issue)
        assert desk.methods == []
        assert waits.value.after == pytest.approx(IN_FLIGHT.total_seconds() * 3 / 4)

    async def test_and_then_looked_for(self, desk: Desk, issue: Issue) -> None:
        desk.later(IN_FLIGHT)
        await desk.apply(SAY, issue=issue)
        assert desk.methods == ["list_comments", "create_comment"]

    async def test_of_an_opening_and_a_carrier_too(self, desk: Desk, issue: Issue) -> None:
        for name in (opening(opened()), carrying(opened())):
            await desk.ledger.ledger_intend(name)
            with pytest.raises(Unavailable):
                await desk.reconciler.settle(name)
        desk.later(IN_FLIGHT)
        assert isinstance(await desk.reconciler.settle(opening(opened())), Intended)
        assert await desk.reconciler.settle("nothing of the kind") is None


class TestAssignees:
    async def test_who_is_there_is_not_added_and_who_is_not_is_not_taken_off(
        self, desk: Desk, issue: Issue
    ) -> None:
        await desk.apply(Assign((Login("ALICE"),)), Unassign((BOB,)), issue=issue)
        assert desk.methods == []

    async def test_only_the_others_are(self, desk: Desk, issue: Issue) -> None:
        desk.github.person_changes(HOME, issue.number, assignees=(ALICE,))
        applied = await desk.apply(
            Assign((ALICE, BOB)), Unassign((Login("Alice"), Login("carol"))), issue=issue
        )
        assert [call.args["logins"] for call in desk.github.calls] == [("bob",), ("Alice",)]
        assert applied.issue.assignees == ("bob",)

    @pytest.mark.parametrize(
        "effect", [Assign((BOB,)), Unassign((ALICE,))], ids=["assign", "unassign"]
    )
    async def test_whom_github_refuses_stop_nothing(
        self, desk: Desk, issue: Issue, effect: Effect
    ) -> None:
        for method in ("add_assignees", "remove_assignees"):
            desk.github.fail(method, Refused(422, "Validation Failed"))
        applied = await desk.apply(effect, Write(), issue=issue)
        assert desk.methods[-1] == "edit_issue"
        assert applied.wrote == NOW

    async def test_an_outage_does(self, desk: Desk, issue: Issue) -> None:
        desk.github.fail("add_assignees", Unavailable("502"))
        with pytest.raises(Unavailable):
            await desk.apply(Assign((BOB,)), issue=issue)


class TestWriting:
    @pytest.mark.parametrize(
        ("effect", "state", "reason"),
        [
            pytest.param(Write(), None, None, id="text only"),
            pytest.param(Write(close=True), "closed", "completed", id="close"),
            pytest.param(Write(reopen=True), "open", None, id="reopen"),
        ],
    )
    async def test_text_and_state_are_one_call(
        self, desk: Desk, issue: Issue, effect: Write, state: str | None, reason: str | None
    ) -> None:
        applied = await desk.apply(effect, issue=issue)
        (call,) = desk.github.calls
        assert call.args["body"] == "Body, seen 1"
        assert (call.args["state"], call.args["state_reason"]) == (state, reason)
        assert call.args["title"] is None
        assert applied.issue.body == "Body, seen 1"

    async def test_without_a_write_nothing_was_written(self, desk: Desk, issue: Issue) -> None:
        assert (await desk.apply(issue=issue)).wrote is None

    async def test_a_persons_issue_is_written_in_its_carrier(
        self, desk: Desk, issue: Issue
    ) -> None:
        carrier = await desk.reconciler.carry(issue, opened())
        carried = replace(opened(), carrier=carrier, count=9)
        await desk.apply(Write(), issue=issue, incident=carried)
        assert desk.methods == ["edit_comment"]
        assert desk.github.bodies(HOME, issue.number) == ["Carrier, seen 9"]
        await desk.apply(Write(close=True), issue=issue, incident=carried)
        assert desk.methods == ["edit_comment", "edit_issue"]
        assert desk.github.issues[HOME, issue.number].body == "Body"

    async def test_a_deleted_carrier_stops_nothing(self, desk: Desk, issue: Issue) -> None:
        desk.github.fail("edit_comment", NotFound())
        carried = replace(opened(), carrier=5)
        await desk.apply(Write(close=True), issue=issue, incident=carried)
        assert not desk.github.issues[HOME, issue.number].open
