"""`/waive RULE reason`: who may waive what, and what comments have waived."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ghapp.core.facts import Comment
from ghapp.core.freeze import Window
from ghapp.core.verdict import Unread
from ghapp.core.waiving import LOST, found_in, from_comments, reason_of, rule_of, why_not
from ghapp.model.names import Login
from ghapp.plugins import review_rules
from tests.support.reviews import ALICE, BOB, DAVE, HEAD, HOUR, NOW, facts, pull

RULES = review_rules()
FREEZE = Window(
    start=NOW - HOUR, end=NOW + HOUR, reason="holidays", said_in="#3", approvers=(ALICE,)
)


@pytest.mark.parametrize(
    ("args", "rule"),
    [
        pytest.param(("title", "because"), "title", id="plain"),
        pytest.param(("Linked-Issue", "x"), "linked_issue", id="as people write it"),
        pytest.param((), "", id="nothing"),
    ],
)
def test_the_rule_that_is_named(args: tuple[str, ...], rule: str) -> None:
    assert rule_of(args) == rule


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("title  it is  fine ", "it is  fine", id="everything behind the rule"),
        pytest.param("title", "", id="none"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_the_reason(text: str, reason: str) -> None:
    assert reason_of(text) == reason


@pytest.mark.parametrize(
    ("rule", "by", "why"),
    [
        pytest.param("title", BOB, "", id="V12 the owner"),
        pytest.param("title", Login("CAROL"), "", id="V12 one of the team"),
        pytest.param("title", ALICE, "Only `bob`, `carol` may", id="V12 of another area"),
        pytest.param("title", DAVE, "It is your own pull request.", id="V12 the author"),
        pytest.param("titel", BOB, "There is no such rule; did you mean `title`?", id="misspelt"),
        pytest.param("approvals", BOB, "There is no such rule; known: ", id="what is no rule"),
        pytest.param("freeze", BOB, "There is no freeze.", id="no freeze"),
    ],
)
def test_who_may_waive_what(rule: str, by: Login, why: str) -> None:
    said = why_not(rule, by, facts(), RULES)
    assert said.startswith(why)
    assert bool(said) == bool(why)


def test_a_rule_that_cannot_be_waived() -> None:
    (title,) = [one for one in RULES if one.name == "title"]
    assert why_not("title", BOB, facts(), [replace(title, waivable=False)]) == (
        "`title` cannot be waived."
    )


def test_where_the_files_cannot_be_read() -> None:
    assert "could not be read" in why_not("title", BOB, facts(files=Unread("down")), RULES)


def test_where_nobody_else_is_left() -> None:
    sole = facts(pull=pull(author=Login("erin")), files=())
    assert why_not("title", BOB, sole, RULES) == "Nobody may."


@pytest.mark.parametrize(
    ("windows", "by", "why"),
    [
        pytest.param((FREEZE,), ALICE, "", id="one of those who may"),
        pytest.param((replace(FREEZE, start=NOW + HOUR, end=None),), ALICE, "", id="of a later one"),
        pytest.param((FREEZE,), BOB, "Only `alice` may.", id="nobody else"),
        pytest.param(
            (replace(FREEZE, approvers=()),), BOB, "Nobody may: it ends when", id="nobody at all"
        ),
        pytest.param((replace(FREEZE, end=NOW),), ALICE, "There is no freeze.", id="over"),
        pytest.param(Unread("down"), ALICE, "The freezes could not be read.", id="unread"),
    ],
)  # fmt: skip
def test_who_lets_it_through_a_freeze(
    windows: tuple[Window, ...] | Unread, by: Login, why: str
) -> None:
    said = why_not("freeze", by, facts(windows=windows), RULES)
    assert said.startswith(why)
    assert bool(said) == bool(why)


def comment(body: str, **changes: object) -> Comment:
    made = Comment(id=5, body=body, author=BOB, author_is_app=False, created_at=NOW)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        pytest.param("/waive title fine\n/waive size big", (("title", "fine"), ("size", "big")), id="two"),
        pytest.param("/waive title", (), id="no reason"),
        pytest.param("/waive", (), id="no rule"),
        pytest.param("> /waive title fine", (), id="quoted"),
        pytest.param("Fine.", (), id="none"),
    ],
)  # fmt: skip
def test_what_a_comment_waives(body: str, found: tuple[tuple[str, str], ...]) -> None:
    assert found_in(body) == found


def test_from_comments_what_was_said_of_the_head() -> None:
    ((number, waiver),) = from_comments([comment("/waive title fine")], HEAD, NOW)
    assert number == 5
    assert (waiver.rule, waiver.by, waiver.reason, waiver.at) == ("title", BOB, "fine", NOW)
    assert waiver.head == HEAD


@pytest.mark.parametrize(
    "since", [pytest.param(NOW + timedelta(seconds=1), id="later"), pytest.param(None, id="lost")]
)
def test_from_comments_what_was_said_of_an_earlier_head(since: object) -> None:
    ((_, waiver),) = from_comments([comment("/waive title fine")], HEAD, since)  # type: ignore[arg-type]
    assert waiver.head == LOST


def test_from_comments_nothing_that_a_machine_wrote() -> None:
    said = [
        comment("/waive title fine", author=Login("ghapp[bot]"), author_is_app=True),
        comment("/waive title fine", author=Login("renovate[bot]")),
    ]
    assert from_comments(said, HEAD, NOW) == ()
