"""Commits that are meant to be folded into others before the merge."""

import re

from ghapp.core.opinions import short
from ghapp.core.review_facts import ReviewFacts
from ghapp.core.rule import ReviewRule
from ghapp.core.verdict import Reason, State, Unread
from ghapp.model.rule_settings import RuleSettings

_UNFINISHED = re.compile(r"(?:fixup|squash|amend)! |\[?wip\b", re.IGNORECASE)
"""What `git commit --fixup` and `--squash` write, and people."""


class Fixup(RuleSettings):
    """Nothing of its own can be set."""


def _check(facts: ReviewFacts, _settings: Fixup) -> Reason | None:
    if isinstance(facts.commits, Unread):
        return _unknown(f"The commits could not be read: {facts.commits.why}")
    found = [one for one in facts.commits if _UNFINISHED.match(one.message)]
    if found:
        first = found[0].message.partition("\n")[0][:80]
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        text = f"To be folded into another commit: {short(found[0].sha)} {first}{more}."
        kind = f"{len(found)} unfinished commit{'s' if len(found) > 1 else ''}"
        return Reason("fixup", State.REFUSED, kind, text, (facts.pull.author,))
    if not facts.commits_complete:
        return _unknown("GitHub does not list all the commits.")
    return Reason("fixup", State.SATISFIED, "No unfinished commit", "No commit is unfinished.")


def _unknown(why: str) -> Reason:
    return Reason("fixup", State.UNKNOWN, "Could not read the commits", why)


RULE = ReviewRule(
    name="fixup",
    help="No commit is a fixup, a squash or work in progress.",
    settings=Fixup,
    check=_check,
)
