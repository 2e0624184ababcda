"""Each pull request has one check that says how it stands, at the price of three reads and a write."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ghapp.core.facts import RepoName, Sha
from ghapp.core.owners_file import FILE
from ghapp.github.errors import RateLimited, Refused, Unavailable
from ghapp.model.names import Login, Severity
from tests.support.builders import HOME, OWNERS, firing
from tests.support.changed_files import changed
from tests.support.desk import Desk
from tests.support.pulls import PullDesk, waits

READS = ["pull_files", "pull_reviews", "pull_commits"]
APP = RepoName("acme/app")
STANDARD = OWNERS.replace(
    "    rotation: platform\n", "    rotation: platform\n    team: platform\n"
)
STANDARD += """
review:
  rules:
    title: {mode: require, style: conventional}
    freeze: {mode: require}
"""
FREEZES = """
release:
  cadence: {every: 2w, on: tuesday, at: "10:00", start: 2026-01-06}
  freezes: [{from: 2026-12-18, to: 2027-01-04, reason: holidays, approvers: [alice]}]
"""


@pytest.fixture
async def pulls(desk: Desk) -> PullDesk:
    desk.github.write_file(HOME, FILE, STANDARD)
    await desk.models.refresh()
    desk.github.calls.clear()
    return PullDesk(desk)


async def opened(pulls: PullDesk, *paths: str, title: str = "feat: more", **facts: object) -> None:
    await pulls.opens(*paths, title=title, **facts)


class TestCost:
    async def test_an_opened_pull_request_costs_three_reads_and_a_write(
        self, pulls: PullDesk
    ) -> None:
        with pulls.desk.spending() as spent:
            await opened(pulls)
        first = ["file_history", "list_issues", "create_check", "request_reviewers"]
        assert sorted(spent.methods) == sorted([*READS, "default_branch", *first])

    async def test_a_push_costs_three_reads_and_a_write(self, pulls: PullDesk) -> None:
        await opened(pulls)
        with pulls.desk.spending() as spent:
            await pulls.pushes("b.py")
        assert [*spent.methods] == ["pull_files", "pull_commits", "create_check"]

    async def test_a_review_costs_what_it_changes(self, pulls: PullDesk) -> None:
        await opened(pulls)
        with pulls.desk.spending() as spent:
            await pulls.reviews()
        assert spent.methods == ["pull_reviews", "update_check"]

    @pytest.mark.parametrize(
        "action", ["review_requested", "review_request_removed", "milestoned", "demilestoned"]
    )
    async def test_what_cannot_change_the_verdict_costs_nothing(
        self, pulls: PullDesk, action: str
    ) -> None:
        await opened(pulls)
        with pulls.desk.spending() as spent:
            await pulls.changes(action)
        assert spent.methods == []

    async def test_several_events_are_one_look(self, pulls: PullDesk) -> None:
        await opened(pulls, handled=False)
        await pulls.pushes("b.py", handled=False)
        await pulls.reviews(handled=False)
        with pulls.desk.spending() as spent:
            await pulls.desk.drain()
        assert spent.methods.count("pull_files") == 1
        assert spent.methods.count("create_check") == 1
        assert pulls.conclusion == "success"

    async def test_what_is_closed_costs_nothing(self, pulls: PullDesk) -> None:
        await opened(pulls)
        with pulls.desk.spending() as spent:
            await pulls.changes("closed", open=False)
            await pulls.changes("labeled")
        assert spent.methods == []
        assert await pulls.desk.store.memory_all("pull") == {}
        assert await pulls.desk.duties.alarms.due() == {}


class TestVerdict:
    async def test_it_names_who_can_approve(self, pulls: PullDesk) -> None:
        await opened(pulls)
        run = pulls.check()
        assert run.conclusion == "action_required"
        assert run.title == "deployment waits for carol or bob"
        assert "`carol`, `bob`" in run.summary
        assert "https://git.example/acme/ops/blob/" in run.summary
        assert run.external_id == "pull:acme/ops#1"

    async def test_an_approval_satisfies_it(self, pulls: PullDesk) -> None:
        await opened(pulls)
        await pulls.reviews()
        assert pulls.check().title == "Ready to merge"
        assert pulls.conclusion == "success"

    async def test_a_title_that_is_edited(self, pulls: PullDesk) -> None:
        await opened(pulls, title="Stuff")
        await pulls.reviews()
        assert pulls.conclusion == "failure"
        await pulls.changes("edited", title="fix: stuff")
        assert pulls.conclusion == "success"

    async def test_v03_a_push_voids_an_approval_and_says_so(self, pulls: PullDesk) -> None:
        await opened(pulls)
        await pulls.reviews()
        sha = await pulls.pushes("b.py")
        assert pulls.conclusion == "action_required"
        assert sha[:7] in pulls.check().summary

    async def test_v03_a_rebase_keeps_it_without_a_further_call(self, pulls: PullDesk) -> None:
        await opened(pulls)
        await pulls.reviews()
        with pulls.desk.spending() as spent:
            await pulls.rebases()
        assert pulls.conclusion == "success"
        assert "changed_between" not in spent.methods

    async def test_v03_after_a_lost_database_it_is_compared(self, pulls: PullDesk) -> None:
        await opened(pulls)
        await pulls.reviews()
        await pulls.desk.restart(lost_database=True)
        with pulls.desk.spending() as spent:
            await pulls.rebases()
        assert pulls.conclusion == "success"
        assert spent.methods.count("changed_between") == 1

    async def test_v03_what_cannot_be_compared_is_not_approved(self, pulls: PullDesk) -> None:
        await opened(pulls)
        await pulls.reviews()
        await pulls.desk.restart(lost_database=True)
        pulls.desk.github.fail("changed_between", Unavailable("down"))
        await pulls.rebases()
        assert pulls.conclusion == "failure"
        assert waits(pulls.check())

    async def test_v03_files_of_a_later_head_are_not_taken_for_those_of_an_earlier(
        self, pulls: PullDesk
    ) -> None:
        await opened(pulls, handled=False)
        before = pulls.pull.head
        sha = pulls.desk.github.person_pushes(HOME, 1, "b.py", author=Login("alice"))
        await pulls.desk.drain()
        state = (await pulls.desk.store.memory_all("pull"))["acme/ops#1"]
        assert before not in state["diffs"]
        assert sha not in state["diffs"]

    async def test_v03_into_another_branch_it_is_another_change(self, pulls: PullDesk) -> None:
        await opened(pulls)
        pulls.desk.later(seconds=5)
        await pulls.reviews()
        pulls.desk.github.push(HOME, "stable", "README.md")
        pulls.desk.later(seconds=5)
        await pulls.changes("edited", base="stable")
        assert pulls.conclusion == "action_required"
        assert "bob's approval" in pulls.check().summary
        pulls.desk.later(seconds=5)
        await pulls.reviews()
        assert pulls.conclusion == "success"

    async def test_v03_the_same_change_into_another_branch_stays_approved(
        self, pulls: PullDesk
    ) -> None:
        await opened(pulls, handled=False)
        pulls.changes_all((changed("a.py"),))
        await pulls.reviews()
        pulls.desk.github.push(HOME, "stable", "README.md")
        pulls.desk.later(seconds=5)
        await pulls.changes("edited", base="stable")
        assert pulls.conclusion == "success"

    async def test_v06_the_base_branch_decides_not_the_pull_request(self, pulls: PullDesk) -> None:
        mine = STANDARD.replace("owner: carol", "owner: alice")
        pulls.desk.github.branches[HOME, "topic"] = {FILE: [mine]}
        await opened(pulls)
        assert "alice" not in pulls.check().title

    async def test_v09_the_merge_queue_gets_its_own_answer(self, pulls: PullDesk) -> None:
        await opened(pulls)
        await pulls.reviews()
        group = Sha("9" * 40)
        await pulls.queues(group)
        assert pulls.check(head=group).conclusion == "success"
        await pulls.reviews("changes_requested", by="carol")
        assert pulls.check(head=group).conclusion == "failure"

    async def test_v10_a_draft_is_neutral_and_not_read(self, pulls: PullDesk) -> None:
        with pulls.desk.spending() as spent:
            await opened(pulls, draft=True)
        assert spent.methods == ["create_check"]
        run = pulls.check()
        assert (run.conclusion, run.title) == ("neutral", "Draft")
        await pulls.changes("ready_for_review", draft=False)
        assert pulls.conclusion == "action_required"

    async def test_v11_beyond_what_github_lists_every_area_is_touched(
        self, pulls: PullDesk
    ) -> None:
        await opened(pulls, handled=False)
        pulls.changes_all(tuple(changed(f"f{n}.py") for n in range(3001)))
        await pulls.desk.drain()
        assert "billing" in pulls.check().summary
        assert "does not list all the files" in pulls.check().summary

    async def test_asked_for_again_it_is_said_again(self, pulls: PullDesk) -> None:
        await opened(pulls)
        with pulls.desk.spending() as spent:
            await pulls.asks_again("ghapp/review")
            await pulls.asks_again()
            await pulls.asks_again(head=Sha("0" * 40))
        assert spent.methods == ["update_check", "update_check"]


class TestTime:
    async def test_a_freeze_begins_and_ends_by_the_clock(self, pulls: PullDesk) -> None:
        pulls.desk.github.write_file(HOME, FILE, STANDARD + FREEZES)
        await pulls.desk.push()
        await opened(pulls)
        await pulls.reviews()
        assert pulls.conclusion == "success"
        pulls.desk.later(days=27)
        await pulls.desk.tick()
        assert pulls.conclusion == "failure"
        assert pulls.check().title.startswith("Freeze: holidays")
        pulls.desk.later(days=20)
        await pulls.desk.tick()
        assert pulls.conclusion == "success"

    async def test_another_standard_is_followed_at_once(self, pulls: PullDesk) -> None:
        await opened(pulls)
        pulls.desk.github.write_file(HOME, FILE, STANDARD.replace("approvals: 1", ""))
        pulls.desk.github.write_file(
            HOME, FILE, f"{STANDARD}".replace("owner: carol", "owner: bob")
        )
        await pulls.desk.push()
        assert "carol" not in pulls.check().title.partition(" or ")[0]


class TestTrouble:
    @pytest.mark.parametrize("method", READS)
    async def test_v05_what_cannot_be_read_is_never_success_and_is_tried_again(
        self, pulls: PullDesk, method: str
    ) -> None:
        pulls.desk.github.fail(method, Unavailable("GitHub answers 500"))
        await opened(pulls)
        assert pulls.conclusion == "failure"
        assert "GitHub answers 500" in pulls.check().summary
        await pulls.desk.tick()
        assert pulls.conclusion == "failure"
        pulls.desk.later(minutes=1)
        await pulls.desk.tick()
        assert pulls.conclusion == "action_required"
        assert len(pulls.checks()) == 1

    async def test_it_is_tried_less_and_less_often(self, pulls: PullDesk) -> None:
        pulls.desk.github.fail("pull_files", Unavailable("down"), times=100)
        await opened(pulls)
        waited = []
        for _ in range(7):
            at = (await pulls.desk.duties.alarms.due())[pulls.conversation]
            waited.append(at - pulls.desk.now)
            pulls.desk.later(seconds=waited[-1].total_seconds())
            await pulls.desk.tick()
        assert waited == [timedelta(minutes=n) for n in (1, 2, 4, 8, 16, 30, 30)]

    async def test_v05_an_incomplete_page_is_not_approved(self, pulls: PullDesk) -> None:
        await opened(pulls, handled=False)
        pulls.desk.github.hidden_pulls.add((HOME, 1))
        await pulls.reviews(handled=False)
        await pulls.desk.drain()
        assert pulls.conclusion == "failure"

    async def test_a_limit_keeps_everything_waiting(self, pulls: PullDesk) -> None:
        pulls.desk.github.fail(
            "pull_reviews", RateLimited(pulls.desk.now + timedelta(minutes=3), "enough")
        )
        await opened(pulls)
        assert pulls.checks() == []
        await pulls.desk.patiently()
        assert pulls.conclusion == "action_required"

    async def test_a_lost_answer_makes_no_second_check(self, pulls: PullDesk) -> None:
        pulls.desk.github.lose_answer("create_check")
        await opened(pulls)
        await pulls.desk.patiently()
        assert len(pulls.checks()) == 1

    async def test_where_it_may_not_write_it_tries_much_later(self, pulls: PullDesk) -> None:
        pulls.desk.github.fail("create_check", Refused(403, "Resource not accessible"))
        await opened(pulls)
        assert await pulls.desk.parked() == []
        pulls.desk.later(minutes=30)
        await pulls.desk.tick()
        await pulls.desk.patiently()
        assert pulls.conclusion == "action_required"

    async def test_a_pull_request_that_is_gone_is_forgotten(self, pulls: PullDesk) -> None:
        pulls.desk._note([pulls.conversation])
        await pulls.desk.drain()
        assert await pulls.desk.store.memory_all("pull") == {}

    async def test_a_lost_database_writes_nothing_that_is_there(self, pulls: PullDesk) -> None:
        await opened(pulls)
        await pulls.desk.restart(lost_database=True)
        with pulls.desk.spending() as spent:
            await pulls.desk.duties.reviews.look()
            await pulls.desk.drain()
        assert not {"create_check", "request_reviewers", "create_comment"} & set(spent.methods)
        assert len(pulls.checks()) == 1


class TestRound:
    async def test_what_was_opened_unheard_is_found(self, pulls: PullDesk) -> None:
        pulls.desk.github.person_proposes(HOME, author=Login("alice"), head="topic", title="fix: a")
        await pulls.desk.duties.reviews.look()
        await pulls.desk.drain()
        assert pulls.conclusion == "action_required"

    async def test_what_has_not_changed_costs_a_free_listing(self, pulls: PullDesk) -> None:
        await opened(pulls)
        await pulls.desk.duties.reviews.look()
        await pulls.desk.drain()
        with pulls.desk.spending() as spent:
            await pulls.desk.duties.reviews.look()
            await pulls.desk.drain()
        assert spent.methods == []

    async def test_what_was_pushed_unheard_is_found(self, pulls: PullDesk) -> None:
        await opened(pulls)
        await pulls.reviews()
        pulls.desk.later(minutes=1)
        pulls.desk.github.person_pushes(HOME, 1, "b.py", author=Login("alice"))
        await pulls.desk.duties.reviews.look()
        await pulls.desk.drain()
        assert pulls.conclusion == "action_required"

    async def test_what_was_closed_unheard_is_forgotten(self, pulls: PullDesk) -> None:
        await opened(pulls)
        pulls.desk.github.person_changes(HOME, 1, open=False)
        await pulls.desk.duties.reviews.look()
        await pulls.desk.drain()
        assert await pulls.desk.store.memory_all("pull") == {}

    async def test_where_the_app_is_no_more_it_is_forgotten(
        self, pulls: PullDesk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await opened(pulls)

        async def nowhere(_repo: RepoName) -> list[RepoName]:
            return []

        monkeypatch.setattr(pulls.desk.github, "repositories", nowhere)
        await pulls.desk.duties.reviews.look()
        assert await pulls.desk.store.memory_all("pull") == {}
        assert pulls.conversation not in await pulls.desk.duties.alarms.due()

    async def test_a_repository_that_cannot_be_listed_stops_no_other(self, pulls: PullDesk) -> None:
        pulls.desk.github.write_file(APP, "a.py", "")
        pulls.desk.github.person_proposes(HOME, author=Login("alice"), head="topic", title="fix: a")
        pulls.desk.github.fail("list_pulls", Refused(403, "no"))
        await pulls.desk.duties.reviews.look()
        await pulls.desk.drain()


class TestOtherRepositories:
    async def test_without_a_file_the_homes_counts(self, pulls: PullDesk) -> None:
        there = replace(pulls, repo=APP)
        await there.opens(title="feat: b")
        assert there.check().title == "deployment waits for carol or bob"

    async def test_their_own_file_counts_and_is_remembered(self, pulls: PullDesk) -> None:
        there = replace(pulls, repo=APP)
        own = STANDARD.replace("owner: carol", "owner: dave").replace(
            "{alice: {}", "{dave: {}, alice: {}"
        )
        pulls.desk.github.write_file(APP, FILE, own)
        await there.opens(title="feat: b")
        assert "dave" in there.check().title
        assert "acme/app/blob/" in there.check().summary
        with pulls.desk.spending() as spent:
            await there.pushes("b.py")
        assert "read_file" not in spent.methods


class TestIncidents:
    async def test_an_open_sev1_where_it_touches_is_a_freeze(self, pulls: PullDesk) -> None:
        await opened(pulls)
        await pulls.reviews()
        assert pulls.conclusion == "success"
        await pulls.desk.alert(firing(severity=Severity.SEV1, policy="Another"))
        await pulls.desk.duties.freezes.look(pulls.desk.models.in_force())
        await pulls.desk.drain()
        assert pulls.conclusion == "failure"
        assert pulls.check().title.startswith("Freeze: sev1 in deployment")
