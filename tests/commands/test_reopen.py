"""`/reopen`: it is not over."""

from dataclasses import replace

import pytest

from ghapp.commands.reopen import run
from ghapp.core.command import Passed
from ghapp.core.effects import Assign, Decision
from ghapp.core.incident import Ack, Phase
from ghapp.core.lifecycle import end_by_hand
from tests.support.builders import NOW
from tests.support.requests import BOB, LATER, OPENED, request, unchanged


@pytest.mark.parametrize("phase", [Phase.CLOSED, Phase.RECOVERED])
def test_the_clock_starts_at_level_one_and_whoever_is_on_call_has_to_acknowledge(
    phase: Phase,
) -> None:
    over = replace(
        end_by_hand(OPENED, NOW), phase=phase, closed_at=NOW, ack=Ack(BOB, NOW), escalated=True
    )
    outcome = run(request("/reopen", over))
    assert isinstance(outcome, Decision)
    incident = outcome.incident
    assert (incident.phase, incident.closed_at, incident.ack) == (Phase.OPEN, None, None)
    assert not incident.escalated
    assert (incident.clock.level, incident.clock.since, incident.clock.run) == (1, LATER, 2)
    assert outcome.effects == (Assign(("bob",)),)


def test_an_open_incident_stays_as_it_is() -> None:
    assert unchanged(run(request("/reopen")))


def test_of_no_incident_the_backlog_knows_more() -> None:
    asked = replace(request("/reopen"), incident=None)
    assert run(asked) == Passed(f"hygiene:{asked.issue.repo}")
