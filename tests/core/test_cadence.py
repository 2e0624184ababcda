"""Cadences: on which date, at which instant, and what becomes of an occurrence that cannot be."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ghapp.core import cadence as cadences
from ghapp.core.cadence import (
    NO_MOVES,
    Fate,
    Moves,
    due,
    instant_on,
    latest,
    moves_of,
    next_after,
    occurrences,
    of_triage,
    upcoming,
)
from ghapp.core.calendar import Calendar
from ghapp.core.freeze import Window
from ghapp.core.series import CALENDAR, planned
from ghapp.core.zoned import to_wall
from ghapp.model.release import Cadence
from ghapp.model.types import Model, Triage
from ghapp.model.values import Weekday

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata"]  # fmt: skip
DAY = timedelta(days=1)


def cadence(**settings: Any) -> Cadence:
    return Cadence.model_validate({"timezone": "Europe/Berlin", "at": "10:00"} | settings)


FORTNIGHT = cadence(every="2w", on="tuesday", start="2026-10-13")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def keys(found: Any) -> list[str]:
    return [one.key for one in found]


def workdays(*closed: str) -> Calendar:
    dates = frozenset(date.fromisoformat(day) for day in closed)
    return Calendar(frozenset(range(5)), time(9), time(18), BERLIN, dates)


def frozen(first: str, after: str, reason: str = "holidays") -> Window:
    """Frozen from one midnight in Berlin to another."""
    return Window(
        start=local(first), end=local(after), reason=reason, said_in="release.freezes[0]", foreseen=True
    )  # fmt: skip


CHRISTMAS = frozen("2026-12-18", "2027-01-05")


@pytest.mark.parametrize(
    ("settings", "after", "expected"),
    [
        pytest.param(settings, after, expected.split(), id=name)
        for name, settings, after, expected in (
            ("days", {"every": "3d", "start": "2026-02-26"},
             "2026-02-25", "2026-02-26 2026-03-01 2026-03-04"),
            ("weeks, on the weekday of the start", {"every": "2w", "start": "2026-01-06"},
             "2026-01-01", "2026-01-06 2026-01-20 2026-02-03"),
            ("a weekday after the start", {"every": "1w", "on": "mon", "start": "2026-01-06"},
             "2026-01-01", "2026-01-12 2026-01-19 2026-01-26"),
            ("without a start", {"every": "1w", "on": "monday"},
             "2026-01-06", "2026-01-12 2026-01-19 2026-01-26"),
            ("C12 every second week, over a year of 53 weeks", {"every": "2w", "on": "tuesday", "start": "2026-12-15"},
             "2026-12-16", "2026-12-29 2027-01-12 2027-01-26"),
            ("C12 even weeks are not every second week", {"every": "2w", "on": "tuesday", "start": "2026-12-22"},
             "2026-12-22", "2026-12-22 2027-01-05 2027-01-19"),
            ("months begin on the first", {"every": "month"},
             "2026-01-15", "2026-02-01 2026-03-01 2026-04-01"),
            ("months, on the day of the start", {"every": "month", "start": "2026-01-31"},
             "2026-01-31", "2026-01-31 2026-02-28 2026-03-31"),
            ("the 31st in short months", {"every": "month", "day": 31},
             "2028-01-31T10:00", "2028-02-29 2028-03-31 2028-04-30"),
            ("a month begun too late", {"every": "month", "day": 5, "start": "2026-01-06"},
             "2026-01-01", "2026-02-05 2026-03-05 2026-04-05"),
            ("the last of a month", {"every": "month", "on": "last tuesday"},
             "2026-02-24T10:00", "2026-03-31 2026-04-28 2026-05-26"),
            ("the first of a month, unsaid", {"every": "month", "on": "tuesday"},
             "2026-08-31", "2026-09-01 2026-10-06 2026-11-03"),
            ("the fourth of a month", {"every": "month", "on": "fourth fri"},
             "2026-04-30", "2026-05-22 2026-06-26 2026-07-24"),
            ("once in nineteen years", {"every": "999w", "start": "2026-01-06"},
             "2026-01-07", "2045-02-28 2064-04-22 2083-06-15"),
            ("the end of the calendar", {"every": "2w", "start": "9998-12-20"},
             "9998-12-01", "9998-12-20"),
            ("past it", {"every": "1w", "on": "mon", "start": "9999-12-31"}, "9998-12-01", ""),
            ("months past it", {"every": "month", "start": "9999-12-31"}, "9999-12-01", ""),
            ("not for centuries", {"every": "2w", "start": "2300-01-05"}, "2026-01-01", ""),
        )
    ],
)  # fmt: skip
def test_the_dates_of_a_cadence(settings: dict[str, Any], after: str, expected: list[str]) -> None:
    assert keys(upcoming(cadence(**settings), local(after), 3)) == expected


NIGHTLY = {"every": "1w", "at": "02:30", "start": "2026-03-22"}
AUTUMN = {"every": "2w", "start": "2026-10-13"}


@pytest.mark.parametrize(
    ("settings", "planned_on", "wall", "instant"),
    [
        pytest.param(*case, id=name)
        for name, *case in (
            ("C06 a time that does not exist, once", NIGHTLY, "2026-03-29", "03:30", "2026-03-29T01:30"),
            ("C06 and the next is as ever", NIGHTLY, "2026-04-05", "02:30", "2026-04-05T00:30"),
            ("C06 a time that is repeated", {"every": "1d", "at": "02:30"}, "2026-10-25", "02:30", "2026-10-25T00:30"),
            ("C18 in Berlin", AUTUMN, "2026-10-13", "10:00", "2026-10-13T08:00"),
            ("C18 in New York the instant moves, ten o'clock stays", AUTUMN | {"timezone": "America/New_York"},
             "2026-10-13", "10:00", "2026-10-13T14:00"),
            ("C18 ten o'clock in winter", AUTUMN, "2026-10-27", "10:00", "2026-10-27T09:00"),
        )
    ],
)  # fmt: skip
def test_the_instant_of_an_occurrence(
    settings: dict[str, Any], planned_on: str, wall: str, instant: str
) -> None:
    series = cadence(**settings)
    noon = datetime.combine(date.fromisoformat(planned_on), time(0), tzinfo=series.timezone)
    (found,) = occurrences(series, noon.astimezone(UTC), noon.astimezone(UTC) + 22 * DAY / 24)
    assert found.key == planned_on
    assert found.at == utc(instant)
    assert f"{to_wall(found.at, series.timezone):%H:%M}" == wall


@pytest.mark.parametrize(
    ("now", "last", "following"),
    [
        pytest.param("2026-10-27T10:00:00", "2026-10-27", "2026-11-10", id="C13 right then it is due"),
        pytest.param("2026-10-27T09:59:59", "2026-10-13", "2026-10-27", id="C13 a second before it is next"),
        pytest.param("2026-10-13T09:59:59", None, "2026-10-13", id="C13 before the first"),
        pytest.param("2020-01-01", None, None, id="C13 years before the first"),
    ],
)  # fmt: skip
def test_what_is_due_and_what_is_next(now: str, last: str | None, following: str | None) -> None:
    before, after = latest(FORTNIGHT, local(now)), next_after(FORTNIGHT, local(now))
    assert (before.key if before else None) == last
    assert (after.key if after else None) == following


class TestMoves:
    def told(self, moves: Moves, series: Cadence = FORTNIGHT) -> list[tuple[str, str, Fate, str]]:
        found = occurrences(series, local("2026-11-20"), local("2027-01-21"), moves)
        return [(one.key, one.day.isoformat(), one.fate, one.why) for one in found]

    def test_c14_a_holiday_moves_one_and_none_after_it(self) -> None:
        moves = Moves(workdays("2026-12-08"), "next-business-day")
        assert self.told(moves)[:3] == [
            ("2026-11-24", "2026-11-24", Fate.HAPPENS, ""),
            ("2026-12-08", "2026-12-09", Fate.HAPPENS, "2026-12-08 is a holiday"),
            ("2026-12-22", "2026-12-22", Fate.HAPPENS, ""),
        ]
        moved = occurrences(FORTNIGHT, local("2026-12-08"), local("2026-12-10"), moves)
        assert [one.at for one in moved] == [local("2026-12-09T10:00")]

    def test_c14_over_a_weekend_and_the_next_holiday(self) -> None:
        closed = (f"2026-12-{day:02}" for day in (8, 9, 10, 11, 14))
        moves = Moves(workdays(*closed), "next-business-day")
        assert self.told(moves)[1][:2] == ("2026-12-08", "2026-12-15")

    def test_c14_a_holiday_that_does_not_matter(self) -> None:
        assert self.told(Moves(workdays("2026-12-08"), "keep"))[1][:2] == ("2026-12-08",) * 2

    def test_c14_saturdays_are_kept_unless_they_are_holidays(self) -> None:
        saturdays = cadence(every="1w", on="sat", start="2026-11-28")
        moves = Moves(workdays("2026-12-26"), "next-business-day")
        days = {key: day for key, day, _, _ in self.told(moves, saturdays)}
        assert days["2026-12-19"] == "2026-12-19"
        assert days["2026-12-26"] == "2026-12-28"

    def test_c15_a_freeze_leaves_one_out_and_says_so(self) -> None:
        moves = Moves(workdays(), "keep", (CHRISTMAS,), "skip")
        assert self.told(moves)[2:] == [
            ("2026-12-22", "2026-12-22", Fate.SKIPPED, "freeze: holidays"),
            ("2027-01-05", "2027-01-05", Fate.HAPPENS, ""),
            ("2027-01-19", "2027-01-19", Fate.HAPPENS, ""),
        ]
        after = next_after(FORTNIGHT, local("2026-12-08T10:00"), moves)
        assert after is not None
        assert after.key == "2027-01-05"

    def test_c15_after_a_freeze_it_is_one_with_the_regular(self) -> None:
        moves = Moves(workdays(), "keep", (CHRISTMAS,), "shift")
        assert self.told(moves)[2:] == [
            ("2026-12-22", "2027-01-05", Fate.MERGED, "freeze: holidays"),
            ("2027-01-05", "2027-01-05", Fate.HAPPENS, ""),
            ("2027-01-19", "2027-01-19", Fate.HAPPENS, ""),
        ]
        late, regular = occurrences(FORTNIGHT, local("2027-01-01"), local("2027-01-06"), moves)
        assert (late.into, regular.merged) == ("2027-01-05", ("2026-12-22",))
        assert not late.happens

    def test_c15_after_a_freeze_alone(self) -> None:
        moves = Moves(workdays(), "keep", (frozen("2026-12-18", "2026-12-25"),), "shift")
        assert self.told(moves)[2][:3] == ("2026-12-22", "2026-12-25", Fate.HAPPENS)

    def test_c15_two_that_a_freeze_moves_are_one(self) -> None:
        moves = Moves(None, "keep", (frozen("2026-12-01", "2026-12-23"),), "shift")
        assert self.told(moves)[1:3] == [
            ("2026-12-08", "2026-12-23", Fate.HAPPENS, "freeze: holidays"),
            ("2026-12-22", "2026-12-23", Fate.MERGED, "freeze: holidays"),
        ]

    def test_c15_what_follows_a_freeze_waits_for_a_business_day(self) -> None:
        short = frozen("2026-12-18", "2026-12-26")
        moves = Moves(workdays("2026-12-28"), "next-business-day", (short,), "shift")
        assert self.told(moves)[2] == (
            "2026-12-22",
            "2026-12-29",
            Fate.HAPPENS,
            "freeze: holidays, 2026-12-28 is a holiday",
        )

    def test_c15_a_freeze_without_end(self) -> None:
        forever = Window(start=local("2026-12-18"), end=None, reason="", said_in="#7")
        told = self.told(Moves(None, "keep", (forever,), "shift"))
        assert told[2] == ("2026-12-22", "2026-12-22", Fate.SKIPPED, "freeze: #7, no day is free")
        assert upcoming(FORTNIGHT, local("2026-12-18"), 1, Moves(None, "keep", (forever,))) == ()

    @pytest.mark.parametrize(
        ("start", "skipped"),
        [
            pytest.param("2027-01-04T23:59", True, id="C16 the last day is frozen to its end"),
            pytest.param("2027-01-05T00:00", False, id="C16 the next midnight is open"),
            pytest.param("2026-12-18T00:00", True, id="C16 and the first midnight is not"),
            pytest.param("2026-12-17T23:59", False, id="C16 but the minute before"),
        ],
    )
    def test_c16_whole_local_days_are_frozen(self, start: str, skipped: bool) -> None:
        day, _, at = start.partition("T")
        daily = cadence(every="1d", start=day, at=at)
        first = occurrences(daily, local(day), local(day) + DAY, Moves(windows=(CHRISTMAS,)))[0]
        assert (first.fate is Fate.SKIPPED) is skipped

    def test_what_moves_the_releases_of_a_model(self) -> None:
        raw: dict[str, Any] = {"version": 1, "areas": {"app": {"owner": "alice"}}, "fallback_area": "app"}  # fmt: skip
        assert moves_of(Model.model_validate(raw)) == NO_MOVES
        raw["holidays"] = ["2026-12-08"]
        raw["release"] = {
            "cadence": {"every": "2w", "timezone": "Europe/Berlin"},
            "freezes": [{"from": "2026-12-18", "to": "2027-01-04", "reason": "holidays"}],
            "on_freeze": "shift",
        }
        word = Window(start=local("2026-11-01"), end=None, reason="", said_in="#7")
        moves = moves_of(Model.model_validate(raw), (word,))
        assert moves.calendar == workdays("2026-12-08")
        assert moves.windows == (CHRISTMAS, word)
        assert (moves.on_holiday, moves.on_freeze) == ("next-business-day", "shift")


WEEKLY = cadence(every="1w", on="mon", start="2026-10-05")


@pytest.mark.parametrize(
    ("since", "now", "days", "run", "missed"),
    [
        pytest.param(f"{since}T10:00", now, days, run, missed.split(), id=f"C21 {name}")
        for name, since, now, days, run, missed in (
            ("not yet", "2026-10-05", "2026-10-12T09:59", 1, None, ""),
            ("at its time", "2026-10-05", "2026-10-12T10:00", 1, "2026-10-12", ""),
            ("three hours late, once", "2026-10-05", "2026-10-12T13:00", 1, "2026-10-12", ""),
            ("never twice", "2026-10-12", "2026-10-12T13:00", 1, None, ""),
            ("just in time", "2026-10-05", "2026-10-13T10:00", 1, "2026-10-12", ""),
            ("too late", "2026-10-05", "2026-10-13T10:01", 1, None, "2026-10-12"),
            ("of three only the latest", "2026-10-05", "2026-10-26T12:00", 1, "2026-10-26", "2026-10-12 2026-10-19"),
            ("as long as allowed", "2026-10-05", "2026-10-30T12:00", 7, "2026-10-26", "2026-10-12 2026-10-19"),
        )
    ],
)  # fmt: skip
def test_what_is_done_after_an_outage(
    since: str, now: str, days: int, run: str | None, missed: list[str]
) -> None:
    found = due(WEEKLY, local(since), local(now), days * DAY)
    assert (found.run.key if found.run else None) == run
    assert keys(found.missed) == missed


def test_the_weekly_meeting_is_a_cadence() -> None:
    triage = Triage(on=Weekday.MONDAY, at=time(9), timezone=BERLIN)
    found = upcoming(of_triage(triage), local("2026-10-05T09:00"), 2)
    assert [one.at for one in found] == [local("2026-10-12T09:00"), local("2026-10-19T09:00")]


@pytest.mark.parametrize("at", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_the_ends_of_the_calendar(at: str) -> None:
    for series in (FORTNIGHT, cadence(every="1d"), cadence(every="month", day=31)):
        latest(series, utc(at))
        next_after(series, utc(at))
    assert planned(cadence(every="month"), -(10**9)) is None
    assert planned(cadence(every="1d"), 10**9) is None
    assert planned(FORTNIGHT, -1) is None


starts = st.none() | st.dates(date(1990, 1, 1), date(2040, 12, 31))
zones = st.sampled_from(ZONES)
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
by_days = st.builds(
    lambda count, unit: {"every": f"{count}{unit}"}, st.integers(1, 60), st.sampled_from("dw")
)
by_weekday = st.builds(
    lambda count, day: {"every": f"{count}w", "on": day.name.lower()},
    st.integers(1, 8),
    st.sampled_from(Weekday),
)
by_month = st.one_of(
    st.just({"every": "month"}),
    st.integers(1, 31).map(lambda day: {"every": "month", "day": day}),
    st.builds(
        lambda which, day: {"every": "month", "on": f"{which}{day.short}"},
        st.sampled_from(["", "first ", "third ", "last "]),
        st.sampled_from(Weekday),
    ),
)
any_cadence = st.builds(
    lambda rule, start, zone, at: Cadence.model_validate(
        rule | {"start": start, "timezone": zone, "at": at}
    ),
    by_days | by_weekday | by_month,
    starts,
    zones,
    times,
)
moments = st.datetimes(datetime(1995, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))


@given(any_cadence, moments)
def test_the_next_and_the_one_before_are_inverse(series: Cadence, at: datetime) -> None:
    following = next_after(series, at)
    assume(following is not None)
    assert following is not None
    assert following.at > at
    assert latest(series, following.at) == following
    before = latest(series, following.at - timedelta(microseconds=1))
    if before is not None:
        assert before.at <= at
        assert next_after(series, before.at) == following


@given(any_cadence, moments, st.integers(0, 200), st.integers(0, 200))
def test_parts_of_a_time_have_all_its_occurrences_once(
    series: Cadence, start: datetime, one: int, other: int
) -> None:
    middle, end = start + one * DAY, start + (one + other) * DAY
    parts = occurrences(series, start, middle) + occurrences(series, middle, end)
    assert parts == occurrences(series, start, end)


@given(any_cadence, moments)
def test_nothing_drifts(series: Cadence, at: datetime) -> None:
    for one in upcoming(series, at, 3):
        wall = to_wall(one.at, series.timezone)
        same_date = wall.date() == one.planned
        assert same_date or wall.date() - one.planned <= DAY  # Samoa went without a day
        fits = wall.time() == series.at
        assert fits or not _exists(series, one.planned)


def _exists(series: Cadence, day: date) -> bool:
    wall = datetime.combine(day, series.at)
    return to_wall(wall.replace(tzinfo=series.timezone).astimezone(UTC), series.timezone) == wall


@given(any_cadence, st.integers(-500, 500))
def test_every_number_has_its_date_and_the_dates_are_in_order(series: Cadence, number: int) -> None:
    day, following = planned(series, number), planned(series, number + 1)
    if day is None:
        assert number < 0
        assert series.start is not None
        return
    assert following is not None
    assert CALENDAR[0] <= day < following
    assert day >= (series.start or day)


windows = st.lists(
    st.builds(
        lambda first, length: Window(
            start=first, end=first + length * DAY, reason="", said_in="#1", foreseen=True
        ),
        st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)),
        st.integers(1, 40),
    ),
    max_size=3,
).map(tuple)


@given(
    any_cadence,
    windows,
    st.sampled_from(["skip", "shift"]),
    st.sampled_from(["keep", "next-business-day"]),
    st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=20),
)
def test_whatever_moves_them_none_is_lost_and_none_is_double(
    series: Cadence, held: tuple[Window, ...], on_freeze: Any, on_holiday: Any, closed: set[date]
) -> None:
    calendar = Calendar(frozenset(range(5)), time(9), time(18), BERLIN, closed)
    moves = Moves(calendar, on_holiday, held, on_freeze)
    start, end = utc("2026-01-01T00:00"), utc("2027-03-01T00:00")
    found = occurrences(series, start, end, moves)
    happening = [one for one in found if one.happens]
    assert len({one.day for one in happening}) == len(happening)
    assert len({one.key for one in found}) == len(found)
    for one in happening:
        assert not any(window.holds(one.at) for window in held)
    known = {one.key for one in found}
    for one in occurrences(series, start, end - 100 * DAY):
        assert one.key in known


def test_it_asks_little_of_a_daily_cadence(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    instant = cadences._instant

    def counting(series: Cadence, day: date) -> datetime:
        nonlocal asked
        asked += 1
        return instant(series, day)

    monkeypatch.setattr(cadences, "_instant", counting)
    next_after(cadence(every="1d"), utc("2026-01-01T00:00"))
    assert asked < 20


def test_the_time_of_day_on_a_date_that_people_chose() -> None:
    series = Cadence.model_validate({"every": "2w", "at": "10:00", "timezone": "Europe/Berlin"})
    assert instant_on(series, date(2026, 11, 26)) == datetime(2026, 11, 26, 9, tzinfo=UTC)
