"""How often being on call interrupts, and when that is too much."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.facts import Paged
from ghapp.core.incident import Incident, Tried
from ghapp.core.load import Load, limit_of, loads
from ghapp.model.names import Login
from tests.support.builders import NOW, OWNERS, model, opened

ALICE, BOB = Login("alice"), Login("bob")
MODEL = model(OWNERS.replace("alice: {}", "alice: {timezone: America/New_York}", 1))
MONDAY = NOW.replace(day=23, hour=0)
DAY = timedelta(days=1)


def called(*calls: tuple[Login, datetime], pages: tuple[Paged, ...] = ()) -> Incident:
    base = opened()
    tried = tuple(Tried(login, at) for login, at in calls)
    return replace(base, clock=replace(base.clock, tried=tried), pages=pages)


def at(hour: float) -> datetime:
    return MONDAY + timedelta(hours=hour)


def test_calls_of_all_incidents_are_counted_and_the_most_called_comes_first() -> None:
    incidents = [called((BOB, at(10)), (ALICE, at(11))), called((BOB, at(12)))]
    assert loads(incidents, MONDAY, MONDAY + DAY, MODEL) == (
        Load(BOB, 2, 0, 4),
        Load(ALICE, 1, 1, 4),
    )


def test_out_of_hours_is_by_the_persons_own_clock() -> None:
    """15:00 UTC is 10:00 in New York; 10:00 UTC is 5:00 there."""
    (load,) = loads([called((ALICE, at(15)), (ALICE, at(10)))], MONDAY, MONDAY + DAY, MODEL)
    assert (load.calls, load.out_of_hours, load.share) == (2, 1, 50)


@pytest.mark.parametrize(
    ("hour", "counted"),
    [
        pytest.param(0, True, id="at the start"),
        pytest.param(24, False, id="at the end: the next shift's"),
        pytest.param(-0.1, False, id="before"),
    ],
)
def test_a_shift_is_half_open(hour: float, counted: bool) -> None:
    assert bool(loads([called((BOB, at(hour)))], MONDAY, MONDAY + DAY, MODEL)) is counted


def test_pages_tell_of_the_calls_before_the_clock_was_started_afresh() -> None:
    pages = tuple(Paged(BOB, at(hour), "env:PAGER") for hour in (1, 2, 3.01))
    (load,) = loads([called((BOB, at(3)), pages=pages)], MONDAY, MONDAY + DAY, MODEL)
    assert load.calls == 3


def test_pages_alone_count() -> None:
    (load,) = loads([called(pages=(Paged(BOB, at(1), "env:PAGER"),))], MONDAY, MONDAY + DAY, MODEL)
    assert load.calls == 1


def test_what_waits_for_business_hours_interrupts_when_they_begin() -> None:
    patient = model(OWNERS.replace("acknowledge: 15m", "acknowledge: 15m, when: business-hours"))
    (load,) = loads([called((BOB, at(3)))], MONDAY, MONDAY + DAY, patient)
    assert (load.calls, load.out_of_hours) == (1, 0)
    assert loads([called((BOB, at(3)))], MONDAY, at(9), patient) == ()


def test_a_page_and_the_call_that_it_belongs_to_count_once() -> None:
    pages = (Paged(BOB, at(1.01), "env:PAGER"),)
    (load,) = loads([called((BOB, at(1)), pages=pages)], MONDAY, MONDAY + DAY, MODEL)
    assert load.calls == 1


def test_somebody_whom_the_file_does_not_know_is_counted_by_its_zone() -> None:
    (load,) = loads([called((Login("dave"), at(10)))], MONDAY, MONDAY + DAY, MODEL)
    assert (load.calls, load.out_of_hours) == (1, 0)


@pytest.mark.parametrize(
    ("hours", "limit"),
    [
        pytest.param(12, 2, id="twelve hours"),
        pytest.param(1, 1, id="one hour: never none"),
        pytest.param(168, 28, id="a week"),
        pytest.param(18, 3, id="in proportion"),
    ],
)
def test_the_limit_follows_the_length(hours: int, limit: int) -> None:
    assert limit_of(timedelta(hours=hours), MODEL) == limit


def test_the_limit_is_that_of_the_time_that_is_served() -> None:
    (load,) = loads([called((BOB, at(10)))], MONDAY, MONDAY + DAY, MODEL, served=DAY / 2)
    assert load.limit == 2


def test_the_limit_is_set_in_the_file() -> None:
    strict = model(OWNERS + "oncall: {max_pages_per_shift: 1}\n")
    assert limit_of(DAY, strict) == 2


def test_more_than_the_limit_is_too_much() -> None:
    assert not Load(BOB, 4, 0, 4).over
    assert Load(BOB, 5, 0, 4).over
    assert Load(BOB, 0, 0, 4).share == 0


@given(st.lists(st.integers(0, 47), max_size=20), st.integers(1, 47))
def test_two_shifts_together_are_the_sum(hours: list[int], cut: int) -> None:
    incidents = [called((BOB, at(hour))) for hour in hours]

    def total(start: float, end: float) -> int:
        return sum(load.calls for load in loads(incidents, at(start), at(end), MODEL))

    assert total(0, cut) + total(cut, 48) == total(0, 48) == len(hours)
