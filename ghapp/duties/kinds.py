"""The kinds of duties, by which people choose what is done, and the kind that each conversation is of."""

from collections.abc import Iterable
from typing import Final

from ghapp.core.github_event import HYGIENE, PULL, RELEASE, STANDARD
from ghapp.core.routine_asks import DOCS, POSTMORTEMS
from ghapp.core.routing import CONVERSATION as INCIDENT
from ghapp.duties.models import CONVERSATION as MODEL
from ghapp.duties.outbox import FREEZES, HANDOFF, PAGE, REPORT, TRIAGE

_PREFIXES: Final = {
    INCIDENT: "incidents",
    PAGE: "pages",
    HANDOFF: "handoffs",
    PULL: "review",
    STANDARD: "review",
    RELEASE: "release",
    FREEZES: "freezes",
    TRIAGE: "triage",
    REPORT: "report",
    POSTMORTEMS: "postmortems",
    HYGIENE: "hygiene",
    DOCS: "docs",
    MODEL: "model",
}
KINDS: Final = frozenset(_PREFIXES.values())
OTHER: Final = "other"
"""What no kind claims."""


def kind_of(conversation: str) -> str:
    """The kind of a conversation."""
    found = (kind for prefix, kind in _PREFIXES.items() if conversation.startswith(prefix))
    return next(found, OTHER)


def chosen(words: Iterable[str], known: Iterable[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The kinds that a person means, in singular or plural, and the words that mean none."""
    by_stem = {_stem(kind): kind for kind in known}
    asked = [word.strip() for word in words if word.strip()]
    return (
        frozenset(by_stem[_stem(word)] for word in asked if _stem(word) in by_stem),
        tuple(word for word in asked if _stem(word) not in by_stem),
    )


def _stem(word: str) -> str:
    return word.casefold().removesuffix("s")
