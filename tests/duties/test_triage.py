"""One triage a week, once, whatever crashes: who leads it, what it is about, and what people made of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ghapp.core import agenda
from ghapp.core.agenda_items import Waiting
from ghapp.core.facts import Issue
from ghapp.core.marker import Marker
from ghapp.core.milestone import AsSet, described, due_on
from ghapp.core.triage import Meeting
from ghapp.duties.backlog_facts import BacklogFacts
from ghapp.duties.dated import Dated, marker_of
from ghapp.duties.triage import KIND, told
from ghapp.duties.triage_facts import as_of
from ghapp.github.errors import Unavailable
from ghapp.model.names import Login
from tests.support.activity import active
from tests.support.builders import HOME, OWNERS, firing, resolved
from tests.support.desk import Desk

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
WEEK = timedelta(weeks=1)
ALICE = Login("alice")


def owners(people: str = "[alice, bob, carol]", away: str = "", **settings: Any) -> str:
    lines = [f"  {name}: {value}" for name, value in settings.items()]
    text = OWNERS.replace("bob: {}", f"bob: {{away: [{away}]}}") if away else OWNERS
    return "\n".join([text.rstrip(), "triage:", f"  facilitators: {people}", *lines, ""])


async def rules(desk: Desk, text: str) -> None:
    desk.github.write_file(HOME, "OWNERS.yaml", text)
    await desk.models.refresh()


@pytest.fixture
async def desk(desk: Desk) -> Desk:
    await rules(desk, owners())
    return desk


async def meets(desk: Desk, at: datetime = MONDAY) -> None:
    """It is that time, and the round comes."""
    desk.later(seconds=(at - desk.now).total_seconds())
    await desk.triage()
    await desk.patiently()


def triages(desk: Desk) -> list[Issue]:
    found = [issue for issue in desk.github.issues.values() if KIND in issue.labels]
    return sorted(found, key=lambda issue: issue.number)


def leads(desk: Desk) -> list[str]:
    return [str(issue.assignees[0]) for issue in triages(desk)]


def stands(desk: Desk) -> list[bool]:
    return [issue.open for issue in triages(desk)]


def tick_box(desk: Desk, issue: Issue, text: str) -> None:
    """Somebody ticks the line that has this text."""
    lines = [
        line.replace("- [ ]", "- [x]") if text in line else line for line in issue.body.splitlines()
    ]
    desk.github.person_changes(HOME, issue.number, body="\n".join(lines))


class TestWhen:
    async def test_t01_not_before_its_time(self, desk: Desk) -> None:
        await meets(desk, MONDAY - timedelta(seconds=1))
        assert triages(desk) == []

    async def test_t01_within_its_window_once(self, desk: Desk) -> None:
        await meets(desk)
        (issue,) = triages(desk)
        assert marker_of(issue) == Marker("triage", "2026-W48")
        assert issue.title == "Triage 2026-11-23 (2026-W48)"
        assert "## Notes" in issue.body
        await meets(desk, MONDAY + timedelta(hours=1))
        assert len(triages(desk)) == 1

    async def test_t01_one_that_was_closed_early_is_not_opened_again(self, desk: Desk) -> None:
        await meets(desk)
        desk.github.person_changes(HOME, triages(desk)[0].number, open=False)
        await desk.restart(lost_database=True)
        await meets(desk, MONDAY + timedelta(hours=1))
        assert stands(desk) == [False]

    async def test_one_that_was_deleted_is_not_opened_again(self, desk: Desk) -> None:
        await meets(desk)
        del desk.github.issues[HOME, triages(desk)[0].number]
        await meets(desk, MONDAY + timedelta(hours=1))
        assert triages(desk) == []

    async def test_t02_its_date_is_local(self, desk: Desk) -> None:
        await rules(desk, owners(on="tuesday", at='"10:00"', timezone="Australia/Sydney"))
        await meets(desk, datetime(2026, 11, 23, 23, tzinfo=UTC))
        assert triages(desk)[0].title == "Triage 2026-11-24 (2026-W48)"

    async def test_c21_after_an_outage_it_is_opened_within_catch_up(self, desk: Desk) -> None:
        await meets(desk, MONDAY + timedelta(hours=3))
        assert len(triages(desk)) == 1

    async def test_c21_later_it_is_missed(self, desk: Desk) -> None:
        await meets(desk, MONDAY + timedelta(days=4))
        assert triages(desk) == []

    async def test_c21_of_three_missed_only_the_latest_is_opened(self, desk: Desk) -> None:
        await meets(desk)
        await meets(desk, MONDAY + 4 * WEEK + timedelta(hours=1))
        assert [marker_of(one) for one in triages(desk)] == [
            Marker("triage", "2026-W48"),
            Marker("triage", "2026-W52"),
        ]
        assert stands(desk) == [False, True]

    async def test_c21_when_all_are_too_late_the_next_is_as_ever(self, desk: Desk) -> None:
        await meets(desk)
        await meets(desk, MONDAY + 2 * WEEK + timedelta(days=5))
        assert stands(desk) == [True]
        await meets(desk, MONDAY + 3 * WEEK)
        assert stands(desk) == [False, True]

    async def test_another_day_in_the_same_week_makes_no_second(self, desk: Desk) -> None:
        await meets(desk)
        await rules(desk, owners(on="wednesday"))
        await meets(desk, MONDAY + timedelta(days=2))
        assert len(triages(desk)) == 1

    async def test_a_clock_that_was_ahead_makes_none_for_the_past(self, desk: Desk) -> None:
        await meets(desk, MONDAY + WEEK)
        desk.later(days=-6)
        await desk.restart(lost_database=True)
        with desk.spending() as spent:
            await meets(desk, MONDAY + timedelta(days=1))
        assert len(triages(desk)) == 1
        assert set(spent.methods) <= {"list_issues"}


class TestWho:
    async def test_t03_in_turn(self, desk: Desk) -> None:
        for week in range(4):
            await meets(desk, MONDAY + week * WEEK)
        assert leads(desk) == ["alice", "bob", "carol", "alice"]
        assert stands(desk) == [False, False, False, True]

    async def test_t03_who_is_away_swaps(self, desk: Desk) -> None:
        away = "{from: 2026-11-30, to: 2026-12-02}"
        await rules(desk, owners(away=away))
        for week in range(4):
            await meets(desk, MONDAY + week * WEEK)
        assert leads(desk) == ["alice", "carol", "bob", "alice"]
        why = "Why you: in place of bob, who is away."
        assert why in triages(desk)[1].body

    async def test_t03_the_reason_stays_when_the_agenda_changes(self, desk: Desk) -> None:
        await rules(desk, owners(away="{from: 2026-11-23, to: 2026-11-25}", people="[bob, alice]"))
        await meets(desk)
        desk.github.person_opens(HOME, author=ALICE, title="New")
        await meets(desk, MONDAY + timedelta(hours=2))
        (issue,) = triages(desk)
        assert "New" in issue.body
        assert "Why you: in place of bob, who is away." in issue.body

    async def test_t03_who_is_new_comes_after_the_next_two(self, desk: Desk) -> None:
        await meets(desk)
        await rules(desk, owners("[alice, bob, carol, dave]"))
        for week in range(1, 4):
            await meets(desk, MONDAY + week * WEEK)
        assert leads(desk)[1:3] == ["bob", "carol"]

    async def test_t03_who_is_no_longer_there_is_followed_by_the_next(self, desk: Desk) -> None:
        await meets(desk)
        await rules(desk, owners("[bob, carol]"))
        await meets(desk, MONDAY + timedelta(hours=1))
        await meets(desk, MONDAY + timedelta(hours=2))
        (issue,) = triages(desk)
        assert issue.assignees == ("bob",)
        assert "Why you: alice is no longer a facilitator." in issue.body
        assert "@bob leads this triage" in issue.body

    async def test_t03_the_queue_outlives_the_database(self, desk: Desk) -> None:
        for week in range(3):
            await meets(desk, MONDAY + week * WEEK)
            await desk.restart(lost_database=True)
        assert leads(desk) == ["alice", "bob", "carol"]

    async def test_a_spoilt_memory_is_passed_over(self, desk: Desk) -> None:
        await meets(desk)
        await meets(desk, MONDAY + WEEK)
        body = triages(desk)[1].body.replace('"facilitator"', '"facilitador"')
        desk.github.person_changes(HOME, triages(desk)[1].number, body=body)
        assert told(triages(desk)[1]) is None
        await meets(desk, MONDAY + 2 * WEEK)
        assert leads(desk) == ["alice", "bob", "bob"]

    async def test_an_issue_that_forgot_goes_by_its_assignee(self, desk: Desk) -> None:
        await meets(desk)
        body = triages(desk)[0].body.replace('"facilitator"', '"facilitador"')
        desk.github.person_changes(HOME, triages(desk)[0].number, body=body)
        await meets(desk, MONDAY + timedelta(hours=1))
        led = told(triages(desk)[0])
        assert led is not None
        assert led.facilitator == "alice"

    async def test_without_a_list_it_is_the_owner_of_the_fallback_area(self, desk: Desk) -> None:
        await rules(desk, OWNERS)
        model = desk.models.in_force()
        await meets(desk)
        assert leads(desk) == [model.areas[model.fallback_area].owner]


class TestAgenda:
    async def test_without_anything_it_says_so(self, desk: Desk) -> None:
        await meets(desk)
        assert "**Nothing to talk about:**" in triages(desk)[0].body

    async def test_t06_or_there_is_none_if_so_wished(self, desk: Desk) -> None:
        await rules(desk, owners(skip_when_empty="true"))
        await meets(desk)
        desk.github.person_opens(HOME, author=ALICE, title="New")
        await meets(desk, MONDAY + timedelta(hours=1))
        assert triages(desk) == []
        await meets(desk, MONDAY + WEEK)
        assert len(triages(desk)) == 1

    async def test_incidents_of_the_week_before_it(self, desk: Desk) -> None:
        await desk.alert(firing(summary="Latency is high"))
        await meets(desk)
        await desk.alert(firing(key="gcp:2", summary="Disk is full", minutes=60 * 24))
        await meets(desk, MONDAY + timedelta(hours=8))
        body = triages(desk)[0].body
        assert "## Incidents since the last triage" in body
        assert "Latency is high" in body
        assert "**Incidents:** 1 · acknowledged after" in body
        assert "Disk is full" not in body

    async def test_what_is_new_without_area_or_priority(self, desk: Desk) -> None:
        desk.github.person_opens(HOME, author=ALICE, title="It hurts")
        await meets(desk)
        assert "It hurts" in triages(desk)[0].body
        assert "no area, no priority" in triages(desk)[0].body

    async def test_pull_requests_that_wait_and_what_is_nearly_stale(self, desk: Desk) -> None:
        pull = desk.github.person_proposes(HOME, author=ALICE, head="fix", title="Mend it")
        await desk.github.request_reviewers(HOME, pull.number, [Login("bob")])
        draft = desk.github.person_proposes(HOME, author=ALICE, head="d", title="Hm", draft=True)
        await desk.github.request_reviewers(HOME, draft.number, [Login("bob")])
        desk.github.person_opens(
            HOME,
            author=ALICE,
            title="Old",
            labels=["stale", "area/platform", "priority/p3"],
        )
        await meets(desk)
        body = triages(desk)[0].body
        assert "waits 21h 30m for bob" in body
        assert "Hm" not in body
        assert agenda.Section.STALE.value in body

    async def test_the_releases_and_what_holds_back_the_next(self, desk: Desk) -> None:
        cadence = '{every: 2w, on: tuesday, at: "10:00", start: 2026-11-24}'
        text = f"{owners()}\nrelease:\n  cadence: {cadence}\n"
        await rules(desk, text)
        for number, day in enumerate((datetime(2026, 12, 8), datetime(2026, 11, 24)), 1):
            key = f"{day:%Y-%m-%d}"
            description = described(key, AsSet(f"R{number}", day.date()))
            desk.github.person_adds_milestone(
                HOME, title=f"R{number}", description=description, due_on=due_on(day.date())
            )
        desk.github.person_adds_milestone(HOME, title="Somebody's", due_on=due_on(MONDAY.date()))
        for title, labels in (("Broken", ["release-blocker"]), ("Nice", [])):
            issue = desk.github.person_opens(HOME, author=ALICE, title=title, labels=labels)
            desk.github.person_moves(HOME, issue.number, 2, by=ALICE)
        await meets(desk)
        body = triages(desk)[0].body
        assert "**Release R2:** 0 of 2 done, due 2026-11-24, 2 open" in body
        assert body.index("R2") < body.index("R1")
        assert "Somebody" not in body
        blocked = body.split(agenda.Section.BLOCKERS.value)[1].split("##")[0]
        assert "Broken" in blocked
        assert "Nice" not in blocked

    async def test_t05_of_nine_hundred_there_are_twenty_five(self, desk: Desk) -> None:
        for number in range(900):
            desk.github.person_opens(HOME, author=ALICE, title=f"@bob fix #{number} | x")
        await meets(desk)
        body = triages(desk)[0].body
        assert len(body) < 65_536
        assert "… 875 more: [see them all](https://git.example/acme/ops/issues?q=" in body
        assert active(body.replace("@alice", "")) == []

    async def test_t04_ticks_notes_and_free_text_stay(self, desk: Desk) -> None:
        for title in ("One", "Two"):
            desk.github.person_opens(HOME, author=ALICE, title=title)
        await meets(desk)
        tick_box(desk, triages(desk)[0], "One")
        noted = f"First of all: hello.\n\n{triages(desk)[0].body}\n"
        noted = noted.replace("## Notes\n", "## Notes\n\n- [ ] ask the vendor\n")
        desk.github.person_changes(HOME, triages(desk)[0].number, body=noted)
        desk.github.person_opens(HOME, author=ALICE, title="Three")
        await meets(desk, MONDAY + timedelta(hours=2))
        body = triages(desk)[0].body
        assert body.startswith("First of all: hello.")
        assert "- [ ] ask the vendor" in body
        lines = {line.split(") ")[-1].split(" <")[0]: line for line in body.splitlines()}
        assert lines["One"].startswith("- [x]")
        assert lines["Two"].startswith("- [ ]")
        assert lines["Three"].startswith("- [ ]")
        assert body.count("Three") == 1

    async def test_t04_a_tick_set_while_it_was_being_written_stays(self, desk: Desk) -> None:
        desk.github.person_opens(HOME, author=ALICE, title="One")
        await meets(desk)
        model, listed = desk.models.in_force(), triages(desk)[0]
        tick_box(desk, listed, "One")
        desk.github.person_opens(HOME, author=ALICE, title="Two")
        desk.later(hours=2)
        known = desk.github.list_issues

        async def late(*args: Any, **kwargs: Any) -> list[Issue]:
            found = await known(*args, **kwargs)
            return [listed if one.number == listed.number else one for one in found]

        desk.github.list_issues = late  # type: ignore[method-assign]
        await desk.triages.handle(model)
        assert "- [x]" in triages(desk)[0].body
        assert "Two" in triages(desk)[0].body

    async def test_nothing_is_written_when_nothing_has_changed(self, desk: Desk) -> None:
        desk.github.person_opens(HOME, author=ALICE, title="One")
        await meets(desk)
        with desk.spending() as spent:
            for minutes in (1, 11, 60, 600):
                await meets(desk, MONDAY + timedelta(minutes=minutes))
        assert not {"edit_issue", "get_issue", "create_issue"} & set(spent.methods)

    async def test_between_looks_github_is_not_asked(self, desk: Desk) -> None:
        await meets(desk)
        before = len(desk.github.calls)
        await meets(desk, MONDAY + timedelta(minutes=9))
        assert len(desk.github.calls) == before

    async def test_what_it_costs(self, desk: Desk) -> None:
        await meets(desk)
        with desk.spending() as spent:
            await meets(desk, MONDAY + WEEK)
        assert sorted(spent.methods) == [
            "create_issue",
            "edit_issue",
            "get_issue",
            "list_issues",
            "list_issues",
        ]

    async def test_one_that_people_have_filled_up_still_remembers(self, desk: Desk) -> None:
        for number in range(300):
            title = f"{number} {'<x> ' * 30}"
            desk.github.person_opens(HOME, author=ALICE, title=title)
        await meets(desk)
        body = f"{triages(desk)[0].body}".replace("## Notes", f"## Notes\n\n{'long ' * 10_000}")
        desk.github.person_changes(HOME, triages(desk)[0].number, body=body)
        desk.github.person_opens(HOME, author=ALICE, title="One more")
        await meets(desk, MONDAY + timedelta(hours=2))
        (issue,) = triages(desk)
        assert len(issue.body) < 65_536
        assert told(issue) is not None
        assert "long long" in issue.body


class TestCarrying:
    async def test_t06_what_was_left_comes_again(self, desk: Desk) -> None:
        await desk.alert(firing(summary="Latency is high"))
        number = desk.incidents_on_github()[0].number
        await desk.says("/ack", number=number)
        await desk.says("/resolve it was the cache", number=number)
        desk.github.person_opens(HOME, author=ALICE, title="Login is slow")
        gone = desk.github.person_opens(HOME, author=ALICE, title="Solved meanwhile")
        await meets(desk)
        body = triages(desk)[0].body.replace("## Notes\n", "## Notes\n\n- [ ] ask the vendor\n")
        desk.github.person_changes(HOME, triages(desk)[0].number, body=body)
        desk.github.person_changes(HOME, gone.number, open=False)
        await meets(desk, MONDAY + WEEK)
        first, second = triages(desk)
        assert (first.open, second.open) == (False, True)
        assert f"what was left goes on in #{second.number}" in first.body
        assert "- [ ] ask the vendor" in first.body
        assert f"The triage before: #{first.number}" in second.body
        carried = second.body.split(agenda.Section.CARRIED.value)[1]
        assert "Latency is high" in carried
        assert "ask the vendor" in carried
        assert "Login is slow" in second.body
        assert "open since 1 triage" in second.body
        assert "Solved meanwhile" not in second.body

    async def test_t06_what_was_ticked_does_not(self, desk: Desk) -> None:
        await desk.alert(firing(summary="Latency is high"))
        await desk.alert(resolved(minutes=1))
        number = desk.incidents_on_github()[0].number
        await desk.says("/resolve it was the cache", number=number)
        await meets(desk)
        tick_box(desk, triages(desk)[0], "Latency is high")
        await meets(desk, MONDAY + WEEK)
        assert "Latency is high" not in triages(desk)[1].body

    async def test_t06_one_that_is_skipped_closes_the_one_before_all_the_same(
        self, desk: Desk
    ) -> None:
        await meets(desk)
        await rules(desk, owners(skip_when_empty="true"))
        await meets(desk, MONDAY + WEEK)
        assert stands(desk) == [False]
        assert "This triage is over." in triages(desk)[0].body


class TestCrashes:
    @pytest.mark.parametrize("lost", [False, True], ids=["same database", "lost database"])
    @pytest.mark.parametrize(
        ("method", "good"),
        [
            ("list_issues", 0),
            ("list_issues", 1),
            ("list_pulls", 0),
            ("create_issue", 0),
            ("get_issue", 0),
            ("edit_issue", 0),
        ],
    )
    @pytest.mark.parametrize("done", [False, True], ids=["not done", "done, the answer lost"])
    async def test_c21_a_process_that_dies_at_any_step(
        self, desk: Desk, method: str, good: int, done: bool, lost: bool
    ) -> None:
        await meets(desk)
        desk.later(seconds=(MONDAY + WEEK - desk.now).total_seconds())
        if done:
            desk.github.lose_answer(method)
        else:
            desk.github.fail_after(good, method, Unavailable("down"))
        await desk.triage()
        await desk.restart(lost_database=lost)
        desk.later(seconds=11)
        await desk.recall()
        await desk.triage()
        await desk.patiently()
        assert stands(desk) == [False, True]
        assert leads(desk) == ["alice", "bob"]
        assert triages(desk)[0].body.count("what was left goes on") == 1

    @pytest.mark.parametrize("method", ["add_assignees", "remove_assignees", "edit_issue"])
    async def test_t03_a_change_of_who_leads_is_made_up_for(self, desk: Desk, method: str) -> None:
        await meets(desk)
        await rules(desk, owners("[bob, carol]"))
        desk.github.fail(method, Unavailable("down"))
        desk.later(hours=1)
        await desk.triage()
        await desk.restart(lost_database=True)
        await desk.triage()
        await desk.patiently()
        (issue,) = triages(desk)
        assert issue.assignees == ("bob",)
        assert "@bob leads this triage" in issue.body
        assert "alice is no longer a facilitator" in issue.body

    async def test_two_instances_open_one(self, desk: Desk) -> None:
        await meets(desk)
        model = desk.models.in_force()
        desk.later(seconds=(MONDAY + WEEK - desk.now).total_seconds())
        await desk.triages.handle(model)
        other = Dated(desk.github, desk.store, HOME, lambda: desk.now)
        assert await other.open(Marker(KIND, "2026-W49"), title="x", body="x") is None
        await desk.triages.handle(model)
        assert len(triages(desk)) == 2


def test_ages_are_as_of_the_meeting_or_of_what_happened_since() -> None:
    meeting = Meeting(MONDAY.date(), MONDAY, MONDAY - WEEK, MONDAY + WEEK)
    assert as_of(BacklogFacts(), meeting) == MONDAY
    for days in (-1, 1):
        at = MONDAY + timedelta(days=days)
        asked = Waiting(HOME, 7, "Mend it", at, (ALICE,))
        assert as_of(BacklogFacts(waiting=[asked]), meeting) == max(at, MONDAY)
