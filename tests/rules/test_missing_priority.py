"""Issues without a priority."""

import pytest

from ghapp.core.backlog import NEEDS_TRIAGE
from ghapp.rules.missing_priority import RULE
from tests.support.items import backlog, found, item


def test_an_issue_without_a_priority_is_asked_for_one() -> None:
    (one,) = found(RULE, item(), backlog())
    assert one.then == "Add one of the labels priority/p0, priority/p1, priority/p2, priority/p3."
    assert one.labels == (NEEDS_TRIAGE,)


@pytest.mark.parametrize("label", ["priority/p0", "Priority/P3", "priority: p2", "P1"])
def test_h05_a_priority_by_any_of_its_names(label: str) -> None:
    assert found(RULE, item(labels=frozenset({label})), backlog()) == []


def test_only_where_it_is_required_and_not_of_pull_requests() -> None:
    assert found(RULE, item(), backlog("hygiene: {require: [area]}")) == []
    assert found(RULE, item(is_pull=True), backlog()) == []
