"""Labels of which only one makes sense."""

from ghapp.core.backlog import Told
from ghapp.rules.exclusive_labels import RULE
from tests.support.items import backlog, found, item

GROUPS = "hygiene: {rules: {exclusive_labels: {groups: [[bug, wish], [small, large]]}}}"


def test_h05_two_priorities_are_told_and_none_is_removed() -> None:
    (one,) = found(RULE, item(labels=frozenset({"priority/p2", "Priority/P1"})), backlog())
    assert one.text == "It has Priority/P1 and priority/p2, which exclude one another."
    assert one.then == "Keep the one that is meant."
    assert (one.told, one.labels, one.unassign) == (Told.GUIDE, (), ())


def test_h05_two_labels_of_a_group_in_whatever_case() -> None:
    labels = frozenset({"Bug", "WISH", "large"})
    (one,) = found(RULE, item(labels=labels), backlog(GROUPS))
    assert one.text == "It has Bug and WISH, which exclude one another."


def test_the_same_priority_twice_is_no_conflict() -> None:
    assert found(RULE, item(labels=frozenset({"priority/p1", "p1"})), backlog(GROUPS)) == []


def test_one_of_each_is_fine() -> None:
    labels = frozenset({"priority/p1", "bug", "large"})
    assert found(RULE, item(labels=labels), backlog(GROUPS)) == []
