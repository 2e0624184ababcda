"""Freezes: nothing is merged while one holds, but for those whom somebody lets through."""

from datetime import timedelta
from typing import Any

import pytest

from ghapp.core.freeze import Window
from ghapp.core.verdict import Reason, State, Unread
from ghapp.rules.freeze import RULE, Freezing
from tests.support.reviews import ALICE, BOB, DAVE, HOUR, NOW, OLD, facts, waiver

UNREAD = Unread("GitHub does not answer")


def window(start: timedelta, end: timedelta | None = None, **settings: Any) -> Window:
    given: dict[str, Any] = {"reason": "holidays", "said_in": "release.freezes[0]"}
    given |= {"approvers": (ALICE,), "foreseen": True}
    return Window(start=NOW + start, end=None if end is None else NOW + end, **(given | settings))


HELD = window(-HOUR, HOUR)


def said(*windows: Window, **changes: Any) -> Reason:
    reason = RULE.check(facts(windows=windows, **changes), Freezing())
    assert reason is not None
    return reason


@pytest.mark.parametrize(
    ("windows", "state"),
    [
        pytest.param([], State.SATISFIED, id="G05 none"),
        pytest.param([window(HOUR)], State.SATISFIED, id="G05 later"),
        pytest.param([window(timedelta(0))], State.REFUSED, id="G05 from its instant on"),
        pytest.param([window(-HOUR, timedelta(0))], State.SATISFIED, id="G05 until its end"),
        pytest.param([window(HOUR), HELD], State.REFUSED, id="G05 one of several"),
    ],
)
def test_a_freeze(windows: list[Window], state: State) -> None:
    assert said(*windows).state is state


def test_what_it_says() -> None:
    reason = said(HELD)
    assert reason.short == "Freeze: holidays (until 2026-11-24)"
    assert reason.text == "Freeze: holidays until 2026-11-24 10:00 UTC."
    assert (reason.who, reason.setting) == ((ALICE,), "release.freezes[0]")
    assert said(window(-HOUR)).short == "Freeze: holidays"


def test_an_approver_lets_it_through_and_is_quoted() -> None:
    reason = said(HELD, waivers=(waiver("freeze", ALICE),))
    assert reason.state is State.SKIPPED
    assert reason.children[0].text == (
        "Freeze: holidays until 2026-11-24 10:00 UTC: alice lets it through,"
        " 2026-11-24 08:00 UTC: the vendor is down"
    )


@pytest.mark.parametrize(
    ("given", "note"),
    [
        pytest.param(
            waiver("freeze", BOB),
            "The word of bob does not count: only alice may let a release through"
            " (release.freezes[0])",
            id="G05 by anyone else",
        ),
        pytest.param(
            waiver("freeze", ALICE, head=OLD),
            "The word of alice was voided by aaaaaaa",
            id="G05 of another change",
        ),
    ],
)
def test_a_word_that_does_not_count(given: Any, note: str) -> None:
    reason = said(HELD, waivers=(given,), diffs={OLD: "x"})
    assert reason.state is State.REFUSED
    assert reason.children[1].text == note


def test_nobody_lets_their_own_through() -> None:
    own = window(-HOUR, HOUR, approvers=(DAVE,))
    assert said(own, waivers=(waiver("freeze", DAVE),)).state is State.REFUSED


def test_leave_for_one_freeze_is_none_for_another() -> None:
    other = window(-HOUR, None, approvers=(BOB,), said_in="#9")
    assert said(HELD, other, waivers=(waiver("freeze", ALICE),)).short == "Freeze: holidays"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"waivers": UNREAD}, id="G03 who lets it through"),
        pytest.param(
            {"waivers": (waiver("freeze", ALICE, head=OLD),), "diffs": {OLD: UNREAD}},
            id="G03 whether it is the same change",
        ),
    ],
)
def test_what_could_not_be_read(changes: dict[str, Any]) -> None:
    assert said(HELD, **changes).state is State.UNKNOWN
    assert said(**changes).state is State.SATISFIED


def test_freezes_that_could_not_be_read() -> None:
    reason = RULE.check(facts(windows=UNREAD), Freezing())
    assert reason is not None
    assert reason.state is State.UNKNOWN
    assert RULE.wake_at(facts(windows=UNREAD)) is None


def test_when_time_changes_it() -> None:
    windows = (window(-3 * HOUR, -HOUR), window(2 * HOUR), window(-HOUR, 3 * HOUR))
    assert RULE.wake_at(facts(windows=windows)) == NOW + 2 * HOUR
    assert RULE.wake_at(facts()) is None
