"""When silence is silence: deadlines, outages, changes of OWNERS.yaml, and beats and silences in whatever order."""

import itertools
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ghapp.core.facts import Fingerprint, Signal, Status
from ghapp.core.heartbeat import (
    Expectation,
    Outage,
    Pulse,
    Silence,
    beat,
    deadline,
    expect,
    fold,
    is_withdrawn,
    key_of,
    name_of,
    next_silence,
    silent,
    span,
    withdrawn,
)
from ghapp.core.incident import Episode, bare
from ghapp.core.lifecycle import absorb
from ghapp.core.routing import route
from ghapp.model.names import Severity
from ghapp.model.types import Heartbeat
from tests.support.builders import HOME, NOW, OWNERS, model

NAME = "warehouse-sync"
MODEL = model(OWNERS)
HOURLY = Heartbeat.model_validate(
    {"every": "1h", "grace": "10m", "area": "billing", "severity": "sev2"}
)


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def outage(down: float, up: float) -> Outage:
    return Outage(after(down), after(up))


def hourly(**changes: object) -> Heartbeat:
    return HOURLY.model_copy(update=changes)


def test_the_key_of_its_incident_tells_its_name() -> None:
    assert name_of(key_of(NAME)) == NAME
    assert key_of(NAME) == "heartbeat:warehouse-sync"
    assert name_of(Fingerprint("gcp:heartbeat:x")) is None


