from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.rotation import Shift, next_shift, on_call, shifts
from ghapp.core.zoned import to_instant
from ghapp.model.types import Rotation

PEOPLE = ("alice", "bob", "carol")
ZONES = sorted(available_timezones())
UNITS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1)}


def rotation(
    shift="weekly", start="2026-01-05T10:00", zone="Europe/Berlin", length=1, people=PEOPLE
):
    return Rotation(
        people=people, shift=shift, length=length, start=datetime.fromisoformat(start), timezone=ZoneInfo(zone)
    )  # fmt: skip


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def shown(shift: Shift | None) -> str | None:
    return shift and f"{shift.person} {shift.start:%Y-%m-%dT%H:%M} {shift.end:%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("made", "at", "expected"),
    [
        pytest.param(rotation(), "2026-01-05T08:59:59", None, id="before the start nobody"),
        pytest.param(rotation(), "2026-01-05T09:00", "alice 2026-01-05T09:00 2026-01-12T09:00", id="at the start"),
        pytest.param(
            rotation(), "2026-01-12T08:59:59",
            "alice 2026-01-05T09:00 2026-01-12T09:00", id="up to the handoff",
        ),
        pytest.param(rotation(), "2026-01-12T09:00", "bob 2026-01-12T09:00 2026-01-19T09:00", id="at the handoff"),
        pytest.param(
            rotation(), "2026-01-26T09:00",
            "alice 2026-01-26T09:00 2026-02-02T09:00", id="the turn comes round",
        ),
        pytest.param(
            rotation(length=2), "2026-01-18T09:00",
            "alice 2026-01-05T09:00 2026-01-19T09:00", id="two weeks",
        ),
        pytest.param(
            rotation(), "2026-03-29T12:00",
            "carol 2026-03-23T09:00 2026-03-30T08:00", id="an hour less in spring",
        ),
        pytest.param(
            rotation(), "2026-10-26T08:59",
            "carol 2026-10-19T08:00 2026-10-26T09:00", id="an hour more in autumn",
        ),
        pytest.param(
            rotation("daily", "2026-03-28T02:30"), "2026-03-29T00:59",
            "alice 2026-03-28T01:30 2026-03-29T01:00", id="daily, handoff missing",
        ),
        pytest.param(
            rotation("daily", "2026-03-28T02:30"), "2026-03-29T01:00",
            "bob 2026-03-29T01:00 2026-03-30T00:30", id="daily, after the gap",
        ),
        pytest.param(
            rotation("daily", "2026-10-24T02:30"), "2026-10-25T00:30",
            "bob 2026-10-25T00:30 2026-10-26T01:30", id="daily, handoff repeated",
        ),
        pytest.param(
            rotation("daily", "2026-10-24T02:30"), "2026-10-25T01:30",
            "bob 2026-10-25T00:30 2026-10-26T01:30", id="daily, its second occurrence",
        ),
        pytest.param(
            rotation("daily", "2026-10-24T02:30"), "2026-10-25T00:29",
            "alice 2026-10-24T00:30 2026-10-25T00:30", id="daily, just before",
        ),
        pytest.param(
            rotation("hourly", "2026-03-29T00:00"), "2026-03-29T01:00",
            "alice 2026-03-29T01:00 2026-03-29T02:00", id="hourly, the missing hour was carol's turn",
        ),
        pytest.param(
            rotation("hourly", "2026-03-29T00:30"), "2026-03-29T01:10",
            "carol 2026-03-29T01:00 2026-03-29T01:30", id="hourly, half of it is missing",
        ),
        pytest.param(
            rotation("hourly", "2026-10-25T00:00"), "2026-10-25T01:59",
            "carol 2026-10-25T00:00 2026-10-25T02:00", id="hourly, a repeated hour is one shift",
        ),
        pytest.param(
            rotation("hourly", "2026-10-25T00:00", length=2), "2026-10-25T02:30",
            "bob 2026-10-25T00:00 2026-10-25T03:00", id="two hours, one of them twice",
        ),
        pytest.param(
            rotation("hourly", "2026-11-01T00:00", "America/New_York"), "2026-11-01T06:30",
            "bob 2026-11-01T05:00 2026-11-01T07:00", id="New York",
        ),
        pytest.param(
            rotation("hourly", "2026-04-05T00:45", "Australia/Lord_Howe"), "2026-04-04T15:10",
            "bob 2026-04-04T14:45 2026-04-04T16:15", id="Lord Howe, half an hour twice",
        ),
        pytest.param(
            rotation("hourly", "2026-10-04T01:15", "Australia/Lord_Howe"), "2026-10-03T15:30",
            "bob 2026-10-03T15:30 2026-10-03T16:15", id="Lord Howe, half an hour missing",
        ),
        pytest.param(
            rotation("daily", "2011-12-28T09:00", "Pacific/Apia"), "2011-12-30T10:00",
            "carol 2011-12-30T10:00 2011-12-30T19:00", id="Apia, the skipped day's handoff",
        ),
        pytest.param(
            rotation("hourly", "2011-12-29T23:00", "Pacific/Apia"), "2011-12-30T10:00",
            "bob 2011-12-30T10:00 2011-12-30T11:00", id="Apia, 24 turns skipped",
        ),
        pytest.param(
            rotation("daily", "2026-02-14T02:30", "Africa/Casablanca"), "2026-02-15T02:29",
            "bob 2026-02-15T01:30 2026-02-16T02:30", id="Casablanca, Ramadan begins",
        ),
        pytest.param(
            rotation("daily", "2026-03-21T02:30", "Africa/Casablanca"), "2026-03-22T02:00",
            "bob 2026-03-22T02:00 2026-03-23T01:30", id="Casablanca, Ramadan ends",
        ),
        pytest.param(
            rotation("weekly", "2026-03-22T02:30"), "2026-03-29T01:00",
            "bob 2026-03-29T01:00 2026-04-05T00:30", id="weekly, handoff missing",
        ),
        pytest.param(rotation("daily", "2026-03-29T02:30"), "2026-03-29T00:59", None, id="a missing start"),
        pytest.param(
            rotation(people=("alice",)), "2026-01-12T09:00",
            "alice 2026-01-12T09:00 2026-01-19T09:00", id="alone",
        ),
        pytest.param(
            rotation(length=10**6), "2026-01-12T09:00",
            "alice 2026-01-05T09:00 9999-01-01T00:00", id="for ever",
        ),
        pytest.param(
            rotation(length=10**30), "2026-01-12T09:00",
            "alice 2026-01-05T09:00 9999-01-01T00:00", id="longer than that",
        ),
        pytest.param(
            rotation("hourly", "1970-01-01T00:00", "UTC"), "9998-12-31T23:59",
            "carol 9998-12-31T23:00 9999-01-01T00:00", id="far away",
        ),
        pytest.param(rotation(), "9999-12-31T23:59", None, id="after the end of the calendar"),
        pytest.param(
            rotation(start="0001-01-01T00:00"), "2026-01-05T08:59",
            "alice 2026-01-04T23:00 2026-01-11T23:00", id="since its beginning, less the offset",
        ),
    ],
)  # fmt: skip
def test_on_call(made, at, expected):
    assert shown(on_call(made, utc(at))) == expected


