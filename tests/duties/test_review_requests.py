"""Whose review is asked for, who is reminded, and that no crash does it twice."""

from datetime import timedelta

import pytest

from ghapp.core.owners_file import FILE
from ghapp.github.errors import Unavailable
from ghapp.model.names import Login
from tests.support.builders import HOME, OWNERS
from tests.support.desk import Desk
from tests.support.pulls import PullDesk

STANDARD = OWNERS.replace(
    "    rotation: platform\n", "    rotation: platform\n    team: platform\n"
)
AWAY = STANDARD.replace("carol: {}", "carol: {away: [{from: 2026-11-20, to: 2026-11-30}]}")


@pytest.fixture
async def pulls(desk: Desk) -> PullDesk:
    return await standard(desk, STANDARD)


async def standard(desk: Desk, text: str) -> PullDesk:
    desk.github.write_file(HOME, FILE, text)
    await desk.models.refresh()
    desk.github.calls.clear()
    return PullDesk(desk)


def asked(pulls: PullDesk) -> list[tuple[str, ...]]:
    return [
        call.args["people"]
        for call in pulls.desk.github.calls
        if call.method == "request_reviewers"
    ]


async def business_days(pulls: PullDesk, days: int) -> None:
    """From Sunday noon on; one business day has nine hours."""
    pulls.desk.later(days=days)
    await pulls.desk.tick()


class TestAsked:
    async def test_the_owner_comes_first_and_the_check_says_why(self, pulls: PullDesk) -> None:
        await pulls.opens()
        assert pulls.requested == {"carol"}
        assert "carol: owner of deployment, 0 other reviews waiting" in pulls.check().summary

    async def test_a_draft_asks_nobody_until_it_is_ready(self, pulls: PullDesk) -> None:
        await pulls.opens(draft=True)
        assert asked(pulls) == []
        await pulls.changes("ready_for_review", draft=False)
        assert pulls.requested == {"carol"}

    async def test_whoever_has_less_to_review(self, pulls: PullDesk) -> None:
        await pulls.opens(head="one")
        await pulls.opens(head="two")
        assert pulls.requested == {"bob"}
        assert "bob: backup of deployment, 0 other reviews waiting" in pulls.check().summary

    async def test_never_somebody_who_is_away(self, desk: Desk) -> None:
        pulls = await standard(desk, AWAY)
        await pulls.opens()
        assert pulls.requested == {"bob"}
        assert "carol is not asked: away" in pulls.check().summary

    async def test_never_the_author(self, pulls: PullDesk) -> None:
        await pulls.opens(by="carol")
        assert pulls.requested == {"bob"}

    async def test_a_persons_own_request_stands_and_counts(self, pulls: PullDesk) -> None:
        await pulls.opens(draft=True)
        await pulls.changes("review_requested", requested=(Login("alice"), Login("bob")))
        await pulls.changes("ready_for_review", draft=False)
        assert asked(pulls) == []
        assert pulls.requested == {"alice", "bob"}

    async def test_nobody_is_asked_again_after_a_push(self, pulls: PullDesk) -> None:
        await pulls.opens()
        await pulls.reviews(by="carol")
        await pulls.pushes("b.py")
        assert len(asked(pulls)) == 1

    async def test_whom_github_refuses_is_passed_over(self, pulls: PullDesk) -> None:
        pulls.desk.github.assignable = {Login("alice"), Login("bob")}
        await pulls.opens()
        assert asked(pulls) == [("carol",), ("bob",)]
        assert pulls.requested == {"bob"}
        summary = pulls.check().summary
        assert "carol is not asked: GitHub asks only collaborators" in summary
        assert "bob: backup of deployment" in summary

    async def test_of_several_only_the_refused_one_is_passed_over(self, desk: Desk) -> None:
        text = STANDARD.replace("owner: bob", "owner: bob\n    paths: [billing/]")
        pulls = await standard(desk, text.replace("backup: bob", "backup: alice"))
        desk.github.assignable = {Login("alice"), Login("bob")}
        await pulls.opens("a.py", "billing/b.py", by="dave")
        assert asked(pulls) == [("carol", "bob"), ("carol",), ("bob",)]
        assert pulls.requested == {"bob"}  # who is of the other area's team as well

    async def test_where_nobody_is_left_it_says_so(self, pulls: PullDesk) -> None:
        pulls.desk.github.assignable = set()
        await pulls.opens()
        assert pulls.requested == set()
        assert "Nobody more can be asked for deployment" in pulls.check().summary
        assert await pulls.desk.parked() == []

    async def test_a_lost_answer_asks_the_same_people_again(self, pulls: PullDesk) -> None:
        pulls.desk.github.lose_answer("request_reviewers")
        await pulls.opens()
        await pulls.opens(head="other", handled=False)  # changes who has more to review
        await pulls.desk.patiently()
        pulls.number = 1
        assert pulls.requested == {"carol"}

    async def test_after_a_kill_too(self, pulls: PullDesk) -> None:
        pulls.desk.github.fail("request_reviewers", Unavailable("killed"))
        await pulls.opens()
        await pulls.desk.restart()
        pulls.desk.later(seconds=10)
        await pulls.desk.recall()
        assert pulls.requested == {"carol"}
        assert len(pulls.checks()) == 1


