"""What people say about a release, as the comments stand."""

from datetime import timedelta

import pytest

from ghapp.core.facts import Comment, Sha
from ghapp.core.freeze import Exemption
from ghapp.core.said import Word, exemptions, sign_offs, words
from ghapp.model.names import Login
from tests.support.builders import NOW

HEAD = Sha("a" * 40)


def comment(body: str, *, by: str = "alice", number: int = 1, minutes: float = 0) -> Comment:
    return Comment(
        id=number,
        body=body,
        author=Login(by),
        author_is_app=by == "ghapp[bot]",
        created_at=NOW + timedelta(minutes=minutes),
    )


def said(body: str, by: str = "alice") -> list[tuple[str, str]]:
    return [(word.name, word.text) for word in words([comment(body, by=by)])]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        pytest.param("/go", [("go", "")], id="go"),
        pytest.param("/GO: ship it", [("go", "ship it")], id="go with a word"),
        pytest.param("/no-go the index is not built", [("no-go", "the index is not built")], id="no-go"),
        pytest.param("/no-go wait\n/go", [("no-go", "wait"), ("go", "")], id="both, in order"),
        pytest.param("/waive freeze the audit needs it", [("waive", "the audit needs it")], id="G05 leave"),
        pytest.param("/waive Freeze", [], id="G05 leave without a reason is none"),
        pytest.param("/waive size it is generated", [], id="another rule is no concern of the gate"),
        pytest.param("/waive", [], id="nothing is waived"),
        pytest.param("> /go", [], id="a quotation"),
        pytest.param("`/go`", [], id="code"),
        pytest.param("Ready, /go", [], id="within a sentence"),
        pytest.param("/ack", [], id="another command"),
        pytest.param("", [], id="G08 edited out"),
    ],
)  # fmt: skip
def test_words(body: str, found: list[tuple[str, str]]) -> None:
    assert said(body) == found


@pytest.mark.parametrize("by", ["ghapp[bot]", "renovate[bot]"])
def test_machines_are_not_listened_to(by: str) -> None:
    assert said("/go", by) == []


def test_a_word_has_its_comment_author_and_time() -> None:
    (word,) = words([comment("/go", by="bob", number=7, minutes=2)])
    at = NOW + timedelta(minutes=2)
    assert word == Word(comment=7, by=Login("bob"), name="go", text="", at=at)


def test_g04_what_was_said_before_the_head_came_up_is_of_another() -> None:
    found = words(
        [
            comment("/go", by="alice"),
            comment("/no-go wait", by="bob", minutes=1),
            comment("/waive freeze x", by="carol", minutes=2),
        ]
    )
    signed = sign_offs(found, HEAD, NOW + timedelta(minutes=1))
    assert [(one.by, one.go, one.head == HEAD, one.reason) for one in signed] == [
        ("alice", True, False, ""),
        ("bob", False, True, "wait"),
    ]


def test_g05_leave_is_quoted() -> None:
    found = words([comment("/go"), comment("/waive freeze the audit needs it", by="carol")])
    assert exemptions(found) == (Exemption(by=Login("carol"), text="the audit needs it", at=NOW),)
