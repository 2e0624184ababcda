"""What a release issue remembers is read as it was written, and what people spoil harms nothing."""

from datetime import UTC, datetime

import pytest

from ghapp.core import marker
from ghapp.core.facts import Sha
from ghapp.core.milestone_plan import Known, Note
from ghapp.core.release import Phase
from ghapp.core.release_state import (
    Carried,
    GateSaid,
    ReleaseState,
    RolledBack,
    carry_counts,
    from_data,
    hotfix_key,
    known,
    pull_of,
    to_data,
)
from ghapp.model.names import Login

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
FULL = ReleaseState(
    milestone=3,
    title="Thanksgiving",
    captain=Login("alice"),
    name="v1.4.0",
    since="v1.3.0",
    since_at=AT,
    pull=7,
    gate=GateSaid(passed=True, title="Ready to release", head=Sha("a" * 40)),
    recorded=frozenset({Phase.RELEASED, Phase.ROLLED_BACK}),
    notes=frozenset({Note.MOVED}),
    handed_over=True,
    carried=(Carried(number=4, times=2, blocks=True), Carried(number=5, times=1)),
    carried_to=4,
    stranded=(6,),
    told=True,
    orphans=(8,),
    left_out=("2026-12-22: freeze",),
    rolled_back=RolledBack(reason="--> it broke", by=Login("bob"), at=AT),
)


@pytest.mark.parametrize("state", [ReleaseState(), FULL], ids=["nothing", "everything"])
def test_it_is_read_as_it_was_written(state: ReleaseState) -> None:
    line = marker.render_state(to_data(state))
    assert from_data(marker.find_state(line)) == state


def test_what_says_nothing_is_left_out() -> None:
    assert to_data(ReleaseState()) == {}
    assert to_data(ReleaseState(told=True, milestone=1)) == {"milestone": 1, "told": True}


@pytest.mark.parametrize("data", [None, {}, {"pull": "seven"}, {"recorded": ["gone"]}])
def test_what_people_have_spoilt_is_as_if_it_had_never_been(data: dict[str, object] | None) -> None:
    assert from_data(data) == ReleaseState()


@pytest.mark.parametrize(
    ("recorded", "over"),
    [
        ([], False),
        ([Phase.MISSED, Phase.CANCELLED], False),
        ([Phase.RELEASED], True),
        ([Phase.NOTHING_TO_SHIP], True),
        ([Phase.ROLLED_BACK], True),
    ],
)
def test_m16_when_a_release_is_over(recorded: list[Phase], over: bool) -> None:
    assert ReleaseState(recorded=frozenset(recorded)).over is over


def test_what_is_known_of_the_milestones_of_the_cadence() -> None:
    states = {"2026-11-24": FULL, "hotfix:7": ReleaseState(milestone=9)}
    assert known(states) == {"2026-11-24": Known(3, frozenset({Note.MOVED}))}


def test_k03_the_most_often_counts() -> None:
    again = ReleaseState(carried=(Carried(number=4, times=1), Carried(number=9, times=1)))
    assert carry_counts([FULL, again]) == {4: 2, 5: 1, 9: 1}


def test_the_key_of_a_hotfix_is_its_pull_request() -> None:
    assert pull_of(hotfix_key(7)) == 7
    assert [pull_of(key) for key in ("2026-11-24", "7", "hotfix:", "hotfix:x")] == [None] * 4
