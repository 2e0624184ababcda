"""`/snooze 30m`: not now."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ghapp.commands.snooze import run
from ghapp.core.command import Misused, Refused
from ghapp.core.decide import next_due
from ghapp.core.incident import Phase
from tests.support.requests import LATER, MODEL, OPENED, after, request


@pytest.mark.parametrize(
    ("line", "length"),
    [
        pytest.param("/snooze 30m", timedelta(minutes=30), id="minutes"),
        pytest.param("/snooze 7d", timedelta(days=7), id="the longest"),
    ],
)
def test_the_clock_stands_until_then(line: str, length: timedelta) -> None:
    incident = after(run(request(line)))
    assert incident.snoozed_until == LATER + length
    assert next_due(incident, MODEL) == LATER + length
    assert "snoozed" in incident.labels


@pytest.mark.parametrize(
    "line",
    ["/snooze", "/snooze 0m", "/snooze soon", "/snooze -5m", "/snooze 30 m", "/snooze 30m please"],
)
def test_what_is_no_duration_is_misuse(line: str) -> None:
    assert run(request(line)) == Misused()


def test_too_long() -> None:
    outcome = run(request("/snooze 8d"))
    assert isinstance(outcome, Refused)
    assert "at most 7 days" in outcome.why


@pytest.mark.parametrize("phase", [Phase.CLOSED, Phase.RECOVERED])
def test_what_is_over_cannot_be_snoozed(phase: Phase) -> None:
    outcome = run(request("/snooze 30m", replace(OPENED, phase=phase)))
    assert isinstance(outcome, Refused)
    assert "nothing to snooze" in outcome.why
