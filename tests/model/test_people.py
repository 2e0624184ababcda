"""What a rotation may say, and what is said back when it says it wrong."""

from datetime import datetime, time
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ghapp.model.load import load
from ghapp.model.schema import json_schema
from ghapp.model.types import Hours, Member, Rotation

FILE = """\
version: 1
people: {{alice: {{}}, bob: {{}}}}
rotations:
  platform: {{people: [alice, {member}], shift: hourly, start: 2026-01-05T10:30, {settings}}}
areas: {{app: {{owner: alice, backup: bob, rotation: platform}}}}
fallback_area: app
"""


def rotation(settings: str = "", member: str = "bob") -> Rotation:
    loaded = load(FILE.format(settings=settings, member=member))
    assert loaded.model is not None, loaded.problems
    return loaded.model.rotations["platform"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("settings", "hours"),
    [
        ('hours: "09:00-17:00"', (time(9), time(17))),
        ("hours: 09:00-17:00", (time(9), time(17))),
        ("hours: 09:00 - 17:00", (time(9), time(17))),
        ("hours: 09:00\N{EN DASH}17:00", (time(9), time(17))),
        ("hours: 22:00-06:00", (time(22), time(6))),
        ("hours: 17:00-24:00", (time(17), time(0))),
        ('hours: {start: "09:00", end: "17:00"}', (time(9), time(17))),
    ],
)
def test_hours(settings: str, hours: tuple[time, time]) -> None:
    found = rotation(settings).hours
    assert found is not None
    assert (found.start, found.end) == hours
    assert found == Hours.model_validate(found.model_dump())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("hours: 9-17", "`hours`: `9-17` is no part of a day"),
        ("hours: 25:00-26:00", "`25:00` is no time of day"),
        ("hours: 09:00-09:00", "`09:00` is where it begins"),
        ("hours: 12", "`hours` must be a mapping"),
        ("hours: 09:00-09:30", "`hours` hold no handoff: those are at 30 minutes past"),
    ],
)
def test_no_hours(settings: str, message: str) -> None:
    assert message in str(load(FILE.format(settings=settings, member="bob")).problems[0])


@pytest.mark.parametrize(
    ("member", "stays"),
    [
        ("bob", (None, None)),
        ("{login: bob}", (None, None)),
        ("{login: bob, from: 2026-02-01}", (datetime(2026, 2, 1), None)),
        ("{login: bob, until: 2026-02-01T10:00}", (None, datetime(2026, 2, 1, 10))),
    ],
)
def test_members(member: str, stays: tuple[datetime | None, datetime | None]) -> None:
    made = rotation(member=member)
    assert made.logins == ("alice", "bob")
    assert made.members == (
        Member(login="alice"),
        Member(login="bob", from_=stays[0], until=stays[1]),
    )  # type: ignore[arg-type]


def test_nobody_leaves_before_joining() -> None:
    member = "{login: bob, from: 2026-02-01, until: 2026-02-01}"
    found = load(FILE.format(settings="", member=member)).problems
    assert "`2026-02-01 00:00` is not after `2026-02-01 00:00`" in str(found[0])


@pytest.mark.parametrize("hours", ["09:00-17:00", {"start": "09:00", "end": "17:00"}, None])
def test_editors_know_both_ways_to_write_hours(hours: Any) -> None:
    rotations = {"a": {"people": ["alice"], "start": "2026-01-05T10:00", "hours": hours}}
    data = {"version": 1, "areas": {"app": {"owner": "a"}}, "fallback_area": "app"}
    validator = Draft202012Validator(json_schema())
    assert validator.is_valid(data | {"rotations": rotations})
    assert not validator.is_valid(data | {"rotations": {"a": rotations["a"] | {"hours": "9-17"}}})
