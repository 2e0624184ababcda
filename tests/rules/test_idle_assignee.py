"""Who is assigned and does nothing."""

from typing import Any

import pytest

from ghapp.core.backlog import Backlog, Told
from ghapp.core.blocking import Blocker, Standing, ref
from ghapp.core.history import Happening, What
from ghapp.rules.idle_assignee import RULE
from tests.support.builders import HOME
from tests.support.items import (
    ALICE,
    ALICE_AWAY,
    BOB,
    BOT,
    ago,
    backlog,
    found,
    happening,
    item,
    unsure,
)


def taken(*happenings: Happening, **changes: Any) -> Any:
    given = {"assignees": (ALICE,), **changes}
    return item(happening(What.ASSIGNED, 60, BOB, about="Alice"), *happenings, **given)


def test_h07_an_assignee_without_activity_is_reminded() -> None:
    (one,) = found(RULE, taken(), backlog())
    assert one.text == "It is assigned to alice, who has not touched it for 14 days."
    assert (one.told, one.to, one.since) == (Told.REMIND, (ALICE,), ago(60))


@pytest.mark.parametrize(
    ("what", "by", "reminded"),
    [
        pytest.param(What.COMMENTED, ALICE, False, id="a word"),
        pytest.param(What.LINKED, ALICE, False, id="a commit that refers to it"),
        pytest.param(What.LABELED, ALICE, False, id="a label"),
        pytest.param(What.COMMENTED, BOB, True, id="a word by somebody else"),
        pytest.param(What.COMMENTED, BOT, True, id="a bot"),
    ],
)
def test_h07_only_what_the_assignee_does_counts(what: What, by: Any, reminded: bool) -> None:
    assert bool(found(RULE, taken(happening(what, 13, by)), backlog())) is reminded


def test_h07_who_was_just_assigned_has_time() -> None:
    again = taken(happening(What.ASSIGNED, 10, BOB, about="alice"))
    assert found(RULE, again, backlog()) == []


def test_h07_who_is_away_is_left_in_peace_until_they_are_back() -> None:
    def around(days: float) -> Backlog:
        return backlog(now=ago(-days), owners=ALICE_AWAY)

    assert found(RULE, taken(), around(0)) == []
    assert found(RULE, taken(), around(1.4)) == []
    assert found(RULE, taken(), around(2))


def test_h07_who_has_left_is_for_another_rule() -> None:
    assert found(RULE, taken(), backlog(gone=frozenset({"alice"}))) == []


def test_what_is_blocked_can_wait() -> None:
    waits = taken(body="Blocked by #3")
    assert found(RULE, waits, backlog(blockers={ref(HOME, 3): Blocker(Standing.OPEN)})) == []
    assert found(RULE, waits, backlog(blockers={ref(HOME, 3): Blocker(Standing.CLOSED)}))


def test_the_timeline_is_read_only_where_somebody_may_be_idle() -> None:
    assert unsure(RULE, taken(known=False), backlog())
    assert not unsure(RULE, taken(known=False, created_at=ago(13)), backlog())
    assert not unsure(RULE, item(known=False), backlog())
    assert not unsure(RULE, taken(known=False, is_pull=True), backlog())
