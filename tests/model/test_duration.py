"""Durations: what is read, what is refused, and that writing undoes reading."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.model.duration import ACCEPTED, LONGEST, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("5m", timedelta(minutes=5)),
        ("4h", timedelta(hours=4)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(days=14)),
        ("0s", timedelta(0)),
        ("007m", timedelta(minutes=7)),
        ("520w", LONGEST),
    ],
)
def test_reads(text: str, span: timedelta) -> None:
    assert parse_duration(text) == span


@pytest.mark.parametrize(
    "text",
    ["", "5", "m", "5 m", "5M", "-5m", "1.5h", "5m ", "5m\n", "5min", "1h30m", "\u0665m", "P1D"],
)
def test_refuses_and_says_what_is_accepted(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration") as error:
        parse_duration(text)
    assert ACCEPTED in str(error.value)


@pytest.mark.parametrize("text", ["521w", "3641d", "999999999s", "999999999w"])
def test_refuses_more_than_ten_years(text: str) -> None:
    with pytest.raises(ValueError, match=f"`{text}` is longer than ten years"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(0), "0s"),
        (timedelta(milliseconds=1), "0s"),
        (timedelta(seconds=59, milliseconds=999), "59s"),
        (timedelta(seconds=90), "90s"),
        (timedelta(minutes=90), "90m"),
        (timedelta(hours=24), "1d"),
        (timedelta(days=7), "1w"),
        (timedelta(days=30), "30d"),
    ],
    ids=str,
)
def test_writes_the_largest_unit_that_divides(span: timedelta, text: str) -> None:
    assert format_duration(span) == text


def test_refuses_to_write_a_negative_span() -> None:
    with pytest.raises(ValueError, match="never negative"):
        format_duration(timedelta(seconds=-1))


@given(st.integers(0, int(LONGEST.total_seconds())).map(lambda count: timedelta(seconds=count)))
def test_what_is_written_is_read_back(span: timedelta) -> None:
    assert parse_duration(format_duration(span)) == span
