"""How fast incidents were answered and ended."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ghapp.core.incident import Ack, Incident, Phase
from ghapp.core.response_times import acknowledged_after, ended_after, recent, times
from ghapp.model.names import Login, Severity
from tests.support.builders import NOW, opened

MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)


def incident(
    opened_after: timedelta = 0 * MINUTE,
    acked: timedelta | None = None,
    closed: timedelta | None = None,
    **changes: object,
) -> Incident:
    at = NOW + opened_after
    values: dict[str, object] = {
        "opened_at": at,
        "ack": Ack(Login("bob"), at + acked) if acked is not None else None,
        "phase": Phase.CLOSED if closed is not None else Phase.OPEN,
        "closed_at": at + closed if closed is not None else None,
    }
    return replace(opened(), **{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "answer", "end"),
    [
        pytest.param(incident(), None, None, id="open"),
        pytest.param(incident(acked=3 * MINUTE), 3 * MINUTE, None, id="acknowledged"),
        pytest.param(incident(closed=9 * MINUTE), None, 9 * MINUTE, id="over without an answer"),
        pytest.param(incident(acked=-MINUTE, closed=-MINUTE), 0 * MINUTE, 0 * MINUTE, id="clocks that differ"),
        pytest.param(incident(phase=Phase.CLOSED), None, None, id="closed, nobody knows when"),
        pytest.param(incident(closed=MINUTE, phase=Phase.RECOVERED), None, None, id="recovered is not over"),
    ],
)  # fmt: skip
def test_one(one: Incident, answer: timedelta | None, end: timedelta | None) -> None:
    assert (acknowledged_after(one), ended_after(one)) == (answer, end)


def test_together() -> None:
    found = times([incident(acked=3 * MINUTE, closed=9 * MINUTE), incident(acked=MINUTE)])
    assert (found.count, found.acknowledged.said, found.ended.said) == (2, "1m, 3m", "9m")


@pytest.mark.parametrize(
    ("one", "counted"),
    [
        pytest.param(incident(), True, id="at the beginning"),
        pytest.param(incident(-MINUTE, closed=MINUTE), False, id="before"),
        pytest.param(incident(-WEEK), True, id="before, and still open"),
        pytest.param(incident(WEEK), False, id="at the end"),
    ],
)
def test_recent_ones(one: Incident, counted: bool) -> None:
    assert bool(recent([one], NOW, NOW + WEEK)) is counted


def test_the_worst_comes_first() -> None:
    worse = incident(MINUTE, severity=Severity.SEV1)
    assert recent([incident(), worse], NOW, NOW + WEEK) == (worse, incident())
