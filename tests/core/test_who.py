"""The words of an escalation level as people."""

from datetime import timedelta

import pytest

from ghapp.core.who import (
    area_of,
    distinct,
    everyone_in,
    on_call_for,
    policy_of,
    resolve,
    targets,
)
from ghapp.model.types import EscalationLevel
from tests.support.builders import NOW, OWNERS, model

LATER = "later: {people: [carol], shift: daily, start: 2027-01-01T00:00, timezone: UTC}"
MODEL = model(
    OWNERS.replace(
        "    rotation: platform\n", "    rotation: platform\n    team: platform\n"
    ).replace("rotations:\n", f"rotations:\n  {LATER}\n")
)
BEFORE = NOW.replace(year=2025)


@pytest.mark.parametrize(
    ("word", "area", "logins"),
    [
        pytest.param("rotation", "deployment", ("bob",), id="who is on call"),
        pytest.param("rotation", "billing", ("bob",), id="without a rotation the owner"),
        pytest.param("owner", "deployment", ("carol",), id="owner"),
        pytest.param("backup", "deployment", ("bob",), id="backup"),
        pytest.param("backup", "billing", (), id="no backup"),
        pytest.param("area", "deployment", ("carol", "bob", "alice"), id="everyone named there"),
        pytest.param("area", "billing", ("bob",), id="and that may be one"),
        pytest.param("team:platform", "billing", ("alice", "bob", "carol"), id="a team"),
        pytest.param("team:gone", "billing", (), id="a team that has left the file"),
        pytest.param("rotation:platform", "billing", ("bob",), id="another rotation"),
        pytest.param("rotation:later", "billing", (), id="a rotation that has not begun"),
        pytest.param("rotation:gone", "billing", (), id="a rotation that has left the file"),
        pytest.param("carol", "billing", ("carol",), id="a login"),
    ],
)
def test_a_word(word: str, area: str, logins: tuple[str, ...]) -> None:
    assert resolve(word, area, MODEL, NOW) == logins


def test_turns_change_at_the_handoff() -> None:
    handoff = NOW.replace(hour=10) + timedelta(days=1)  # Mondays at ten
    assert on_call_for("deployment", MODEL, handoff - timedelta(microseconds=1)) == ("bob",)
    assert on_call_for("deployment", MODEL, handoff) == ("alice",)


def test_before_a_rotation_begins_the_owner_is_on_call() -> None:
    assert on_call_for("deployment", MODEL, BEFORE) == ("carol",)


def test_a_level_names_each_once_in_the_order_of_the_file() -> None:
    level = EscalationLevel(notify=("backup", "team:platform", "rotation", "owner"))
    assert targets(level, "deployment", MODEL, NOW) == ("bob", "alice", "carol")


def test_logins_differ_in_case_only_when_they_are_the_same() -> None:
    assert distinct(["Alice", "bob", "ALICE", "alice", "Bob"]) == ("Alice", "bob")


def test_everyone_of_an_area_without_team_and_rotation() -> None:
    assert everyone_in("billing", MODEL, NOW) == ("bob",)


def test_an_area_that_has_left_the_file_is_answered_for_by_the_fallback_area() -> None:
    assert area_of("gone", MODEL) == MODEL.areas["deployment"]
    assert policy_of("gone", MODEL) == MODEL.escalation["default"]
    assert on_call_for("gone", MODEL, NOW) == ("bob",)
