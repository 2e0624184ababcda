"""How long an issue may have a priority, counted from when it last got it."""

from typing import Any

import pytest

from ghapp.core.backlog import Told, Weight
from ghapp.core.history import Happening, What
from ghapp.rules.priority_age import RULE
from tests.support.items import ALICE, CAROL, ago, backlog, found, happening, item, unsure


def set_to(priority: str, days: float) -> Happening:
    return happening(What.LABELED, days, about=f"priority/{priority}")


def urgent(priority: str, *happenings: Happening, **changes: Any) -> Any:
    return item(*happenings, labels=frozenset({f"priority/{priority}"}), **changes)


def test_h04_the_clock_of_a_raised_priority_begins_anew() -> None:
    raised = urgent("p0", set_to("p1", 30), set_to("p0", 1.5))
    (one,) = found(RULE, raised, backlog())
    assert one.since == ago(1.5)
    assert one.text == "It has been p0 for more than 24 hours."
    assert (one.told, one.weight, one.to) == (Told.REMIND, Weight.URGENT, (CAROL,))


def test_h04_from_the_last_raise() -> None:
    again = urgent("p0", set_to("p0", 20), set_to("p1", 10), set_to("p0", 0.5))
    assert found(RULE, again, backlog()) == []


def test_s14_the_latest_setting_counts_in_whatever_order_they_are_told() -> None:
    again = urgent("p1", set_to("p1", 2), set_to("p1", 90))
    assert found(RULE, again, backlog()) == []


@pytest.mark.parametrize(
    ("priority", "days", "late"),
    [
        ("p0", 1.0, True),
        ("p0", 0.99, False),
        ("p1", 7.0, True),
        ("p1", 6.9, False),
        ("p2", 30.0, True),
        ("p2", 29.0, False),
        ("p3", 199.0, False),
    ],
)
def test_each_priority_has_its_limit(priority: str, days: float, late: bool) -> None:
    assert bool(found(RULE, urgent(priority, set_to(priority, days)), backlog())) is late


def test_of_two_priorities_the_most_urgent_counts() -> None:
    both = item(
        set_to("p2", 3), set_to("p0", 3), labels=frozenset({"priority/p0", "priority/p2"})
    )  # fmt: skip
    (one,) = found(RULE, both, backlog())
    assert one.occasion.startswith("p0:")


def test_a_label_that_nobody_set_counts_from_the_beginning() -> None:
    (one,) = found(RULE, urgent("p2", assignees=(ALICE,)), backlog())
    assert one.since == ago(200)
    assert (one.weight, one.to) == (Weight.LATE, (ALICE,))


def test_the_timeline_is_read_only_where_it_may_be_late() -> None:
    assert unsure(RULE, urgent("p1", known=False), backlog())
    assert not unsure(RULE, urgent("p1", known=False, created_at=ago(6)), backlog())
    assert not unsure(RULE, item(known=False), backlog())
    outdated = urgent("p1", set_to("p1", 2), updated_at=ago(2))
    later = urgent("p1", history=outdated.history, updated_at=ago(1))
    assert not unsure(RULE, later, backlog())


def test_pull_requests_and_priorities_without_a_limit_have_no_clock() -> None:
    assert found(RULE, urgent("p0", is_pull=True), backlog()) == []
    assert found(RULE, urgent("p1"), backlog("hygiene: {limits: {p0: 1d}}")) == []
