"""`/waive RULE reason`: whether somebody may waive a rule of a pull request, and what was waived before."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from ghapp.core import slash
from ghapp.core.facts import Comment, Sha
from ghapp.core.review_facts import ReviewFacts, Waiver
from ghapp.core.rule import ReviewRule
from ghapp.core.verdict import Unread
from ghapp.core.waiver import who_may_waive
from ghapp.model.names import Login, same_login
from ghapp.model.suggest import suggest

COMMAND: Final = "waive"
FREEZE: Final = "freeze"
"""Whoever may let something through a freeze says so by waiving it."""

LOST: Final = Sha("")
"""The head that something was said of, where that is not known."""


def rule_of(args: Sequence[str]) -> str:
    """The rule that is named; as the file may spell it."""
    return args[0].casefold().replace("-", "_") if args else ""


def reason_of(text: str) -> str:
    """Everything behind the rule's name."""
    return " ".join(text.split(maxsplit=1)[1:]).strip()


def why_not(rule: str, by: Login, facts: ReviewFacts, rules: Iterable[ReviewRule[Any]]) -> str:
    """Why somebody cannot waive a rule, for them; empty when they can."""
    known = {one.name: one for one in rules}
    if rule not in known:
        names = [name for name, one in known.items() if one.waivable or name == FREEZE]
        hint = suggest(rule, names) or f"known: {', '.join(f'`{one}`' for one in names)}"
        return f"There is no such rule; {hint}{'' if hint.endswith('?') else '.'}"
    if same_login(by, facts.pull.author):
        return "It is your own pull request."
    if rule == FREEZE:
        return _through(by, facts)
    if not known[rule].waivable:
        return f"`{rule}` cannot be waived."
    may = who_may_waive(facts)
    if isinstance(may, Unread):
        return "The changed files could not be read. Try again in a minute."
    if any(same_login(by, one) for one in may):
        return ""
    people = ", ".join(f"`{one}`" for one in may)
    return f"Only {people} may: the people of the areas that it touches." if may else "Nobody may."


def _through(by: Login, facts: ReviewFacts) -> str:
    if isinstance(facts.windows, Unread):
        return "The freezes could not be read. Try again in a minute."
    held = [one for one in facts.windows if one.holds(facts.now) or one.start > facts.now]
    if not held:
        return "There is no freeze."
    may = {login.casefold(): login for one in held for login in one.approvers}
    if by.casefold() in may:
        return ""
    names = ", ".join(f"`{one}`" for one in may.values())
    return f"Only {names} may." if may else "Nobody may: it ends when the freeze does."


def found_in(comment_body: str) -> tuple[tuple[str, str], ...]:
    """The rules that a comment waives, each with the reason."""
    typed = slash.commands(comment_body, known={COMMAND})
    return tuple(
        (rule_of(one.args), reason) for one in typed if (reason := reason_of(one.text)) and one.args
    )


def from_comments(
    comments: Iterable[Comment], head: Sha, since: datetime | None
) -> tuple[tuple[int, Waiver], ...]:
    """What people have waived, from their comments and with their ids, where that is not remembered.

    What was said before `since` (UTC), at which the head came up, was said of an earlier one.
    """
    return tuple(
        (
            one.id,
            Waiver(
                rule=rule,
                by=one.author,
                reason=reason,
                at=one.created_at,
                head=head if since is not None and one.created_at >= since else LOST,
            ),
        )
        for one in comments
        if not one.author_is_app and not one.author.endswith("[bot]")
        for rule, reason in found_in(one.body)
    )
