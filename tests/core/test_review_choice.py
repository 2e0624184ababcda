"""Whose review is asked for: people who may approve, the least busy first, and nobody in vain."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.review_choice import Choice, choose, loads, said
from ghapp.core.verdict import Unread
from ghapp.model.approvers import people_of
from ghapp.model.names import Login
from tests.support.reviews import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    OWNERS,
    changed,
    commit,
    facts,
    model,
    pull,
    review,
)

ERIN = Login("erin")
FRANK = Login("frank")
BILLING, DEPLOY, README = "billing/prices.py", "deploy/app.yaml", "README.md"
AWAY = "{away: [{from: 2026-11-23, to: 2026-11-25}]}"


def chosen(
    *paths: str,
    by: Login = FRANK,
    load: dict[str, int] | None = None,
    more: str = "",
    text: str = OWNERS,
    requested: tuple[Login, ...] = (),
    reviews: tuple[Any, ...] = (),
    **how: Any,
) -> Choice:
    return choose(
        facts(
            model=model(more, text),
            pull=pull(author=by, requested=requested),
            commits=(commit(author=by, committer=by),),
            files=tuple(changed(path) for path in paths),
            reviews=reviews,
        ),
        load or {},
        **how,
    )


@pytest.mark.parametrize(
    ("path", "load", "expected", "why"),
    [
        pytest.param(DEPLOY, {}, ALICE, "owner of deployment, 0 other reviews waiting", id="owner"),
        pytest.param(
            DEPLOY, {"alice": 1}, BOB, "backup of deployment, 0 other reviews waiting", id="backup"
        ),
        pytest.param(
            DEPLOY, {"alice": 2, "bob": 2}, ALICE, "owner of deployment, 2 other reviews waiting",
            id="as busy",
        ),
        pytest.param(
            BILLING, {"bob": 1, "carol": 1}, DAVE,
            "of the team payments for billing, 0 other reviews waiting", id="team",
        ),
        pytest.param(
            BILLING, {"bob": 1, "carol": 2, "dave": 2}, BOB,
            "owner of billing, 1 other review waiting", id="one other",
        ),
    ],
)  # fmt: skip
def test_the_least_busy_of_the_area(
    path: str, load: dict[str, int], expected: Login, why: str
) -> None:
    (asked,) = chosen(path, load=load).asked
    assert (asked.login, asked.why) == (expected, why)


def test_one_person_for_several_areas() -> None:
    assert chosen(BILLING, DEPLOY, load={"alice": 1}).logins == (BOB,)


def test_as_many_as_must_approve() -> None:
    assert chosen(BILLING, more="review: {approvals: 2, fallback: team:payments}").logins == (
        BOB,
        CAROL,
    )


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        pytest.param({"requested": (DAVE,)}, (), id="somebody is asked already"),
        pytest.param({"requested": (ERIN,)}, (BOB,), id="somebody is asked who cannot approve it"),
        pytest.param({"reviews": (review(CAROL),)}, (), id="somebody has approved"),
        pytest.param(
            {"reviews": (review(CAROL, "commented"),)}, (), id="somebody has looked at it"
        ),
        pytest.param({"by": BOB}, (CAROL,), id="the owner has made it"),
        pytest.param({"more": "review: {approvals: 0}"}, (), id="nobody need approve"),
    ],
)
def test_only_as_many_as_are_missing(how: dict[str, Any], expected: tuple[Login, ...]) -> None:
    assert chosen(BILLING, **how).logins == expected


def test_a_committer_is_not_asked() -> None:
    found = choose(
        facts(files=(changed(BILLING),), commits=(commit(committer=BOB),), reviews=()), {}
    )
    assert found.logins == (CAROL,)


def test_where_a_sole_owner_has_made_it_the_fallback() -> None:
    found = chosen(README, by=ERIN, more="review: {fallback: team:payments}")
    (asked,) = found.asked
    assert (asked.login, asked.why) == (
        CAROL,
        "review.fallback for project, 0 other reviews waiting",
    )


def test_nobody_who_is_away() -> None:
    found = chosen(BILLING, text=OWNERS.replace("bob: {}", f"bob: {AWAY}"))
    assert found.logins == (CAROL,)
    assert found.notes == ("bob is not asked: away",)
    assert found.lines == (
        "carol: of the team payments for billing, 0 other reviews waiting",
        "bob is not asked: away",
    )


def test_nobody_whom_github_refuses() -> None:
    found = chosen(BILLING, refused=(Login("Bob"),))
    assert found.logins == (CAROL,)
    assert found.notes == ("bob is not asked: GitHub asks only collaborators",)


def test_where_nobody_is_left_it_says_so() -> None:
    found = chosen(README, by=ERIN)
    assert (found.logins, found.notes) == ((), ("Nobody more can be asked for project",))


class TestLate:
    def test_the_backup_comes_first_whatever_there_is_to_do(self) -> None:
        found = chosen(DEPLOY, requested=(ALICE,), late=(ALICE,), load={"bob": 9})
        assert found.logins == (BOB,)

    def test_without_a_backup_one_of_the_team(self) -> None:
        assert chosen(BILLING, requested=(BOB,), late=(BOB,)).logins == (CAROL,)

    def test_who_has_answered_counts(self) -> None:
        found = chosen(BILLING, requested=(BOB,), late=(BOB,), reviews=(review(CAROL),))
        assert found.logins == ()


@pytest.mark.parametrize("what", ["files", "reviews"])
def test_what_cannot_be_read_asks_nobody(what: str) -> None:
    assert choose(facts(**{what: Unread("down")}), {}) == Choice()


def test_loads_count_pull_requests_by_person() -> None:
    found = loads([(ALICE, BOB), (Login("Alice"), ALICE), ()])
    assert found == {"alice": 2, "bob": 1}


def test_what_the_check_says_of_it() -> None:
    reason = said(["carol: owner of x"])
    assert reason is not None
    assert reason.holds
    assert [one.text for one in reason.children] == ["carol: owner of x"]
    assert said([]) is None


logins = st.sampled_from([ALICE, BOB, CAROL, DAVE, ERIN])


@given(
    by=logins,
    requested=st.lists(logins, unique=True).map(tuple),
    refused=st.lists(logins, unique=True).map(tuple),
    load=st.dictionaries(logins, st.integers(0, 9)),
    paths=st.lists(st.sampled_from([BILLING, DEPLOY, README]), min_size=1, unique=True),
)
def test_whoever_is_asked_may_approve_and_is_asked_anew(
    by: Login,
    requested: tuple[Login, ...],
    refused: tuple[Login, ...],
    load: dict[str, int],
    paths: list[str],
) -> None:
    found = chosen(*paths, by=by, requested=requested, refused=refused, load=load)
    may = {one for area in model().areas.values() for one in people_of(area, model())}
    assert set(found.logins) <= may - {by} - set(requested) - set(refused)
    assert len(set(found.logins)) == len(found.logins)
