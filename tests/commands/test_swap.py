"""`/swap @carol`: two people take each other's next turn."""

from datetime import UTC, datetime, timedelta

import pytest

from ghapp.commands.swap import COMMAND, run
from ghapp.core.command import Edited, Misused, Refused
from ghapp.core.rotation import shifts
from ghapp.model.edit import with_overrides
from ghapp.model.load import load
from ghapp.model.names import Login, RotationName
from ghapp.model.types import Model, Override
from tests.support.builders import model
from tests.support.requests import ALICE, BOB, CAROL, LATER, request

PLATFORM = RotationName("platform")
HEAD = """\
version: 1
people: {alice: {}, bob: {}, carol: {}}
areas: {api: {owner: alice, rotation: platform}}
fallback_area: api
"""
WEEKLY = f"""{HEAD}rotations:
  platform: {{people: [alice, bob, carol], start: 2026-11-16T10:00}}
"""
"""On Sunday 2026-11-22 it is alice's turn; then come bob, carol, and alice again."""
DAILY = f"""{HEAD}rotations:
  platform:
    shift: daily
    people: [alice, bob, carol]
    start: 2026-11-16T09:00
    days: [mon, tue, wed, thu, fri]
    hours: "09:00-17:00"
"""


def asked(line: str, text: str = WEEKLY, by: Login = ALICE) -> Edited:
    outcome = run(request(line, None, text=model(text), by=by))
    assert isinstance(outcome, Edited)
    return outcome


def override(person: Login, start: str, end: str) -> Override:
    return Override(
        person=person, from_=datetime.fromisoformat(start), to=datetime.fromisoformat(end)
    )


def test_each_takes_the_next_turn_of_the_other_that_has_not_begun() -> None:
    outcome = asked("/swap @carol")
    assert outcome.new.overrides == (
        override(ALICE, "2026-11-30T10:00", "2026-12-07T10:00"),
        override(CAROL, "2026-12-07T10:00", "2026-12-14T10:00"),
    )
    assert outcome.title == "Swap: alice and carol take each other's next turn in platform"
    assert outcome.say.facts["rows"] == [
        ["alice", "UTC", "Mon 2026-11-30 10:00", "Mon 2026-12-07 10:00"],
        ["carol", "UTC", "Mon 2026-12-07 10:00", "Mon 2026-12-14 10:00"],
    ]


def test_whoever_asks() -> None:
    assert asked("/swap @BOB", by=Login("Carol")).new.overrides == (
        override(CAROL, "2026-11-23T10:00", "2026-11-30T10:00"),
        override(BOB, "2026-11-30T10:00", "2026-12-07T10:00"),
    )


def served(loaded: Model | None) -> dict[str, timedelta]:
    assert loaded is not None
    end = datetime(2027, 1, 18, 10, tzinfo=UTC)
    times: dict[str, timedelta] = {}
    for shift in shifts(loaded.rotations[PLATFORM], LATER, end, loaded.people):
        length = shift.end - max(shift.start, LATER)
        times[str(shift.person)] = times.get(str(shift.person), timedelta()) + length
    return times


@pytest.mark.parametrize("text", [WEEKLY, DAILY], ids=["weekly", "daily in business hours"])
def test_nobody_serves_more_than_before(text: str) -> None:
    edited = with_overrides(text, asked("/swap @carol", text).new)
    assert served(load(edited).model) == served(load(text).model)


def test_a_turn_that_is_served_in_parts_is_swapped_in_parts() -> None:
    text = DAILY.replace("shift: daily", "shift: weekly")
    overrides = asked("/swap @bob", text).new.overrides
    assert [one.person for one in overrides] == ["alice"] * 5 + ["bob"] * 5
    assert overrides[0] == override(ALICE, "2026-11-23T09:00", "2026-11-23T17:00")
    assert overrides[-1] == override(BOB, "2026-12-11T09:00", "2026-12-11T17:00")


def test_a_turn_that_has_begun_is_over_also_between_its_parts() -> None:
    """On Sunday bob's turn of Friday has no successor yet, but nothing of it is left."""
    assert asked("/swap @bob", DAILY).new.overrides == (
        override(BOB, "2026-11-24T09:00", "2026-11-24T17:00"),
        override(ALICE, "2026-11-25T09:00", "2026-11-25T17:00"),
    )


def test_what_somebody_else_serves_already_is_not_swapped() -> None:
    text = WEEKLY.replace(
        "2026-11-16T10:00",
        "2026-11-16T10:00, overrides: [{person: bob, from: 2026-12-07T10:00, to: 2026-12-09T10:00}]",
    )
    assert asked("/swap @carol", text).new.overrides[-1] == (
        override(CAROL, "2026-12-09T10:00", "2026-12-14T10:00")
    )


def test_nor_the_turn_of_somebody_whom_one_covers_for() -> None:
    text = WEEKLY.replace("bob: {}", "bob: {away: [{from: 2026-11-20, to: 2026-12-01}]}")
    assert asked("/swap @alice", text, by=CAROL).new.overrides[0] == (
        override(ALICE, "2026-11-30T10:00", "2026-12-07T10:00")
    )


def test_before_the_rotation_begins_every_turn_is_to_come() -> None:
    text = WEEKLY.replace("2026-11-16", "2026-11-30")
    assert asked("/swap @bob", text).new.overrides[0] == (
        override(BOB, "2026-11-30T10:00", "2026-12-07T10:00")
    )


@pytest.mark.parametrize("line", ["/swap @carol platform", "/swap platform @carol"])
def test_the_rotation_may_be_named(line: str) -> None:
    two = WEEKLY + "  other: {people: [alice], start: 2026-01-05}\n"
    assert asked(line, two).new.rotation == PLATFORM


@pytest.mark.parametrize(
    ("line", "text", "by", "why"),
    [
        pytest.param("/swap @alice", WEEKLY, ALICE, "You can't swap with yourself.", id="oneself"),
        pytest.param(
            "/swap @dave",
            WEEKLY,
            ALICE,
            "OWNERS.yaml knows nobody of that name. There are `alice`, `bob`, `carol`.",
            id="nobody",
        ),
        pytest.param(
            "/swap @bob",
            WEEKLY,
            Login("dave"),
            "OWNERS.yaml does not know you, so you have no turn to swap.",
            id="a stranger",
        ),
        pytest.param(
            "/swap @carol",
            WEEKLY.replace(", carol]", "]"),
            ALICE,
            "`carol` has no turn in `platform` that begins within 90 days.",
            id="somebody without turns",
        ),
        pytest.param(
            "/swap @bob",
            WEEKLY.replace("[alice, bob, carol]", "[alice, bob, carol], length: 13"),
            ALICE,
            "You have no turn in `platform` that begins within 90 days.",
            id="too far ahead",
        ),
        pytest.param(
            "/swap @carol",
            WEEKLY + "  other: {people: [alice], start: 2026-01-05}\n",
            ALICE,
            "Which rotation? There are `platform`, `other`.",
            id="which rotation",
        ),
    ],
)
def test_refused(line: str, text: str, by: Login, why: str) -> None:
    assert run(request(line, None, text=model(text), by=by)) == Refused(why)


@pytest.mark.parametrize("line", ["/swap", "/swap carol", "/swap @carol a b", "/swap a @carol b"])
def test_misused(line: str) -> None:
    assert run(request(line, None, text=model(WEEKLY))) == Misused()


def test_it_may_be_typed_anywhere() -> None:
    assert COMMAND.anywhere
