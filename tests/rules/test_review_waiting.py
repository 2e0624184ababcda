"""Pull requests that wait for a review."""

from typing import Any

import pytest

from ghapp.core.backlog import Told
from ghapp.core.history import Happening, What
from ghapp.rules.review_waiting import RULE
from tests.support.items import ALICE, ALICE_AWAY, ago, backlog, found, happening, item, unsure

WITHIN = "review: {respond_within: 9h}\nhygiene: {}"
"""NOW is a Sunday: 9 hours are the Friday, and 2 days later it is still Sunday's."""


def asked(days: float) -> Happening:
    return happening(What.REQUESTED, days, about="alice")


def pull(*happenings: Happening, **changes: Any) -> Any:
    return item(*happenings, is_pull=True, **changes)


def test_h08_a_late_review_is_for_the_triage() -> None:
    """The review standard reminds whoever was asked; twice would be once too often."""
    (one,) = found(RULE, pull(asked(5)), backlog(WITHIN))
    assert one.text == "The review by alice is overdue."
    assert (one.told, one.to, one.since) == (Told.AGENDA, (ALICE,), ago(5))


@pytest.mark.parametrize(
    ("days", "late"),
    [
        pytest.param(2.125, True, id="since Friday at nine"),
        pytest.param(2.1, False, id="since Friday at half past nine"),
        pytest.param(1, False, id="since Saturday"),
    ],
)
def test_h08_only_business_hours_count(days: float, late: bool) -> None:
    assert bool(found(RULE, pull(asked(days)), backlog(WITHIN))) is late


def test_who_is_away_is_left_in_peace() -> None:
    away = backlog(WITHIN, owners=ALICE_AWAY)
    assert found(RULE, pull(asked(5)), away) == []


def test_without_a_limit_nobody_is_late() -> None:
    never = backlog("review: {respond_within: null}\nhygiene: {}")
    assert found(RULE, pull(asked(90)), never) == []
    assert not unsure(RULE, pull(known=False), never)


def test_the_timeline_is_read_only_where_somebody_may_be_late() -> None:
    assert unsure(RULE, pull(known=False), backlog(WITHIN))
    assert not unsure(RULE, pull(known=False, draft=True), backlog(WITHIN))
    assert not unsure(RULE, pull(known=False, created_at=ago(0.3)), backlog(WITHIN))
    assert not unsure(RULE, item(known=False), backlog(WITHIN))
