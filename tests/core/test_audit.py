"""What counts as late: a step, a page, the queue, a chore; and what does not."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ghapp.core.audit import Finding, Kind, findings
from ghapp.core.incident import Ack, Incident, Phase
from ghapp.core.paging import position
from ghapp.model.names import Login, Severity
from tests.support import builders
from tests.support.builders import KEY, NOW, OWNERS
from tests.support.paging import MONDAY, NIGHT, PAGED

BOB = Login("bob")


def found(
    incident: Incident, minutes: float, *, text: str = OWNERS, since: datetime = NOW
) -> list[tuple[Kind, datetime | None]]:
    now = NOW + timedelta(minutes=minutes)
    late = findings([incident], builders.model(text), now, since=since)
    assert all(finding.what == KEY for finding in late)
    return [(finding.kind, finding.due) for finding in late]


def opened(text: str = OWNERS, **changes: object) -> Incident:
    """A sev2: its level has a quarter of an hour."""
    return replace(builders.opened(text=text), **changes)  # type: ignore[arg-type]


STEP = [(Kind.STEP, NOW + timedelta(minutes=15))]
PAGE = [(Kind.PAGE, NOW)]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(0, []), (15, []), (16, []), (16.1, STEP), (600, STEP)],
)
def test_a_step_may_be_a_minute_late(minutes: float, expected: list[object]) -> None:
    assert found(opened(), minutes) == expected


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"ack": Ack(BOB, NOW)}, id="taken"),
        pytest.param({"phase": Phase.CLOSED}, id="closed"),
        pytest.param({"clock": replace(opened().clock, exhausted=True)}, id="exhausted"),
    ],
)
def test_what_has_no_next_step_is_not_late(changes: dict[str, object]) -> None:
    changes = {"severity": Severity.SEV3, **changes}
    assert found(opened(**changes), 9_000) == []


def test_after_a_long_sleep_everything_has_a_minute() -> None:
    woke = NOW + timedelta(hours=9)
    assert found(opened(), 9 * 60 + 0.9, since=woke) == []
    assert found(opened(), 9 * 60 + 1.1, since=woke) == STEP


@pytest.mark.parametrize(("minutes", "expected"), [(1, []), (5, []), (5.1, PAGE)])
def test_word_of_a_page_may_take_five_minutes(minutes: float, expected: list[object]) -> None:
    assert found(opened(PAGED), minutes, text=PAGED) == expected
    told = position(opened().clock)
    assert found(opened(PAGED, paged=told), minutes, text=PAGED) == []


def test_a_page_that_waits_for_business_hours_is_not_late() -> None:
    incident = opened(NIGHT, severity=Severity.SEV3)
    until = (MONDAY - NOW) / timedelta(minutes=1)
    assert found(incident, until, text=NIGHT) == []
    assert found(incident, until + 4, text=NIGHT) == [], "its channels may take that long"
    assert found(incident, until + 5.1, text=NIGHT) == [(Kind.PAGE, MONDAY)]


def test_what_waits_and_what_comes_round() -> None:
    late = findings(
        [],
        builders.model(),
        NOW,
        since=NOW,
        stuck=["page:x"],
        chores={"look": NOW - timedelta(seconds=1), "model": NOW},
    )
    assert late == (
        Finding(Kind.QUEUE, "page:x"),
        Finding(Kind.CHORE, "look", NOW - timedelta(seconds=1)),
    )