@pytest.mark.parametrize(
    ("made", "at", "expected"),
    [
        pytest.param(
            rotation(), "2026-01-01T00:00",
            "alice 2026-01-05T09:00 2026-01-12T09:00", id="before the start",
        ),
        pytest.param(rotation(), "2026-01-05T09:00", "bob 2026-01-12T09:00 2026-01-19T09:00", id="in a shift"),
        pytest.param(
            rotation("hourly", "2026-03-29T00:00"), "2026-03-29T00:00",
            "alice 2026-03-29T01:00 2026-03-29T02:00", id="an empty shift is passed over",
        ),
        pytest.param(
            rotation("hourly", "2026-03-29T02:00"), "2026-03-29T00:00",
            "bob 2026-03-29T01:00 2026-03-29T02:00", id="the first one is empty",
        ),
        pytest.param(rotation(length=10**6), "2026-01-12T09:00", None, id="none before the end of the calendar"),
        pytest.param(rotation(), "9999-06-01T00:00", None, id="none after it"),
    ],
)  # fmt: skip
def test_next_shift(made, at, expected):
    assert shown(next_shift(made, utc(at))) == expected


def test_shifts_are_whole_and_half_open():
    january = list(shifts(rotation(), utc("2026-01-11T00:00"), utc("2026-01-26T09:00")))
    assert [shift.person for shift in january] == ["alice", "bob", "carol"]
    assert list(shifts(rotation(), utc("2026-01-12T09:00"), utc("2026-01-12T09:00"))) == []
    assert list(shifts(rotation(), utc("2025-01-01T00:00"), utc("2026-01-05T09:00"))) == []
    assert list(shifts(rotation(), utc("9999-01-01T00:00"), utc("9999-06-01T00:00"))) == []


