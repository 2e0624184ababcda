"""A person who changes an incident by hand is obeyed, and the clocks follow."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ghapp.core import escalation
from ghapp.core.effects import Assign, Decision
from ghapp.core.incident import Ack, Phase
from ghapp.core.observe import observe
from ghapp.model.names import Login, Severity
from tests.support.builders import NOW, issue_of, model, opened, overdue

MODEL = model()
LATER = NOW + timedelta(minutes=4)
BOB = Login("bob")


def seen(incident, *, reassigned=False, by=None, **issue) -> Decision:
    shown = issue_of(incident, **issue)
    return observe(incident, shown, MODEL, LATER, by=by, reassigned=reassigned)


def test_an_untouched_issue_changes_nothing():
    incident = opened()
    assert seen(incident) == Decision(incident)


def test_closing_by_hand_ends_what_fires_and_stops_the_clock():
    after = seen(opened(), open=False, closed_at=NOW).incident
    assert after.phase is Phase.CLOSED
    assert after.closed_at == NOW
    assert not after.firing
    assert escalation.due_at(after, MODEL) is None


def test_reopening_by_hand_starts_at_level_one():
    closed = replace(opened(), phase=Phase.CLOSED, ack=Ack(BOB, NOW), escalated=True)
    decision = seen(closed, open=True)
    assert decision.incident.phase is Phase.OPEN
    assert decision.incident.ack is None
    assert decision.incident.clock.since == LATER
    assert decision.effects == (Assign((BOB,)),)


@pytest.mark.parametrize(
    ("labels", "severity"),
    [
        pytest.param({"incident", "sev1"}, Severity.SEV1, id="swapped"),
        pytest.param({"incident", "sev2", "sev4"}, Severity.SEV4, id="added beside the old one"),
        pytest.param({"incident"}, Severity.SEV2, id="taken off says nothing"),
    ],
)
def test_a_severity_label_is_obeyed(labels, severity):
    after = seen(opened(), labels=frozenset(labels)).incident
    assert after.severity is severity
    assert after.pinned == (severity is not Severity.SEV2)


def test_another_area_calls_whoever_is_on_call_there():
    labels = (opened().labels - {"area/deployment"}) | {"area/billing"}
    decision = seen(opened(), labels=labels)
    assert decision.incident.area == "billing"
    assert decision.effects == (Assign((BOB,)),)
    assert decision.incident.clock.since == LATER


def test_an_unknown_area_label_is_a_persons_own_business():
    incident = opened()
    assert seen(incident, labels=incident.labels | {"area/nowhere"}).incident == incident


def test_the_acknowledged_label_is_an_acknowledgement():
    incident = opened()
    after = seen(incident, labels=incident.labels | {"acknowledged"}, by=Login("carol")).incident
    assert after.ack == Ack(Login("carol"), LATER)


def test_without_a_name_the_assignee_has_acknowledged():
    incident = opened()
    after = seen(incident, labels=incident.labels | {"acknowledged"}).incident
    assert after.ack == Ack(BOB, LATER)


def test_without_an_assignee_the_author_has():
    incident = opened()
    labels = incident.labels | {"acknowledged"}
    assert seen(incident, labels=labels, assignees=()).incident.ack == Ack(
        Login("ghapp[bot]"), LATER
    )


def test_taking_the_acknowledged_label_off_gives_the_level_its_whole_time_again():
    acked = replace(opened(), ack=Ack(BOB, NOW))
    after = seen(acked, labels=acked.labels - {"acknowledged"}).incident
    assert after.ack is None
    assert overdue(after) == LATER + timedelta(minutes=15)


def test_taking_the_snoozed_label_off_ends_the_snooze():
    snoozed = replace(opened(), snoozed_until=NOW + timedelta(hours=1))
    after = seen(snoozed, labels=snoozed.labels - {"snoozed"}).incident
    assert after.snoozed_until is None
    assert after.clock.since == LATER


def test_taking_the_recovered_label_off_says_that_it_goes_on():
    recovered = replace(opened(), phase=Phase.RECOVERED)
    after = seen(recovered, labels=recovered.labels - {"recovered"}).incident
    assert after.phase is Phase.OPEN
    assert after.clock.since == LATER


def test_a_new_assignee_has_the_levels_whole_time():
    after = seen(opened(), reassigned=True, assignees=(Login("carol"),)).incident
    assert overdue(after) == LATER + timedelta(minutes=15)
    assert after.clock.tried[-1].login == "carol"


def test_reassigning_what_is_acknowledged_changes_no_clock():
    acked = replace(opened(), ack=Ack(BOB, NOW))
    assert seen(acked, reassigned=True).incident == acked
