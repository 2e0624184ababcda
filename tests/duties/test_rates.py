"""Routine events: no issue each, one when they come too fast, closed when they no longer do."""

import pytest

from ghapp.core.facts import Fingerprint, Signal
from ghapp.core.rate import occurrence
from ghapp.duties.rates import Rates
from ghapp.engine.store import Row
from tests.support.builders import HOME, NOW, OWNERS, firing, model
from tests.support.desk import Desk

KEY = Fingerprint("stripe:acct_1:declines")
RATE = "stripe: {decline_rate: {count: 3, window: 10m}}"


def declined(minutes: float, told_by: str = "charge") -> Signal:
    return firing(
        source="stripe",
        key=KEY,
        minutes=minutes,
        rate="stripe.decline_rate",
        summary="Payments are declined",
        occurrence=occurrence(f"ch_{minutes}", told_by),
    )


def rows(*deliveries: str) -> list[Row]:
    return [
        Row(
            id=number,
            source="stripe",
            delivery_id=delivery,
            conversation="incident:x",
            kind="signal",
            payload=b"",
            request_id="",
            received_at=NOW,
            attempts=0,
        )
        for number, delivery in enumerate(deliveries)
    ]


@pytest.fixture
async def desk_with_rate(desk: Desk) -> Desk:
    desk.github.write_file(HOME, "OWNERS.yaml", f"{OWNERS}{RATE}\n")
    await desk.models.refresh()
    return desk


async def test_without_a_rate_they_raise_nothing(desk: Desk) -> None:
    await desk.alert(*(declined(number / 10) for number in range(50)))
    assert desk.incidents_on_github() == []


async def test_below_the_rate_they_cost_nothing(desk_with_rate: Desk) -> None:
    with desk_with_rate.spending() as spent:
        await desk_with_rate.alert(declined(0), declined(1))
    assert spent.methods == []


async def test_at_the_rate_there_is_one_issue(desk_with_rate: Desk) -> None:
    for minute in range(3):
        await desk_with_rate.alert(declined(minute))
    (issue,) = desk_with_rate.incidents_on_github()
    assert issue.title == "[sev2] Payments are declined"
    assert "| rate | at least 3 within 10m |" in issue.body
    assert "area/billing" in issue.labels


async def test_it_closes_one_window_after_the_rate_was_reached_last(desk_with_rate: Desk) -> None:
    desk = desk_with_rate
    await desk.alert(*(declined(minute) for minute in range(4)))
    desk.later(minutes=12, seconds=59)
    await desk.tick()
    assert desk.incidents_on_github()[0].open
    desk.later(seconds=2)
    await desk.tick()
    (issue,) = desk.incidents_on_github()
    assert not issue.open


async def test_one_handled_again_after_a_crash_counts_once(desk: Desk) -> None:
    with_rate, rates = model(f"{OWNERS}{RATE}\n"), Rates(desk.store)
    two = [declined(0), declined(1)]
    for _ in range(2):
        assert await rates.count(two, rows("a", "b"), with_rate) == ([], [])
    events, left = await rates.count([declined(2)], rows("c"), with_rate)
    assert [event.occurrence for event in events] == ["rate"]
    assert [row.delivery_id for row in left] == ["c"]


async def test_what_is_not_counted_is_left_as_it_is(desk: Desk) -> None:
    comes = [declined(0), firing(), declined(1)]
    events, left = await Rates(desk.store).count(comes, rows("a", "b", "c"), model())
    assert events == [comes[1]]
    assert [row.delivery_id for row in left] == ["b"]


async def test_during_a_storm_it_is_listed_there(desk_with_rate: Desk) -> None:
    desk = desk_with_rate
    others = [firing(key=Fingerprint(f"stripe:{n}"), source="stripe") for n in range(5)]
    await desk.alert(*others)
    await desk.alert(*(declined(minute) for minute in range(3)))
    storm = next(issue for issue in desk.incidents_on_github() if "storm" in issue.title)
    assert "Payments are declined" in storm.body


async def test_an_event_that_is_told_in_two_ways_counts_once(desk_with_rate: Desk) -> None:
    for minute in range(2):
        await desk_with_rate.alert(declined(minute), declined(minute, "payment"))
    assert desk_with_rate.incidents_on_github() == []
    await desk_with_rate.alert(declined(2), declined(2, "payment"))
    (issue,) = desk_with_rate.incidents_on_github()
    assert issue.open
