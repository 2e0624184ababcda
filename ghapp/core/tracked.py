"""What is remembered of an open item between looks, and how listings, webhooks and the app's own writes change it.

Its history is whole as long as everything that happens to it is heard of. Whatever cannot be explained by what was
heard leaves it as it is, and then it is not whole any more: better unknown than wrong.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from ghapp.core.effects import AddLabels, RemoveLabel, Say, Stick, Unassign
from ghapp.core.github_event import ItemEvent
from ghapp.core.history import Happening, History, What
from ghapp.core.hygiene import Act
from ghapp.core.item import Item
from ghapp.model.names import Login

_APP = Login("[bot]")


@dataclass(frozen=True, slots=True)
class Tracked:
    """An open item; an `echo` is as the app has just made it, and GitHub has not told of that yet."""

    item: Item
    echo: bool = False

    @classmethod
    def listed(cls, item: Item, before: Self | None = None) -> Self:
        """As a listing shows it, with what is known of its history."""
        if before is None:
            return cls(replace(item, history=_untouched(item)))
        known = before.item
        older = item.updated_at < known.updated_at
        if older or (before.echo and item.updated_at == known.updated_at):
            return before
        history = known.history or _untouched(item)
        if known.history is not None and before.echo and not item.is_pull and _same(known, item):
            history = _until(known.history, item.updated_at)
        return cls(replace(item, history=history))

    @classmethod
    def heard(cls, event: ItemEvent, before: Self | None = None) -> Self:
        """After an event; of what was there before and was not heard of, the history is not whole."""
        item, one = event.item, event.happening
        if event.action == "opened":
            return before or cls(replace(item, history=_begun(item)))
        if before is None:
            return cls.listed(item)
        known = before.item
        if not event.counted:
            item = replace(item, comments=known.comments)
            event = replace(event, item=item)
        history = known.history
        if history is None or event.action == "deleted":
            return cls(replace(item, history=None))
        after = history if one is None else history.after(one)
        if item.updated_at <= known.updated_at and after == history:
            return before  # it is told a second time
        if item.updated_at < known.updated_at:
            return replace(before, item=replace(known, history=after))
        whole = known.known is not None
        if before.echo and event.by_app:
            upto = item.updated_at if whole else history.upto
            kept = replace(known, updated_at=item.updated_at, history=_until(after, upto))
            return replace(before, item=kept)
        if whole and _explains(event, known):
            after = _until(after, item.updated_at)
        comments = max(item.comments, known.comments + 1) if _says(one) else item.comments
        return cls(replace(item, comments=comments, history=after))

    def read(self, happenings: Iterable[Happening]) -> Self:
        """With the history that its timeline tells.

        Of what the app has done the later time counts: the timeline's, or that at which it believes to have done it.
        """
        item, before = self.item, self.item.history
        history = History.of(item.author, item.created_at, item.updated_at, happenings)
        if before is not None:
            own = {key: mark for key, mark in before.said.items() if key in history.said}
            said = {key: max(mark, own.get(key, mark)) for key, mark in history.said.items()}
            labeled = {
                key: max(mark, before.labeled.get(key, mark)) if mark.by_bot else mark
                for key, mark in history.labeled.items()
            }
            history = replace(history, said=said, labeled=labeled)
        return replace(self, item=replace(item, history=history))

    def wrote(self, acts: Iterable[Act], now: datetime) -> Self:
        """After the app has done this to it (UTC)."""
        item = self.item
        for act in acts:
            item = _after(item, act, now)
        return replace(self, item=item, echo=True)


def _untouched(item: Item) -> History | None:
    """The history of an issue to which nothing has happened since it was opened; None if something may have."""
    alone = item.comments == 0 and item.updated_at == item.created_at and not item.is_pull
    return _begun(item) if alone else None


def _begun(item: Item) -> History:
    """What an item was opened with was set by its author."""
    happenings = [
        Happening(
            what=what, at=item.created_at, by=item.author, by_bot=item.author_is_bot, about=about
        )
        for what, names in (
            (What.LABELED, sorted(item.labels)),
            (What.ASSIGNED, item.assignees),
        )
        for about in names
    ]
    return History.of(item.author, item.created_at, item.updated_at, happenings)


def _until(history: History, upto: datetime) -> History:
    return replace(history, upto=max(history.upto, upto))


def _people(logins: Iterable[str]) -> set[str]:
    return {login.casefold() for login in logins}


def _same(one: Item, other: Item) -> bool:
    """Whether two looks at an item show the same, as far as what happens to it shows."""
    labels = one.labels == other.labels
    people = _people(one.assignees) == _people(other.assignees)
    return labels and people and one.comments == other.comments


def _says(one: Happening | None) -> bool:
    return one is not None and one.what is What.COMMENTED


def _explains(event: ItemEvent, known: Item) -> bool:
    """Whether this event alone makes of what was known what there is now.

    GitHub's count of the comments may or may not have the new one already.
    """
    item, one = event.item, event.happening
    labels, people, comments = set(known.labels), _people(known.assignees), {known.comments}
    if one is not None:
        match one.what:
            case What.LABELED:
                labels.add(one.about)
            case What.UNLABELED:
                labels.discard(one.about)
            case What.ASSIGNED:
                people.add(one.about.casefold())
            case What.COMMENTED:
                comments.add(known.comments + 1)
            case _:
                pass
    now = _people(item.assignees)
    left = event.action == "unassigned" and now < people
    return labels == item.labels and (now == people or left) and item.comments in comments


def _after(item: Item, act: Act, now: datetime) -> Item:
    match act:
        case Say(key):
            return _spoken(item, key, now)
        case Stick(key, _, _, state):
            return _spoken(item, key, now, tuple(state.get("asks", ())))
        case AddLabels(labels):
            added = replace(item, labels=item.labels | set(labels))
            return _noted(added, What.LABELED, labels, now)
        case RemoveLabel(label):
            less = replace(item, labels=item.labels - {label})
            return _noted(less, What.UNLABELED, (label,), now)
        case Unassign(logins):
            gone = _people(logins)
            left = tuple(login for login in item.assignees if login.casefold() not in gone)
            return replace(item, assignees=left)
        case _:
            return item


def _spoken(item: Item, key: str, now: datetime, asks: tuple[str, ...] = ()) -> Item:
    known = item.history
    edited = known is not None and key in known.said
    if known is not None:
        one = Happening(what=What.COMMENTED, at=now, by=_APP, by_bot=True, key=key, asks=asks)
        item = replace(item, history=known.after(one))
    return item if edited else replace(item, comments=item.comments + 1)


def _noted(item: Item, what: What, labels: Iterable[str], now: datetime) -> Item:
    known = item.history
    for label in labels if known is not None else ():
        assert known is not None
        known = known.after(Happening(what=what, at=now, by=_APP, by_bot=True, about=label))
    return replace(item, history=known)
