"""What some rules need besides files, reviews and commits, and what it costs."""

from dataclasses import replace
from typing import Any

import pytest

from ghapp import plugins
from ghapp.core.owners_file import FILE
from ghapp.duties.pull_facts import HEADS_KEPT
from ghapp.duties.standards import TEMPLATES
from ghapp.github.errors import Denied, Refused, Unavailable
from ghapp.model.names import Login
from tests.support.builders import HOME, OWNERS
from tests.support.desk import Desk
from tests.support.pulls import PullDesk, waits

RULES = """
review:
  approvals: 0
  rules:
    %s: {mode: require}
"""


async def under(desk: Desk, rule: str) -> PullDesk:
    """The rule is required, and issue 1 is there to be about."""
    desk.github.write_file(HOME, FILE, OWNERS + RULES % rule)
    await desk.models.refresh()
    desk.github.person_opens(HOME, author=Login("dave"), title="Prices are off")
    desk.github.calls.clear()
    return PullDesk(desk)


class TestLinkedIssues:
    async def test_an_open_one_is_read_once(self, desk: Desk) -> None:
        pulls = await under(desk, "linked_issue")
        with desk.spending() as spent:
            await pulls.opens(body="Closes #1")
        assert pulls.conclusion == "success"
        assert spent.methods.count("get_issue") == 1

    @pytest.mark.parametrize(
        "body", [pytest.param("Closes #99", id="no such issue"), pytest.param("", id="none named")]
    )
    async def test_without_one_it_fails(self, desk: Desk, body: str) -> None:
        pulls = await under(desk, "linked_issue")
        await pulls.opens(body=body)
        assert pulls.conclusion == "failure"
        assert not waits(pulls.check())

    async def test_where_the_app_is_not_installed_there_is_none(self, desk: Desk) -> None:
        pulls = await under(desk, "linked_issue")
        desk.github.fail("get_issue", Denied("not installed there"))
        await pulls.opens(body="Closes #1")
        assert pulls.conclusion == "failure"
        assert not waits(pulls.check())

    async def test_one_that_cannot_be_read_is_tried_again(self, desk: Desk) -> None:
        pulls = await under(desk, "linked_issue")
        desk.github.fail("get_issue", Unavailable("down"))
        await pulls.opens(body="Closes #1")
        assert waits(pulls.check())
        desk.later(minutes=1)
        await desk.tick()
        assert pulls.conclusion == "success"


class TestTemplate:
    async def test_what_it_asks_for_is_to_be_answered(self, desk: Desk) -> None:
        pulls = await under(desk, "description")
        desk.github.write_file(HOME, TEMPLATES[0], "## Why\n\n## How it was tested\n")
        await pulls.opens(body="## Why\n\nPrices are off.\n\n## How it was tested\n")
        assert pulls.conclusion == "failure"
        await pulls.changes("edited", body="## Why\n\nx off.\n\n## How it was tested\n\nBy hand.\n")
        assert pulls.conclusion == "success"

    async def test_one_that_cannot_be_read_is_tried_again(self, desk: Desk) -> None:
        pulls = await under(desk, "description")
        desk.github.fail("read_file", Refused(500, "no"))
        await pulls.opens(body="## Why\n\nPrices are off.\n")
        assert waits(pulls.check())


class TestEarlierHeads:
    async def test_a_commit_that_is_gone_is_not_approved(self, desk: Desk) -> None:
        pulls = PullDesk(desk)
        await pulls.opens()
        review = await pulls.reviews()
        lost = replace(review, commit="f" * 40)
        desk.github.reviews[HOME, 1] = [lost]  # type: ignore[list-item]
        await pulls.asks_again()
        assert pulls.conclusion == "action_required"

    async def test_of_more_files_than_are_compared_nothing_is_known(self, desk: Desk) -> None:
        pulls = PullDesk(desk)
        await pulls.opens(*(f"f{number}.py" for number in range(301)))
        await pulls.reviews()
        await desk.restart(lost_database=True)
        await pulls.pushes("b.py")
        assert pulls.conclusion == "action_required"

    async def test_the_app_must_be_let_in_to_compare(self, desk: Desk) -> None:
        pulls = PullDesk(desk)
        await pulls.opens()
        await pulls.reviews()
        await desk.restart(lost_database=True)
        desk.github.fail("changed_between", Denied("suspended"))
        await pulls.pushes("b.py")
        assert pulls.checks() == []
        await desk.patiently()
        assert pulls.conclusion == "action_required"

    async def test_only_the_latest_are_remembered(self, desk: Desk) -> None:
        pulls = PullDesk(desk)
        await pulls.opens()
        state = (await desk.store.memory_all("pull"))["acme/ops#1"]
        many: dict[str, Any] = {f"{number:040x}": "x" for number in range(HEADS_KEPT + 50)}
        await desk.store.memory_put("pull", "acme/ops#1", {**state, "diffs": many})
        await pulls.pushes("b.py")
        state = (await desk.store.memory_all("pull"))["acme/ops#1"]
        assert len(state["diffs"]) == HEADS_KEPT + 1
        assert pulls.pull.head in state["diffs"]


async def test_a_rule_that_fails_is_said_and_stops_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulls = await under(desk, "title")

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    rules = [
        replace(one, check=broken) if one.name == "title" else one for one in plugins.review_rules()
    ]
    monkeypatch.setattr(desk.duties.reviews, "_rules", rules)
    await pulls.opens(title="feat: a")
    assert pulls.conclusion == "failure"
    assert "The rule failed" in pulls.check().summary