class TestDeadline:
    @pytest.mark.parametrize(
        ("last", "since", "begun"),
        [
            pytest.param(None, 0, 0, id="never heard: since it was configured"),
            pytest.param(30, 0, 30, id="since it was heard"),
            pytest.param(-500, 0, 0, id="heard long before it was configured anew"),
        ],
    )
    def test_every_and_grace_after_it_was_last_heard(
        self, last: float | None, since: float, begun: float
    ) -> None:
        pulse = Pulse(None if last is None else after(last))
        expected = Expectation(after(since), HOURLY.every, HOURLY.grace)
        found = next_silence(HOURLY, pulse, expected)
        assert found == Silence(after(begun), after(begun + 70))

    @pytest.mark.parametrize(
        ("outages", "due"),
        [
            pytest.param([], 70, id="none"),
            pytest.param([outage(-90, -30)], 70, id="before the last beat"),
            pytest.param([outage(5, 20)], 70, id="over before a beat was expected"),
            pytest.param([outage(5, 25)], 95, id="into the time when one was expected"),
            pytest.param([outage(55, 65)], 135, id="when one was expected"),
            pytest.param([outage(65, 600)], 670, id="over the deadline"),
            pytest.param([outage(70, 600)], 70, id="when it was silent already"),
            pytest.param([outage(40, 45), outage(60, 62)], 132, id="several: the last counts"),
            pytest.param([outage(60, 62), outage(131, 133)], 132, id="not again in the time given"),
        ],
    )
    def test_a_beat_that_could_not_be_heard_is_not_silence(
        self, outages: list[Outage], due: float
    ) -> None:
        assert deadline(HOURLY, NOW, outages) == after(due)

    @settings(max_examples=600)
    @given(
        st.integers(2, 1_000),
        st.integers(0, 300),
        st.integers(5, 100),
        st.lists(st.floats(0, 1), min_size=1, max_size=20),
        st.tuples(st.integers(0, 150), st.integers(0, 80) | st.integers(80, 400)),
    )
    @example(every=2, grace=0, rhythm=100, lateness=[0.0], place=(100, 0))
    def test_no_outage_raises_the_silence_of_a_steady_job(
        self,
        every: int,
        grace: int,
        rhythm: int,
        lateness: list[float],
        place: tuple[int, int],
    ) -> None:
        """It beats at a steady pace, `rhythm` percent of `every`, late by its grace at most; an outage hides some."""
        heartbeat = hourly(every=timedelta(seconds=every), grace=timedelta(seconds=grace))
        percent = heartbeat.every / 100
        down = NOW + place[0] * percent
        gap = Outage(down, down + place[1] * percent)
        late = itertools.cycle(lateness)
        beats = sorted(
            NOW + number * rhythm * percent + next(late) * heartbeat.grace
            for number in range(800 // rhythm)
        )
        heard = [at for at in beats if not gap.down < at <= gap.up]
        for one, following in itertools.pairwise(heard):
            assert following <= deadline(heartbeat, one, [gap]) + timedelta(milliseconds=1)


class TestOwnersChange:
    def test_what_is_new_has_its_whole_time(self) -> None:
        assert expect(HOURLY, None, NOW) == Expectation(NOW, HOURLY.every, HOURLY.grace)

    @pytest.mark.parametrize(
        ("changed", "since"),
        [
            pytest.param({}, 0, id="nothing"),
            pytest.param({"severity": Severity.SEV1, "area": "deployment"}, 0, id="whose it is"),
            pytest.param({"every": timedelta(minutes=1)}, 5, id="every"),
            pytest.param({"grace": timedelta(minutes=1)}, 5, id="grace"),
        ],
    )
    def test_what_is_to_beat_otherwise_has_it_too(
        self, changed: dict[str, object], since: float
    ) -> None:
        known = expect(HOURLY, None, NOW)
        assert expect(hourly(**changed), known, after(5)).since == after(since)

    @pytest.mark.parametrize(
        ("heartbeat", "known", "over"),
        [
            pytest.param(None, HOURLY, True, id="removed"),
            pytest.param(None, None, True, id="removed, and not remembered"),
            pytest.param(HOURLY, HOURLY, False, id="unchanged"),
            pytest.param(HOURLY, None, False, id="not remembered"),
            pytest.param(hourly(every=timedelta(hours=2)), HOURLY, True, id="late no more"),
            pytest.param(hourly(every=timedelta(minutes=80)), HOURLY, False, id="late still"),
        ],
    )
    def test_a_silence_may_be_none_any_more(
        self, heartbeat: Heartbeat | None, known: Heartbeat | None, over: bool
    ) -> None:
        expected = expect(known, None, NOW) if known else None
        standing = Silence(NOW, after(70))
        assert is_withdrawn(heartbeat, expected, standing, after(100)) is over


class TestWhatItSays:
    def test_a_silence_fires_at_its_deadline_in_the_area_of_the_heartbeat(self) -> None:
        signal = silent(NAME, HOURLY, Pulse(NOW), Silence(NOW, after(70)))
        assert (signal.status, signal.at) == (Status.FIRING, after(70))
        assert signal.summary == "No heartbeat from warehouse-sync for 70m"
        assert signal.where == {
            "Last beat": "2026-11-22 12:00:00 UTC",
            "Expected every": "1h",
            "Grace": "10m",
        }
        found = route(signal, MODEL)
        assert (found.area, found.severity) == ("billing", Severity.SEV2)

    def test_one_that_never_came(self) -> None:
        signal = silent(NAME, HOURLY, Pulse(), Silence(NOW, after(70)))
        assert signal.summary == "No heartbeat from warehouse-sync yet, 70m after it was expected"
        assert signal.where["Last beat"] == "never"

    def test_an_area_that_is_not_there_is_the_fallback(self) -> None:
        signal = silent(NAME, hourly(area="nowhere"), Pulse(), Silence(NOW, after(70)))
        assert route(signal, MODEL).area == "deployment"

    def test_a_rule_goes_first(self) -> None:
        rule = '    alerts: [{source: heartbeat, match: {name: "warehouse-*"}, severity: sev1}]'
        text = OWNERS.replace("    alerts: [{source: stripe}]", rule)
        found = route(silent(NAME, HOURLY, Pulse(), Silence(NOW, after(70))), model(text))
        assert (found.area, found.severity) == ("billing", Severity.SEV1)


class TestFold:
    """What waits is folded: most beats mean nothing to the incident."""

    STANDING = Pulse(NOW, Silence(NOW, after(70)))
    SILENCE = silent(NAME, HOURLY, Pulse(NOW), Silence(NOW, after(70)))

    def test_beats_are_noted_and_mean_nothing_while_none_is_missed(self) -> None:
        beats = [beat(NAME, after(3)), beat(NAME, after(1)), beat(NAME, after(2))]
        assert fold(Pulse(), beats, HOURLY) == (Pulse(after(3)), (None, None, None))
        assert fold(Pulse(after(4)), beats, HOURLY)[0] == Pulse(after(4))

    def test_a_silence_stands(self) -> None:
        assert fold(Pulse(NOW), [self.SILENCE], HOURLY) == (self.STANDING, (self.SILENCE,))

    @pytest.mark.parametrize(
        ("pulse", "before", "heartbeat"),
        [
            pytest.param(Pulse(after(69)), [], HOURLY, id="a beat was noted since"),
            pytest.param(Pulse(NOW), [beat(NAME, after(69))], HOURLY, id="a beat waited before it"),
            pytest.param(Pulse(NOW), [], None, id="it is not expected any more"),
            pytest.param(Pulse(NOW), [], hourly(every=timedelta(hours=2)), id="it may be quiet"),
        ],
    )
    def test_a_silence_that_is_none(
        self, pulse: Pulse, before: list[Signal], heartbeat: Heartbeat | None
    ) -> None:
        after_it, meant = fold(pulse, [*before, self.SILENCE], heartbeat)
        assert meant[-1] is None
        assert after_it.silence is None

    @pytest.mark.parametrize(
        ("at", "ended"),
        [
            pytest.param(90, 90, id="after the deadline"),
            pytest.param(69, 70, id="stored too late, arrived in time"),
        ],
    )
    def test_a_beat_ends_it(self, at: float, ended: float) -> None:
        pulse, (meant,) = fold(self.STANDING, [beat(NAME, after(at))], HOURLY)
        assert pulse == Pulse(after(at))
        assert meant == beat(NAME, after(ended))

    def test_the_first_of_several_beats_ends_it(self) -> None:
        beats = [beat(NAME, after(at)) for at in (80, 81, 82)]
        assert fold(self.STANDING, beats, HOURLY) == (Pulse(after(82)), (beats[0], None, None))

    def test_one_that_waited_behind_it_does_too(self) -> None:
        """Nothing is raised by the two; but should an earlier attempt have raised it, that is ended."""
        pulse, meant = fold(Pulse(NOW), [self.SILENCE, beat(NAME, after(69))], HOURLY)
        assert pulse == Pulse(after(69))
        assert meant == (self.SILENCE, beat(NAME, after(70)))

    def test_a_beat_from_before_it_began_does_not(self) -> None:
        assert fold(self.STANDING, [beat(NAME, after(-1))], HOURLY) == (self.STANDING, (None,))

    def test_it_is_withdrawn(self) -> None:
        gone = withdrawn(NAME, after(90))
        assert fold(self.STANDING, [gone, gone], None) == (Pulse(NOW), (gone, None))


@dataclass
class Sketch:
    """The duty without its rooms: an inbox, a look by the clock, drains, and what the incident hears."""

    heartbeat: Heartbeat = field(
        default_factory=lambda: hourly(every=timedelta(seconds=20), grace=timedelta(seconds=5))
    )
    now: datetime = NOW
    pulse: Pulse = field(default_factory=Pulse)
    inbox: list[Signal] = field(default_factory=list)
    stored: set[datetime] = field(default_factory=set)
    heard: list[Signal] = field(default_factory=list)
    fired: bool = False

    def __post_init__(self) -> None:
        self.expected = expect(self.heartbeat, None, NOW)
        empty = bare(
            beat(NAME, NOW),
            key=key_of(NAME),
            repo=HOME,
            area="billing",
            severity=Severity.SEV2,
            now=NOW,
        )
        self.incident = replace(empty, episodes={NAME: Episode()})

    def look(self) -> None:
        """A silence is stored once for each deadline, as the inbox knows it again."""
        silence = next_silence(self.heartbeat, self.pulse, self.expected)
        if (
            self.pulse.silence is None
            and silence.due <= self.now
            and silence.due not in self.stored
        ):
            self.stored.add(silence.due)
            self.inbox.append(silent(NAME, self.heartbeat, self.pulse, silence))

    def drain(self, most: int) -> None:
        batch, self.inbox = self.inbox[:most], self.inbox[most:]
        self.pulse, meant = fold(self.pulse, batch, self.heartbeat)
        self.incident = absorb(self.incident, [one for one in meant if one], MODEL).incident
        self.fired = self.fired or self.incident.firing

    def settle(self) -> None:
        """Until nothing waits and nothing is to be raised."""
        for _ in range(3):
            self.drain(len(self.inbox))
            self.look()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["beat", "late beat", "look", "drain", "drain one"]), st.floats(0, 15)
    ),
    max_size=60,
)


