"""Waivers: who may let a pull request off a rule, and for how long."""

from datetime import timedelta
from typing import Any

import pytest

from ghapp.core.facts import Sha
from ghapp.core.review_facts import ReviewFacts
from ghapp.core.verdict import Reason, State, Unread
from ghapp.core.waiver import waivers, who_may_waive
from tests.support.reviews import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    HEAD,
    NOW,
    OLD,
    facts,
    pull,
    waiver,
)

UNREAD = Unread("GitHub does not answer")
REASON = Reason(
    "title", State.REFUSED, "Title is not conventional", "…", (DAVE,), "review.rules.title"
)


def of(facts: ReviewFacts) -> Reason:
    return waivers(facts, {"title", "size"}).of(REASON)


@pytest.mark.parametrize("by", [BOB, CAROL])
def test_one_of_a_touched_area_waives_a_rule(by: Any) -> None:
    reason = of(facts(waivers=(waiver("title", by),)))
    assert reason == Reason(
        "title",
        State.SKIPPED,
        f"Waived by {by}",
        f"Waived by {by}, 2026-11-24 08:00 UTC: the vendor is down",
        (),
        "review.rules.title",
        (REASON,),
    )


def test_a_rule_that_holds_needs_no_waiver() -> None:
    holds = Reason("title", State.SATISFIED, "Title fits", "…")
    assert waivers(facts(waivers=(waiver("title"),)), {"title"}).of(holds) is holds


def test_of_several_the_first_counts() -> None:
    later = waiver("title", CAROL, at=NOW)
    assert of(facts(waivers=(later, waiver("title", BOB)))).short == "Waived by bob"


@pytest.mark.parametrize(
    ("made", "note"),
    [
        pytest.param(
            facts(waivers=(waiver("title", DAVE),)),
            "/waive title by dave does not count: it is their own pull request",
            id="V12 the author",
        ),
        pytest.param(
            facts(waivers=(waiver("title", ALICE),)),
            "/waive title by alice does not count: they are of none of the areas that it touches",
            id="V12 of another area",
        ),
        pytest.param(
            facts(waivers=(waiver("title", head=OLD),), diffs={OLD: "x"}),
            "/waive title by bob does not count: it was voided by aaaaaaa",
            id="V12 a push",
        ),
        pytest.param(
            facts(waivers=(waiver("approvals"),)),
            "/waive approvals by bob does not count: only rules can be waived",
            id="V12 approvals",
        ),
    ],
)
def test_what_does_not_count(made: ReviewFacts, note: str) -> None:
    found = waivers(made, {"title"})
    assert found.of(REASON) is REASON
    assert [one.text for one in found.notes] == [note]


def test_it_outlives_a_rebase() -> None:
    same = facts().diff
    made = facts(waivers=(waiver("title", head=OLD),), diffs={OLD: same})
    assert of(made).state is State.SKIPPED


@pytest.mark.parametrize("rule", ["size", "nonsense", "freeze"])
def test_another_rules_waiver_is_none(rule: str) -> None:
    found = waivers(facts(waivers=(waiver(rule),)), {"title", "size"})
    assert found.of(REASON) is REASON
    assert found.notes == ()


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"waivers": UNREAD}, id="V05 the comments"),
        pytest.param({"waivers": (waiver("title"),), "files": UNREAD}, id="V05 the files"),
        pytest.param(
            {"waivers": (waiver("title", head=OLD),), "diffs": {OLD: UNREAD}}, id="V05 its diff"
        ),
    ],
)
def test_a_waiver_that_could_not_be_read_is_asked_for_again(more: dict[str, Any]) -> None:
    reason = of(facts(**more))
    assert (reason.state, reason.short) == (State.UNKNOWN, "Could not read the waivers")
    assert reason.text == "Whether it is waived could not be read: GitHub does not answer"


def test_who_may() -> None:
    assert who_may_waive(facts()) == (BOB, CAROL)
    assert who_may_waive(facts(pull=pull(author=BOB))) == (CAROL, DAVE)
    assert who_may_waive(facts(files=UNREAD)) is UNREAD


def test_the_head_of_a_waiver_that_is_lost_is_void() -> None:
    gone = waiver("title", head=Sha("9" * 40), at=NOW - timedelta(days=3))
    assert of(facts(pull=pull(head=HEAD), waivers=(gone,))) is REASON
