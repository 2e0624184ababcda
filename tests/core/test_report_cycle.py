"""The time that a report is about."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghapp.core.report_cycle import Cycle, due, ending, previous
from ghapp.model.routines import Report

DAY = timedelta(days=1)


def report(**settings: object) -> Report:
    values = {"every": "month", "at": "09:00", "timezone": "Europe/Berlin"}
    return Report.model_validate({**values, **settings})


MONTHLY = report()
DECEMBER = datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_r08_a_month_is_from_midnight_to_midnight_on_the_local_clock() -> None:
    cycle = ending(MONTHLY, date(2026, 12, 1))
    assert cycle is not None
    assert (cycle.first, cycle.last, cycle.key) == (
        date(2026, 11, 1),
        date(2026, 11, 30),
        "2026-12-01",
    )
    assert cycle.start == datetime(2026, 10, 31, 23, tzinfo=UTC)
    assert cycle.end == datetime(2026, 11, 30, 23, tzinfo=UTC)


def test_the_clocks_change_in_october() -> None:
    cycle = ending(MONTHLY, date(2026, 11, 1))
    assert cycle is not None
    assert cycle.length == 31 * DAY + timedelta(hours=1)


@pytest.mark.parametrize(
    ("at", "held"),
    [
        pytest.param("2026-10-31T23:00", True, id="R08 at its start"),
        pytest.param("2026-11-30T22:59:59", True, id="R08 a second before its end"),
        pytest.param("2026-11-30T23:00", False, id="R08 at its end: the next cycle's"),
        pytest.param("2026-10-31T22:59:59", False, id="R08 before"),
        pytest.param(None, False, id="R10 never"),
    ],
)
def test_it_is_half_open(at: str | None, held: bool) -> None:
    cycle = Cycle(date(2026, 11, 1), date(2026, 12, 1), MONTHLY.timezone)
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC) if at else None
    assert cycle.holds(moment) is held


@settings(max_examples=30)
@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 30)))
def test_r08_every_instant_is_in_exactly_one(moment: datetime) -> None:
    cycles = []
    cycle = ending(MONTHLY, date(2027, 2, 1))
    for _ in range(15):
        assert cycle is not None
        cycles.append(cycle)
        before = previous(MONTHLY, cycle)
        assert before is not None
        assert before.end == cycle.start
        cycle = before
    assert sum(one.holds(moment.replace(tzinfo=UTC)) for one in cycles) == 1


@pytest.mark.parametrize(
    ("after", "last", "key", "missed"),
    [
        pytest.param(0, -30, "2026-12-01", (), id="at its instant"),
        pytest.param(-1, -30, None, (), id="a moment before: not yet"),
        pytest.param(7, -30, "2026-12-01", (), id="C21 down, within catch_up"),
        pytest.param(8, -30, None, ("2026-12-01",), id="C21 too late"),
        pytest.param(1, -91, "2026-12-01", ("2026-10-01", "2026-11-01"), id="C21 only the latest"),
        pytest.param(1, 0, None, (), id="seen to already"),
        pytest.param(1, None, "2026-12-01", (), id="nothing is known of the past"),
    ],
)
def test_due(after: int, last: int | None, key: str | None, missed: tuple[str, ...]) -> None:
    seen = None if last is None else DECEMBER + last * DAY
    found = due(MONTHLY, seen, DECEMBER + after * DAY)
    assert (found.cycle.key if found.cycle else None, found.missed) == (key, missed)


def test_the_first_date_of_all_ends_no_cycle() -> None:
    fortnightly = report(every="2w", start="2026-11-03")
    assert ending(fortnightly, date(2026, 11, 3)) is None
    assert due(fortnightly, None, datetime(2026, 11, 3, 9, tzinfo=UTC)).cycle is None
    second = ending(fortnightly, date(2026, 11, 17))
    assert second is not None
    assert (second.first, previous(fortnightly, second)) == (date(2026, 11, 3), None)
    assert due(fortnightly, None, datetime(2026, 11, 2, tzinfo=UTC)).cycle is None
