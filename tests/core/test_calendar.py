"""Business time: what counts, and what passes while the clock stands."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.calendar import Calendar, calendar_of
from tests.support.builders import model

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = frozenset(range(5))
OFFICE = Calendar(WEEK, time(9), time(18), BERLIN)
ZONES = [
    ZoneInfo(name)
    for name in ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kolkata")
]


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        pytest.param("2026-11-23 10:00", 2, "2026-11-23 12:00", id="within a day"),
        pytest.param("2026-11-23 17:00", 2, "2026-11-24 10:00", id="over night"),
        pytest.param("2026-11-27 17:00", 2, "2026-11-30 10:00", id="over a weekend"),
        pytest.param("2026-11-23 02:00", 1, "2026-11-23 10:00", id="begun at night"),
        pytest.param("2026-11-28 12:00", 1, "2026-11-30 10:00", id="begun on a weekend"),
        pytest.param("2026-11-23 09:00", 9, "2026-11-23 18:00", id="a whole day"),
        pytest.param("2026-11-23 09:00", 45, "2026-11-27 18:00", id="a whole week"),
        pytest.param("2026-11-23 18:00", 0, "2026-11-24 09:00", id="no time at all, at night"),
        pytest.param("2026-03-27 17:00", 2, "2026-03-30 10:00", id="while the clocks go forward"),
    ],
)
def test_so_much_business_time_later(start: str, hours: float, end: str) -> None:
    assert OFFICE.after(at(start), timedelta(hours=hours)) == at(end)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        pytest.param("2026-11-23 09:00", True, id="when it opens"),
        pytest.param("2026-11-23 08:59", False, id="just before"),
        pytest.param("2026-11-23 18:00", False, id="when it closes"),
        pytest.param("2026-11-28 12:00", False, id="saturday"),
    ],
)
def test_open(moment: str, is_open: bool) -> None:
    assert OFFICE.is_open(at(moment)) is is_open


class TestHolidays:
    def of(self, holidays: str) -> Calendar:
        return calendar_of(
            model(
                f"version: 1\nholidays: {holidays}\nareas: {{a: {{owner: alice}}}}\nfallback_area: a\n"
            )
        )

    @pytest.mark.parametrize(
        ("holidays", "day", "is_open"),
        [
            pytest.param("US", "2026-11-26", False, id="thanksgiving"),
            pytest.param("US", "2026-11-27", True, id="the day after"),
            pytest.param("DE-BY", "2026-01-06", False, id="of a region"),
            pytest.param("DE-BE", "2026-01-06", True, id="of another region"),
            pytest.param("[2026-11-25]", "2026-11-25", False, id="of a list"),
            pytest.param("[2026-11-25]", "2026-11-26", True, id="not in the list"),
            pytest.param("XX", "2026-11-26", True, id="a country that nobody knows"),
        ],
    )
    def test_nothing_counts(self, holidays: str, day: str, is_open: bool) -> None:
        noon = at(f"{day} 12:00", ZoneInfo("UTC"))
        assert self.of(holidays).is_open(noon) is is_open


class TestNeverOpen:
    """A clock that never goes would page nobody, so then all time counts."""

    @pytest.mark.parametrize(
        "calendar",
        [
            pytest.param(Calendar(frozenset(), time(9), time(18), BERLIN), id="no days"),
            pytest.param(
                Calendar(
                    frozenset({0}),
                    time(9),
                    time(18),
                    BERLIN,
                    frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(1000)),
                ),
                id="holidays for years",
            ),
        ],
    )
    def test_all_time_counts(self, calendar: Calendar) -> None:
        night = at("2026-11-22 03:00")
        assert calendar.is_open(night)
        assert calendar.after(night, timedelta(hours=1)) == night + timedelta(hours=1)
        assert calendar.between(night, night + timedelta(days=1)) == timedelta(days=1)


moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
calendars = st.builds(
    Calendar,
    days=st.frozensets(st.integers(0, 6), min_size=1),
    start=st.sampled_from([time(0), time(2, 30), time(9)]),
    end=st.sampled_from([time(9, 30), time(17), time(23, 59)]),
    zone=st.sampled_from(ZONES),
)
lengths = st.timedeltas(timedelta(0), timedelta(days=20))


@given(calendars, moments, lengths)
def test_what_lies_between_is_what_was_added(
    calendar: Calendar, start: datetime, length: timedelta
) -> None:
    assert calendar.between(start, calendar.after(start, length)) == length


@given(calendars, moments, lengths, lengths)
def test_added_in_two_parts_it_is_the_same(
    calendar: Calendar, start: datetime, one: timedelta, other: timedelta
) -> None:
    parts = calendar.after(calendar.after(start, one), other)
    assert calendar.opens(parts) == calendar.opens(calendar.after(start, one + other))


@given(calendars, moments)
def test_it_opens_at_the_first_open_instant(calendar: Calendar, moment: datetime) -> None:
    opens = calendar.opens(moment)
    assert opens >= moment
    assert calendar.is_open(opens)
    assert calendar.between(moment, opens) == timedelta(0)
