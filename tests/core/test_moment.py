"""What people mean by `fri 18:00`: the next such time on their own wall."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.moment import NotUnderstoodError, on_clock, span_of, walls
from ghapp.core.served import Span
from ghapp.core.zoned import to_instant

BERLIN, NEW_YORK, LORD_HOWE = map(
    ZoneInfo, ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
)
ASKED = datetime(2026, 11, 25, 14, 30, 42, tzinfo=UTC)
"""A Wednesday; in Berlin it is 15:30."""


def berlin(day: int, hour: int = 0, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


NOW = berlin(25, 15, 30)
UNDERSTOOD = {
    "until fri 18:00": (NOW, berlin(27, 18)),
    "until Friday at 6pm": (NOW, berlin(27, 18)),
    "until 6 PM on fri": (NOW, berlin(27, 18)),
    "till fri, 6:15 pm": (NOW, berlin(27, 18, 15)),
    "to fri 18:00": (NOW, berlin(27, 18)),
    "until fri": (NOW, berlin(27)),
    "until wed 18:00": (NOW, berlin(25, 18)),
    "until wed 15:00": (NOW, berlin(2, 15, month=12)),
    "until wed 15:30": (NOW, berlin(2, 15, 30, month=12)),
    "until wed": (NOW, berlin(2, month=12)),
    "until 18:00": (NOW, berlin(25, 18)),
    "until 15:30": (NOW, berlin(26, 15, 30)),
    "until 9:05": (NOW, berlin(26, 9, 5)),
    "until noon": (NOW, berlin(26, 12)),
    "until midnight": (NOW, berlin(26)),
    "until 24:00": (NOW, berlin(26)),
    "until 12am": (NOW, berlin(26)),
    "until 12pm": (NOW, berlin(26, 12)),
    "until today 18:00": (NOW, berlin(25, 18)),
    "until today 15:00": (NOW, berlin(25, 15)),
    "until today": (NOW, berlin(25)),
    "until tomorrow": (NOW, berlin(26)),
    "until tomorrow noon": (NOW, berlin(26, 12)),
    "until 2026-11-30": (NOW, berlin(30)),
    "until 2026-11-30 09:00": (NOW, berlin(30, 9)),
    "until 2026-11-30T09:00": (NOW, berlin(30, 9)),
    "until 2026-11-30T09:00Z": (NOW, berlin(30, 10)),
    "until 2026-11-30T09:00:30+05:30": (NOW, berlin(30, 4, 30) + timedelta(seconds=30)),
    "until 18:00 UTC": (NOW, berlin(25, 19)),
    "from 2026-11-26 09:00 to 2026-11-27 09:00": (berlin(26, 9), berlin(27, 9)),
    "from fri 9:00 to 17:00": (berlin(27, 9), berlin(27, 17)),
    "from fri 22:00 until 6:00": (berlin(27, 22), berlin(28, 6)),
    "from fri to mon": (berlin(27), berlin(30)),
    "from fri 9:00 to fri 8:00": (berlin(27, 9), berlin(4, 8, month=12)),
    "from mon 9:00 to fri 18:00": (berlin(30, 9), berlin(4, 18, month=12)),
    "from tomorrow 9:00 for 2d": (berlin(26, 9), berlin(28, 9)),
    "from today to fri": (NOW, berlin(27)),
    "from today 9:00 to fri": (berlin(25, 9), berlin(27)),
    "from 18:00 to 20:00": (berlin(25, 18), berlin(25, 20)),
    "tomorrow 9:00 - 17:00": (berlin(26, 9), berlin(26, 17)),
    "tomorrow 9:00 \N{EN DASH} 17:00": (berlin(26, 9), berlin(26, 17)),
    "fri 9:00 to mon 9:00": (berlin(27, 9), berlin(30, 9)),
    "from 2020-01-01 to 18:00": (datetime(2019, 12, 31, 23, tzinfo=UTC), berlin(25, 18)),
    "from 2026-11-28 to 2026-11-26": (berlin(28), berlin(26)),
    "from tomorrow 9:00-17:00": (berlin(26, 9), berlin(26, 17)),
    "tomorrow 9:00-17:00": (berlin(26, 9), berlin(26, 17)),
    "tomorrow 9am-5:30pm": (berlin(26, 9), berlin(26, 17, 30)),
    "fri 22:00\N{EN DASH}6:00 utc": (berlin(27, 23), berlin(28, 7)),
    "18:00-20:00": (berlin(25, 18), berlin(25, 20)),
    "2026-11-28 9:00-17:00": (berlin(28, 9), berlin(28, 17)),
    "tomorrow": (berlin(26), berlin(27)),
    "sat": (berlin(28), berlin(29)),
    "2026-11-30": (berlin(30), berlin(1, month=12)),
    "today": (NOW, berlin(26)),
    "for 4h": (NOW, NOW + timedelta(hours=4)),
    "for 90 minutes": (NOW, NOW + timedelta(minutes=90)),
    "for 2 days": (NOW, NOW + timedelta(days=2)),
    "for 0m": (NOW, NOW),
}


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_understood(text: str) -> None:
    start, end = UNDERSTOOD[text]
    assert span_of(text.split(" "), ASKED, BERLIN) == Span(start, end)
    assert span_of([text], ASKED, BERLIN) == Span(start, end)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "from",
        "until",
        "for",
        "from to fri",
        "from fri",
        "from fri 9:00",
        "fri 18:00",
        "18:00",
        "2026-11-30T09:00",
        "until soon",
        "until 18",
        "until 25:00",
        "until 24:01",
        "until 18:60",
        "until 13pm",
        "until 0am",
        "until 9:00 10:00",
        "until fri sat",
        "until fri 9:00 sharp",
        "until 2026-11-31",
        "until 2026-11-31T09:00",
        "until 0001-01-01",
        "until 9999-12-31T23:59-12:00",
        "9999-12-31",
        "until fri 9:00-17:00",
        "tomorrow 9:00-17",
        "for ever",
        "for -4h",
        "for 9999w",
        "for 4h 30m",
        "until \N{ARABIC-INDIC DIGIT ONE}8:00",
    ],
)
def test_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        span_of(text.split(), ASKED, BERLIN)


@given(st.lists(st.text(max_size=12) | st.sampled_from(" ".join(UNDERSTOOD).split()), max_size=6))
def test_never_fails_otherwise(words: list[str]) -> None:
    try:
        span = span_of(words, ASKED, BERLIN)
    except NotUnderstoodError:
        return
    assert span.start.tzinfo is UTC
    assert span.end.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "zone", "asked", "end"),
    [
        pytest.param(
            "until 2:30",
            BERLIN,
            datetime(2026, 10, 24, 20, tzinfo=UTC),
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            id="a time that happens twice is its first occurrence",
        ),
        pytest.param(
            "until 2:30",
            BERLIN,
            datetime(2026, 10, 25, 0, 45, tzinfo=UTC),
            datetime(2026, 10, 26, 1, 30, tzinfo=UTC),
            id="behind its first occurrence it is over",
        ),
        pytest.param(
            "until sun 2:30",
            BERLIN,
            datetime(2026, 3, 28, 20, tzinfo=UTC),
            datetime(2026, 3, 29, 1, tzinfo=UTC),
            id="a time that does not happen is the end of the gap",
        ),
        pytest.param(
            "until 2:15",
            LORD_HOWE,
            datetime(2026, 10, 3, 12, tzinfo=UTC),
            datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
            id="also where half an hour is left out",
        ),
        pytest.param(
            "until mon 9:00",
            NEW_YORK,
            datetime(2026, 11, 30, 13, 59, tzinfo=UTC),
            datetime(2026, 11, 30, 14, tzinfo=UTC),
            id="in a zone west of Greenwich",
        ),
        pytest.param(
            "for 2d",
            BERLIN,
            datetime(2026, 10, 24, 12, tzinfo=UTC),
            datetime(2026, 10, 26, 12, tzinfo=UTC),
            id="a day is 24 hours",
        ),
    ],
)
def test_daylight_saving(text: str, zone: ZoneInfo, asked: datetime, end: datetime) -> None:
    assert span_of(text.split(), asked, zone).end == end


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "end", "wall_start", "wall_end"),
    [
        pytest.param(
            utc(2026, 11, 25, 14, 30, 42),
            utc(2026, 11, 27, 17),
            "11-25T15:30",
            "11-27T18:00",
            id="usual",
        ),
        pytest.param(
            utc(2026, 10, 25, 0, 15),
            utc(2026, 10, 25, 1, 15),
            "10-25T02:15",
            "10-25T03:00",
            id="ends in the fold",
        ),
        pytest.param(
            utc(2026, 10, 25, 1, 15),
            utc(2026, 10, 25, 3),
            "10-25T02:15",
            "10-25T04:00",
            id="begins in the fold",
        ),
        pytest.param(
            utc(2026, 3, 29, 0, 30),
            utc(2026, 3, 29, 1),
            "03-29T01:30",
            "03-29T03:00",
            id="ends with the gap",
        ),
    ],
)
def test_on_the_wall_of_the_rotation(
    start: datetime, end: datetime, wall_start: str, wall_end: str
) -> None:
    found = walls(Span(start, end), BERLIN)
    assert [wall.isoformat(timespec="minutes")[5:] for wall in found] == [wall_start, wall_end]


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    st.integers(1, 90 * 24 * 60),
    st.sampled_from([BERLIN, NEW_YORK, LORD_HOWE, ZoneInfo("UTC"), ZoneInfo("Asia/Kathmandu")]),
)
def test_what_is_read_back_from_the_wall_covers_all_of_it(
    start: datetime, minutes: int, zone: ZoneInfo
) -> None:
    begin = start.replace(second=0, microsecond=0, tzinfo=UTC)
    span = Span(begin, begin + timedelta(minutes=minutes))
    first, last = walls(span, zone)
    assert to_instant(first, zone) <= span.start
    assert to_instant(last, zone) >= span.end
    assert first < last
    assert span.start - to_instant(first, zone) <= timedelta(hours=1)
    assert to_instant(last, zone) - span.end <= timedelta(hours=1)


def test_a_clock_with_a_calendar() -> None:
    assert on_clock(ASKED, BERLIN) == "Wed 2026-11-25 15:30"
    assert on_clock(ASKED, ZoneInfo("UTC")) == "Wed 2026-11-25 14:30"
