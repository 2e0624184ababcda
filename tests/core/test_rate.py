"""Events that are routine one by one: when their number within a window is an incident."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.facts import Status
from ghapp.core.rate import OCCURRENCE, WAYS, name_of, occurrence, raised, tally
from ghapp.model.names import Severity
from ghapp.model.senders import Rate
from tests.support.builders import NOW, firing

RATE = Rate(count=3, window="10m")


def name(what: str, told_by: str, delivery: str) -> str:
    return name_of(firing(occurrence=occurrence(what, told_by)), delivery)


def minutes(*at: float) -> dict[str, datetime]:
    return {
        name(f"ch_{minute}", "charge", f"evt_{minute}"): NOW + timedelta(minutes=minute)
        for minute in at
    }


@pytest.mark.parametrize(
    ("known", "new", "reached"),
    [
        pytest.param([], [0], False, id="one"),
        pytest.param([], [0, 1], False, id="one less than the rate"),
        pytest.param([], [0, 1, 2], True, id="all at once"),
        pytest.param([0, 1], [2], True, id="the last one of them"),
        pytest.param([0, 1], [10], False, id="the first is a whole window ago"),
        pytest.param([0, 1], [9.9], True, id="the first is just within"),
        pytest.param([5, 6], [0], True, id="reported late, and still within the same window"),
        pytest.param([20, 21], [0], False, id="reported late, of another window"),
        pytest.param([0, 1], [1], False, id="the same again"),
    ],
)
def test_when_it_is_reached(known: list[float], new: list[float], reached: bool) -> None:
    assert tally(minutes(*known), minutes(*new), RATE).reached is reached


@given(
    st.lists(st.integers(0, 40), unique=True, min_size=1),
    st.lists(st.integers(1, 8), min_size=1),
)
def test_in_whatever_portions_they_arrive_in_order(at: list[int], sizes: list[int]) -> None:
    """What is kept is enough: every portion is decided as if all had been remembered."""
    ordered = sorted(at)
    kept: dict[str, datetime] = {}
    seen: list[int] = []
    while ordered:
        size = sizes[len(seen) % len(sizes)]
        portion, ordered = ordered[:size], ordered[size:]
        seen += portion
        found = tally(kept, minutes(*portion), RATE)
        kept = dict(found.times)
        assert found.reached is (sum(minute > seen[-1] - 10 for minute in seen) >= RATE.count)
        assert len(kept) <= RATE.count * WAYS


def test_it_is_raised_with_the_rate_and_ends_by_itself() -> None:
    newest = firing(minutes=2, rate="stripe.decline_rate", where={"account": "acct_1"})
    signal = raised(newest, RATE)
    assert (signal.occurrence, signal.status, signal.at) == (
        OCCURRENCE,
        Status.FIRING,
        newest.at,
    )
    assert signal.severity is Severity.SEV2
    assert signal.lasts == timedelta(minutes=10)
    assert signal.where == {"account": "acct_1", "rate": "at least 3 within 10m"}


@pytest.mark.parametrize(
    ("told", "reached"),
    [
        pytest.param(
            [("ch_1", "payment"), ("ch_1", "charge"), ("ch_2", "charge")],
            False,
            id="one in two ways",
        ),
        pytest.param(
            [("ch_1", "payment"), ("ch_2", "charge"), ("ch_3", "payment")],
            True,
            id="three, each in one way",
        ),
        pytest.param([("ch_1", "charge")] * 3, True, id="one way, three times"),
    ],
)
def test_what_is_told_in_two_ways_counts_once(told: list[tuple[str, str]], reached: bool) -> None:
    new = {name(what, way, f"evt_{n}"): NOW for n, (what, way) in enumerate(told)}
    assert tally({}, new, RATE).reached is reached
