"""What people say about a release in the comments of its pull request, as the comments stand now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ghapp.core import slash
from ghapp.core.command import rest_after
from ghapp.core.facts import Comment, Sha
from ghapp.core.freeze import Exemption
from ghapp.core.gate_facts import SignOff
from ghapp.model.names import Login

GO: Final = "go"
NO_GO: Final = "no-go"
WAIVE: Final = "waive"
"""Of a release, what can be waived is a freeze: `/waive freeze reason`."""

_FREEZE: Final = "freeze"
_NAMES: Final = frozenset({GO, NO_GO, WAIVE})
_EARLIER: Final = Sha("")
"""Stands for whichever head there was before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A command about the release: in which comment, by whom, when (UTC), and the text behind its name."""

    comment: int
    by: Login
    name: str
    text: str
    at: datetime


def words(comments: Iterable[Comment]) -> tuple[Word, ...]:
    """What people's comments say of the release, the oldest first; machines are not listened to.

    What was edited out, or deleted with its comment, is not there any more, and so is withdrawn.
    """
    return tuple(word for comment in comments if _is_person(comment) for word in _words(comment))


def sign_offs(said: Iterable[Word], head: Sha, since: datetime) -> tuple[SignOff, ...]:
    """Every `/go` and `/no-go`; what was said before the head came up, at `since`, was said of another."""
    return tuple(
        SignOff(
            by=word.by,
            go=word.name == GO,
            at=word.at,
            head=head if word.at >= since else _EARLIER,
            reason=word.text,
        )
        for word in said
        if word.name in {GO, NO_GO}
    )


def exemption(word: Word) -> Exemption:
    """A `/waive freeze` as leave for a release."""
    return Exemption(by=word.by, text=word.text, at=word.at)


def exemptions(said: Iterable[Word]) -> tuple[Exemption, ...]:
    """Every `/waive freeze`."""
    return tuple(exemption(word) for word in said if word.name == WAIVE)


def _is_person(comment: Comment) -> bool:
    return not comment.author_is_app and not comment.author.endswith("[bot]")


def _words(comment: Comment) -> Iterator[Word]:
    for typed in slash.commands(comment.body, known=_NAMES):
        text = typed.text
        if typed.name == WAIVE:
            if not typed.args or typed.args[0].casefold() != _FREEZE:
                continue
            text = rest_after(typed, typed.args[0])
            if not text:
                continue
        yield Word(
            comment=comment.id,
            by=comment.author,
            name=typed.name,
            text=text,
            at=comment.created_at,
        )
