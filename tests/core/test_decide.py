"""What becomes of an incident: one row, one behaviour."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ghapp.core.decide import next_due, on_first_signals, on_signals, on_time, settle
from ghapp.core.effects import AddLabels, Assign, Decision, Open, RemoveLabel, Say, Write
from ghapp.core.incident import Ack, Incident, Phase
from ghapp.model.names import Login, Severity
from tests.support.builders import (
    HOME,
    KEY,
    NOW,
    firing,
    issue_of,
    model,
    opened,
    overdue,
    resolved,
)

MODEL = model()
ACKED = Ack(Login("alice"), NOW)


def said(decision: Decision) -> list[str]:
    return [effect.template for effect in decision.effects if isinstance(effect, Say)]


class TestFirstSignals:
    def test_opens_one_issue_for_whoever_is_on_call(self):
        decision = on_first_signals(KEY, HOME, [firing()], MODEL, NOW)
        assert decision is not None
        (effect,) = decision.effects
        assert isinstance(effect, Open)
        assert effect.assignees == ("bob",)
        assert decision.incident.labels == {"incident", "sev2", "area/deployment", "source/gcp"}

    @pytest.mark.parametrize(
        "signals",
        [
            pytest.param([resolved()], id="a close without an open raises nothing"),
            pytest.param([resolved(minutes=5), firing()], id="close before open"),
            pytest.param([firing(), resolved(minutes=5)], id="both waited"),
            pytest.param([firing(), resolved()], id="over in the same second"),
        ],
    )
    def test_nothing_dead_is_raised(self, signals):
        assert on_first_signals(KEY, HOME, signals, MODEL, NOW) is None

    def test_a_remembered_end_keeps_a_late_opening_shut(self):
        known = {"0.a": opened().episodes["0.a"].end(NOW + timedelta(minutes=5))}
        assert on_first_signals(KEY, HOME, [firing()], MODEL, NOW, episodes=known) is None

    def test_a_storm_counts_every_fingerprint(self):
        signals = [firing(key="gcp:1"), firing(key="gcp:2"), firing(key="gcp:2", policy="other")]
        decision = on_first_signals("storm:gcp", HOME, signals, MODEL, NOW)
        assert decision is not None
        members = decision.incident.members
        assert {key: member.count for key, member in members.items()} == {"gcp:1": 1, "gcp:2": 2}
        assert decision.incident.severity is Severity.SEV2


class TestSignals:
    def test_a_repeat_only_counts(self):
        decision = on_signals(opened(), [firing(), firing(minutes=1)], MODEL, NOW)
        assert decision.incident.count == 3
        assert decision.effects == ()
        assert decision.later

    def test_a_higher_severity_is_said_once_and_followed(self):
        worse = firing(policy="other", severity=Severity.SEV1)
        decision = on_signals(opened(), [worse], MODEL, NOW)
        assert decision.incident.severity is Severity.SEV1
        assert said(decision) == ["severity"]

    def test_a_lower_severity_changes_nothing(self):
        decision = on_signals(opened(), [firing(policy="other")], MODEL, NOW)
        assert decision.incident.severity is Severity.SEV2

    def test_a_severity_chosen_by_a_person_stays(self):
        chosen = replace(opened(), severity=Severity.SEV4, pinned=True)
        worse = firing(severity=Severity.SEV1, policy="other")
        assert on_signals(chosen, [worse], MODEL, NOW).incident.severity is Severity.SEV4

    def test_recovery_closes(self):
        decision = on_signals(opened(), [resolved(minutes=3)], MODEL, NOW)
        assert decision.incident.phase is Phase.CLOSED
        assert said(decision) == ["recovered"]

    def test_recovery_of_a_sev1_waits_for_a_person(self):
        worst = replace(opened(), severity=Severity.SEV1)
        decision = on_signals(worst, [resolved(minutes=3)], MODEL, NOW)
        assert decision.incident.phase is Phase.RECOVERED
        assert "recovered" in decision.incident.labels

    def test_it_closes_only_when_every_occurrence_has_ended(self):
        two = on_signals(opened(), [firing(occurrence="0.b")], MODEL, NOW).incident
        one = on_signals(two, [resolved(minutes=1)], MODEL, NOW)
        assert one.incident.phase is Phase.OPEN
        none = on_signals(one.incident, [resolved(occurrence="0.b", minutes=1)], MODEL, NOW)
        assert none.incident.phase is Phase.CLOSED

    def test_firing_again_reopens_and_starts_the_clock_afresh(self):
        closed = on_signals(opened(), [resolved(minutes=3)], MODEL, NOW).incident
        later = NOW + timedelta(hours=1)
        decision = on_signals(closed, [firing(minutes=50)], MODEL, later)
        assert decision.incident.phase is Phase.OPEN
        assert decision.incident.clock.since == later
        assert decision.incident.clock.run == 2
        assert said(decision) == ["again"]
        assert Assign(("bob",)) in decision.effects

    def test_a_late_repeat_of_what_has_ended_reopens_nothing(self):
        closed = on_signals(opened(), [resolved(minutes=3)], MODEL, NOW).incident
        decision = on_signals(closed, [firing(minutes=1)], MODEL, NOW)
        assert decision.incident.phase is Phase.CLOSED
        assert decision.effects == ()


class TestTime:
    def test_nothing_before_the_wait_is_over(self):
        incident = opened()
        early = overdue(incident) - timedelta(microseconds=1)
        assert on_time(incident, MODEL, early).effects == ()

    def test_the_next_level_is_called_by_name_and_the_comment_comes_first(self):
        incident = opened()
        decision = on_time(incident, MODEL, overdue(incident))
        say, assign = decision.effects
        assert isinstance(say, Say)
        assert say.template == "escalated"
        assert say.facts["notified"] == ("carol", "bob")
        assert assign == Assign(("carol", "bob"))
        assert decision.incident.escalated

    def test_two_rounds_and_then_it_says_that_nobody_is_left_and_asks_everybody_six_times(self):
        incident, now, heard = opened(), NOW, []
        while (due := next_due(incident, MODEL)) is not None:
            now = due
            decision = on_time(incident, MODEL, now)
            heard.append(
                (said(decision)[0], decision.incident.clock.round, decision.incident.clock.level)
            )
            incident = decision.incident
        assert heard == [
            ("escalated", 0, 2),
            ("escalated", 0, 3),
            ("escalated", 1, 1),
            ("escalated", 1, 2),
            ("escalated", 1, 3),
            ("exhausted", 1, 3),
            *[("update_due", 1, 3)] * 6,
        ]

    def test_after_a_long_outage_one_level_is_called_not_all(self):
        decision = on_time(opened(), MODEL, NOW + timedelta(days=2))
        assert decision.incident.clock.level == 2
        assert decision.incident.clock.since == NOW + timedelta(days=2)

    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param({"ack": ACKED}, id="acknowledged"),
            pytest.param({"phase": Phase.CLOSED}, id="closed"),
            pytest.param({"phase": Phase.RECOVERED}, id="recovered"),
            pytest.param({"snoozed_until": NOW + timedelta(days=9)}, id="snoozed"),
        ],
    )
    def test_nobody_is_called_while(self, changes):
        incident = replace(opened(), **changes)
        decision = on_time(incident, MODEL, NOW + timedelta(days=2))
        assert not any(isinstance(effect, Assign) for effect in decision.effects)
        assert decision.incident.clock == incident.clock

    def test_a_snooze_ends_with_a_call_and_the_levels_whole_time(self):
        until = NOW + timedelta(minutes=30)
        snoozed = replace(opened(), snoozed_until=until)
        assert next_due(snoozed, MODEL) == until
        decision = on_time(snoozed, MODEL, until)
        assert said(decision) == ["snooze_over"]
        assert decision.incident.snoozed_until is None
        assert next_due(decision.incident, MODEL) == until + timedelta(minutes=15)


class TestSettle:
    def settled(self, before: Incident, after: Incident, **issue: object) -> Decision:
        return settle(issue_of(before, **issue), before, Decision(after))

    def test_nothing_changed_writes_nothing(self):
        incident = opened()
        assert self.settled(incident, incident).effects == ()

    def test_labels_go_one_by_one_and_only_the_apps_own(self):
        before = opened()
        after = replace(before, severity=Severity.SEV1, ack=ACKED)
        decision = self.settled(before, after, labels=before.labels | {"customer-x"})
        assert decision.effects == (AddLabels(("acknowledged", "sev1")), RemoveLabel("sev2"))

    def test_a_label_that_a_person_took_off_stays_off(self):
        before = opened()
        decision = self.settled(before, replace(before, note="x"), labels=frozenset({"incident"}))
        assert decision.effects == ()

    @pytest.mark.parametrize(
        ("phase", "is_open", "write"),
        [
            pytest.param(Phase.CLOSED, True, [Write(close=True)], id="close"),
            pytest.param(Phase.CLOSED, False, [], id="closed by hand already"),
            pytest.param(Phase.OPEN, False, [Write(reopen=True)], id="reopen"),
        ],
    )
    def test_the_issue_follows_the_phase(self, phase, is_open, write):
        before = opened()
        after = replace(before, phase=phase, note="x")
        decision = self.settled(before, after, open=is_open)
        assert [effect for effect in decision.effects if isinstance(effect, Write)] == write
