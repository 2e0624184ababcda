"""`/escalate [sevN] [reason]`: the next level now; on an ordinary issue, an incident."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ghapp.commands.escalate import COMMAND, run
from ghapp.core import escalation
from ghapp.core.command import Converted, Refused
from ghapp.core.effects import Assign, Decision, Say
from ghapp.core.incident import Ack, Phase
from ghapp.model.names import Severity
from tests.support.builders import NOW
from tests.support.requests import ALICE, LATER, MODEL, OPENED, after, question, request


def say(line: str, **changes: object) -> Say:
    outcome = run(request(line, replace(OPENED, **changes)))
    assert isinstance(outcome, Decision)
    found, assign = outcome.effects
    assert isinstance(found, Say)
    assert assign == Assign(found.facts["notified"])
    return found


class TestOnAnIncident:
    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param({}, id="while the clock runs"),
            pytest.param({"ack": Ack(ALICE, NOW)}, id="after an acknowledgement"),
            pytest.param({"snoozed_until": NOW + timedelta(hours=9)}, id="during a snooze"),
            pytest.param({"phase": Phase.RECOVERED}, id="although the alert is over"),
        ],
    )
    def test_the_next_level_is_called_and_has_to_acknowledge(
        self, changes: dict[str, object]
    ) -> None:
        before = replace(OPENED, **changes)  # type: ignore[arg-type]
        incident = after(run(request("/escalate", before)))
        assert incident.clock.level == 2
        assert incident.escalated
        assert escalation.due_at(incident, MODEL) == LATER + timedelta(minutes=10)

    def test_it_says_who_asks_and_why(self) -> None:
        found = say("/escalate I can't reach the database")
        assert found.key == "key"
        assert found.template == "escalated"
        assert found.facts["by"] == "alice"
        assert found.facts["reason"] == "I can't reach the database"

    @pytest.mark.parametrize(
        ("line", "severity", "reason"),
        [
            pytest.param("/escalate sev1", Severity.SEV1, "", id="a severity"),
            pytest.param("/escalate SEV1 it burns", Severity.SEV1, "it burns", id="and a reason"),
            pytest.param(
                "/escalate sev9 it burns", Severity.SEV2, "sev9 it burns", id="no severity"
            ),
            pytest.param(
                "/escalate 1 of 3 is down", Severity.SEV2, "1 of 3 is down", id="a number"
            ),
            pytest.param("/escalate sev2 again", Severity.SEV2, "again", id="the same"),
        ],
    )
    def test_arguments(self, line: str, severity: Severity, reason: str) -> None:
        outcome = run(request(line))
        assert isinstance(outcome, Decision)
        assert outcome.incident.severity is severity
        assert outcome.incident.pinned == (severity is not OPENED.severity)
        assert outcome.effects[0].facts["reason"] == reason  # type: ignore[union-attr]

    def test_as_often_as_asked(self) -> None:
        incident, levels = OPENED, []
        for _ in range(8):
            incident = after(run(request("/escalate", incident)))
            levels.append(incident.clock.level)
        assert levels == [2, 3, 1, 2, 3, 1, 2, 3]
        assert not incident.clock.exhausted

    def test_also_when_the_policy_is_exhausted(self) -> None:
        clock = replace(OPENED.clock, level=3, round=1, exhausted=True)
        incident = after(run(request("/escalate", replace(OPENED, clock=clock))))
        assert (incident.clock.level, incident.clock.exhausted) == (1, False)

    def test_a_closed_incident_says_so(self) -> None:
        outcome = run(request("/escalate", replace(OPENED, phase=Phase.CLOSED)))
        assert isinstance(outcome, Refused)
        assert "closed" in outcome.why


class TestOnAnOrdinaryIssue:
    def made(self, line: str, **issue: object) -> Converted:
        outcome = run(request(line, None, issue=question(**issue)))
        assert isinstance(outcome, Converted)
        return outcome

    def test_it_becomes_an_incident_of_the_fallback_area(self) -> None:
        made = self.made("/escalate nobody answers the customer")
        assert made.incident.labels == {"incident", "sev3", "area/deployment", "source/support"}
        assert made.incident.key == "support:acme/ops#9"
        assert (made.incident.number, made.incident.count) == (9, 1)
        assert made.incident.reason == "nobody answers the customer"
        assert made.incident.opened_by == "alice"
        assert made.notified == ("bob",)
        assert escalation.due_at(made.incident, MODEL) == LATER + timedelta(hours=1)

    def test_its_area_label_and_the_severity_that_was_said(self) -> None:
        made = self.made("/escalate sev1", labels=frozenset({"area/billing", "area/unknown"}))
        assert made.incident.area == "billing"
        assert made.incident.severity is Severity.SEV1

    @pytest.mark.parametrize(
        "issue",
        [pytest.param({"open": False}, id="closed"), pytest.param({"is_pull": True}, id="pull")],
    )
    def test_what_is_no_open_issue_cannot(self, issue: dict[str, object]) -> None:
        assert isinstance(run(request("/escalate", None, issue=question(**issue))), Refused)

    def test_it_may_be_typed_there(self) -> None:
        assert COMMAND.anywhere
