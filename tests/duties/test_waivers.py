"""`/waive RULE reason` on a pull request: who may, what it does, and how long it holds."""

import pytest

from ghapp.core.owners_file import FILE
from ghapp.github.errors import Unavailable
from tests.support.builders import HOME, OWNERS
from tests.support.desk import Desk
from tests.support.pulls import PullDesk

STANDARD = f"{OWNERS}\nreview: {{rules: {{title: {{mode: require, style: conventional}}}}}}\n"
WAIVE = "/waive title it is only for a test"


@pytest.fixture
async def pulls(desk: Desk) -> PullDesk:
    desk.github.write_file(HOME, FILE, STANDARD)
    await desk.models.refresh()
    made = PullDesk(desk)
    await made.opens(title="Stuff")
    await made.reviews(by="carol")
    assert made.conclusion == "failure"
    return made


def reactions(pulls: PullDesk, comment: int) -> list[str]:
    return [str(one) for one in pulls.desk.github.reactions.get(comment, [])]


class TestWaived:
    async def test_v12_an_owner_waives_a_rule_with_name_reason_and_time(
        self, pulls: PullDesk
    ) -> None:
        comment = await pulls.says(WAIVE)
        assert pulls.conclusion == "success"
        assert "Waived by bob, 2026-11-22 12:00 UTC: it is only for a test" in pulls.check().summary
        assert reactions(pulls, comment) == ["+1"]
        assert pulls.desk.words() == []

    async def test_v12_it_is_gone_with_a_push_and_stays_with_a_rebase(
        self, pulls: PullDesk
    ) -> None:
        await pulls.says(WAIVE)
        await pulls.rebases()
        assert pulls.conclusion == "success"
        await pulls.pushes("b.py")
        del pulls.desk.github.changed[HOME, 1]
        await pulls.asks_again()
        assert pulls.conclusion == "failure"
        assert "by bob does not count: it was voided by" in pulls.check().summary

    async def test_a_waiver_of_what_was_pushed_over_meanwhile_does_not_count(
        self, pulls: PullDesk
    ) -> None:
        pulls.desk.later(seconds=5)
        await pulls.desk.types(WAIVE, by="bob")
        pulls.desk.later(seconds=5)
        await pulls.pushes("b.py", handled=False)
        await pulls.desk.drain()
        assert pulls.conclusion == "failure"

    async def test_v12_into_another_branch_it_is_another_change(self, pulls: PullDesk) -> None:
        await pulls.says(WAIVE)
        pulls.desk.github.push(HOME, "stable", "README.md")
        pulls.desk.later(seconds=5)
        await pulls.changes("edited", base="stable")
        assert pulls.conclusion == "failure"
        assert "by bob does not count" in pulls.check().summary

    async def test_deleted_it_is_taken_back(self, pulls: PullDesk) -> None:
        comment = await pulls.says(WAIVE)
        await pulls.takes_back(comment, WAIVE)
        assert pulls.conclusion == "failure"

    async def test_edited_it_is_taken_back(self, pulls: PullDesk) -> None:
        comment = await pulls.says(WAIVE)
        await pulls.takes_back(comment, WAIVE, "Never mind.")
        assert pulls.conclusion == "failure"

    async def test_edited_elsewhere_it_stands(self, pulls: PullDesk) -> None:
        comment = await pulls.says(WAIVE)
        await pulls.takes_back(comment, WAIVE, f"{WAIVE}\nMore.")
        assert pulls.conclusion == "success"

    async def test_a_lost_database_reads_it_from_the_comments(self, pulls: PullDesk) -> None:
        pulls.desk.later(seconds=5)
        await pulls.says(WAIVE)
        await pulls.desk.restart(lost_database=True)
        await pulls.desk.duties.reviews.look()
        await pulls.desk.drain()
        assert pulls.conclusion == "success"

    async def test_a_lost_database_counts_none_of_an_earlier_head(self, pulls: PullDesk) -> None:
        await pulls.says(WAIVE)
        pulls.desk.later(seconds=5)
        await pulls.pushes("b.py")
        await pulls.desk.restart(lost_database=True)
        await pulls.desk.duties.reviews.look()
        await pulls.desk.drain()
        assert pulls.conclusion == "failure"

    async def test_answered_once_whatever_is_lost(self, pulls: PullDesk) -> None:
        pulls.desk.github.lose_answer("update_check")
        comment = await pulls.says(WAIVE)
        await pulls.desk.patiently()
        assert pulls.conclusion == "success"
        assert reactions(pulls, comment) == ["+1"]


class TestRefused:
    @pytest.mark.parametrize(
        ("line", "by", "why"),
        [
            pytest.param(WAIVE, "alice", "It is your own pull request.", id="the author"),
            pytest.param("/waive titel x", "bob", "did you mean `title`?", id="misspelt"),
            pytest.param("/waive approvals x", "bob", "There is no such rule", id="no rule"),
            pytest.param("/waive freeze x", "bob", "There is no freeze.", id="no freeze"),
        ],
    )
    async def test_with_the_reason(self, pulls: PullDesk, line: str, by: str, why: str) -> None:
        comment = await pulls.says(line, by=by)
        (word,) = pulls.desk.words()
        assert why in word
        assert reactions(pulls, comment) == ["confused"]
        assert pulls.conclusion == "failure"

    async def test_whoever_owns_nothing_of_it(self, pulls: PullDesk) -> None:
        pulls.desk.github.people.add("dave")  # type: ignore[arg-type]
        await pulls.says(WAIVE, by="dave")
        assert "Only `carol`, `bob` may" in pulls.desk.words()[0]

    async def test_without_a_reason_it_is_not_understood(self, pulls: PullDesk) -> None:
        comment = await pulls.says("/waive title")
        assert "`/waive RULE reason`" in pulls.desk.words()[0]
        assert reactions(pulls, comment) == ["confused"]

    async def test_on_an_issue(self, pulls: PullDesk) -> None:
        issue = pulls.desk.github.person_opens(HOME, author="dave", title="Help")  # type: ignore[arg-type]
        await pulls.desk.says(WAIVE, number=issue.number, by="bob")
        assert "It is for pull requests." in pulls.desk.words(issue.number)[0]

    async def test_once_it_is_closed(self, pulls: PullDesk) -> None:
        await pulls.changes("closed", open=False)
        await pulls.says(WAIVE)
        assert "The pull request is not open." in pulls.desk.words()[0]

    async def test_when_the_files_cannot_be_read(self, pulls: PullDesk) -> None:
        pulls.desk.github.fail("pull_files", Unavailable("down"))
        await pulls.says(WAIVE)
        assert "could not be read" in pulls.desk.words()[0]

    async def test_when_the_comments_cannot_be_read(self, pulls: PullDesk) -> None:
        await pulls.desk.restart(lost_database=True)
        pulls.desk.github.fail("list_comments", Unavailable("down"))
        await pulls.says(WAIVE)
        assert "The comments could not be read" in pulls.desk.words()[0]