@given(STEPS)
def test_whatever_the_order_in_the_end_it_is_silent_if_nothing_was_heard_in_time(
    steps: list[tuple[str, float]],
) -> None:
    sketch, last, late = Sketch(), NOW, list[Signal]()
    for step, seconds in steps:
        sketch.now += timedelta(seconds=seconds)
        match step:
            case "beat" | "late beat":
                last = sketch.now
                waiting = late if step == "late beat" else sketch.inbox
                waiting.append(beat(NAME, sketch.now))
            case "look":
                sketch.look()
            case "drain":
                sketch.inbox += late
                late = []
                sketch.drain(99)
            case "drain one":
                sketch.drain(1)
    sketch.inbox += late
    sketch.settle()
    assert sketch.incident.firing == (last + span(sketch.heartbeat) <= sketch.now)
    assert sketch.incident.firing == (sketch.pulse.silence is not None)


@given(
    st.lists(
        st.integers(0, 200).map(lambda at: beat(NAME, after(at)))
        | st.integers(0, 200).map(
            lambda begun: silent(NAME, HOURLY, Pulse(), Silence(after(begun), after(begun + 70)))
        ),
        max_size=8,
    ),
    st.integers(0, 8),
)
def test_folding_at_once_or_in_two_drains_is_the_same(signals: list[Signal], cut: int) -> None:
    at_once, meant = fold(Pulse(), signals, HOURLY)
    half, first = fold(Pulse(), signals[:cut], HOURLY)
    whole, second = fold(half, signals[cut:], HOURLY)
    assert (whole, first + second) == (at_once, meant)


@given(
    st.lists(st.tuples(st.floats(0.1, 25), st.sampled_from([0, 1, 99])), max_size=40),
    st.sampled_from([0.5, 1]),
)
def test_never_an_incident_while_beats_come_in_time_and_one_a_second_after_they_stop(
    beats: list[tuple[float, int]], pace: float
) -> None:
    """Drains may lag behind, as while GitHub is away; the clock looks every second."""
    sketch, tick = Sketch(), NOW
    last = NOW
    for gap, drained in beats:
        last += timedelta(seconds=gap)
        while tick + timedelta(seconds=pace) < last:
            tick += timedelta(seconds=pace)
            sketch.now = tick
            sketch.look()
        sketch.now = last
        sketch.inbox.append(beat(NAME, last))
        sketch.drain(drained)
    sketch.drain(len(sketch.inbox))
    assert not sketch.fired
    sketch.now = last + span(sketch.heartbeat) + timedelta(seconds=1)
    sketch.look()
    sketch.drain(1)
    assert sketch.incident.firing