def test_an_instant_may_come_in_any_zone():
    at = datetime(2026, 1, 12, 4, 0, tzinfo=ZoneInfo("America/New_York"))
    assert shown(on_call(rotation(), at)) == "bob 2026-01-12T09:00 2026-01-19T09:00"


def test_a_naive_time_is_refused():
    with pytest.raises(TypeError):
        on_call(rotation(), datetime(2026, 1, 12))


# --- in every zone, and above all around the days on which its offset changes


def changes(zone: str, year: int) -> list[datetime]:
    """When a zone changes its offset in a year, to four days; else the beginning of the year."""
    days = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(0, 368, 4)]
    offsets = [day.astimezone(ZoneInfo(zone)).utcoffset() for day in days]
    return [
        day for day, (one, other) in zip(days, pairwise(offsets), strict=False) if one != other
    ] or days[:1]


@st.composite
def rotations(draw):
    """A rotation with a short way to a change of offset, or a long one to any time."""
    zone = draw(st.sampled_from(ZONES))
    day = draw(st.sampled_from(changes(zone, draw(st.integers(1975, 2050)))))
    shift = draw(st.sampled_from(sorted(UNITS)))
    before = draw(st.integers(0, 20)) * UNITS[shift] + timedelta(
        minutes=draw(st.integers(0, 24 * 60))
    )
    start = (day - before).replace(tzinfo=None)
    people = tuple(draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=5)))
    return rotation(shift, start.isoformat(), zone, draw(st.integers(1, 4)), people)


distances = st.timedeltas(timedelta(0), timedelta(days=60)) | st.timedeltas(
    timedelta(0), timedelta(days=36500)
)


@given(rotations(), distances)
def test_shifts_tile_time(made, distance):
    at = to_instant(made.start, made.timezone) + distance
    found = list(islice(shifts(made, at, at + 99 * made.length * UNITS[made.shift]), 60))
    assert found[0] == on_call(made, at)
    assert found[0].start <= at < found[0].end
    assert all(shift.start < shift.end for shift in found)
    assert all(one.end == other.start for one, other in pairwise(found))


@given(rotations(), distances)
def test_the_next_shift_begins_when_this_one_ends(made, distance):
    at = to_instant(made.start, made.timezone) + distance
    current = on_call(made, at)
    assert next_shift(made, at) == on_call(made, current.end)
    assert on_call(made, current.start) == current
    assert on_call(made, current.end - timedelta(microseconds=1)) == current


@given(rotations())
def test_people_serve_in_turn(made):
    """A turn is a step of the wall clock, so that the empty shift of a gap counts, too."""
    step = made.length * UNITS[made.shift]
    turns = {to_instant(made.start + number * step, made.timezone): number for number in range(99)}
    for shift in islice(shifts(made, min(turns), max(turns)), 60):
        assert shift.person == made.logins[turns[shift.start] % len(made.logins)]


@given(rotations(), st.timedeltas(timedelta(microseconds=1), timedelta(days=9999)))
def test_before_the_start_nobody(made, before):
    first = to_instant(made.start, made.timezone)
    assert on_call(made, first - before) is None
    assert next_shift(made, first - before) == on_call(made, first)
