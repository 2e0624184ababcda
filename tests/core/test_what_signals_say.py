"""What a signal says besides firing: a group's alerts, a deadline, an end by itself, whose trouble it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ghapp.core.decide import next_due, on_first_signals, on_signals, on_time
from ghapp.core.effects import Assign, Say
from ghapp.core.facts import Alert, Fingerprint, MaintenanceEvent
from ghapp.core.incident import ALERTS_KEPT, Phase, from_state, to_state
from ghapp.core.lifecycle import EPISODES_KEPT, absorb
from ghapp.core.maintenance import begin
from ghapp.core.routing import is_wanted, maintenance_fingerprint, route, storm_fingerprint
from ghapp.model.names import AreaName, Login, Severity
from tests.support.builders import HOME, NOW, firing, model, opened, resolved

MODEL = model()
FIRST, SECOND = Alert("disk full on db-1"), Alert("disk full on db-2", Severity.SEV1)


class TestAlertsOfAGroup:
    def test_the_first_message_lists_them(self) -> None:
        assert opened(firing(alerts=(FIRST,))).alerts == (FIRST,)

    def test_the_message_that_came_last_counts_whatever_its_source_time(self) -> None:
        incident = opened(firing(minutes=5, alerts=(FIRST, SECOND)))
        after = on_signals(incident, [firing(minutes=1, alerts=(SECOND,))], MODEL, NOW).incident
        assert after.alerts == (SECOND,)

    def test_one_that_says_nothing_of_them_leaves_them(self) -> None:
        incident = opened(firing(alerts=(FIRST,)))
        assert on_signals(incident, [firing()], MODEL, NOW).incident.alerts == (FIRST,)

    def test_when_the_group_is_over_none_is_left(self) -> None:
        incident = opened(firing(alerts=(FIRST,)))
        after = on_signals(incident, [resolved(minutes=1, alerts=())], MODEL, NOW).incident
        assert (after.phase, after.alerts) == (Phase.CLOSED, ())

    def test_a_long_list_is_cut_and_counted(self) -> None:
        many = tuple(Alert("x" * 1000) for _ in range(ALERTS_KEPT + 7))
        incident = opened(firing(alerts=many))
        assert (len(incident.alerts), incident.more_alerts) == (ALERTS_KEPT, 7)
        assert all(len(alert.summary) == 300 for alert in incident.alerts)

    def test_the_issue_may_carry_fewer(self) -> None:
        incident = opened(firing(alerts=(FIRST, SECOND)))
        carried = from_state(to_state(incident, 1))
        assert carried is not None
        assert (carried.alerts, carried.more_alerts) == ((FIRST,), 1)


class TestDeadline:
    DUE = NOW + timedelta(days=7)

    def test_the_senders_deadline_is_kept_by_messages_that_have_none(self) -> None:
        incident = opened(firing(due_at=self.DUE))
        assert on_signals(incident, [firing(minutes=1)], MODEL, NOW).incident.due_at == self.DUE

    def test_a_newer_one_replaces_it(self) -> None:
        incident = opened(firing(due_at=self.DUE))
        later = self.DUE + timedelta(days=1)
        after = on_signals(incident, [firing(minutes=1, due_at=later)], MODEL, NOW)
        assert after.incident.due_at == later

    def test_a_relapse_does_not_inherit_it(self) -> None:
        incident = opened(firing(due_at=self.DUE))
        closed = on_signals(incident, [resolved(minutes=1)], MODEL, NOW).incident
        again = on_signals(closed, [firing(minutes=2)], MODEL, NOW).incident
        assert (again.phase, again.due_at) == (Phase.OPEN, None)

    def test_scope_is_kept(self) -> None:
        incident = opened(firing(scope="acme-prod"))
        assert incident.scope == "acme-prod"
        assert absorb(incident, [firing(minutes=1)], MODEL).incident.scope == "acme-prod"


class TestEndByItself:
    HOUR = timedelta(hours=1)

    def test_it_is_due_then_and_not_before(self) -> None:
        incident = replace(opened(firing(lasts=timedelta(minutes=2))))
        assert next_due(incident, MODEL) == NOW + timedelta(minutes=2)
        before = on_time(incident, MODEL, NOW + timedelta(minutes=1, seconds=59))
        assert before.incident == incident

    def test_it_recovers_and_says_since_when(self) -> None:
        incident = opened(firing(lasts=timedelta(minutes=2)))
        decision = on_time(incident, MODEL, NOW + timedelta(minutes=3))
        assert decision.incident.phase is Phase.CLOSED
        assert not decision.incident.firing
        (say,) = decision.effects
        assert isinstance(say, Say)
        assert (say.template, say.facts["ended"]) == ("recovered", NOW + timedelta(minutes=2))

    def test_each_further_signal_puts_it_off(self) -> None:
        incident = opened(firing(lasts=self.HOUR))
        after = on_signals(incident, [firing(minutes=30, lasts=self.HOUR)], MODEL, NOW).incident
        assert after.lapses_at == NOW + timedelta(minutes=90)

    def test_a_signal_that_does_not_end_by_itself_takes_it_away(self) -> None:
        incident = opened(firing(lasts=self.HOUR))
        after = on_signals(incident, [firing(minutes=30)], MODEL, NOW).incident
        assert after.lapses_at is None

    def test_a_snooze_does_not_keep_it(self) -> None:
        incident = opened(firing(lasts=timedelta(minutes=2)))
        asleep = replace(incident, snoozed_until=NOW + self.HOUR)
        assert next_due(asleep, MODEL) == NOW + timedelta(minutes=2)
        assert on_time(asleep, MODEL, NOW + timedelta(minutes=2)).incident.phase is Phase.CLOSED

    def test_what_is_over_has_nothing_due(self) -> None:
        incident = opened(firing(lasts=self.HOUR))
        over = on_time(incident, MODEL, NOW + self.HOUR).incident
        assert next_due(over, MODEL) is None
        assert on_time(over, MODEL, NOW + 2 * self.HOUR).incident == over

    def test_an_older_one_than_its_end_does_not_raise_it_again(self) -> None:
        incident = opened(firing(lasts=self.HOUR))
        over = on_time(incident, MODEL, NOW + self.HOUR).incident
        after = on_signals(over, [firing(minutes=30, lasts=self.HOUR)], MODEL, NOW + 2 * self.HOUR)
        assert after.incident.phase is Phase.CLOSED


@pytest.mark.parametrize(
    ("source", "policy", "named", "area"),
    [
        pytest.param("heartbeat", "", "billing", "billing", id="the area that it names"),
        pytest.param("heartbeat", "", "kitchen", "deployment", id="an area that does not exist"),
        pytest.param("heartbeat", "", None, "deployment", id="no area named"),
        pytest.param("gcp", "Cloud Run 5xx", "billing", "deployment", id="a rule says otherwise"),
    ],
)
def test_whose_trouble_it_is(source: str, policy: str, named: str | None, area: str) -> None:
    mine = firing(source=source, policy=policy, area=named and AreaName(named))
    assert route(mine, MODEL).area == area


@pytest.mark.parametrize(
    ("policy", "only_by_rule", "wanted"),
    [
        pytest.param("other", False, True, id="nobody asked, and it need not be"),
        pytest.param("other", True, False, id="nobody asked"),
        pytest.param("Cloud Run 5xx", True, True, id="a rule asks for it"),
    ],
)
def test_what_may_raise_an_incident(policy: str, only_by_rule: bool, wanted: bool) -> None:
    assert is_wanted(firing(policy=policy, only_by_rule=only_by_rule), MODEL) is wanted


class TestCount:
    def test_a_message_that_becomes_several_signals_counts_once(self) -> None:
        message = [firing(occurrence=f"pod-{n}", counts=n == 0) for n in range(3)]
        assert opened(*message).count == 1

    def test_an_old_end_is_forgotten_before_anything_that_fires(self) -> None:
        incident = opened(firing(occurrence="still"))
        for number in range(EPISODES_KEPT + 5):
            name = f"pod-{number}"
            ended = [
                firing(occurrence=name, minutes=number),
                resolved(occurrence=name, minutes=number),
            ]
            incident = absorb(incident, ended, MODEL).incident
        assert len(incident.episodes) == EPISODES_KEPT
        assert incident.episodes["still"].firing
        assert "pod-0" not in incident.episodes
        assert f"pod-{EPISODES_KEPT + 4}" in incident.episodes


def test_a_member_of_a_storm_keeps_its_scope() -> None:
    signals = [firing(key=Fingerprint(f"gcp:{n}"), scope=f"project-{n}") for n in range(2)]
    decision = on_first_signals(storm_fingerprint("gcp"), HOME, signals, MODEL, NOW)
    assert decision is not None
    assert [member.scope for member in decision.incident.members.values()] == [
        "project-0",
        "project-1",
    ]


def test_what_only_matters_where_it_was_an_incident_raises_none_whatever_a_rule_says() -> None:
    assert not is_wanted(firing(policy="Cloud Run 5xx", only_known=True), MODEL)


def test_an_alert_after_the_maintenance_is_over_calls_like_any_relapse() -> None:
    key = maintenance_fingerprint(AreaName("deployment"))
    event = MaintenanceEvent(
        area=AreaName("deployment"),
        until=NOW + timedelta(hours=1),
        reason="",
        by=Login("alice"),
        at=NOW,
    )
    begun = replace(begin(event, key, HOME, NOW).incident, number=7)
    over = on_time(begun, MODEL, NOW + timedelta(hours=1)).incident
    assert over.phase is Phase.CLOSED
    again = on_signals(over, [firing(minutes=90)], MODEL, NOW + timedelta(minutes=90))
    assert again.incident.phase is Phase.OPEN
    assert any(isinstance(effect, Assign) for effect in again.effects)
