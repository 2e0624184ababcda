"""`/resolve [note]`: it is over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ghapp.commands.resolve import run
from ghapp.core.decide import on_signals
from ghapp.core.incident import Phase
from tests.support.builders import NOW, firing, opened
from tests.support.requests import LATER, MODEL, OPENED, after, request, unchanged


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(OPENED, id="open"),
        pytest.param(replace(OPENED, phase=Phase.RECOVERED), id="recovered"),
        pytest.param(replace(OPENED, snoozed_until=NOW + timedelta(days=1)), id="snoozed"),
    ],
)
def test_closes(before: object) -> None:
    incident = after(run(request("/resolve rolled back", before)))  # type: ignore[arg-type]
    assert (incident.phase, incident.closed_at) == (Phase.CLOSED, LATER)
    assert incident.note == "rolled back"
    assert "snoozed" not in incident.labels


def test_without_a_note_the_last_update_stays() -> None:
    assert after(run(request("/resolve", replace(OPENED, note="looking")))).note == "looking"


def test_what_was_firing_is_over_and_only_something_newer_reopens_it() -> None:
    incident = after(run(request("/resolve")))
    assert not incident.firing
    assert on_signals(incident, [firing(minutes=4)], MODEL, LATER).incident.phase is Phase.CLOSED
    assert on_signals(incident, [firing(minutes=6)], MODEL, LATER).incident.phase is Phase.OPEN


def test_again_changes_nothing() -> None:
    incident = after(run(request("/resolve")))
    assert unchanged(run(request("/resolve again", incident)), incident)


def test_also_when_the_senders_clock_is_ahead_of_ours() -> None:
    ahead = opened(firing(minutes=8))
    incident = after(run(request("/resolve", ahead)))
    assert not incident.firing
    assert on_signals(incident, [firing(minutes=8)], MODEL, LATER).incident.phase is Phase.CLOSED
