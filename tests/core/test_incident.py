"""What an issue carries of its incident, and what can be told from an issue alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ghapp.core import marker
from ghapp.core.incident import Ack, Episode, Member, Phase, from_labels, from_state, to_state
from ghapp.model.names import Login, Severity
from tests.support.builders import KEY, NOW, issue_of, opened

FULL = replace(
    opened(),
    ack=Ack(Login("bob"), NOW),
    escalated=True,
    snoozed_until=NOW + timedelta(hours=1),
    phase=Phase.RECOVERED,
    members={"gcp:1": Member("Latency", Severity.SEV2, "deployment", 4)},
    handled=("1.ack.00",),
    note="looking",
    previous=3,
)


@pytest.mark.parametrize(
    "incident", [pytest.param(opened(), id="new"), pytest.param(FULL, id="full")]
)
def test_the_state_survives_the_issue(incident):
    body = marker.render_state(to_state(incident))
    state = marker.find_state(body)
    assert state is not None
    assert from_state(state) == incident


def test_the_state_stays_small_and_keeps_what_fires():
    ended = {f"0.{n}": Episode(NOW, NOW + timedelta(seconds=n)) for n in range(500)}
    incident = replace(opened(), episodes={**ended, "0.live": Episode(NOW)})
    kept = from_state(to_state(incident))
    assert kept is not None
    assert "0.live" in kept.episodes
    assert "0.499" in kept.episodes
    assert len(kept.episodes) == 21


@pytest.mark.parametrize(
    "state",
    [
        pytest.param({}, id="empty"),
        pytest.param({**to_state(opened()), "severity": 9}, id="no such severity"),
        pytest.param({**to_state(opened()), "opened_at": "yesterday"}, id="no time"),
    ],
)
def test_a_damaged_state_is_none(state):
    assert from_state(state) is None


class TestFromLabels:
    def made(self, **issue):
        shown = issue_of(opened(), **issue)
        return from_labels(shown, key=KEY, fallback_area="deployment", source="gcp")

    def test_all_that_labels_tell(self):
        labels = {"sev1", "sev3", "area/billing", "source/stripe", "acknowledged", "escalated"}
        found = self.made(labels=frozenset(labels))
        assert (found.severity, found.area, found.source) == (Severity.SEV1, "billing", "stripe")
        assert found.ack == Ack(Login("bob"), NOW)
        assert found.escalated

    def test_nothing_but_an_issue(self):
        found = self.made(labels=frozenset(), assignees=())
        assert (found.severity, found.area, found.source) == (Severity.SEV3, "deployment", "gcp")
        assert found.ack is None

    def test_whoever_wrote_it_has_acknowledged_when_nobody_is_assigned(self):
        assert self.made(labels=frozenset({"acknowledged"}), assignees=()).ack == Ack(
            Login("ghapp[bot]"), NOW
        )

    @pytest.mark.parametrize(
        ("labels", "is_open", "phase"),
        [
            pytest.param(set(), True, Phase.OPEN, id="open"),
            pytest.param({"recovered"}, True, Phase.RECOVERED, id="recovered"),
            pytest.param({"recovered"}, False, Phase.CLOSED, id="closed"),
        ],
    )
    def test_phase(self, labels, is_open, phase):
        assert self.made(labels=frozenset(labels), open=is_open).phase is phase
