"""Opinions: whose word stands, whom it is of, and what made it void."""

from dataclasses import replace
from datetime import timedelta
from time import process_time
from typing import Any

import pytest

from ghapp.core.diff import digest
from ghapp.core.facts import Sha
from ghapp.core.opinions import Void, makers, opinions, still_holds
from ghapp.core.verdict import Unread
from ghapp.model.names import Login
from tests.support.reviews import (
    ALICE,
    BASE,
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

UNREAD = Unread("GitHub does not answer")
NEXT = Sha("d" * 40)


def of_bob(*states: str) -> list[str]:
    """The opinions that follow from bob's reviews in a row."""
    reviews = [
        review(BOB, state, id=number, at=NOW + timedelta(minutes=number))
        for number, state in enumerate(states)
    ]
    return [one.state for one in opinions(reversed(reviews))]


@pytest.mark.parametrize(
    ("states", "opinion"),
    [
        pytest.param([], [], id="V01 none"),
        pytest.param(["approved"], ["approved"], id="V01 an approval"),
        pytest.param(
            ["approved", "changes_requested"], ["changes_requested"], id="V01 the latest counts"
        ),
        pytest.param(["changes_requested", "approved"], ["approved"], id="V04 taken back"),
        pytest.param(["approved", "commented"], ["approved"], id="V01 a comment changes nothing"),
        pytest.param(["commented"], [], id="V01 nor is one an opinion"),
        pytest.param(
            ["approved", "dismissed"], ["dismissed"], id="V01 a dismissal revives nothing"
        ),
        pytest.param(["dismissed", "approved"], ["approved"], id="V01 after a dismissal"),
    ],
)
def test_a_persons_opinion(states: list[str], opinion: list[str]) -> None:
    assert of_bob(*states) == opinion


def test_of_one_instant_the_later_id_counts_and_case_makes_no_other_person() -> None:
    both = [review(BOB, id=2), review(Login("BOB"), "changes_requested", id=3)]
    assert [one.state for one in opinions(both)] == ["changes_requested"]


SAME = digest(facts().files)  # type: ignore[arg-type]
THREE = (
    commit(OLD),
    commit(BASE, parents=(OLD, NEXT)),
    commit(NEXT, parents=(BASE,)),
    commit(HEAD, parents=(NEXT,)),
)


@pytest.mark.parametrize(
    ("said_of", "more", "outcome"),
    [
        pytest.param(HEAD, {"files": UNREAD}, None, id="V03 the head itself"),
        pytest.param(OLD, {"diffs": {OLD: SAME}}, None, id="V03 a rebase"),
        pytest.param(OLD, {"diffs": {OLD: "x"}}, Void(HEAD), id="V03 another change"),
        pytest.param(
            OLD,
            {"diffs": {OLD: "x"}, "commits": THREE},
            Void(NEXT),
            id="V03 by the next commit that is no merge",
        ),
        pytest.param(
            OLD, {"diffs": {OLD: "x"}, "commits": UNREAD}, Void(HEAD), id="V03 by the head at least"
        ),
        pytest.param(
            HEAD, {"pull": pull(head=NEXT), "commits": ()}, Void(NEXT), id="V03 a lost diff"
        ),
        pytest.param(OLD, {"diffs": {OLD: UNREAD}}, UNREAD, id="V05 a diff that is unread"),
        pytest.param(OLD, {"files": UNREAD}, UNREAD, id="V05 the head's files are unread"),
        pytest.param(
            OLD,
            {"diffs": {OLD: SAME}, "files_complete": False},
            Void(HEAD),
            id="V11 not all the files",
        ),
    ],
)
def test_whether_it_still_holds(
    said_of: Sha, more: dict[str, Any], outcome: Void | Unread | None
) -> None:
    assert still_holds(said_of, facts(**more)) == outcome


@pytest.mark.parametrize(
    ("commits", "people"),
    [
        pytest.param([commit()], {"dave"}, id="V02 the author"),
        pytest.param(
            [commit(author=ALICE), commit(OLD, committer=BOB)],
            {"dave", "alice", "bob"},
            id="V02 authors and committers of commits",
        ),
        pytest.param(
            [commit(message="x\n\nCo-authored-by: C <12+Carol@users.noreply.github.com>")],
            {"dave", "c", "carol"},
            id="V02 a co-author by the address",
        ),
        pytest.param(
            [commit(message="x\n\nco-authored-by: bob <bob@example.com>")],
            {"dave", "bob"},
            id="V02 a co-author by the login",
        ),
        pytest.param(
            [commit(message="x\n\nCo-Authored-By: Alice <a@example.com>")],
            {"dave", "alice"},
            id="V02 a co-author by the name in the file",
        ),
    ],
)
def test_who_has_made_it(commits: list[Any], people: set[str]) -> None:
    made_by = makers(facts(commits=tuple(commits)))
    assert made_by.people == people
    assert not made_by.unknown
    assert all(made_by.include(Login(one.upper())) for one in people)


def test_committers_may_be_welcome() -> None:
    welcome = facts("review: {exclude_committers: false}", commits=(commit(author=CAROL),))
    assert makers(welcome).people == {DAVE}
    assert not makers(replace(welcome, commits=UNREAD)).unknown


@pytest.mark.parametrize(
    ("more", "unknown"),
    [
        pytest.param(
            {"commits": UNREAD},
            "The commits could not be read: GitHub does not answer",
            id="V05 an error",
        ),
        pytest.param(
            {"commits": (commit(author=None),)},
            "No GitHub account is known for who made aaaaaaa",
            id="V05 no account",
        ),
        pytest.param(
            {"commits": (commit(OLD),)},
            "The head aaaaaaa is not among the commits that GitHub lists",
            id="V05 no head",
        ),
        pytest.param(
            {"commits_complete": False},
            "GitHub does not list all the commits",
            id="V05 an incomplete page",
        ),
    ],
)
def test_what_hides_who_has_made_it(more: dict[str, Any], unknown: str) -> None:
    assert makers(facts(files=(changed("a"),), **more)).unknown == (unknown,)


@pytest.mark.parametrize(
    "piece", [" ", "\n", "<", "co-authored-by: ", "co-authored-by: <>", "\r\n"]
)
def test_a_long_message_takes_no_longer_than_it_is_long(piece: str) -> None:
    began = process_time()
    makers(facts(commits=(commit(message="\nco-authored-by:" + piece * 60_000 + "x"),)))
    assert process_time() - began < 2
