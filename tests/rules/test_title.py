"""Titles: conventional ones, and those of a team's own pattern."""

import time
from typing import Any

import pytest

from ghapp.core.verdict import State
from ghapp.rules.title import RULE, Title
from tests.support.reviews import DAVE, facts, pull


def state_of(title: str, **settings: Any) -> State:
    reason = RULE.check(facts(pull=pull(title=title)), Title(**settings))
    assert reason is not None
    return reason.state


@pytest.mark.parametrize(
    ("title", "fits"),
    [
        pytest.param("fix: round prices half up", True, id="a type and a subject"),
        pytest.param("feat(billing)!: drop the old API", True, id="scope and breaking"),
        pytest.param("Docs: say more", True, id="in any case"),
        pytest.param('Revert "fix: round prices half up"', True, id="what GitHub's button writes"),
        pytest.param("fix round prices", False, id="no colon"),
        pytest.param("fix:round prices", False, id="no blank"),
        pytest.param("fix: ", False, id="no subject"),
        pytest.param("fix(): round prices", False, id="an empty scope"),
        pytest.param("fixes: round prices", False, id="no such type"),
        pytest.param("Round prices", False, id="no type at all"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_a_conventional_title(title: str, fits: bool) -> None:
    assert state_of(title) is (State.SATISFIED if fits else State.REFUSED)


def test_types_are_the_teams() -> None:
    assert state_of("ops: turn it off", types=("ops",)) is State.SATISFIED
    assert state_of("fix: turn it on", types=("ops",)) is State.REFUSED


def test_a_pattern_counts_instead() -> None:
    assert state_of("PAY-12 round prices", pattern=r"^[A-Z]+-\d+ ") is State.SATISFIED
    assert state_of("fix: round prices", pattern=r"^[A-Z]+-\d+ ") is State.REFUSED


@pytest.mark.parametrize(
    ("settings", "short", "text"),
    [
        (
            {"types": ("fix", "feat")},
            "Title is not conventional",
            "It must be like “fix: what it mends”, with one of: fix, feat.",
        ),
        (
            {"pattern": r"^\d", "example": "12 dishes"},
            "Title does not fit the pattern",
            r"It must match ^\d. Such as: 12 dishes",
        ),
    ],
    ids=["conventional", "pattern"],
)
def test_what_it_says(settings: dict[str, Any], short: str, text: str) -> None:
    reason = RULE.check(facts(pull=pull(title="x")), Title(**settings))
    assert reason is not None
    assert (reason.short, reason.text, reason.who) == (short, text, (DAVE,))


def test_no_pattern_takes_long() -> None:
    """By backtracking it would take longer than anybody lives."""
    began = time.process_time()
    assert state_of("a" * 256 + "!", pattern=r"^(a+)+$") is State.REFUSED
    assert time.process_time() - began < 1
