"""The life of a release: where it stands, and what comes next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.facts import Sha
from ghapp.core.release import (
    OVER,
    CarryOver,
    CloseIssue,
    CloseMilestone,
    HandOver,
    OpenBranch,
    OpenIssue,
    OpenPull,
    Phase,
    Publish,
    PullFacts,
    RecordGate,
    ReleaseFacts,
    Step,
    Tag,
    Tell,
    next_steps,
    phase,
)
from ghapp.model.names import Login

ALICE, BOB = Login("alice"), Login("bob")
HEAD, MERGED = Sha("a" * 40), Sha("b" * 40)
DUE = datetime(2026, 11, 24, 9, tzinfo=UTC)
OPENS = DUE - timedelta(days=1)
HOUR = timedelta(hours=1)

PULL = PullFacts(number=41, head=HEAD, open=True)
DONE = replace(PULL, open=False, merged=MERGED)


def facts(**settings: Any) -> ReleaseFacts:
    standing: dict[str, Any] = {
        "key": "2026-11-24",
        "name": "Release 7",
        "tag_name": "Release-7",
        "at": DUE,
        "opens_at": OPENS,
        "captain": ALICE,
        "next_captain": BOB,
        "milestone": 3,
        "milestone_open": True,
        "issue": 12,
        "issue_open": True,
        "ships": True,
    }
    return ReleaseFacts(**(standing | settings))


AFTER = (CloseMilestone(3), HandOver(BOB), CloseIssue(12))


@pytest.mark.parametrize(
    ("standing", "now", "where", "steps"),
    [
        pytest.param(facts(**settings), now, where, steps, id=name)
        for name, settings, now, where, steps in (
            ("planned", {}, OPENS - HOUR, Phase.PLANNED, ()),
            ("planned, without its issue", {"issue": None}, OPENS - HOUR, Phase.PLANNED, (OpenIssue(ALICE),)),
            ("C13 its window opens", {}, OPENS, Phase.WINDOW_OPEN,
             (OpenBranch("release/Release-7"), OpenPull("release/Release-7", "Release 7"))),
            ("the branch is there", {"branch": HEAD}, DUE, Phase.WINDOW_OPEN,
             (OpenPull("release/Release-7", "Release 7"),)),
            ("nobody could tell what there is to release", {"ships": None}, DUE, Phase.WINDOW_OPEN, ()),
            ("C21 late, but in time", {}, DUE + 24 * HOUR, Phase.WINDOW_OPEN,
             (OpenBranch("release/Release-7"), OpenPull("release/Release-7", "Release 7"))),
            ("C21 too late", {}, DUE + 25 * HOUR, Phase.MISSED, (Tell(Phase.MISSED),)),
            ("C21 too late, and told", {"recorded": frozenset({Phase.MISSED})}, DUE + 25 * HOUR, Phase.MISSED, ()),
            ("C21 too late, but begun", {"branch": HEAD}, DUE + 25 * HOUR, Phase.WINDOW_OPEN,
             (OpenPull("release/Release-7", "Release 7"),)),
            ("C21 missed, and the next begins", {"superseded": True, "unfinished": 2}, DUE + 300 * HOUR, Phase.MISSED,
             (Tell(Phase.MISSED), CarryOver(3), *AFTER)),
            ("C21 missed, without an issue", {"issue": None}, DUE + 25 * HOUR, Phase.MISSED,
             (OpenIssue(ALICE), Tell(Phase.MISSED))),
            ("M08 cancelled", {"cancelled": True, "milestone_open": False}, DUE, Phase.CANCELLED,
             (Tell(Phase.CANCELLED),)),
            ("M08 cancelled before it had an issue", {"cancelled": True, "issue": None}, DUE, Phase.CANCELLED, ()),
            ("M08 cancelled, and the next begins",
             {"cancelled": True, "superseded": True, "milestone_open": False, "unfinished": 1}, DUE, Phase.CANCELLED,
             (Tell(Phase.CANCELLED), CarryOver(3), HandOver(BOB), CloseIssue(12))),
            ("G12 nothing to ship", {"ships": False, "unfinished": 1}, DUE, Phase.NOTHING_TO_SHIP,
             (Tell(Phase.NOTHING_TO_SHIP), CarryOver(3), *AFTER)),
            ("G12 nothing to ship, told before",
             {"ships": True, "recorded": frozenset({Phase.NOTHING_TO_SHIP}), "milestone_open": False,
              "handed_over": True, "issue_open": False}, DUE, Phase.NOTHING_TO_SHIP, ()),
            ("its pull request is open", {"pull": PULL}, DUE, Phase.GATED, ()),
            ("its pull request is open, late", {"pull": PULL}, DUE + 300 * HOUR, Phase.GATED, ()),
            ("it may be merged", {"pull": replace(PULL, gate=True)}, DUE, Phase.READY, ()),
            ("somebody closed its pull request", {"pull": replace(PULL, open=False)}, DUE, Phase.CANCELLED,
             (Tell(Phase.CANCELLED),)),
            ("merged", {"pull": DONE, "unfinished": 4}, DUE, Phase.MERGED,
             (RecordGate(41, HEAD), Tag("Release-7", MERGED), Publish("Release-7", "Release 7"),
              Tell(Phase.RELEASED), CarryOver(3), *AFTER)),
            ("G11 the tag exists", {"pull": DONE, "tag": HEAD, "gate_recorded": True}, DUE, Phase.TAGGED,
             (Publish("Release-7", "Release 7"), Tell(Phase.RELEASED), *AFTER)),
            ("G11 the release exists", {"pull": DONE, "tag": MERGED, "published": True, "gate_recorded": True}, DUE,
             Phase.RELEASED, (Tell(Phase.RELEASED), *AFTER)),
            ("G11 tagged by hand, without a pull request", {"tag": HEAD}, OPENS - HOUR, Phase.TAGGED,
             (Publish("Release-7", "Release 7"), Tell(Phase.RELEASED), *AFTER)),
            ("G11 all is done",
             {"pull": DONE, "tag": MERGED, "published": True, "gate_recorded": True, "handed_over": True,
              "milestone_open": False, "issue_open": False, "recorded": frozenset({Phase.RELEASED})}, DUE,
             Phase.RELEASED, ()),
            ("G13 rolled back", {"pull": DONE, "tag": MERGED, "published": True, "rolled_back": "it burns"}, DUE,
             Phase.ROLLED_BACK, (Tell(Phase.ROLLED_BACK, "it burns"), *AFTER)),
            ("nothing is carried over", {"pull": DONE, "published": True, "tag": MERGED, "unfinished": 4,
             "carries_over": False, "gate_recorded": True, "recorded": frozenset({Phase.RELEASED})}, DUE,
             Phase.RELEASED, AFTER),
            ("G10 without a milestone", {"milestone": None, "published": True, "tag": MERGED, "unfinished": 1,
             "recorded": frozenset({Phase.RELEASED})}, DUE, Phase.RELEASED, (HandOver(BOB), CloseIssue(12))),
            ("a hotfix hands nothing over", {"hotfix": True, "published": True, "tag": MERGED,
             "recorded": frozenset({Phase.RELEASED})}, DUE, Phase.RELEASED, (CloseMilestone(3), CloseIssue(12))),
            ("the last of all", {"next_captain": None, "published": True, "tag": MERGED, "issue": None,
             "recorded": frozenset({Phase.RELEASED})}, DUE, Phase.RELEASED, (OpenIssue(ALICE), CloseMilestone(3))),
        )
    ],
)  # fmt: skip
def test_where_it_stands_and_what_comes_next(
    standing: ReleaseFacts, now: datetime, where: Phase, steps: tuple[Step, ...]
) -> None:
    assert phase(standing, now) is where
    assert next_steps(standing, now) == steps


def test_how_late_is_too_late_is_a_setting() -> None:
    assert phase(facts(), DUE + 25 * HOUR, timedelta(days=3)) is Phase.WINDOW_OPEN
    assert phase(facts(), DUE + HOUR, timedelta(0)) is Phase.MISSED


EFFECTS: dict[type[Any], dict[str, Any]] = {
    OpenIssue: {"issue": 99, "issue_open": True},
    OpenBranch: {"branch": HEAD},
    OpenPull: {"pull": PULL},
    RecordGate: {"gate_recorded": True},
    Tag: {"tag": MERGED},
    Publish: {"published": True},
    CarryOver: {"unfinished": 0},
    CloseMilestone: {"milestone_open": False},
    HandOver: {"handed_over": True},
    CloseIssue: {"issue_open": False},
}


def done(standing: ReleaseFacts, step: Step) -> ReleaseFacts:
    """GitHub after a step."""
    if isinstance(step, Tell):
        return replace(standing, recorded=standing.recorded | {step.phase})
    return replace(standing, **EFFECTS[type(step)])


pulls = st.sampled_from([None, PULL, DONE, replace(PULL, gate=True), replace(PULL, open=False)])
any_facts = st.builds(
    facts,
    milestone=st.sampled_from([None, 3]),
    milestone_open=st.booleans(),
    cancelled=st.booleans(),
    issue=st.sampled_from([None, 12]),
    ships=st.sampled_from([None, True, False]),
    branch=st.sampled_from([None, HEAD]),
    pull=pulls,
    tag=st.sampled_from([None, HEAD]),
    published=st.booleans(),
    unfinished=st.integers(0, 2),
    hotfix=st.booleans(),
    superseded=st.booleans(),
    rolled_back=st.sampled_from([None, "it burns"]),
    gate_recorded=st.booleans(),
    handed_over=st.booleans(),
    recorded=st.frozensets(st.sampled_from(Phase)),
)


@given(any_facts, st.integers(-48, 480))
def test_wherever_it_died_it_goes_on_and_ends(standing: ReleaseFacts, hours: int) -> None:
    """Step by step as after crashes: no step twice, and then nothing is left."""
    now = DUE + hours * HOUR
    taken: list[Step] = []
    while steps := next_steps(standing, now):
        assert steps[0] not in taken
        taken.append(steps[0])
        standing = done(standing, steps[0])
    assert sum(isinstance(step, Tag) for step in taken) <= 1
    kinds = [type(step) for step in taken]
    if Tag in kinds and CloseMilestone in kinds:
        assert RecordGate not in kinds or kinds.index(RecordGate) < kinds.index(CloseMilestone)
        assert CarryOver not in kinds or kinds.index(CarryOver) < kinds.index(CloseMilestone)


def test_k02_the_gate_is_recorded_before_anything_is_carried_over() -> None:
    kinds = [type(step) for step in next_steps(facts(pull=DONE, unfinished=4), DUE)]
    assert kinds.index(RecordGate) < kinds.index(CarryOver) < kinds.index(CloseMilestone)


def test_m16_over_is_what_was_released_or_had_nothing_to_release() -> None:
    assert Phase.MERGED not in OVER
    assert Phase.MISSED not in OVER
