from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.zoned import to_instant, to_wall

zones = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
walls = st.datetimes(datetime(1975, 1, 1), datetime(2100, 1, 1))


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        pytest.param("Europe/Berlin", "2026-01-05T10:00", "2026-01-05T09:00", id="winter"),
        pytest.param("Europe/Berlin", "2026-07-05T10:00", "2026-07-05T08:00", id="summer"),
        pytest.param("Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T00:59:59", id="just before the gap"),
        pytest.param("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00", id="first of the gap"),
        pytest.param("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00", id="in the gap"),
        pytest.param("Europe/Berlin", "2026-03-29T02:59:59.999999", "2026-03-29T01:00", id="last of the gap"),
        pytest.param("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00", id="after the gap"),
        pytest.param("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30", id="in the fold"),
        pytest.param("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00", id="after the fold"),
        pytest.param("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00", id="New York, gap"),
        pytest.param("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30", id="New York, fold"),
        pytest.param("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30", id="a gap of half an hour"),
        pytest.param("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45", id="a fold of half an hour"),
        pytest.param("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00", id="a day that never was"),
        pytest.param("Africa/Casablanca", "2026-03-22T02:30", "2026-03-22T02:00", id="end of Ramadan's time"),
        pytest.param("Africa/Casablanca", "2026-02-15T02:30", "2026-02-15T01:30", id="its beginning"),
        pytest.param("UTC", "2026-03-29T02:30", "2026-03-29T02:30", id="UTC"),
    ],
)  # fmt: skip
def test_the_instant_of_a_time_on_the_wall(zone, wall, instant):
    found = to_instant(datetime.fromisoformat(wall), ZoneInfo(zone))
    assert found == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert found.tzinfo is UTC


@given(zones, walls)
def test_a_time_that_exists_is_shown_at_its_first_instant(zone, wall):
    instant = to_instant(wall, zone)
    shown = to_wall(instant, zone)
    assert shown >= wall
    if shown == wall:
        assert instant == min(
            wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)
        )
    else:  # the clock has jumped right then
        assert to_wall(instant - timedelta(seconds=1), zone) < wall


@given(zones, walls, st.timedeltas(timedelta(0), timedelta(days=2)))
def test_a_later_time_is_never_an_earlier_instant(zone, wall, later):
    assert to_instant(wall, zone) <= to_instant(wall + later, zone)
