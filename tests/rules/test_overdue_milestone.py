"""Milestones that are past their date."""

import pytest

from ghapp.core.backlog import Told
from ghapp.core.milestone import Milestone
from ghapp.rules.overdue_milestone import RULE
from tests.support.items import backlog, milestone, of_all


@pytest.mark.parametrize(
    ("one", "late"),
    [
        pytest.param(milestone(1, "2026-11-21"), True, id="yesterday"),
        pytest.param(milestone(1, "2026-11-22"), False, id="today"),
        pytest.param(milestone(1, "2026-11-21", is_open=False), False, id="closed"),
        pytest.param(Milestone(number=1, title="later"), False, id="without a date"),
    ],
)
def test_late(one: Milestone, late: bool) -> None:
    assert bool(of_all(RULE, [], backlog(milestones=(one,)))) is late


def test_it_says_what_is_left_of_it() -> None:
    late = (milestone(2, "2026-11-10"), milestone(1, "2026-11-03", title="Autumn"))
    first, second = of_all(RULE, [], backlog(milestones=late))
    assert first.text == "The milestone Autumn was due on 2026-11-03, and 2 items in it are open."
    assert (first.told, first.number) == (Told.AGENDA, None)
    assert "2026-11-10" in second.text
