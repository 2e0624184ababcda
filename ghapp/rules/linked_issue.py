"""The issue that a pull request is about: why it was made stands there."""

from ghapp.core.linked import references
from ghapp.core.review_facts import IssueRef, LinkedIssue, Need, ReviewFacts
from ghapp.core.rule import ReviewRule
from ghapp.core.verdict import Reason, State, Unread
from ghapp.model.rule_settings import RuleSettings
from ghapp.model.values import Flag, Text

_NAME = "linked_issue"


class LinkedIssues(RuleSettings):
    """Which issues count."""

    closing: Flag = False
    """Whether it must be closed by the merge: `Closes #12`."""
    repositories: tuple[Text, ...] = ()
    """Besides its own, repositories whose issues count, as `owner/name`."""


def _check(facts: ReviewFacts, settings: LinkedIssues) -> Reason | None:
    repos = {one.casefold() for one in (facts.pull.repo, *settings.repositories)}
    named = [
        one.issue
        for one in references(facts.pull)
        if one.issue.repo.casefold() in repos and (one.closing or not settings.closing)
    ]
    if not named:
        how = "Closes #12" if settings.closing else "Closes #12 or Part of #12"
        text = f"The description names no issue. Write why it was made into one, and here: {how}."
        return _refused(facts, "No linked issue", text)
    if isinstance(facts.issues, Unread):
        return _unknown(facts.issues)
    rows = [(one, facts.issues.get(one)) for one in named]
    for issue, found in rows:
        if isinstance(found, LinkedIssue) and found.open and not found.is_pull:
            text = f"It is about {_shown(issue, facts)} {found.title}"
            return Reason(_NAME, State.SATISFIED, f"About {_shown(issue, facts)}", text)
    unread = next((found for _, found in rows if isinstance(found, Unread)), None)
    if unread is not None:
        return _unknown(unread)
    what = [f"{_shown(issue, facts)} {_said(found)}" for issue, found in rows]
    return _refused(facts, what[0], f"No linked issue is open: {', '.join(what)}.")


def _said(found: LinkedIssue | Unread | None) -> str:
    if not isinstance(found, LinkedIssue):
        return "does not exist"
    return "is a pull request" if found.is_pull else "is closed"


def _shown(issue: IssueRef, facts: ReviewFacts) -> str:
    return f"{'' if issue.repo == facts.pull.repo else issue.repo}#{issue.number}"


def _refused(facts: ReviewFacts, short: str, text: str) -> Reason:
    return Reason(_NAME, State.REFUSED, short, text, (facts.pull.author,))


def _unknown(why: Unread) -> Reason:
    text = f"The linked issue could not be read: {why.why}"
    return Reason(_NAME, State.UNKNOWN, "Could not read the linked issue", text)


RULE = ReviewRule(
    name=_NAME,
    help="The description names an issue that exists and is open.",
    settings=LinkedIssues,
    check=_check,
    needs=frozenset({Need.ISSUES}),
)
