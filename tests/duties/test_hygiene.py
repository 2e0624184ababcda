"""The backlog keeps itself: few reads, each thing said once, nothing closed in a hurry."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from ghapp.core.facts import RepoName
from ghapp.core.owners_file import FILE
from ghapp.core.stale import LABEL as STALE
from ghapp.duties.backlog_facts import ListedBacklog
from ghapp.duties.backlog_index import BacklogIndex
from ghapp.duties.backlog_view import IndexedBacklog
from ghapp.github.errors import Gone, NotFound, RateLimited, Refused, Unavailable
from ghapp.model.names import Login
from tests.support.backlogs import BacklogDesk
from tests.support.builders import HOME, OWNERS
from tests.support.desk import Desk

DAVE, ALICE, BOB, CAROL = (Login(name) for name in ("dave", "alice", "bob", "carol"))
SECTION = "hygiene: {require: [area, priority], stale: {}}\n"
TIDY = ("area/billing", "priority/p3")
GUIDE = "Before this can be planned, something is missing:"
DONE = "All is there that this needs to be planned. Thank you."


@pytest.fixture
async def backlog(desk: Desk) -> BacklogDesk:
    made = BacklogDesk(desk)
    await made.configure(SECTION)
    await made.sweep()
    desk.github.calls.clear()
    return made


class TestGuidance:
    async def test_h01_one_comment_for_ever(self, backlog: BacklogDesk) -> None:
        number = await backlog.opens()
        assert backlog.words(number) == []
        await backlog.later(seconds=31)
        assert [one.splitlines()[0] for one in backlog.words(number)] == [GUIDE]
        assert {"needs-triage", "needs-area"} <= backlog.labels(number)
        await backlog.labels_it(number, *TIDY)
        await backlog.later(seconds=31)
        assert backlog.words(number) == [DONE]
        assert backlog.labels(number) == {*TIDY}
        await backlog.unlabels(number, "area/billing")
        await backlog.later(seconds=31)
        (said,) = backlog.words(number)
        assert said.startswith(GUIDE)
        assert "It has no area" in said
        assert "It has no priority" not in said

    async def test_h01_what_the_grace_costs(self, backlog: BacklogDesk) -> None:
        with backlog.desk.spending() as spent:
            await backlog.opens()
            await backlog.later(seconds=31)
        assert spent.methods == ["create_comment", "add_labels"]

    async def test_h02_labels_of_a_form_that_come_late(self, backlog: BacklogDesk) -> None:
        number = await backlog.opens()
        await backlog.later(seconds=2)
        await backlog.labels_it(number, *TIDY)
        await backlog.later(seconds=60)
        await backlog.sweep()
        assert backlog.words(number) == []
        assert backlog.labels(number) == {*TIDY}
        assert backlog.writes == []

    async def test_h03_bots_and_the_app_are_left_alone(self, backlog: BacklogDesk) -> None:
        await backlog.opens(by="renovate[bot]")
        await backlog.opens(by="ghapp[bot]")
        await backlog.later(seconds=31)
        await backlog.sweep()
        assert backlog.writes == []

    async def test_without_webhooks_a_sweep_does_the_same(self, backlog: BacklogDesk) -> None:
        number = await backlog.opens(told=False)
        await backlog.later(minutes=10)
        await backlog.sweep()
        assert [one.splitlines()[0] for one in backlog.words(number)] == [GUIDE]
        await backlog.labels_it(number, *TIDY, told=False)
        await backlog.later(minutes=10)
        await backlog.sweep()
        assert backlog.words(number) == [DONE]
        assert backlog.labels(number) == {*TIDY}

    async def test_a_guide_that_somebody_has_deleted_is_not_written_again(
        self, backlog: BacklogDesk
    ) -> None:
        number = await backlog.opens()
        await backlog.later(seconds=31)
        backlog.deletes_comments(number)
        for _ in range(3):
            await backlog.later(minutes=10)
            await backlog.sweep()
        assert backlog.words(number) == []

    async def test_without_a_section_nothing_is_written(self, backlog: BacklogDesk) -> None:
        await backlog.configure("")
        await backlog.opens()
        await backlog.later(seconds=31)
        await backlog.sweep()
        assert backlog.writes == []


class TestCost:
    @pytest.mark.parametrize("count", [1, 250])
    async def test_a_cold_sweep(self, backlog: BacklogDesk, count: int) -> None:
        for _ in range(count):
            await backlog.opens(told=False, labels=TIDY)
        await backlog.desk.restart(lost_database=True)
        await backlog.later(minutes=10)
        with backlog.desk.spending() as spent:
            await backlog.sweep()
        assert len(spent.methods) <= -(-count // 100) + 10
        assert backlog.writes == []

    async def test_a_cold_sweep_of_a_mess(self, backlog: BacklogDesk) -> None:
        for _ in range(150):
            number = await backlog.opens(told=False)
            await backlog.says(number, "And?", by="alice", told=False)
        await backlog.desk.restart(lost_database=True)
        await backlog.later(days=70)
        with backlog.desk.spending() as spent:
            await backlog.sweep()
        assert len([one for one in spent.methods if backlog.reads(one)]) <= 12

    async def test_a_warm_sweep(self, backlog: BacklogDesk) -> None:
        for _ in range(30):
            number = await backlog.opens(told=False)
            await backlog.says(number, "And?", by="alice", told=False)
        await backlog.later(days=70)
        await backlog.sweep()
        for _ in range(5):
            await backlog.later(minutes=10)
            with backlog.desk.spending() as spent:
                await backlog.sweep()
            assert len([one for one in spent.methods if backlog.reads(one)]) <= 3

    async def test_a_sweep_in_which_nothing_has_changed_is_free(self, backlog: BacklogDesk) -> None:
        await backlog.opens(labels=TIDY)
        await backlog.sweep()
        await backlog.sweep()
        with backlog.desk.spending() as spent:
            await backlog.sweep()
        assert spent.methods == []

    async def test_s18_at_most_so_many_a_run_and_the_oldest_first(
        self, backlog: BacklogDesk
    ) -> None:
        numbers = []
        for _ in range(25):
            numbers.append(await backlog.opens(told=False))
            await backlog.later(seconds=1)
        await backlog.later(minutes=1)
        await backlog.sweep()
        assert [number for number in numbers if backlog.words(number)] == numbers[:20]
        await backlog.sweep()
        assert [number for number in numbers if backlog.words(number)] == numbers


class TestStale:
    async def test_s16_warned_then_closed_after_the_full_days(self, backlog: BacklogDesk) -> None:
        number = await self.waiting(backlog)
        await backlog.later(days=59)
        await backlog.sweep()
        assert backlog.words(number) == []
        await backlog.later(days=2)
        await backlog.sweep()
        (warning,) = backlog.words(number)
        assert "this waits for you" in warning
        assert STALE in backlog.labels(number)
        await backlog.later(days=13, hours=23)
        await backlog.sweep()
        assert backlog.desk.issue(number).open
        await backlog.later(hours=2)
        await backlog.sweep()
        assert not backlog.desk.issue(number).open
        assert STALE not in backlog.labels(number)
        assert len(backlog.words(number)) == 2
        closing = [one for one in backlog.desk.github.calls if one.method == "edit_issue"]
        assert closing[-1].args["state_reason"] == "not_planned"

    async def test_s09_what_nobody_has_answered_is_never_stale(self, backlog: BacklogDesk) -> None:
        await backlog.opens(labels=TIDY)
        await backlog.later(days=400)
        await backlog.sweep()
        assert backlog.writes == []

    async def test_s10_an_answer_keeps_it_open(self, backlog: BacklogDesk) -> None:
        number = await self.waiting(backlog)
        await backlog.later(days=61)
        await backlog.sweep()
        await backlog.later(hours=1)
        await backlog.says(number, "Still so.", by="dave")
        await backlog.later(minutes=1)
        assert STALE not in backlog.labels(number)
        await backlog.later(days=30)
        await backlog.sweep()
        assert backlog.desk.issue(number).open

    async def test_an_answer_that_was_not_heard_is_seen_before_it_is_closed(
        self, backlog: BacklogDesk
    ) -> None:
        number = await self.waiting(backlog)
        await backlog.later(days=61)
        await backlog.sweep()
        await backlog.later(days=13)
        await backlog.says(number, "Still so.", by="dave", told=False)
        await backlog.later(days=2)
        await backlog.sweep()
        assert backlog.desk.issue(number).open

    async def test_s16_without_its_warning_nothing_is_closed(self, backlog: BacklogDesk) -> None:
        number = await self.waiting(backlog)
        await backlog.later(days=61)
        await backlog.sweep()
        backlog.deletes_comments(number, by_app=True)
        for _ in range(4):
            await backlog.later(days=7)
            await backlog.sweep()
        assert backlog.desk.issue(number).open

    async def test_s17_the_author_may_reopen(self, backlog: BacklogDesk) -> None:
        number = await self.waiting(backlog)
        await backlog.later(days=61)
        await backlog.sweep()
        await backlog.later(days=15)
        await backlog.sweep()
        await backlog.commands(number, "/reopen", by="dave")
        issue = backlog.desk.issue(number)
        assert (issue.open, STALE in issue.labels) == (True, False)
        await backlog.later(days=30)
        await backlog.sweep()
        assert backlog.desk.issue(number).open

    async def test_s17_what_was_closed_by_hand_stays_closed(self, backlog: BacklogDesk) -> None:
        number = await backlog.opens(labels=TIDY)
        backlog.desk.github.person_changes(HOME, number, open=False)
        await backlog.commands(number, "/reopen", by="dave")
        assert not backlog.desk.issue(number).open
        assert "was not closed for want of an answer" in backlog.words(number)[-1]

    @staticmethod
    async def waiting(backlog: BacklogDesk) -> int:
        """An issue that waits for its author."""
        number = await backlog.opens(labels=TIDY)
        await backlog.later(minutes=1)
        await backlog.says(number, "Which version?", by="alice")
        return number


class TestTrouble:
    async def test_a_listing_that_fails_decides_nothing(self, backlog: BacklogDesk) -> None:
        await backlog.opens(told=False)
        await backlog.later(minutes=10)
        backlog.desk.github.fail("changed_items", Unavailable("broken"))
        await backlog.sweep()
        assert backlog.writes == []
        await backlog.desk.patiently()
        assert backlog.words(1) != []

    async def test_a06_what_the_limits_stop_goes_on_later(self, backlog: BacklogDesk) -> None:
        for _ in range(3):
            await backlog.opens(told=False)
        await backlog.later(minutes=10)
        github = backlog.desk.github
        limited = RateLimited(backlog.desk.now + timedelta(minutes=1))
        github.fail_after(1, "create_comment", limited)
        await backlog.sweep()
        assert [bool(backlog.words(number)) for number in (1, 2, 3)] == [True, False, False]
        await backlog.desk.patiently()
        assert [len(backlog.words(number)) for number in (1, 2, 3)] == [1, 1, 1]

    @pytest.mark.parametrize("lost", [True, False], ids=["database lost", "database kept"])
    @pytest.mark.parametrize("call", range(12))
    async def test_s18_killed_at_any_call(
        self, backlog: BacklogDesk, call: int, lost: bool
    ) -> None:
        """What is lacking, somebody who has left, and a circle: whatever was begun is there once in the end."""
        github = backlog.desk.github
        await backlog.opens(told=False)
        await backlog.opens(labels=TIDY, assignees=(CAROL,), body="blocked by #3", told=False)
        await backlog.opens(labels=TIDY, body="blocked by #2", told=False)
        github.assignable = {ALICE, BOB}
        await backlog.later(hours=2)
        with github.killed_after(call), suppress(Unavailable):
            await backlog.sweep()
        await backlog.desk.restart(lost_database=lost)
        for _ in range(3):
            await backlog.later(minutes=20)
            await backlog.sweep()
            await backlog.desk.patiently()
        assert [len(backlog.words(number)) for number in (1, 2, 3)] == [1, 2, 0]
        assert {"needs-triage", "needs-area"} <= backlog.labels(1)
        assert backlog.desk.issue(2).assignees == ()
        before = len(backlog.writes)
        await backlog.later(minutes=20)
        await backlog.sweep()
        assert len(backlog.writes) == before

    @pytest.mark.parametrize("method", ["create_comment", "add_labels"])
    @pytest.mark.parametrize("lost", [True, False], ids=["database lost", "database kept"])
    async def test_s18_a_crash_between_any_two_writes_doubles_nothing(
        self, backlog: BacklogDesk, method: str, lost: bool
    ) -> None:
        number = await backlog.opens()
        backlog.desk.github.lose_answer(method)
        await backlog.later(seconds=31)
        await backlog.desk.restart(lost_database=lost)
        await backlog.later(minutes=10)
        await backlog.sweep()
        await backlog.desk.patiently()
        await backlog.later(minutes=10)
        await backlog.sweep()
        assert len(backlog.words(number)) == 1
        assert {"needs-triage", "needs-area"} <= backlog.labels(number)

    @pytest.mark.parametrize(
        "error",
        [NotFound(404, "Not Found"), Gone(410, "Gone"), Refused(403, "Repository was archived")],
        ids=["transferred", "deleted", "archived"],
    )
    async def test_s15_what_cannot_be_written_on_is_skipped(
        self, backlog: BacklogDesk, error: Refused
    ) -> None:
        await backlog.opens(told=False)
        await backlog.later(minutes=10)
        backlog.desk.github.fail("create_comment", error)
        await backlog.sweep()
        assert await backlog.desk.parked() == []
        assert backlog.words(1) == []

    async def test_s15_what_is_locked_is_left_alone(self, backlog: BacklogDesk) -> None:
        number = await backlog.opens(told=False)
        backlog.desk.github.locked.add((HOME, number))
        await backlog.later(minutes=10)
        await backlog.sweep()
        assert backlog.writes == []

    async def test_a_timeline_that_cannot_be_read_leads_to_nothing(
        self, backlog: BacklogDesk
    ) -> None:
        number = await TestStale.waiting(backlog)
        await backlog.desk.restart(lost_database=True)
        backlog.desk.github.without_timeline.add((HOME, number))
        await backlog.later(days=70)
        for _ in range(3):
            await backlog.sweep()
        assert backlog.writes == []
        asked = [one for one in backlog.desk.github.calls if one.method == "past"]
        assert len(asked) == 1


async def test_h07_whoever_has_left_is_unassigned(backlog: BacklogDesk) -> None:
    github = backlog.desk.github
    github.assignable = {ALICE, BOB}
    number = await backlog.opens(labels=TIDY, assignees=(CAROL,))
    await backlog.later(hours=2)
    await backlog.sweep()
    assert backlog.desk.issue(number).assignees == ()
    assert "needs-triage" in backlog.labels(number)
    assert "carol can no longer be assigned" in backlog.words(number)[0]


async def test_h10_a_circle_is_told_once(backlog: BacklogDesk) -> None:
    first = await backlog.opens(labels=TIDY, body="blocked by #2")
    second = await backlog.opens(labels=TIDY, body="blocked by #1")
    for _ in range(3):
        await backlog.later(minutes=10)
        await backlog.sweep()
    assert len(backlog.words(first)) == 1
    assert backlog.words(second) == []


async def test_h06_closed_issues_are_compared_too(backlog: BacklogDesk) -> None:
    old = await backlog.opens(title="The export of invoices is empty", labels=TIDY)
    backlog.desk.github.person_changes(HOME, old, open=False)
    await backlog.later(minutes=1)
    new = await backlog.opens(title="the export of invoices is empty!", labels=TIDY)
    await backlog.later(minutes=10)
    await backlog.sweep()
    assert f"#{old}" in backlog.words(new)[0]
    assert backlog.desk.issue(new).open


async def test_s12_what_is_out_of_sight_keeps_and_is_asked_for_once(backlog: BacklogDesk) -> None:
    number = await backlog.opens(labels=TIDY, body="depends on acme/secret#3")
    await backlog.later(minutes=1)
    await backlog.says(number, "Which version?", by="alice")
    await backlog.later(days=70)
    await backlog.sweep()
    await backlog.sweep()
    asked = [one for one in backlog.desk.github.calls if one.method == "get_issue"]
    assert [one.args["repo"] for one in asked] == ["acme/secret"]
    assert backlog.words(number) == []


async def test_s12_when_the_blocker_closes_the_clock_starts(backlog: BacklogDesk) -> None:
    blocker = await backlog.opens(title="The cause", labels=TIDY)
    number = await backlog.opens(title="The symptom", labels=TIDY, body=f"blocked by #{blocker}")
    await backlog.later(minutes=1)
    await backlog.says(number, "Which version?", by="alice")
    await backlog.later(days=100)
    await backlog.sweep()
    assert backlog.words(number) == []
    backlog.desk.github.person_changes(HOME, blocker, open=False)
    await backlog.later(days=59)
    await backlog.sweep()
    assert backlog.words(number) == []
    await backlog.later(days=2)
    await backlog.sweep()
    assert "this waits for you" in backlog.words(number)[0]


async def test_one_item_that_takes_no_comment_does_not_stop_the_others(
    backlog: BacklogDesk,
) -> None:
    for _ in range(3):
        await backlog.opens(told=False)
    await backlog.later(minutes=10)
    backlog.desk.github.fail("create_comment", Refused(422, "Validation Failed"))
    await backlog.sweep()
    assert [bool(backlog.words(number)) for number in (1, 2, 3)] == [False, True, True]


async def test_of_a_repository_that_the_app_has_left_nothing_is_kept(backlog: BacklogDesk) -> None:
    await backlog.opens(labels=TIDY)
    index = BacklogIndex(backlog.desk.store)
    await index.listed(RepoName("acme/old"), [backlog.desk.github.item(HOME, 1)])
    await index.keep(RepoName("acme/old"), await index.book(HOME))
    await backlog.sweep()
    assert await index.repositories() == {HOME}
    assert [one async for one in index.chunks(RepoName("acme/old"))] == []


async def test_each_repository_goes_by_its_own_file(backlog: BacklogDesk) -> None:
    app = RepoName("acme/app")
    github = backlog.desk.github
    github.write_file(app, FILE, OWNERS)
    github.person_opens(app, author=DAVE, title="A bug")
    await backlog.later(minutes=10)
    await backlog.sweep()
    assert github.comments.get((app, 1)) is None
    github.write_file(app, FILE, f"{OWNERS}\n{SECTION}")
    await backlog.later(hours=2)
    await backlog.sweep()
    assert len(github.comments[app, 1]) == 1


class TestWhatATriageIsTold:
    async def test_as_the_index_knows_it(self, backlog: BacklogDesk) -> None:
        await backlog.opens(
            title="Urgent", labels=("area/billing", "priority/p1"), assignees=(ALICE,)
        )
        await backlog.opens(title="Forgotten", labels=(*TIDY, STALE))
        github = backlog.desk.github
        github.hand = ALICE
        pull = github.person_proposes(HOME, author=ALICE, head="topic", title="A change")
        await backlog.later(hours=3)
        github.person_changes_pull(HOME, pull.number, requested=(BOB,))
        asked_at = backlog.desk.now
        await backlog.later(days=8)
        await backlog.sweep()
        facts = await self.source(backlog).facts(backlog.desk.models.in_force())
        assert [one.title for one in facts.issues] == ["Urgent", "Forgotten"]
        assert [(one.issue.title, one.priority) for one in facts.aged] == [("Urgent", "p1")]
        assert [one.title for one in facts.stale] == ["Forgotten"]
        assert [(one.number, one.reviewers) for one in facts.waiting] == [(pull.number, ("bob",))]
        assert facts.waiting[0].since in {asked_at, pull.created_at}

    async def test_h09_what_is_found_of_the_whole_is_for_the_triage(
        self, backlog: BacklogDesk
    ) -> None:
        await backlog.configure("hygiene: {wip: 1}\n")
        for title in ("One", "Another"):
            await backlog.opens(title=title, labels=TIDY, assignees=(ALICE,))
        await backlog.later(hours=1)
        await backlog.sweep()
        facts = await self.source(backlog).facts(backlog.desk.models.in_force())
        assert [(one.rule, one.to) for one in facts.findings] == [("wip", (ALICE,))]
        await backlog.later(days=1)
        await backlog.desk.triage()
        agenda = next(one for one in backlog.desk.github.issues.values() if "triage" in one.labels)
        assert "alice has 2 in progress; 1 is the limit." in agenda.body

    async def test_without_a_sweep_the_listings_tell(self, desk: Desk) -> None:
        desk.github.person_opens(HOME, author=DAVE, title="A bug")
        facts = await self.source(BacklogDesk(desk)).facts(desk.models.in_force())
        assert [one.title for one in facts.issues] == ["A bug"]

    @staticmethod
    def source(backlog: BacklogDesk) -> IndexedBacklog:
        desk = backlog.desk

        def now() -> datetime:
            return desk.now

        listed = ListedBacklog(desk.github, HOME, now)
        return IndexedBacklog(BacklogIndex(desk.store), desk.github, listed, HOME, now)
