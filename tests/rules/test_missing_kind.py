"""Issues that do not say of which kind they are."""

from ghapp.core.backlog import NEEDS_TRIAGE
from ghapp.rules.missing_kind import RULE
from tests.support.items import backlog, found, item

REQUIRED = "hygiene: {require: [kind], kinds: [bug, wish]}"


def test_an_issue_without_a_kind_is_asked_for_one() -> None:
    (one,) = found(RULE, item(labels=frozenset({"question"})), backlog(REQUIRED))
    assert one.text == "It does not say of which kind it is."
    assert one.then == "Add one of the labels bug, wish."
    assert one.labels == (NEEDS_TRIAGE,)


def test_h05_in_whatever_case() -> None:
    assert found(RULE, item(labels=frozenset({"Bug"})), backlog(REQUIRED)) == []


def test_only_where_it_is_required_and_not_of_pull_requests() -> None:
    assert found(RULE, item(), backlog()) == []
    assert found(RULE, item(is_pull=True), backlog(REQUIRED)) == []
