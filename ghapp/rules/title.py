"""The title of a pull request, which becomes the line of the history that everybody reads."""

import re
from typing import Annotated, Literal

from pydantic import Field

from ghapp.core.review_facts import ReviewFacts
from ghapp.core.rule import ReviewRule
from ghapp.core.verdict import Reason, State
from ghapp.model.patterns import Regex, found_in
from ghapp.model.rule_settings import RuleSettings
from ghapp.model.values import Text

_TYPES = (
    "build",
    "chore",
    "ci",
    "docs",
    "feat",
    "fix",
    "perf",
    "refactor",
    "revert",
    "style",
    "test",
)
_SUBJECT = re.compile(r"(?:\([^()\s][^()]*\))?!?: \S")
_REVERT = re.compile(r'Revert ".+"')
"""What GitHub's button *Revert* writes."""


class Title(RuleSettings):
    """How titles are written."""

    style: Literal["conventional"] = "conventional"
    """https://www.conventionalcommits.org/en/v1.0.0/"""
    types: Annotated[tuple[Text, ...], Field(min_length=1)] = _TYPES
    """With which words a conventional title may begin."""
    pattern: Regex | None = None
    """A regular expression that titles have instead of a style."""
    example: str = ""
    """A title that fits the pattern, shown where one does not."""


def _check(facts: ReviewFacts, settings: Title) -> Reason | None:
    title = facts.pull.title
    if settings.pattern is not None:
        fits, wanted = found_in(settings.pattern, title), f"It must match {settings.pattern}"
    else:
        fits, wanted = _conventional(title, settings.types), "It must be like “fix: what it mends”"
        wanted += f", with one of: {', '.join(settings.types)}"
    if fits:
        return Reason("title", State.SATISFIED, "Title fits", "The title is as it should be.")
    example = f" Such as: {settings.example}" if settings.example else ""
    short = "Title does not fit the pattern" if settings.pattern else "Title is not conventional"
    return Reason("title", State.REFUSED, short, f"{wanted}.{example}", (facts.pull.author,))


def _conventional(title: str, types: tuple[str, ...]) -> bool:
    """Whether it is `type(scope)!: subject`; types are told apart by their letters, not by case."""
    kind = re.match(r"[^\s(!:]+", title)
    if kind is None or _REVERT.fullmatch(title):
        return kind is not None
    known = kind[0].casefold() in {one.casefold() for one in types}
    return known and _SUBJECT.match(title, kind.end()) is not None


RULE = ReviewRule(
    name="title",
    help="The title is a conventional one, or matches a pattern of the team.",
    settings=Title,
    check=_check,
)
