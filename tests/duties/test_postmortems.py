"""Postmortems: one for each incident that asks, kept in mind until each action has an owner and a date."""

from datetime import date, datetime, timedelta

import pytest

from ghapp.core.facts import Issue, IssueEvent
from ghapp.core.marker import Marker
from ghapp.core.postmortem import KIND, Action, actions
from ghapp.core.postmortem_state import ACTION
from ghapp.core.routine_asks import POSTMORTEMS
from ghapp.duties.dated import marker_of
from ghapp.duties.postmortem_texts import due_of
from ghapp.github.errors import NotFound, Unavailable
from ghapp.model.names import Login
from tests.support.builders import HOME, OWNERS, firing, resolved
from tests.support.desk import Desk

ASKS = OWNERS.replace("sev2: {acknowledge: 15m}", "sev2: {acknowledge: 15m, postmortem: 3d}")
DUE = date(2026, 11, 25)


@pytest.fixture(autouse=True)
async def _asks(desk: Desk) -> None:
    desk.github.write_file(HOME, "OWNERS.yaml", ASKS)
    await desk.push()


def of_kind(desk: Desk, kind: str) -> list[Issue]:
    found = [issue for issue in desk.github.issues.values() if kind in issue.labels]
    return sorted(found, key=lambda issue: issue.number)


def the_postmortem(desk: Desk) -> Issue:
    (found,) = of_kind(desk, KIND)
    return found


async def happens(desk: Desk) -> Issue:
    """An incident, acknowledged after three minutes and over after nine; its postmortem."""
    await desk.alert(firing())
    desk.later(minutes=3)
    await desk.says("/ack")
    desk.later(minutes=6)
    await desk.alert(resolved(minutes=9))
    return the_postmortem(desk)


async def look(desk: Desk) -> None:
    await desk.postmortems.look()
    await desk.patiently()


async def changes(desk: Desk, issue: Issue, action: str, **given: object) -> None:
    """A person changes an issue, and the webhook tells."""
    desk.github.person_changes(HOME, issue.number, **given)
    event = IssueEvent(
        repo=HOME, number=issue.number, action=action, sender=Login("carol"), at=desk.now
    )
    await desk.put(POSTMORTEMS, event)
    await desk.patiently()


async def lists(desk: Desk, *lines: str) -> None:
    issue = the_postmortem(desk)
    body = issue.body.replace("## Actions", "\n".join(["## Actions", "", *lines]))
    await changes(desk, issue, "edited", body=body)


async def closes(desk: Desk) -> Issue:
    issue = the_postmortem(desk)
    await changes(desk, issue, "closed", open=False, closed_at=desk.now)
    return the_postmortem(desk)


