"""Signals may come in any order and any number of times: the incident ends the same."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.decide import on_first_signals
from ghapp.core.incident import Episode
from ghapp.core.lifecycle import absorb, end_by_hand, ends, firing_members
from tests.support.builders import HOME, KEY, NOW, firing, model, opened, resolved

MODEL = model()

SIGNALS = st.lists(
    st.builds(
        lambda make, occurrence, minutes: make(occurrence=occurrence, minutes=minutes),
        st.sampled_from([firing, resolved]),
        st.sampled_from(["0.a", "0.b", "0.c"]),
        st.integers(min_value=-30, max_value=30),
    ),
    min_size=1,
    max_size=12,
)


@given(SIGNALS, st.data())
def test_any_interleaving_and_duplication_ends_in_the_same_state(signals, data):
    shuffled = data.draw(st.permutations(signals))
    repeated = data.draw(st.lists(st.sampled_from(signals), max_size=6))
    straight = absorb(opened(), signals, MODEL).incident
    crooked = absorb(opened(), [*shuffled, *repeated], MODEL).incident
    assert crooked.episodes == straight.episodes
    assert crooked.firing == straight.firing
    assert crooked.last_seen == straight.last_seen


@given(SIGNALS, st.integers(min_value=0, max_value=12))
def test_folding_at_once_or_in_two_drains_is_the_same(signals, cut):
    whole = absorb(opened(), signals, MODEL).incident
    half = absorb(opened(), signals[:cut], MODEL).incident
    assert absorb(half, signals[cut:], MODEL).incident == whole


@pytest.mark.parametrize(
    ("signals", "is_firing"),
    [
        pytest.param([firing(minutes=1)], True, id="fires"),
        pytest.param([firing(minutes=1), resolved(minutes=2)], False, id="ended"),
        pytest.param([resolved(minutes=2), firing(minutes=1)], False, id="the end came first"),
        pytest.param([resolved(minutes=2), firing(minutes=3)], True, id="fired again after it"),
        pytest.param([firing(minutes=1), resolved(minutes=1)], False, id="a tie is over"),
    ],
)
def test_source_time_decides(signals, is_firing):
    episodes = ends(signals)
    assert episodes["0.a"].firing is is_firing


def test_an_end_by_hand_shuts_out_what_was_firing_but_nothing_newer():
    ended = end_by_hand(opened(), NOW + timedelta(minutes=10))
    assert not ended.firing
    assert not absorb(ended, [firing(minutes=9)], MODEL).incident.firing
    assert absorb(ended, [firing(minutes=11)], MODEL).incident.firing


def test_an_end_by_hand_leaves_what_has_ended_as_it_is():
    over = absorb(opened(), [resolved(minutes=1)], MODEL).incident
    assert end_by_hand(over, NOW + timedelta(minutes=10)) == over


class TestAnEndOfTheWhole:
    """A sender says that nothing goes on any more, whatever it names."""

    whole = resolved(occurrence="0.a", minutes=5, whole=True)

    def test_is_the_end_of_what_it_does_not_name(self):
        both = [firing(), firing(occurrence="0.b", minutes=1)]
        found = absorb(opened(*both), [self.whole], MODEL)
        assert not found.incident.firing
        assert found.ended == NOW + timedelta(minutes=5)

    def test_even_when_what_it_names_never_fired(self):
        found = absorb(opened(firing(occurrence="0.b")), [self.whole], MODEL)
        assert not found.incident.firing
        assert found.ended == NOW + timedelta(minutes=5)

    def test_leaves_what_began_later(self):
        later = [firing(), firing(occurrence="0.b", minutes=6)]
        found = absorb(opened(*later), [self.whole], MODEL)
        assert [name for name, one in found.incident.episodes.items() if one.firing] == ["0.b"]

    def test_what_fires_all_the_same_fires_anew(self):
        over = absorb(opened(firing(occurrence="0.b")), [self.whole], MODEL).incident
        assert absorb(over, [firing(occurrence="0.b")], MODEL).started

    def test_before_there_is_an_issue_it_leaves_nothing_firing(self):
        seen = [firing(occurrence="0.b"), self.whole]
        assert on_first_signals(KEY, HOME, seen, MODEL, NOW) is None
        assert ends(seen) == {"0.a": Episode(ended=self.whole.at)}

    def test_in_a_storm_it_is_the_end_of_its_own_alone(self):
        signals = [firing(key="gcp:1", occurrence="0.b"), firing(key="gcp:12", occurrence="0.c")]
        storm = on_first_signals("storm:gcp", HOME, signals, MODEL, NOW).incident
        after = absorb(storm, [replace(self.whole, fingerprint="gcp:1")], MODEL).incident
        assert firing_members(after) == {"gcp:12"}


def test_known_ends_are_kept():
    known = {"0.x": Episode(ended=NOW)}
    assert ends([resolved()], known) == {"0.x": Episode(ended=NOW), "0.a": Episode(ended=NOW)}


def test_a_storm_knows_which_of_its_members_still_fire():
    signals = [firing(key="gcp:1"), firing(key="gcp:2"), resolved(key="gcp:2", minutes=1)]
    decision = on_first_signals("storm:gcp", "acme/ops", signals, MODEL, NOW)
    assert firing_members(decision.incident) == {"gcp:1"}
