"""`/handoff @login`: somebody else's now."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ghapp.commands.handoff import run
from ghapp.core import escalation
from ghapp.core.command import Misused, Refused
from ghapp.core.effects import Assign, Decision, Say, Unassign
from ghapp.core.incident import Ack, Phase, Tried
from tests.support.builders import NOW, issue_of
from tests.support.requests import ALICE, BOB, CAROL, LATER, MODEL, OPENED, after, request

TAKEN = replace(OPENED, ack=Ack(BOB, NOW), clock=replace(OPENED.clock, exhausted=True))


def test_the_new_one_is_called_and_has_the_levels_whole_time() -> None:
    outcome = run(request("/handoff @carol she knows it", TAKEN))
    assert isinstance(outcome, Decision)
    assert outcome.effects == (
        Say(
            "key",
            "handoff",
            {"to": "carol", "by": "alice", "note": "she knows it", "before": TAKEN},
        ),
        Assign(("carol",)),
        Unassign(("bob",)),
    )
    assert outcome.incident.ack is None
    assert outcome.incident.clock.tried[-1] == Tried(CAROL, LATER)
    assert escalation.due_at(outcome.incident, MODEL) == LATER + timedelta(minutes=15)


@pytest.mark.parametrize(
    "assignees",
    [pytest.param((), id="nobody had it"), pytest.param((ALICE,), id="oneself, in another case")],
)
def test_nobody_is_taken_off_who_stays(assignees: tuple[str, ...]) -> None:
    outcome = run(request("/handoff @ALICE", issue=issue_of(OPENED, assignees=assignees)))
    assert isinstance(outcome, Decision)
    assert not [effect for effect in outcome.effects if isinstance(effect, Unassign)]


def test_the_level_stays() -> None:
    assert after(run(request("/handoff @carol"))).clock.level == OPENED.clock.level


@pytest.mark.parametrize(
    "line", ["/handoff", "/handoff carol", "/handoff @not_a_login", "/handoff to @carol"]
)
def test_without_a_login_it_is_misuse(line: str) -> None:
    assert run(request(line)) == Misused()


def test_a_closed_incident_says_so() -> None:
    outcome = run(request("/handoff @carol", replace(OPENED, phase=Phase.CLOSED)))
    assert isinstance(outcome, Refused)