class TestOpening:
    async def test_an_incident_that_asks_has_one_at_once(self, desk: Desk) -> None:
        issue = await happens(desk)
        assert issue.title == "Postmortem: Latency is high"
        assert marker_of(issue) == Marker(KIND, "acme/ops#1")
        assert issue.assignees == ("alice",)
        assert due_of(issue) == DUE
        assert "@alice this postmortem is due on **2026-11-25**. It is about #1, sev2" in issue.body
        assert "| Acknowledged | after 3m |" in issue.body
        assert "| Over | after 9m |" in issue.body
        assert "| 2026-11-22 12:03:00 UTC | acknowledged | `alice` |" in issue.body
        assert "## What went well" in issue.body.split("<!-- ghapp:end -->")[1]

    async def test_one_that_nobody_acknowledged_is_its_owners(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.alert(resolved(minutes=1))
        assert the_postmortem(desk).assignees == ("carol",)

    async def test_others_have_none(self, desk: Desk) -> None:
        await desk.alert(firing(policy="Disk"))
        await desk.says("/resolve")
        await look(desk)
        assert of_kind(desk, KIND) == []

    async def test_firing_again_and_ending_again_makes_no_second(self, desk: Desk) -> None:
        await happens(desk)
        desk.later(minutes=20)
        await desk.alert(firing(occurrence="0.b", minutes=29))
        await look(desk)
        assert "| Over | not yet |" in the_postmortem(desk).body
        desk.later(days=1)
        await desk.alert(resolved(occurrence="0.b", minutes=29 + 1440))
        await look(desk)
        issue = the_postmortem(desk)
        assert due_of(issue) == DUE + timedelta(days=1)
        assert "| reopened |" in issue.body

    async def test_looking_again_writes_nothing_and_costs_nothing(self, desk: Desk) -> None:
        await happens(desk)
        await look(desk)
        with desk.spending() as spent:
            await look(desk)
        assert spent.methods == []

    async def test_a_lost_database_finds_it_again(self, desk: Desk) -> None:
        await happens(desk)
        await desk.restart(lost_database=True)
        before = dict(desk.github.issues)
        await look(desk)
        assert desk.github.issues == before

    @pytest.mark.parametrize("lost", [False, True], ids=["answer", "answer and database"])
    async def test_an_answer_that_was_lost_makes_no_second(self, desk: Desk, lost: bool) -> None:
        await desk.alert(firing())
        desk.github.lose_answer("create_issue")
        await desk.alert(resolved(minutes=1))
        await desk.restart(lost_database=lost)
        await look(desk)
        assert marker_of(the_postmortem(desk)) == Marker(KIND, "acme/ops#1")

    async def test_what_could_not_be_told_at_once_heals_at_the_next_look(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.github.fail("create_issue", Unavailable("down"))
        await desk.alert(resolved(minutes=1))
        assert of_kind(desk, KIND) == []
        await look(desk)
        assert len(of_kind(desk, KIND)) == 1

    async def test_one_that_somebody_deletes_stays_deleted(self, desk: Desk) -> None:
        issue = await happens(desk)
        desk.delete(issue.number, NotFound(404, "gone"))
        await look(desk)
        assert of_kind(desk, KIND) == []

    async def test_when_the_file_begins_to_ask_the_past_is_left_alone(self, desk: Desk) -> None:
        desk.github.write_file(HOME, "OWNERS.yaml", OWNERS)
        await desk.push()
        await desk.alert(firing())
        await desk.says("/resolve")
        desk.later(days=15)
        desk.github.write_file(HOME, "OWNERS.yaml", ASKS)
        await desk.push()
        await look(desk)
        assert of_kind(desk, KIND) == []
        await desk.says("/postmortem")
        assert due_of(the_postmortem(desk)) == date(2026, 12, 10)

    async def test_people_keep_what_they_wrote(self, desk: Desk) -> None:
        await happens(desk)
        await lists(desk, "- [ ] mine")
        await desk.restart(lost_database=True)
        await look(desk)
        assert "- [ ] mine" in the_postmortem(desk).body


class TestAsked:
    async def test_while_the_incident_goes_on(self, desk: Desk) -> None:
        await desk.alert(firing(policy="Disk"))
        comment = await desk.says("/postmortem", by="bob")
        issue = the_postmortem(desk)
        assert due_of(issue) == date(2026, 11, 29)
        assert "| Over | not yet |" in issue.body
        assert desk.github.reactions[comment.id] == ["+1"]
        desk.later(days=1)
        await desk.says("/resolve")
        await look(desk)
        assert due_of(the_postmortem(desk)) == date(2026, 11, 30)

    async def test_twice(self, desk: Desk) -> None:
        await happens(desk)
        await desk.says("/postmortem")
        await desk.says("/postmortem", by="bob")
        assert len(of_kind(desk, KIND)) == 1
        assert len(desk.words()) == 1  # that the alert is over

    async def test_of_what_is_no_incident(self, desk: Desk) -> None:
        number = desk.github.person_opens(HOME, author=Login("bob")).number
        await desk.says("/postmortem", number=number)
        assert of_kind(desk, KIND) == []
        assert "Only incidents have a postmortem" in desk.words(number)[0]


class TestReminders:
    async def test_at_the_date_and_weekly_and_each_once(self, desk: Desk) -> None:
        issue = await happens(desk)
        said = []
        for _ in range(17):
            await desk.tick()
            await look(desk)
            said.append(len(desk.words(issue.number)))
            desk.later(days=1)
        assert said == [0, 0, 0, *[1] * 7, *[2] * 7]
        first, second = desk.words(issue.number)
        assert first.startswith("@alice this postmortem is due today.")
        assert second.startswith("@alice this postmortem was due on 2026-11-25.")

    async def test_the_clock_brings_them(self, desk: Desk) -> None:
        issue = await happens(desk)
        due = await desk.clock.due()
        assert due[POSTMORTEMS] == datetime.fromisoformat("2026-11-25T00:00Z")
        desk.github.clock = due[POSTMORTEMS]
        await desk.tick()
        assert len(desk.words(issue.number)) == 1

    async def test_after_an_outage_there_is_one(self, desk: Desk) -> None:
        issue = await happens(desk)
        desk.later(days=40)
        await look(desk)
        assert len(desk.words(issue.number)) == 1

    async def test_a_lost_database_repeats_none(self, desk: Desk) -> None:
        issue = await happens(desk)
        await lists(desk, "- [ ] think")
        desk.later(days=4)
        await look(desk)
        await desk.restart(lost_database=True)
        await look(desk)
        (said,) = desk.words(issue.number)
        assert "1 of its actions still needs an owner or a date" in said

    async def test_what_is_closed_reminds_nobody(self, desk: Desk) -> None:
        issue = await happens(desk)
        await closes(desk)
        desk.later(days=4)
        await look(desk)
        assert desk.words(issue.number) == []
        assert POSTMORTEMS not in await desk.clock.due()

    async def test_nobody_is_assigned_any_more(self, desk: Desk) -> None:
        issue = await happens(desk)
        desk.github.person_changes(HOME, issue.number, assignees=())
        desk.later(days=4)
        await look(desk)
        assert desk.words(issue.number)[0].startswith("@carol ")


class TestClosing:
    @pytest.mark.parametrize(
        ("line", "lacks"),
        [
            pytest.param("- [ ] watch it", "watch it: needs an owner and a date", id="both"),
            pytest.param("- [ ] @bob watch it", "watch it: needs a date", id="a date"),
            pytest.param("- [ ] 2026-12-01 watch", "watch: needs an owner", id="an owner"),
        ],
    )
    async def test_too_early(self, desk: Desk, line: str, lacks: str) -> None:
        await happens(desk)
        await lists(desk, line)
        issue = await closes(desk)
        assert issue.open
        (said,) = desk.words(issue.number)
        assert lacks in said

    @pytest.mark.parametrize(
        "line",
        [
            pytest.param("- [ ] @bob 2026-12-01 watch it", id="whole"),
            pytest.param("- [x] watch it", id="done"),
            pytest.param("- [ ] ~~watch it~~", id="dropped"),
            pytest.param("nothing to do", id="none"),
        ],
    )
    async def test_in_time(self, desk: Desk, line: str) -> None:
        await happens(desk)
        await lists(desk, line)
        issue = await closes(desk)
        assert not issue.open
        assert desk.words(issue.number) == []

    async def test_each_time_it_is_said_once(self, desk: Desk) -> None:
        await happens(desk)
        await lists(desk, "- [ ] watch it")
        desk.github.lose_answer("create_comment")
        issue = await closes(desk)
        await desk.restart(lost_database=True)
        await look(desk)
        assert (issue.open, len(desk.words(issue.number))) == (True, 1)
        desk.later(hours=1)
        await closes(desk)
        assert len(desk.words(issue.number)) == 2

    async def test_a_lost_webhook_heals_at_the_next_look(self, desk: Desk) -> None:
        issue = await happens(desk)
        await lists(desk, "- [ ] watch it")
        desk.github.person_changes(HOME, issue.number, open=False, closed_at=desk.now)
        await look(desk)
        assert the_postmortem(desk).open


class TestActions:
    async def test_on_the_postmortem(self, desk: Desk) -> None:
        issue = await happens(desk)
        comment = await desk.says("/action @bob 2w alert when #5 stands still", number=issue.number)
        (made,) = of_kind(desk, ACTION)
        assert made.title == "alert when \uff035 stands still"
        assert made.assignees == ("bob",)
        assert due_of(made) == date(2026, 12, 6)
        assert f"asked for it on #{issue.number}." in made.body
        (listed,) = actions(the_postmortem(desk).body)
        assert (listed.owner, listed.due, listed.issue) == ("bob", date(2026, 12, 6), made.number)
        assert desk.words(issue.number) == [f"#{made.number} is with `bob`, due on 2026-12-06."]
        assert desk.github.reactions[comment.id] == ["+1"]
        assert not (await closes(desk)).open

    async def test_on_the_incident(self, desk: Desk) -> None:
        await happens(desk)
        await desk.says("/action @bob 2w watch it")
        assert len(actions(the_postmortem(desk).body)) == 1

    async def test_anywhere_else(self, desk: Desk) -> None:
        number = desk.github.person_opens(HOME, author=Login("bob")).number
        await desk.says("/action @bob 2026-12-24 watch it", number=number)
        assert due_of(of_kind(desk, ACTION)[0]) == date(2026, 12, 24)

    async def test_closing_its_issue_ticks_the_box(self, desk: Desk) -> None:
        issue = await happens(desk)
        await desk.says("/action @bob 2w watch it", number=issue.number)
        (made,) = of_kind(desk, ACTION)
        await changes(desk, made, "closed", open=False, closed_at=desk.now)
        (listed,) = actions(the_postmortem(desk).body)
        assert listed.done
        with desk.spending() as spent:
            await look(desk)
        assert not set(spent.methods) & {"edit_issue", "get_issue"}

    @pytest.mark.parametrize("method", ["create_issue", "edit_issue", "create_comment"])
    @pytest.mark.parametrize("lost", [False, True], ids=["failed", "answer lost"])
    async def test_a_crash_between_any_two_writes(
        self, desk: Desk, method: str, lost: bool
    ) -> None:
        issue = await happens(desk)
        if lost:
            desk.github.lose_answer(method)
        else:
            desk.github.fail(method, Unavailable("down"))
        await desk.says("/action @bob 2w watch it", number=issue.number)
        await desk.restart()
        desk.later(minutes=1)
        await desk.recall()
        await desk.patiently()
        assert len(of_kind(desk, ACTION)) == 1
        assert len(actions(the_postmortem(desk).body)) == 1
        assert len(desk.words(issue.number)) == 1

    async def test_what_makes_no_sense_is_refused(self, desk: Desk) -> None:
        issue = await happens(desk)
        await desk.says("/action @bob 2020-01-01 watch it", number=issue.number)
        await desk.says("/action bob", number=issue.number)
        refused, misused = desk.words(issue.number)
        assert "That date is over already." in refused
        assert "/action @login 2w text" in misused

    async def test_an_issue_that_is_gone_keeps_nobody_waiting(self, desk: Desk) -> None:
        number = desk.github.person_opens(HOME, author=Login("bob")).number
        await desk.types("/action @bob 2w watch it", number=number)
        desk.github.fail("create_comment", NotFound(404, "gone"))
        await desk.patiently()
        assert len(of_kind(desk, ACTION)) == 1
        assert await desk.parked() == []


async def test_t05_what_is_late_is_known_to_the_triage(desk: Desk) -> None:
    issue = await happens(desk)
    await lists(desk, "- [ ] @bob 2026-11-23 watch it", "- [ ] @bob 2026-12-31 more")
    await desk.says("/action @bob 1d an alert")
    model = desk.models.in_force()
    papers = await desk.postmortems.papers(model)
    assert [one.late for one in papers.late] == [False, False]
    assert [one.text for one in papers.actions] == ["watch it", "more", "#3 an alert"]
    desk.later(days=5)
    postmortem, action = (await desk.postmortems.papers(model)).late
    assert (postmortem.number, postmortem.late) == (issue.number, True)
    assert [one.text for one in postmortem.actions][:1] == ["watch it"]
    assert isinstance(postmortem.actions[0], Action)
    assert (action.late, action.actions) == (True, ())
