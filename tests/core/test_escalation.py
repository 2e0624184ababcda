"""The escalation clock: when the next level is due, and whom it brings in."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.escalation import advance, due_at, start, summon, ticking, wait_of
from ghapp.core.incident import Ack, Incident, Phase, Tried
from ghapp.model.names import Severity
from ghapp.model.types import Model
from tests.support.builders import NOW, OWNERS, model, opened

MODEL = model()
LATER = NOW + timedelta(minutes=20)


def at_level(level: int, **clock: object) -> Incident:
    incident = opened()
    return replace(incident, clock=replace(incident.clock, level=level, **clock))  # type: ignore[arg-type]


def with_levels(*levels: str, repeat: int = 0) -> Model:
    before, _, rest = OWNERS.partition("    repeat: 1\n")
    _, _, after = rest.partition("areas:\n")
    lines = "".join(f"      - {{{level}}}\n" for level in levels)
    later = "  later: {people: [alice], shift: daily, start: 2027-01-01T00:00, timezone: UTC}\n"
    text = f"{before}    repeat: {repeat}\n    levels:\n{lines}areas:\n{after}"
    return model(text.replace("rotations:\n", f"rotations:\n{later}"))


class TestHowLong:
    @pytest.mark.parametrize(
        ("level", "minutes"),
        [
            pytest.param(1, 15, id="the severity's acknowledge"),
            pytest.param(2, 10, id="the level's own wait"),
            pytest.param(9, 15, id="a level that has left the file: the last one"),
        ],
    )
    def test_a_level_has(self, level: int, minutes: int) -> None:
        assert wait_of(at_level(level), MODEL) == timedelta(minutes=minutes)
        assert due_at(at_level(level), MODEL) == NOW + timedelta(minutes=minutes)

    def test_for_ever_without_either(self) -> None:
        text = OWNERS.replace("sev2: {acknowledge: 15m}", 'sev2: {acknowledge: "-"}')
        incident = opened()
        assert wait_of(incident, model(text)) is None
        assert due_at(incident, model(text)) is None
        assert ticking(incident)

    def test_seconds_work(self) -> None:
        text = OWNERS.replace("sev2: {acknowledge: 15m}", "sev2: {acknowledge: 2s}")
        assert due_at(opened(), model(text)) == NOW + timedelta(seconds=2)

    def test_the_clock_follows_the_severity(self) -> None:
        worse = replace(opened(), severity=Severity.SEV1)
        assert due_at(worse, MODEL) == NOW + timedelta(minutes=5)

    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param({"ack": Ack("alice", NOW)}, id="acknowledged"),
            pytest.param({"phase": Phase.CLOSED}, id="closed"),
            pytest.param({"phase": Phase.RECOVERED}, id="recovered"),
            pytest.param({"snoozed_until": LATER}, id="snoozed"),
            pytest.param({"clock": replace(opened().clock, exhausted=True)}, id="exhausted"),
        ],
    )
    def test_it_stands_while(self, changes: dict[str, object]) -> None:
        incident = replace(opened(), **changes)  # type: ignore[arg-type]
        assert not ticking(incident)
        assert due_at(incident, MODEL) is None


class TestSteps:
    def test_a_start_is_level_one_of_a_new_run(self) -> None:
        step = start(at_level(3, round=1, run=4, exhausted=True), MODEL, LATER)
        assert (step.clock.level, step.clock.round, step.clock.run) == (1, 0, 5)
        assert (step.clock.since, step.clock.exhausted) == (LATER, False)
        assert step.clock.tried == (Tried("bob", LATER),)
        assert step.notified == ("bob",)

    def test_an_advance_remembers_who_was_tried(self) -> None:
        step = advance(opened(), MODEL, LATER)
        assert step.clock.tried == (Tried("bob", NOW), Tried("carol", LATER), Tried("bob", LATER))
        assert step.notified == ("carol", "bob")

    def test_after_the_last_round_nobody_is_left(self) -> None:
        step = advance(at_level(3, round=1), MODEL, LATER)
        assert step.notified == ()
        assert step.clock == replace(at_level(3, round=1).clock, exhausted=True)

    def test_a_person_may_summon_all_the_same(self) -> None:
        step = summon(at_level(3, round=1, exhausted=True), MODEL, LATER)
        assert (step.clock.level, step.clock.round, step.clock.exhausted) == (1, 2, False)
        assert step.notified == ("bob",)

    def test_the_tried_are_not_kept_for_ever(self) -> None:
        incident = opened()
        for _ in range(30):
            incident = replace(incident, clock=summon(incident, MODEL, LATER).clock)
        assert len(incident.clock.tried) == 20


class TestLevelsThatNameNobody:
    NOBODY = "notify: [rotation:later]"

    def test_are_passed_over(self) -> None:
        found = with_levels("notify: [rotation]", self.NOBODY, "notify: [owner]")
        step = advance(opened(), found, LATER)
        assert (step.clock.level, step.notified) == (3, ("carol",))

    def test_at_the_start_too(self) -> None:
        found = with_levels(self.NOBODY, "notify: [owner]")
        step = start(opened(), found, LATER)
        assert (step.clock.level, step.notified) == (2, ("carol",))

    def test_in_the_next_round_too(self) -> None:
        found = with_levels(self.NOBODY, "notify: [owner]", repeat=1)
        step = advance(at_level(2), found, LATER)
        assert (step.clock.level, step.clock.round, step.notified) == (2, 1, ("carol",))

    @pytest.mark.parametrize("move", [start, advance, summon])
    def test_a_policy_of_them_is_exhausted_at_once(self, move: object) -> None:
        step = move(opened(), with_levels(self.NOBODY, repeat=3), LATER)  # type: ignore[operator]
        assert step.notified == ()
        assert step.clock.exhausted


@given(
    repeat=st.integers(min_value=0, max_value=4),
    levels=st.lists(
        st.sampled_from(["owner", "rotation", "rotation:later"]), min_size=1, max_size=4
    ),
)
def test_every_policy_ends_and_calls_its_levels_in_order(repeat: int, levels: list[str]) -> None:
    found = with_levels(*(f"notify: [{level}]" for level in levels), repeat=repeat)
    heard: list[tuple[int, int]] = []
    now: datetime = NOW
    step = start(opened(), found, now)
    while not step.clock.exhausted:
        heard.append((step.clock.round, step.clock.level))
        now += timedelta(minutes=1)
        step = advance(replace(opened(), clock=step.clock), found, now)
    served = [number for number, level in enumerate(levels, 1) if level != "rotation:later"]
    assert heard == [(turn, number) for turn in range(repeat + 1) for number in served]
