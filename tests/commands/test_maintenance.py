"""`/maintenance billing 2h upgrade`: planned work on an area."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from ghapp.commands.maintenance import run
from ghapp.core.command import Announced, Misused, Refused
from ghapp.core.facts import MaintenanceEvent
from ghapp.model.names import AreaName
from tests.support.builders import model
from tests.support.requests import ALICE, LATER, request


def announced(line: str, **changes: Any) -> MaintenanceEvent:
    outcome = run(request(line, **changes))
    assert isinstance(outcome, Announced)
    assert outcome.answer.say.facts == {"place": outcome.event.area, "until": outcome.event.until}
    return outcome.event


def test_it_says_where_until_when_why_and_who() -> None:
    event = announced("/maintenance billing 2h database upgrade")
    assert event == MaintenanceEvent(
        area=AreaName("billing"),
        until=LATER + timedelta(hours=2),
        reason="database upgrade",
        by=ALICE,
        at=LATER,
    )


@pytest.mark.parametrize(
    ("line", "until", "reason"),
    [
        pytest.param("/maintenance billing 30m", "2026-11-22T12:35Z", "", id="no reason"),
        pytest.param(
            "/maintenance billing until mon 06:00 moving house",
            "2026-11-23T06:00Z",
            "moving house",
            id="until a time",
        ),
        pytest.param("/maintenance billing until 18:00", "2026-11-22T18:00Z", "", id="until today"),
        pytest.param(
            "/maintenance billing UNTIL tomorrow noon", "2026-11-23T12:00Z", "", id="in words"
        ),
    ],
)
def test_times(line: str, until: str, reason: str) -> None:
    event = announced(line)
    assert (event.until, event.reason) == (datetime.fromisoformat(until), reason)


def test_without_a_name_it_is_the_incidents_area() -> None:
    assert announced("/maintenance 2h").area == "deployment"
    assert announced("/maintenance until 18:00").area == "deployment"


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("/maintenance", id="nothing"),
        pytest.param("/maintenance billing", id="no time"),
        pytest.param("/maintenance billing until", id="until nothing"),
        pytest.param("/maintenance billing soon", id="no such time"),
        pytest.param("/maintenance billing until whenever", id="until no time"),
    ],
)
def test_misuse_is_answered_with_the_usage(line: str) -> None:
    assert run(request(line)) == Misused()


def test_on_an_ordinary_issue_the_area_must_be_named() -> None:
    assert run(request("/maintenance 2h", None)) == Misused()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        pytest.param(
            "/maintenance biling 2h",
            "There is no such area (did you mean `billing`?).",
            id="misspelt",
        ),
        pytest.param(
            "/maintenance xyzzy 2h",
            "There is no such area (known: `deployment`, `billing`).",
            id="nothing like it",
        ),
        pytest.param("/maintenance billing 8d", "at most 7 days", id="too long"),
        pytest.param(
            "/maintenance billing until 2026-01-01 10:00", "over already", id="in the past"
        ),
    ],
)
def test_what_makes_no_sense_is_refused(line: str, why: str) -> None:
    outcome = run(request(line))
    assert isinstance(outcome, Refused)
    assert why in outcome.why


def test_among_many_areas_nothing_like_it_is_just_said() -> None:
    areas = "".join(f"  {name * 3}: {{owner: alice}}\n" for name in "abcdefghi")
    many = model(f"version: 1\nareas:\n{areas}fallback_area: aaa\n")
    outcome = run(request("/maintenance xyzzy 2h", None, text=many))
    assert outcome == Refused("There is no such area.")