class TestLate:
    async def test_one_reminder_in_the_reviewers_business_time(self, pulls: PullDesk) -> None:
        await pulls.opens()
        pulls.desk.later(hours=20)  # Monday 08:00
        await pulls.desk.tick()
        assert pulls.desk.words() == []
        for _ in range(3):
            await business_days(pulls, 1)
        (word,) = pulls.desk.words()
        assert word.startswith("@carol your review of this pull request was asked for")

    async def test_twice_as_late_the_backup_is_asked_too(self, pulls: PullDesk) -> None:
        await pulls.opens()
        await business_days(pulls, 30)
        assert pulls.requested == {"carol", "bob"}
        assert "carol is late" in pulls.check().summary
        await business_days(pulls, 1)
        assert len(asked(pulls)) == 2

    async def test_no_reminder_after_a_review(self, pulls: PullDesk) -> None:
        await pulls.opens()
        await pulls.reviews("commented", by="carol")
        await business_days(pulls, 30)
        assert pulls.desk.words() == []

    async def test_no_reminder_once_it_is_closed(self, pulls: PullDesk) -> None:
        await pulls.opens()
        pulls.desk.github.person_changes(HOME, 1, open=False)
        await business_days(pulls, 30)
        assert pulls.desk.words() == []

    async def test_a_draft_waits_for_nobody(self, pulls: PullDesk) -> None:
        await pulls.opens()
        await pulls.changes("converted_to_draft", draft=True)
        await business_days(pulls, 30)
        assert pulls.desk.words() == []
        await pulls.changes("ready_for_review", draft=False)
        assert pulls.desk.words() == []

    async def test_none_where_no_time_is_set(self, desk: Desk) -> None:
        pulls = await standard(desk, f"{STANDARD}\nreview: {{respond_within: null}}\n")
        await pulls.opens()
        assert pulls.conversation not in await desk.duties.alarms.due()

    async def test_a_kill_between_reminder_and_memory_leaves_one(self, pulls: PullDesk) -> None:
        await pulls.opens()
        pulls.desk.github.lose_answer("create_comment")
        await business_days(pulls, 4)
        await pulls.desk.restart()
        await pulls.desk.recall()
        pulls.desk.later(minutes=1)
        await pulls.desk.tick()
        await pulls.desk.patiently()
        assert len(pulls.desk.words()) == 1

    async def test_a_lost_database_reminds_nobody_twice(self, pulls: PullDesk) -> None:
        await pulls.opens()
        await business_days(pulls, 4)
        await pulls.desk.restart(lost_database=True)
        await pulls.desk.duties.reviews.look()
        await pulls.desk.drain()
        await business_days(pulls, 10)
        assert len(pulls.desk.words()) == 1

    async def test_when_it_is_due_is_remembered(self, pulls: PullDesk) -> None:
        await pulls.opens()
        due = (await pulls.desk.duties.alarms.due())[pulls.conversation]
        assert due - pulls.desk.now > timedelta(days=1)
