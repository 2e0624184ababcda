"""Taken and then forgotten: reminders to whoever has it, and an acknowledgement that expires."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core import attention, escalation
from ghapp.core.decide import next_due, on_time
from ghapp.core.effects import Assign, Say
from ghapp.core.incident import Ack, Incident, Phase, Tried
from ghapp.core.observe import observe
from ghapp.model.names import Login, Severity
from tests.support.builders import NOW, OWNERS, issue_of, model, opened

TIMED = OWNERS.replace(
    "sev2: {acknowledge: 15m}", "sev2: {acknowledge: 15m, update: 1h, ack_timeout: 4h}"
)
MODEL = model(TIMED)
UNTIMED = model(TIMED.replace(", ack_timeout: 4h", ""))
HOUR = timedelta(hours=1)


def taken(**changes: Any) -> Incident:
    """A sev2 that bob has acknowledged at NOW."""
    return replace(opened(), ack=Ack(Login("bob"), NOW), **changes)


def after(incident: Incident, hours: float) -> Any:
    return on_time(incident, MODEL, NOW + timedelta(hours=hours))


class TestReminders:
    def test_after_the_time_of_its_severity_whoever_has_it_is_asked(self) -> None:
        assert after(taken(), 0.99).effects == ()
        (say,) = after(taken(), 1).effects
        assert isinstance(say, Say)
        assert (say.template, say.facts) == (
            "update_due",
            {"to": ("bob",), "since": NOW, "taken": True},
        )

    def test_a_word_puts_it_off(self) -> None:
        spoken = attention.word(taken(), NOW + 0.5 * HOUR)
        assert attention.update_due(spoken, MODEL) == NOW + 1.5 * HOUR

    def test_an_older_word_changes_nothing(self) -> None:
        spoken = attention.word(taken(reminders=2), NOW + HOUR)
        assert attention.word(spoken, NOW) == spoken
        assert spoken.reminders == 0

    def test_each_further_time_after_twice_as_long(self) -> None:
        incident, asked = taken(), []
        for _ in range(3):
            due = attention.update_due(incident, UNTIMED)
            assert due is not None
            asked.append((due - NOW) / HOUR)
            incident = on_time(incident, UNTIMED, due).incident
        assert asked == [1, 3, 7]

    def test_missed_ones_are_asked_once(self) -> None:
        decision = on_time(taken(), UNTIMED, NOW + 10 * HOUR)
        assert len(decision.effects) == 1
        following = next_due(decision.incident, UNTIMED)
        assert following is not None
        assert following > NOW + 10 * HOUR

    def test_after_a_few_it_is_left_alone(self) -> None:
        assert attention.update_due(taken(reminders=6), MODEL) is None

    @pytest.mark.parametrize(
        "clock",
        [
            pytest.param({"exhausted": True}, id="everybody was called"),
            pytest.param({"level": 1}, id="the level has for ever"),
        ],
    )
    def test_where_nobody_has_it_and_no_level_follows_those_who_were_called(
        self, clock: dict[str, Any]
    ) -> None:
        tried = tuple(Tried(Login(name), NOW) for name in ("bob", "carol", "BOB"))
        incident = replace(opened(), clock=replace(opened().clock, tried=tried, **clock))
        endless = model(TIMED.replace("acknowledge: 15m", "acknowledge: none"))
        assert escalation.due_at(incident, endless) is None
        assert attention.update_due(incident, endless) == NOW + HOUR
        decision = on_time(incident, endless, NOW + HOUR)
        (say,) = decision.effects
        assert isinstance(say, Say)
        assert say.facts == {"to": ("bob", "carol"), "since": NOW, "taken": False}
        assert attention.update_due(decision.incident, endless) == NOW + 3 * HOUR
        spoken = attention.word(decision.incident, NOW + 2 * HOUR)
        assert attention.update_due(spoken, endless) == NOW + 3 * HOUR

    def test_whoever_takes_it_by_hand_is_not_the_one_who_was_asked(self) -> None:
        reminded = replace(opened(), reminders=4)
        issue = issue_of(reminded)
        labelled = replace(issue, labels=issue.labels | {"acknowledged"})
        seen = observe(reminded, labelled, MODEL, NOW, by=Login("bob")).incident
        assert attention.update_due(seen, MODEL) == NOW + HOUR

    @pytest.mark.parametrize(
        "incident",
        [
            pytest.param(opened(), id="nobody has it: the clock runs anyway"),
            pytest.param(taken(severity=Severity.SEV3), id="a sev3"),
            pytest.param(taken(snoozed_until=NOW + 9 * HOUR), id="snoozed"),
            pytest.param(taken(phase=Phase.CLOSED), id="closed"),
            pytest.param(taken(phase=Phase.RECOVERED), id="recovered"),
        ],
    )
    def test_nobody_is_asked_for(self, incident: Incident) -> None:
        assert attention.update_due(incident, MODEL) is None

    def test_nor_where_the_severity_has_no_such_clock(self) -> None:
        silent = model(OWNERS.replace("sev2: {acknowledge: 15m}", "sev2: {update: none}"))
        assert attention.next_due(taken(), silent) is None
        assert attention.on_time(taken(), silent, NOW + 100 * HOUR) is None


class TestExpiry:
    def test_the_clock_runs_again_from_level_1_and_it_is_said(self) -> None:
        decision = after(taken(escalated=True, reminders=2), 4)
        incident = decision.incident
        assert incident.ack is None
        assert (incident.clock.level, incident.clock.run) == (1, opened().clock.run + 1)
        assert incident.reminders == 0
        say, assign = decision.effects
        assert isinstance(say, Say)
        assert isinstance(assign, Assign)
        assert (say.template, say.facts["by"], assign.logins) == ("ack_expired", "bob", ("bob",))

    def test_a_word_from_anybody_keeps_it(self) -> None:
        spoken = attention.word(taken(reminders=9), NOW + 3 * HOUR)
        assert attention.ack_expires(spoken, MODEL) == NOW + 7 * HOUR

    def test_an_acknowledgement_after_the_word_counts_from_itself(self) -> None:
        spoken = attention.word(opened(), NOW - HOUR)
        again = replace(spoken, ack=Ack(Login("bob"), NOW))
        assert attention.ack_expires(again, MODEL) == NOW + 4 * HOUR

    def test_nobody_who_has_it_nothing_to_expire(self) -> None:
        assert attention.ack_expires(opened(), MODEL) is None


class TestBusinessHours:
    """NOW is a Sunday; the rotation's zone is UTC."""

    MODEL = model(
        TIMED.replace("update: 1h", "update: 1h, when: business-hours").replace(
            "sev3: {acknowledge: 1h}", "sev3: {acknowledge: 1h, when: business-hours}"
        )
    )
    MONDAY = NOW.replace(day=23, hour=9)

    def test_clocks_stand_still_until_monday(self) -> None:
        assert attention.update_due(taken(), self.MODEL) == self.MONDAY + HOUR
        assert attention.ack_expires(taken(), self.MODEL) == self.MONDAY + 4 * HOUR

    def test_the_escalation_clock_too(self) -> None:
        assert next_due(opened(), self.MODEL) == self.MONDAY + timedelta(minutes=15)

    def test_and_nobody_may_be_woken_before(self) -> None:
        assert escalation.may_page(opened(), self.MODEL, NOW) == self.MONDAY
        assert escalation.may_page(opened(), MODEL, NOW) == NOW


@given(st.lists(st.integers(0, 300), max_size=12))
def test_words_count_in_whatever_order_they_arrive(minutes: list[int]) -> None:
    incident = taken()
    for minute in minutes:
        incident = attention.word(incident, NOW + timedelta(minutes=minute))
    expected: datetime | None = None
    if minutes:
        expected = NOW + timedelta(minutes=max(minutes))
    assert incident.word_at == expected
