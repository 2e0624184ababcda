"""Issues that may have been reported already."""

from typing import Any

import pytest

from ghapp.core.backlog import Titled, Told
from ghapp.core.item import Item
from ghapp.rules.duplicate import RULE
from tests.support.items import ago, backlog, item, of_all


def issue(number: int, title: str, days: float = 100, **changes: Any) -> Item:
    return item(number=number, title=title, created_at=ago(days), **changes)


OLD = issue(3, "Export of invoices is empty")
NEW = issue(9, "[bug] The export of invoices is empty", 1)


def closed(days: float) -> tuple[Titled, ...]:
    return (Titled(4, "export of Invoices is Empty!", ago(300), ago(days)),)


def test_h06_a_new_issue_is_shown_the_older_one_and_nothing_else_is_done() -> None:
    (one,) = of_all(RULE, [OLD, NEW], backlog())
    assert (one.number, one.others, one.told) == (9, (3,), Told.REMIND)
    assert one.text == "This may have been reported already:"
    assert (one.to, one.labels, one.unassign) == ((), (), ())


@pytest.mark.parametrize(("days", "seen"), [(89, True), (90, False), (200, False)])
def test_h06_what_was_closed_in_the_last_90_days_is_looked_at_too(days: int, seen: bool) -> None:
    assert bool(of_all(RULE, [NEW], backlog(closed=closed(days)))) is seen


def test_what_is_not_known_to_be_closed_then_is_left_out() -> None:
    never = (Titled(4, "export of invoices is empty", ago(300)),)
    assert of_all(RULE, [NEW], backlog(closed=never)) == []


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(issue(3, "Import of customers is slow"), id="another matter"),
        pytest.param(issue(3, "Export of invoices 2 is empty"), id="a number more"),
        pytest.param(issue(3, OLD.title, is_pull=True), id="a pull request"),
        pytest.param(issue(10, OLD.title, 0.5), id="the later one is told instead"),
    ],
)
def test_not_alike(other: Item) -> None:
    assert [one for one in of_all(RULE, [other, NEW], backlog()) if one.number == 9] == []


def test_old_issues_are_not_compared_with_one_another() -> None:
    assert of_all(RULE, [OLD, issue(5, OLD.title)], backlog()) == []


def test_how_much_alike_and_how_new_is_for_the_file_to_say() -> None:
    strict = backlog("hygiene: {rules: {duplicate: {alike: 100}}}")
    assert of_all(RULE, [OLD, NEW], strict) == []
    older = issue(9, OLD.title, 20)
    assert of_all(RULE, [OLD, older], backlog()) == []
    assert of_all(RULE, [OLD, older], backlog("hygiene: {rules: {duplicate: {within: 30d}}}"))


def test_at_most_three_are_shown() -> None:
    many = [issue(number, OLD.title) for number in range(1, 6)]
    (one,) = of_all(RULE, [*many, NEW], backlog())
    assert one.others == (1, 2, 3)
