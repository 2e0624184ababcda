"""What a rotation can say besides whose turn it is, by example: Berlin, 2026-01-05 is a Monday."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from ghapp.core.rotation import Shift, by_turn, members, next_shift, on_call, timeline
from ghapp.model.types import Person, Rotation

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")


def rotation(**settings: Any) -> Rotation:
    given = {
        "people": ["alice", "bob", "carol"],
        "start": "2026-01-05T10:00",
        "timezone": "Europe/Berlin",
    }
    return Rotation.model_validate(given | settings)


def away(login: str, first: str, last: str, zone: str = "Europe/Berlin") -> dict[str, Person]:
    person = {"timezone": zone, "away": [{"from": first, "to": last}]}
    return {login: Person.model_validate(person)}


def override(person: str, start: str, end: str) -> dict[str, str]:
    return {"person": person, "from": start, "to": end}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def said(shift: Shift) -> str:
    """`alice Mon 05 09:00 - Mon 12 09:00`, and why if it is not simply a turn."""
    times = f"{shift.start:%a %d %H:%M} - {shift.end:%a %d %H:%M}"
    return f"{shift.person or 'nobody'} {times} {shift.because}".rstrip()


def line(
    made: Rotation,
    start: str = "2026-01-05T09:00",
    end: str = "2026-01-19T09:00",
    people: dict[str, Person] | None = None,
) -> list[str]:
    return [said(one) for one in timeline(made, utc(start), utc(end), people or {})]


# --- days


def test_a_week_is_served_on_its_days_only() -> None:
    assert line(rotation(days=WORKDAYS)) == [
        "alice Mon 05 09:00 - Fri 09 23:00",
        "nobody Fri 09 23:00 - Sun 11 23:00 not served",
        "alice Sun 11 23:00 - Mon 12 09:00",
        "bob Mon 12 09:00 - Fri 16 23:00",
        "nobody Fri 16 23:00 - Sun 18 23:00 not served",
        "bob Sun 18 23:00 - Mon 19 09:00",
    ]


def test_monday_follows_friday_in_turn() -> None:
    made = rotation(shift="daily", days=WORKDAYS, start="2026-01-05T00:00")
    assert line(made, "2026-01-07T23:00", "2026-01-14T23:00") == [
        "alice Wed 07 23:00 - Thu 08 23:00",
        "bob Thu 08 23:00 - Fri 09 23:00",
        "nobody Fri 09 23:00 - Sun 11 23:00 not served",
        "carol Sun 11 23:00 - Mon 12 23:00",
        "alice Mon 12 23:00 - Tue 13 23:00",
        "bob Tue 13 23:00 - Wed 14 23:00",
    ]


def test_a_turn_of_two_days_counts_served_days() -> None:
    made = rotation(shift="daily", length=2, days=WORKDAYS, start="2026-01-05T00:00")
    turns = by_turn(timeline(made, utc("2026-01-05T00:00"), utc("2026-01-19T00:00")))
    assert [said(one) for one in islice(turns, 4)] == [
        "alice Sun 04 23:00 - Tue 06 23:00",
        "bob Tue 06 23:00 - Thu 08 23:00",
        "carol Thu 08 23:00 - Mon 12 23:00",
        "alice Mon 12 23:00 - Wed 14 23:00",
    ]


def test_between_a_weekend_and_the_handoff_the_turn_of_friday_goes_on() -> None:
    made = rotation(shift="daily", days=WORKDAYS)
    assert line(made, "2026-01-09T09:00", "2026-01-13T09:00") == [
        "bob Fri 09 09:00 - Fri 09 23:00",
        "nobody Fri 09 23:00 - Sun 11 23:00 not served",
        "bob Sun 11 23:00 - Mon 12 09:00",
        "carol Mon 12 09:00 - Tue 13 09:00",
    ]


def test_a_rotation_that_starts_on_a_day_off_begins_on_the_next_served_one() -> None:
    made = rotation(shift="daily", days=WORKDAYS, start="2026-01-03T10:00")
    assert line(made, "2026-01-03T00:00", "2026-01-06T00:00") == [
        "nobody Sat 03 00:00 - Mon 05 09:00 not begun, or nobody is in it",
        "alice Mon 05 09:00 - Tue 06 09:00",
    ]


def test_a_week_of_which_one_day_is_skipped_by_the_calendar() -> None:
    """Samoa had no 30 December 2011, a Friday."""
    made = rotation(start="2011-12-05T00:00", timezone="Pacific/Apia", days=["fri"])
    shown = line(made, "2011-12-22T00:00", "2012-01-07T00:00")
    assert shown == [
        "nobody Thu 22 00:00 - Fri 23 10:00 not served",
        "carol Fri 23 10:00 - Sat 24 10:00",
        "nobody Sat 24 10:00 - Thu 05 10:00 not served",
        "bob Thu 05 10:00 - Fri 06 10:00",
        "nobody Fri 06 10:00 - Sat 07 00:00 not served",
    ]


# --- hours


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param(
            "09:00-17:00",
            ["nobody Tue 06 00:00 - Tue 06 08:00 not served", "alice Tue 06 08:00 - Tue 06 16:00"],
            id="office hours",
        ),
        pytest.param(
            "22:00-06:00",
            ["alice Mon 05 21:00 - Tue 06 05:00", "nobody Tue 06 05:00 - Tue 06 21:00 not served"],
            id="a night",
        ),
        pytest.param(
            "17:00-24:00",
            ["nobody Mon 05 23:00 - Tue 06 16:00 not served", "alice Tue 06 16:00 - Tue 06 23:00"],
            id="an evening",
        ),
    ],
)
def test_hours(hours: str, expected: list[str]) -> None:
    start = "2026-01-05T23:00" if "24" in hours else "2026-01-06T00:00"
    assert line(rotation(hours=hours), start, "2026-01-06T22:00")[:2] == expected


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    made = rotation(days=["fri"], hours="22:00-06:00")
    assert line(made, "2026-01-09T12:00", "2026-01-12T09:00") == [
        "nobody Fri 09 12:00 - Fri 09 21:00 not served",
        "alice Fri 09 21:00 - Sat 10 05:00",
        "nobody Sat 10 05:00 - Mon 12 09:00 not served",
    ]


def test_hours_that_are_not_served_are_no_turns() -> None:
    made = rotation(shift="hourly", hours="09:00-11:00", start="2026-01-05T09:00")
    assert [one for one in line(made, "2026-01-05T08:00", "2026-01-07T09:00") if "nobody" not in one] == [
        "alice Mon 05 08:00 - Mon 05 09:00",
        "bob Mon 05 09:00 - Mon 05 10:00",
        "carol Tue 06 08:00 - Tue 06 09:00",
        "alice Tue 06 09:00 - Tue 06 10:00",
        "bob Wed 07 08:00 - Wed 07 09:00",
    ]  # fmt: skip


def test_a_turn_may_be_all_the_hours_of_a_day() -> None:
    made = rotation(shift="hourly", length=8, hours="09:00-17:00", start="2026-01-05T09:00")
    assert [one for one in line(made, "2026-01-05T08:00", "2026-01-07T08:00") if "nobody" not in one] == [
        "alice Mon 05 08:00 - Mon 05 16:00",
        "bob Tue 06 08:00 - Tue 06 16:00",
    ]  # fmt: skip


def test_follow_the_sun() -> None:
    """Three rotations, each in its own zone, of which at any time at least one has somebody."""
    sun = [
        rotation(hours="08:00-16:00", people=["alice"], start="2026-01-01T00:00"),
        rotation(hours="08:00-19:00", people=["bob"], timezone="America/New_York", start="2026-01-01T00:00"),
        rotation(hours="08:00-17:00", people=["carol"], timezone="Asia/Tokyo", start="2026-01-01T00:00"),
    ]  # fmt: skip
    for hour in range(24 * 7):
        at = utc("2026-01-05T00:00") + timedelta(hours=hour)
        assert [one for one in sun if on_call(one, at)], at


def test_in_the_first_and_last_years_of_the_calendar() -> None:
    made = rotation(start="0001-01-02T10:00", days=WORKDAYS)
    assert line(made, "0001-01-01T12:00", "0001-01-02T12:00") == [
        "nobody Mon 01 12:00 - Tue 02 09:06 not begun, or nobody is in it",
        "alice Tue 02 09:06 - Fri 05 23:06",
    ]
    assert line(made, "9998-12-30T00:00", "9999-12-31T00:00") == [
        "alice Tue 29 09:00 - Fri 01 00:00"  # as far as `datetime` reckons with any zone
    ]
    assert on_call(made, utc("9999-06-01T00:00")) is None


# --- overrides


def test_an_override_replaces_whoever_it_would_be() -> None:
    made = rotation(overrides=[override("carol", "2026-01-07T18:00", "2026-01-13T09:00")])
    assert line(made) == [
        "alice Mon 05 09:00 - Wed 07 17:00",
        "carol Wed 07 17:00 - Tue 13 08:00 override",
        "bob Tue 13 08:00 - Mon 19 09:00",
    ]


def test_the_last_override_wins() -> None:
    made = rotation(
        overrides=[
            override("bob", "2026-01-06T00:00", "2026-01-10T00:00"),
            override("carol", "2026-01-07T00:00", "2026-01-08T00:00"),
            override("bob", "2026-01-07T12:00", "2026-01-07T13:00"),
        ]
    )
    assert line(made, end="2026-01-12T09:00") == [
        "alice Mon 05 09:00 - Mon 05 23:00",
        "bob Mon 05 23:00 - Tue 06 23:00 override",
        "carol Tue 06 23:00 - Wed 07 11:00 override",
        "bob Wed 07 11:00 - Wed 07 12:00 override",
        "carol Wed 07 12:00 - Wed 07 23:00 override",
        "bob Wed 07 23:00 - Fri 09 23:00 override",
        "alice Fri 09 23:00 - Mon 12 09:00",
    ]


def test_an_override_also_holds_where_there_is_nobody() -> None:
    made = rotation(
        days=WORKDAYS, overrides=[override("bob", "2026-01-10T10:00", "2026-01-10T12:00")]
    )
    assert line(made, "2026-01-09T12:00", "2026-01-12T09:00") == [
        "alice Mon 05 09:00 - Fri 09 23:00",
        "nobody Fri 09 23:00 - Sat 10 09:00 not served",
        "bob Sat 10 09:00 - Sat 10 11:00 override",
        "nobody Sat 10 11:00 - Sun 11 23:00 not served",
        "alice Sun 11 23:00 - Mon 12 09:00",
    ]  # fmt: skip
    early = rotation(overrides=[override("bob", "2026-01-01T00:00", "2026-01-02T00:00")])
    found = next_shift(early, utc("2025-12-01T00:00"))
    assert found is not None
    assert said(found) == "bob Wed 31 23:00 - Thu 01 23:00 override"


def test_an_override_that_the_clock_jumps_over_is_none() -> None:
    made = rotation(overrides=[override("bob", "2026-03-29T02:00", "2026-03-29T02:45")])
    assert "override" not in str(line(made, "2026-03-28T00:00", "2026-03-30T00:00"))


def test_overrides_at_the_ends_of_the_calendar() -> None:
    made = rotation(
        overrides=[
            override("bob", "0001-01-01T00:00", "0001-01-03T00:00"),
            override("carol", "9998-12-31T00:00", "9999-12-31T23:59"),
        ]
    )
    assert on_call(made, utc("0001-01-02T00:00")) is not None
    last = on_call(made, utc("9998-12-31T00:00"))
    assert last is not None
    assert last.end == utc("9999-01-01T00:00")


# --- absences


def test_whoever_is_next_covers_and_nobody_notices_afterwards() -> None:
    made, gone = rotation(), away("bob", "2026-01-13", "2026-01-14")
    assert line(made, end="2026-01-26T09:00", people=gone) == [
        "alice Mon 05 09:00 - Mon 12 09:00",
        "bob Mon 12 09:00 - Mon 12 23:00",
        "carol Mon 12 23:00 - Wed 14 23:00 covers for bob, who is away",
        "bob Wed 14 23:00 - Mon 19 09:00",
        "carol Mon 19 09:00 - Mon 26 09:00",
    ]


def test_the_days_are_those_of_the_person() -> None:
    gone = away("alice", "2026-01-06", "2026-01-06", "America/New_York")
    assert line(rotation(), end="2026-01-12T09:00", people=gone)[1] == (
        "bob Tue 06 05:00 - Wed 07 05:00 covers for alice, who is away"
    )


def test_who_covers_may_change() -> None:
    gone = away("alice", "2026-01-06", "2026-01-09") | away("bob", "2026-01-08", "2026-01-08")
    assert line(rotation(), end="2026-01-12T09:00", people=gone) == [
        "alice Mon 05 09:00 - Mon 05 23:00",
        "bob Mon 05 23:00 - Wed 07 23:00 covers for alice, who is away",
        "carol Wed 07 23:00 - Thu 08 23:00 covers for alice, who is away",
        "bob Thu 08 23:00 - Fri 09 23:00 covers for alice, who is away",
        "alice Fri 09 23:00 - Mon 12 09:00",
    ]


def test_the_absence_of_others_does_not_part_a_shift() -> None:
    gone = away("carol", "2026-01-06", "2026-01-07") | away("bob", "2026-01-08", "2026-01-09")
    at = utc("2026-01-08T12:00")
    shift = on_call(rotation(), at, gone)
    assert shift is not None
    assert said(shift) == "alice Mon 05 09:00 - Mon 12 09:00"


def test_everyone_away_is_a_gap() -> None:
    gone = away("alice", "2026-01-06", "2026-01-20") | away("bob", "2026-01-07", "2026-01-20")
    made = rotation(people=["alice", "bob"])
    assert line(made, people=gone) == [
        "alice Mon 05 09:00 - Mon 05 23:00",
        "bob Mon 05 23:00 - Tue 06 23:00 covers for alice, who is away",
        "nobody Tue 06 23:00 - Mon 19 09:00 everyone is away",
    ]
    assert on_call(made, utc("2026-01-10T00:00"), gone) is None
    found = next_shift(made, utc("2026-01-10T00:00"), gone)
    assert found is not None
    assert said(found) == "alice Tue 20 23:00 - Mon 26 09:00"


def test_an_override_stands_though_its_person_is_away() -> None:
    made = rotation(overrides=[override("bob", "2026-01-06T00:00", "2026-01-07T00:00")])
    shift = on_call(made, utc("2026-01-06T12:00"), away("bob", "2026-01-01", "2026-01-31"))
    assert shift is not None
    assert shift.person == "bob"


# --- who joins and who leaves


def test_a_joiner_waits_for_the_first_handoff() -> None:
    made = rotation(people=["alice", {"login": "carol", "from": "2026-01-20T00:00"}, "bob"])
    assert line(made, end="2026-02-16T09:00") == [
        "alice Mon 05 09:00 - Mon 12 09:00",
        "bob Mon 12 09:00 - Mon 19 09:00",
        "alice Mon 19 09:00 - Mon 26 09:00",
        "carol Mon 26 09:00 - Mon 02 09:00",
        "bob Mon 02 09:00 - Mon 09 09:00",
        "alice Mon 09 09:00 - Mon 16 09:00",
    ]


def test_who_leaves_is_passed_over_from_the_first_handoff_on() -> None:
    made = rotation(people=["alice", {"login": "bob", "until": "2026-01-20T00:00"}, "carol"])
    assert line(made, "2026-01-12T09:00", "2026-02-16T09:00") == [
        "bob Mon 12 09:00 - Mon 19 09:00",
        "carol Mon 19 09:00 - Mon 26 09:00",
        "alice Mon 26 09:00 - Mon 02 09:00",
        "carol Mon 02 09:00 - Mon 09 09:00",
        "alice Mon 09 09:00 - Mon 16 09:00",
    ]


def test_nobody_before_the_first_joins_and_after_the_last_has_left() -> None:
    made = rotation(people=[{"login": "bob", "from": "2026-01-12", "until": "2026-01-26"}])
    assert line(made, "2025-12-29T09:00", "2026-02-02T09:00") == [
        "nobody Mon 29 09:00 - Mon 12 09:00 not begun, or nobody is in it",
        "bob Mon 12 09:00 - Mon 19 09:00",
        "bob Mon 19 09:00 - Mon 26 09:00",
        "nobody Mon 26 09:00 - Mon 02 09:00 not begun, or nobody is in it",
    ]
    assert next_shift(made, utc("2026-02-01T00:00")) is None
    assert members(made, utc("2026-02-01T00:00")) == ()


def test_whoever_has_not_joined_does_not_cover() -> None:
    made = rotation(people=["alice", {"login": "carol", "from": "2026-06-01"}, "bob"])
    shift = on_call(made, utc("2026-01-06T12:00"), away("alice", "2026-01-01", "2026-01-31"))
    assert shift is not None
    assert (shift.person, shift.instead_of) == ("bob", "alice")
    assert members(made, utc("2026-01-06T12:00")) == ("alice", "bob")
    assert members(made, utc("2025-01-01T00:00")) == ("alice", "bob")


# --- as people speak of it


def test_a_turn_is_one_line_whatever_cuts_it() -> None:
    made = rotation(
        days=WORKDAYS,
        hours="09:00-17:00",
        overrides=[override("carol", "2026-01-14T00:00", "2026-01-15T00:00")],
    )
    turns = by_turn(timeline(made, utc("2026-01-05T09:00"), utc("2026-01-26T09:00")))
    assert [said(one) for one in turns] == [
        "alice Mon 05 09:00 - Mon 12 09:00",
        "bob Mon 12 09:00 - Tue 13 16:00",
        "carol Tue 13 23:00 - Wed 14 23:00 override",
        "bob Thu 15 08:00 - Mon 19 09:00",
        "carol Mon 19 09:00 - Mon 26 09:00",
    ]


def test_nothing_is_by_no_turn() -> None:
    assert list(by_turn([])) == []
    assert (
        list(by_turn(timeline(rotation(), utc("2026-01-05T09:00"), utc("2026-01-05T09:00")))) == []
    )
