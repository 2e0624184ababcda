"""How long until a document is due again, counted on the calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from ghapp.model.interval import Interval, ReviewEvery, parse_interval

ADAPTER = TypeAdapter[Interval](ReviewEvery)


@pytest.mark.parametrize(
    ("text", "day", "due"),
    [
        pytest.param("12mo", date(2028, 2, 29), date(2029, 2, 28), id="D02 no such day"),
        pytest.param("1y", date(2028, 2, 29), date(2029, 2, 28), id="D02 a year"),
        pytest.param("4y", date(2028, 2, 29), date(2032, 2, 29), id="four years"),
        pytest.param("1mo", date(2026, 12, 31), date(2027, 1, 31), id="over the year"),
        pytest.param("1mo", date(2027, 1, 31), date(2027, 2, 28), id="a short month"),
        pytest.param("90d", date(2026, 11, 22), date(2027, 2, 20), id="days"),
        pytest.param("2w", date(2026, 11, 22), date(2026, 12, 6), id="weeks"),
        pytest.param("36h", date(2026, 11, 22), date(2026, 11, 24), id="a part of a day"),
    ],
)
def test_when_it_is_due(text: str, day: date, due: date) -> None:
    assert parse_interval(text).after(day) == due


@pytest.mark.parametrize("text", ["90d", "2w", "36h", "6mo", "1y", "10y"])
def test_it_is_written_as_it_was(text: str) -> None:
    assert str(parse_interval(text)) == text
    assert ADAPTER.dump_json(ADAPTER.validate_python(text)) == f'"{text}"'.encode()


def test_twelve_months_are_a_year() -> None:
    assert str(parse_interval("12mo")) == "1y"


@pytest.mark.parametrize("text", ["", "0d", "0mo", "11y", "121mo", "1m o", "mo", "12 mo", "1Y", 90])
def test_what_is_none(text: object) -> None:
    with pytest.raises(ValidationError, match="is no time between reviews"):
        ADAPTER.validate_python(text)


def test_an_interval_stays_one() -> None:
    assert ADAPTER.validate_python(Interval(3)) == Interval(3)


@given(st.integers(1, 120), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_months_land_in_the_month_that_they_count_to(months: int, day: date) -> None:
    due = Interval(months).after(day)
    assert (due.year - day.year) * 12 + due.month - day.month == months
    assert due.day <= day.day
    assert (due + timedelta(days=1)).day == 1 or due.day == day.day
