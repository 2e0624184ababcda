"""Linked issues: one that exists and is open."""

from typing import Any

import pytest

from ghapp.core.facts import RepoName
from ghapp.core.review_facts import IssueRef, LinkedIssue
from ghapp.core.verdict import Reason, State, Unread
from ghapp.rules.linked_issue import RULE, LinkedIssues
from tests.support.reviews import DAVE, REPO, facts, pull

OPEN = LinkedIssue("Prices are off", open=True)
CLOSED = LinkedIssue("Prices are off", open=False)
PULL = LinkedIssue("Prices", open=True, is_pull=True)
UNREAD = Unread("GitHub does not answer")
WEB = RepoName("acme/web")


def said(body: str, *found: Any, repo: RepoName = REPO, **settings: Any) -> Reason:
    issues = {IssueRef(repo, number): one for number, one in enumerate(found, 7)}
    reason = RULE.check(facts(pull=pull(body=body), issues=issues), LinkedIssues(**settings))
    assert reason is not None
    return reason


@pytest.mark.parametrize(
    ("body", "found", "state", "short"),
    [
        ("Closes #7", [OPEN], State.SATISFIED, "About #7"),
        ("Part of #7", [OPEN], State.SATISFIED, "About #7"),
        ("Closes #7 and #8", [CLOSED, OPEN], State.SATISFIED, "About #8"),
        ("Closes #7", [CLOSED], State.REFUSED, "#7 is closed"),
        ("Closes #7", [PULL], State.REFUSED, "#7 is a pull request"),
        ("Closes #7", [None], State.REFUSED, "#7 does not exist"),
        ("Closes #7", [], State.REFUSED, "#7 does not exist"),
        ("Closes #7", [UNREAD], State.UNKNOWN, "Could not read the linked issue"),
        ("#7 #8", [UNREAD, OPEN], State.SATISFIED, "About #8"),
        ("", [], State.REFUSED, "No linked issue"),
        ("Closes acme/web#7", [], State.REFUSED, "No linked issue"),
    ],
)
def test_an_issue(body: str, found: list[Any], state: State, short: str) -> None:
    reason = said(body, *found)
    assert (reason.state, reason.short) == (state, short)


def test_other_repositories_when_so_set() -> None:
    reason = said("acme/web#7", OPEN, repo=WEB, repositories=("acme/web",))
    assert (reason.state, reason.short) == (State.SATISFIED, "About acme/web#7")


def test_only_those_that_it_closes_when_so_set() -> None:
    reason = said("Part of #7", OPEN, closing=True)
    assert reason.state is State.REFUSED
    assert reason.text.endswith("Write why it was made into one, and here: Closes #12.")
    assert reason.who == (DAVE,)
    assert said("Closes #7", OPEN, closing=True).state is State.SATISFIED


def test_all_that_is_wrong_is_said() -> None:
    assert said("#7 #8", CLOSED, None).text == (
        "No linked issue is open: #7 is closed, #8 does not exist."
    )


def test_issues_that_could_not_be_read() -> None:
    reason = RULE.check(facts(issues=UNREAD), LinkedIssues())
    assert reason is not None
    assert reason.state is State.UNKNOWN
