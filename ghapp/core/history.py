"""What has happened to an issue or pull request, and what of it the backlog's upkeep goes by.

A history is a fold over happenings that asks neither for their order nor for each to come once, so a timeline that was
read and a webhook that tells of one more thing give the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self, TypeVar

from ghapp.model.names import Login
from ghapp.model.section import EMPTY, FrozenMap


class What(StrEnum):
    """What happened."""

    COMMENTED = "commented"
    REVIEWED = "reviewed"
    PUSHED = "pushed"
    READY = "ready for review"
    ASSIGNED = "assigned"
    REOPENED = "reopened"
    LABELED = "labeled"
    UNLABELED = "unlabeled"
    REQUESTED = "review requested"
    UNREQUESTED = "review request removed"
    LINKED = "linked"
    """A commit or a pull request refers to it."""
    OTHER = "other"


ACTIVITY: Final = frozenset(
    {
        What.COMMENTED,
        What.REVIEWED,
        What.PUSHED,
        What.READY,
        What.ASSIGNED,
        What.REOPENED,
    }
)
"""What counts as life when a person does it."""
APPROVED: Final = "approved"
COMMENT_ONLY: Final = "commented"
"""States of a review, in GitHub's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One entry of a timeline; `at` is UTC.

    `about` is the label, the login of who was assigned or asked for a review, or the state of a review. `member` says
    that whoever did it may write to the repository. Of a comment of the app, `key` is the occasion that its marker
    names, and `asks` what it asks for, as its state line says.
    """

    what: What
    at: datetime
    by: Login
    by_bot: bool = False
    member: bool = False
    about: str = ""
    key: str = ""
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """When something was last so (UTC), and whether a bot made it so."""

    at: datetime
    by_bot: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Opinion:
    """What a person's latest review says that says more than a comment (UTC); `state` is GitHub's word for it."""

    at: datetime
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What a timeline comes to; instants are UTC, and logins and labels are keys in lower case.

    `upto` is the `updated_at` of the item up to which it is whole. `human_at` is the last sign of life. `answer_at` is
    the last word of somebody who may write to the repository and is not the author, `word_at` that of anybody else,
    for which an author's push counts. `active` is when each person last did anything there. `said` are the occasions on
    which the app has commented, and `asks` is what its guidance asks for; None when there is no guidance.
    """

    author: Login
    upto: datetime
    human_at: datetime
    word_at: datetime
    answer_at: datetime | None = None
    pushed_at: datetime | None = None
    ready_at: datetime | None = None
    labeled: Mapping[str, Mark] = EMPTY
    unlabeled: Mapping[str, Mark] = EMPTY
    assigned: Mapping[str, Mark] = EMPTY
    requested: Mapping[str, Mark] = EMPTY
    unrequested: Mapping[str, Mark] = EMPTY
    reviewed: Mapping[str, Mark] = EMPTY
    opinions: Mapping[str, Opinion] = EMPTY
    active: Mapping[str, Mark] = EMPTY
    said: Mapping[str, Mark] = EMPTY
    asks: tuple[str, ...] | None = None

    @classmethod
    def of(
        cls, author: Login, created_at: datetime, upto: datetime, happenings: Iterable[Happening]
    ) -> Self:
        """The history of what its author opened at that instant."""
        history = cls(author=author, upto=upto, human_at=created_at, word_at=created_at)
        for happening in happenings:
            history = history.after(happening)
        return history

    def after(self, happening: Happening) -> Self:
        """With one thing more that has happened."""
        one = happening
        if one.key:
            said = _latest(self.said, one.key, Mark(one.at, by_bot=True))
            return replace(self, said=said, asks=one.asks if _guides(one) else self.asks)
        noted = replace(self, **_noted(self, one))
        return noted if one.by_bot else replace(noted, **_lived(noted, one))

    def labeled_at(self, label: str) -> Mark | None:
        """When a label was last set, and whether a bot did; None when nobody has."""
        return self.labeled.get(label.casefold())

    def unlabeled_at(self, label: str) -> Mark | None:
        """When a label was last taken off, and whether a bot did; None when nobody has."""
        return self.unlabeled.get(label.casefold())


def _noted(known: History, one: Happening) -> dict[str, Any]:
    """What counts whoever did it."""
    about, mark = one.about.casefold(), Mark(one.at, one.by_bot)
    match one.what:
        case What.LABELED:
            return {"labeled": _latest(known.labeled, about, mark)}
        case What.UNLABELED:
            return {"unlabeled": _latest(known.unlabeled, about, mark)}
        case What.ASSIGNED:
            return {"assigned": _latest(known.assigned, about, mark)}
        case What.REQUESTED:
            return {"requested": _latest(known.requested, about, mark)}
        case What.UNREQUESTED:
            return {"unrequested": _latest(known.unrequested, about, mark)}
        case What.PUSHED:
            return {"pushed_at": later(known.pushed_at, one.at)}
        case What.READY:
            return {"ready_at": later(known.ready_at, one.at)}
        case _:
            return {}


def _lived(known: History, one: Happening) -> dict[str, Any]:
    """What counts only from a person."""
    who = one.by.casefold()
    changes: dict[str, Any] = {"active": _latest(known.active, who, Mark(one.at))}
    if one.what in ACTIVITY:
        changes["human_at"] = max(known.human_at, one.at)
    if one.what is What.REVIEWED:
        changes["reviewed"] = _latest(known.reviewed, who, Mark(one.at))
        if one.about != COMMENT_ONLY:
            changes["opinions"] = _latest(known.opinions, who, Opinion(one.at, one.about))
    is_author = who == known.author.casefold()
    if one.what in {What.COMMENTED, What.REVIEWED} and one.member and not is_author:
        changes["answer_at"] = later(known.answer_at, one.at)
    elif one.what in {What.COMMENTED, What.REVIEWED, What.PUSHED}:
        changes["word_at"] = max(known.word_at, one.at)
    return changes


def later(one: datetime | None, other: datetime) -> datetime:
    """The later of two instants, of which the first may never have been."""
    return other if one is None else max(one, other)


def guide_key(repo: str, number: int) -> str:
    """The occasion of the one comment that says what an item lacks."""
    return f"hygiene:{repo}#{number}:guide"


def _guides(happening: Happening) -> bool:
    return happening.key.endswith(":guide")


_Value = TypeVar("_Value", Mark, Opinion)


def _latest(known: Mapping[str, _Value], key: str, value: _Value) -> Mapping[str, _Value]:
    if key in known and known[key] >= value:
        return known
    return FrozenMap({**known, key: value})
