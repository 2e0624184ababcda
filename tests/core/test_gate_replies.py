"""What is answered to those who speak about a release."""

from datetime import datetime
from typing import Any

import pytest

from ghapp.core.gate_facts import SignOff
from ghapp.core.gate_replies import Reply, reply
from ghapp.core.said import Word
from ghapp.core.verdict import Unread
from ghapp.model.names import Login
from ghapp.model.release import Release
from tests.core.test_gate import NAMED, NOW, OLD, facts, go, no_go, release

NO_ROLE = "This release is signed off by `alice`."


def said(name: str, by: str = "alice", at: datetime = NOW) -> Word:
    return Word(comment=1, by=Login(by), name=name, text="because", at=at)


def answer(word: Word, settings: dict[str, Any], gate: Release) -> Reply | None:
    return reply(word, facts(**settings), gate)


def why(word: Word, settings: dict[str, Any], gate: Release) -> str:
    found = answer(word, settings, gate)
    assert found is not None
    assert found.counts == (found.why == "")
    return found.why


ALONE = release(sign_off=[])
VOID = release(void_sign_offs_on_push=True)
BY_OPS = release(sign_off=["captain", "team:ops"])


@pytest.mark.parametrize(
    ("word", "settings", "gate", "expected"),
    [
        pytest.param(said("go"), {}, release(), "", id="a go of the captain"),
        pytest.param(said("go", "Bob"), {}, BY_OPS, "", id="a go of a team"),
        pytest.param(said("go", "bob"), {}, release(), NO_ROLE, id="G08 a go of no role"),
        pytest.param(said("no-go", "bob"), {}, release(), NO_ROLE, id="a no-go of no role"),
        pytest.param(
            said("go", "dave"),
            {},
            BY_OPS,
            "This release is signed off by `alice` or `bob`.",
            id="G08 a go of none of several roles",
        ),
        pytest.param(
            said("go"),
            {"author": Login("Alice")},
            release(),
            "A release is signed off by others than its author.",
            id="G08 a go of the author",
        ),
        pytest.param(
            said("no-go"), {"author": Login("Alice")}, release(), "", id="a no-go of the author"
        ),
        pytest.param(
            said("go"),
            {"roles": {"captain": ()}},
            release(),
            "This release is signed off by nobody.",
            id="a role that is nobody",
        ),
        pytest.param(
            said("go"),
            {},
            ALONE,
            "OWNERS.yaml asks for no sign-off of this release.",
            id="no sign-off is asked for",
        ),
        pytest.param(
            said("go", "carol"),
            {},
            ALONE,
            "OWNERS.yaml asks for no sign-off of this release.",
            id="nor of an approver of hotfixes",
        ),
        pytest.param(
            said("go", "carol"), NAMED, ALONE, "", id="G07 an approver lets a hotfix through"
        ),
        pytest.param(said("no-go", "carol"), NAMED, release(), NO_ROLE, id="but holds none back"),
        pytest.param(
            said("go"),
            {"sign_offs": (go("alice", at=NOW, head=OLD),)},
            release(),
            "",
            id="G04 of an old head, where that counts",
        ),
        pytest.param(
            said("no-go"),
            {"sign_offs": (no_go("alice", at=NOW),)},
            VOID,
            "",
            id="G04 a no-go outlives a push",
        ),
    ],
)
def test_sign_offs(word: Word, settings: dict[str, Any], gate: Release, expected: str) -> None:
    assert why(word, settings, gate) == expected


def test_g04_a_go_of_an_old_head_is_told_of() -> None:
    old: tuple[SignOff, ...] = (go("alice", at=NOW, head=OLD),)
    found = answer(said("go"), {"sign_offs": old}, VOID)
    assert found is not None
    assert found.kind == "void"
    assert "say it again" in found.why


def test_what_cannot_be_told_is_not_answered_yet() -> None:
    assert answer(said("go"), {"sign_offs": Unread("502")}, VOID) is None


def test_every_reason_is_one_of_its_own() -> None:
    """By its kind it is known whether somebody has been given it already."""
    given: list[tuple[Word, dict[str, Any], Release]] = [
        (said("go"), {}, release()),
        (said("go", "bob"), {}, release()),
        (said("go", "ghapp[bot]"), {}, release()),
        (said("go"), {}, ALONE),
        (said("go"), {"sign_offs": (go("alice", at=NOW, head=OLD),)}, VOID),
    ]
    found = [answer(*one) for one in given]
    assert len({one.kind for one in found if one is not None}) == len(given)
