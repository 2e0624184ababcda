"""`/ack`: whoever types it has it."""

from dataclasses import replace

import pytest

from ghapp.commands.ack import run
from ghapp.core import escalation
from ghapp.core.command import Refused
from ghapp.core.incident import Ack, Phase
from tests.support.builders import NOW
from tests.support.requests import ALICE, BOB, LATER, MODEL, OPENED, after, request, unchanged

TAKEN = replace(OPENED, ack=Ack(BOB, NOW))


@pytest.mark.parametrize("phase", [Phase.OPEN, Phase.RECOVERED])
def test_takes_the_incident_and_stops_its_clock(phase: Phase) -> None:
    incident = after(run(request("/ack", replace(OPENED, phase=phase))))
    assert incident.ack == Ack(ALICE, LATER)
    assert "acknowledged" in incident.labels
    assert escalation.due_at(incident, MODEL) is None


def test_a_second_person_takes_over() -> None:
    assert after(run(request("/ack", TAKEN))).ack == Ack(ALICE, LATER)


def test_again_changes_nothing() -> None:
    assert unchanged(run(request("/ack", TAKEN, by=BOB)), TAKEN)


def test_a_closed_incident_says_so() -> None:
    outcome = run(request("/ack", replace(OPENED, phase=Phase.CLOSED)))
    assert outcome == Refused("This incident is closed already. `/reopen` it if it goes on.")
