"""Approvals by area: who may, who has, and that doubt is never an approval."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.approval import approvals, blocks
from ghapp.core.facts import Sha
from ghapp.core.review_facts import ReviewFacts
from ghapp.core.verdict import Reason, State, Unread
from ghapp.model.names import Login
from tests.support.reviews import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    HEAD,
    NOW,
    OLD,
    changed,
    commit,
    facts,
    pull,
    review,
)

ERIN = Login("erin")
UNREAD = Unread("GitHub does not answer")


def stands(of: ReviewFacts) -> Reason:
    reason = approvals(of)
    assert reason is not None
    return reason


def on(*paths: str, by: Login = DAVE, reviews: tuple[Any, ...] = (), more: str = "") -> Reason:
    """How it stands with a change of these files."""
    return stands(
        facts(
            more,
            pull=pull(author=by),
            commits=(commit(author=by, committer=by),),
            files=tuple(changed(path) for path in paths),
            reviews=reviews,
        )
    )


BILLING, DEPLOY, README = "billing/prices.py", "deploy/app.yaml", "README.md"


@pytest.mark.parametrize(
    "by",
    [
        pytest.param(BOB, id="V07 the owner"),
        pytest.param(CAROL, id="V07 one of the team"),
        pytest.param(Login("Bob"), id="V07 in another case"),
    ],
)
def test_one_of_the_area_approves(by: Login) -> None:
    reason = on(BILLING, reviews=(review(by),))
    assert reason.state is State.SATISFIED
    assert reason.children[0].text == f"Approved by {by}. Files: billing/prices.py."


def test_the_backup_approves() -> None:
    assert on(DEPLOY, reviews=(review(BOB),)).state is State.SATISFIED


@pytest.mark.parametrize(
    ("reviews", "short", "who"),
    [
        pytest.param((), "billing waits for bob or carol", (BOB, CAROL), id="V07 nobody yet"),
        pytest.param(
            (review(ALICE),), "billing waits for bob or carol", (BOB, CAROL), id="V07 of another"
        ),
        pytest.param(
            (review(DAVE),), "billing waits for bob or carol", (BOB, CAROL), id="V02 the author"
        ),
        pytest.param(
            (review(BOB, author_is_bot=True),),
            "billing waits for bob or carol",
            (BOB, CAROL),
            id="V02 a bot",
        ),
        pytest.param(
            (review(BOB), review(BOB, "dismissed", at=NOW)),
            "billing waits for bob or carol",
            (BOB, CAROL),
            id="V01 dismissed",
        ),
    ],
)
def test_what_is_no_approval(reviews: Any, short: str, who: tuple[Login, ...]) -> None:
    reason = on(BILLING, reviews=reviews)
    assert (reason.state, reason.short, reason.who) == (State.PENDING, short, who)
    assert reason.setting == "review.approvals"
    assert reason.children[0].setting == "areas.billing"


def test_a_committer_does_not_approve() -> None:
    made = facts(commits=(commit(), commit(OLD, author=BOB)))
    assert stands(made).short == "billing waits for carol"
    assert approvals(replace(made, model=facts("review: {exclude_committers: false}").model)) == (
        approvals(facts())
    )


def test_each_area_wants_its_own() -> None:
    reason = on(BILLING, DEPLOY, README, reviews=(review(CAROL),))
    assert reason.short == "deployment waits for alice or bob, 1 more"
    assert reason.who == (ALICE, BOB, ERIN)
    assert [one.state for one in reason.children] == [
        State.SATISFIED,
        State.PENDING,
        State.PENDING,
    ]


def test_one_person_may_satisfy_several() -> None:
    assert on(BILLING, DEPLOY, reviews=(review(BOB),)).state is State.SATISFIED


def test_a_rename_needs_both() -> None:
    moved = changed(BILLING, previous=README, status="renamed")
    reason = stands(facts(files=(moved,), reviews=(review(BOB),)))
    assert reason.short == "project waits for erin"


def test_several_approvals() -> None:
    two = "review: {approvals: 2, fallback: alice}"
    some = on(BILLING, reviews=(review(BOB),), more=two)
    assert (some.short, some.who) == ("billing: 1 of 2 approvals", (CAROL,))
    assert some.text == "billing: 1 of 2 approvals; carol may give more. Files: billing/prices.py."
    assert on(BILLING, reviews=(review(BOB), review(CAROL)), more=two).state is State.SATISFIED
    twice = (review(BOB), review(BOB, id=2))
    assert on(BILLING, reviews=twice, more=two).state is State.PENDING


@pytest.mark.parametrize(
    ("fallback", "who"),
    [
        pytest.param("team:payments", (CAROL, DAVE), id="V07 a team"),
        pytest.param("rotation:day", (ALICE, BOB), id="V07 a rotation: all of it"),
        pytest.param("alice", (ALICE,), id="V07 a person"),
    ],
)
def test_a_sole_owner_who_is_the_author(fallback: str, who: tuple[Login, ...]) -> None:
    more = (
        f"review: {{fallback: '{fallback}'}}\n"
        "rotations: {day: {people: [alice, bob], start: 2026-01-05}}\n"
    )
    assert on(README, by=ERIN, more=more).who == who
    assert on(README, by=ERIN, reviews=(review(who[0]),), more=more).state is State.SATISFIED
    assert on(README, by=DAVE, more=more).who == (ERIN,)


def test_nobody_is_left() -> None:
    alone = on(README, by=ERIN)
    assert (alone.state, alone.short) == (State.REFUSED, "Too few can approve project")
    assert alone.text == (
        "project: 1 must approve, and besides those who made it nobody may. Files: README.md."
    )
    few = on(README, by=ERIN, more="review: {approvals: 2, fallback: 'team:payments'}")
    assert few.state is State.PENDING
    too_few = on(README, by=ERIN, more="review: {approvals: 2, fallback: alice}")
    assert too_few.text.endswith("besides those who made it only alice may. Files: README.md.")


def test_an_approval_that_a_push_voided() -> None:
    new = (commit(OLD), commit(HEAD))
    reason = stands(facts(reviews=(review(BOB, commit=OLD),), commits=new, diffs={OLD: "x"}))
    assert reason.short == "billing waits for bob or carol"
    (void,) = reason.children[0].children
    assert void.text == "bob's approval of bbbbbbb was voided by aaaaaaa."
    assert void.state is State.SKIPPED


@pytest.mark.parametrize(
    ("more", "short"),
    [
        pytest.param({"files": UNREAD}, "Could not read the files", id="V05 files"),
        pytest.param({"reviews": UNREAD}, "Could not read the reviews", id="V05 reviews"),
        pytest.param({"commits": UNREAD}, "Could not tell who made the commits", id="V05 an error"),
        pytest.param(
            {"commits": (commit(author=None),)},
            "Could not tell who made the commits",
            id="V05 no account",
        ),
        pytest.param(
            {"commits_complete": False},
            "Could not tell who made the commits",
            id="V05 not all the commits",
        ),
        pytest.param(
            {"reviews": (review(BOB, commit=OLD),), "diffs": {OLD: UNREAD}},
            "Could not tell if bob's approval holds",
            id="V05 what was approved",
        ),
    ],
)
def test_what_could_not_be_read_is_no_approval(more: dict[str, Any], short: str) -> None:
    reason = stands(facts(**more))
    assert (reason.state, reason.short) == (State.UNKNOWN, short)


def test_what_is_unread_of_one_does_not_matter_where_another_has_approved() -> None:
    both = (review(BOB, commit=OLD), review(CAROL, at=NOW))
    assert stands(facts(reviews=both, diffs={OLD: UNREAD})).state is State.SATISFIED


def test_files_that_cannot_be_seen_may_be_anybodys() -> None:
    reason = stands(facts(files_complete=False, reviews=()))
    assert reason.state is State.PENDING
    assert reason.who == (ALICE, BOB, CAROL, ERIN)
    assert reason.children[-1].text == (
        "GitHub does not list all the files, so that every area counts as touched."
    )
    assert reason.children[0].text == "0 of 1 approvals; alice or bob may give it."


def test_nothing_is_changed() -> None:
    reason = on()
    assert reason.state is State.SATISFIED
    assert reason.children[0].text == "No file is changed."


def test_many_files_are_not_all_shown() -> None:
    reason = on(*(f"billing/{number}.py" for number in range(9)))
    assert "Files: billing/0.py, billing/1.py, billing/2.py and 6 more." in reason.text


def test_no_approvals_are_asked_for() -> None:
    assert approvals(facts("review: {approvals: 0}")) is None


@pytest.mark.parametrize(
    ("reviews", "people"),
    [
        pytest.param([review(BOB)], (), id="V04 none"),
        pytest.param([review(ALICE, "changes_requested")], (ALICE,), id="V04 of whomever"),
        pytest.param(
            [review(ALICE, "changes_requested"), review(BOB, at=NOW)],
            (ALICE,),
            id="V04 another's approval does not lift it",
        ),
        pytest.param(
            [review(ALICE, "changes_requested", commit=OLD)], (ALICE,), id="V04 nor does a push"
        ),
        pytest.param(
            [review(ALICE, "changes_requested"), review(ALICE, at=NOW)], (), id="V04 their own does"
        ),
        pytest.param(
            [review(ALICE, "changes_requested"), review(ALICE, "dismissed", at=NOW)],
            (),
            id="V04 a dismissal does",
        ),
        pytest.param(
            [review(ALICE, "changes_requested", author_is_bot=True)], (), id="V04 bots do not count"
        ),
    ],
)
def test_a_block(reviews: list[Any], people: tuple[Login, ...]) -> None:
    reason = blocks(facts(reviews=tuple(reviews)))
    assert (reason.who if reason else ()) == people
    assert reason is None or reason.state is State.REFUSED


def test_what_a_block_says() -> None:
    both = (review(ALICE, "changes_requested"), review(BOB, "changes_requested", at=NOW))
    reason = blocks(facts(reviews=both))
    assert reason is not None
    assert reason.short == "alice and bob requested changes"
    unread = blocks(facts(reviews=UNREAD))
    assert unread is not None
    assert unread.state is State.UNKNOWN


PEOPLE = [ALICE, BOB, CAROL, DAVE, ERIN]
any_review = st.builds(
    review,
    st.sampled_from(PEOPLE),
    st.sampled_from(["approved", "changes_requested", "commented", "dismissed"]),
    id=st.integers(1, 9),
    commit=st.sampled_from([HEAD, OLD, Sha("9" * 40)]),
    at=st.integers(0, 99).map(lambda minutes: NOW - timedelta(minutes=minutes)),
)


@given(
    reviews=st.lists(any_review, max_size=8),
    paths=st.lists(st.sampled_from([BILLING, DEPLOY, README]), max_size=3),
    author=st.sampled_from(PEOPLE),
)
def test_whatever_is_reviewed(reviews: list[Any], paths: list[str], author: Login) -> None:
    """Nobody's approval counts of their own, and who is named can indeed satisfy it."""
    made = facts(
        pull=pull(author=author),
        commits=(commit(author=author, committer=author),),
        files=tuple(changed(path) for path in paths),
        reviews=tuple(reviews),
    )
    reason = stands(made)
    assert author not in reason.who
    own = tuple(one for one in reviews if one.author == author)
    assert not own or stands(replace(made, reviews=own)).state is not State.SATISFIED or not paths
    later = tuple(review(who, id=99, at=NOW) for who in reason.who)
    if reason.state is State.PENDING:
        assert stands(replace(made, reviews=(*reviews, *later))).state is State.SATISFIED
