"""Dates of reviews: a date is a statement of the document's owner."""

from typing import Any

import pytest

from ghapp.core.pull_request import ChangedFile
from ghapp.core.verdict import Reason, State, Unread
from ghapp.rules.review_date import RULE, ReviewDate
from tests.support.reviews import ALICE, BOB, OLD, changed, facts, review

DOCS = 'docs: [{path: "docs/**", owner: alice}]\n'
MOVED = "@@ -1,4 +1,4 @@\n ---\n-reviewed: 2026-01-01\n+reviewed: 2026-11-24\n ---\n"
DATED = changed("docs/a.md", patch=MOVED)


def said(*files: ChangedFile, more: str = DOCS, **changes: Any) -> Reason | None:
    return RULE.check(facts(more, files=files or (DATED,), **changes), ReviewDate())


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        pytest.param({"reviews": ()}, State.PENDING, id="D04 nobody has approved"),
        pytest.param({"reviews": (review(BOB),)}, State.PENDING, id="D04 somebody else has"),
        pytest.param({"reviews": (review(ALICE),)}, State.SATISFIED, id="D04 the owner has"),
        pytest.param(
            {"reviews": (review(ALICE, commit=OLD),)}, State.PENDING, id="of an earlier change"
        ),
        pytest.param(
            {"reviews": (review(ALICE, commit=OLD),), "diffs": {OLD: Unread("down")}},
            State.UNKNOWN,
            id="it cannot be told of what",
        ),
        pytest.param(
            {"reviews": (review(ALICE, author_is_bot=True),)}, State.PENDING, id="a bot has"
        ),
        pytest.param(
            {"reviews": (review(ALICE, "changes_requested"),)}, State.PENDING, id="the owner is against it"
        ),
        pytest.param({"reviews": Unread("down")}, State.UNKNOWN, id="reviews that cannot be read"),
        pytest.param({"files": Unread("down")}, State.UNKNOWN, id="files that cannot be read"),
    ],
)  # fmt: skip
def test_d04_the_owner_stands_for_the_date(changes: dict[str, Any], state: State) -> None:
    reason = RULE.check(facts(DOCS, **{"files": (DATED,), **changes}), ReviewDate())
    assert reason is not None
    assert reason.state is state


def test_d04_who_is_waited_for() -> None:
    reason = said(reviews=())
    assert reason is not None
    assert reason.who == (ALICE,)
    assert "docs/a.md (alice)" in reason.text


@pytest.mark.parametrize(
    ("file", "more"),
    [
        pytest.param(DATED, "", id="no documents"),
        pytest.param(changed("docs/a.md"), DOCS, id="D04 more than the date"),
        pytest.param(changed("src/a.md", patch=MOVED), DOCS, id="no document"),
    ],
)
def test_of_others_it_says_nothing(file: ChangedFile, more: str) -> None:
    assert said(file, more=more, reviews=()) is None


def test_it_is_required_unless_the_file_says_otherwise() -> None:
    assert RULE.where_silent.required
