"""What waits for its author and has been forgotten: warned, then closed, and never in a hurry.

Everything is read off GitHub: the label `stale`, when it was set and by whom, and the app's own warning. So whatever is
interrupted goes on where it was, and what is not known to have been said is not held against anybody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from ghapp.core.backlog import Backlog
from ghapp.core.blocking import Standing, blockers
from ghapp.core.effects import AddLabels, CloseIssue, RemoveLabel, Say, Stick
from ghapp.core.history import History, Mark
from ghapp.core.item import Item
from ghapp.model.hygiene import Stale
from ghapp.model.names import Severity

LABEL: Final = "stale"
KEEPS: Final = ("security",)
"""Labels of what is never forgotten, besides those that OWNERS.yaml names."""
SERIOUS: Final = (Severity.SEV1, Severity.SEV2, Severity.SEV3)

Act = Say | Stick | AddLabels | RemoveLabel | CloseIssue


class Side(Enum):
    """Whose turn it is."""

    AUTHOR = "author"
    US = "us"


class Step(Enum):
    """What to do about an item."""

    NOTHING = "nothing"
    WARN = "warn"
    CLEAR = "clear"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What to do, and why, for a person.

    `since` is from when its time is counted, `next_at` when to look again (both UTC).
    """

    step: Step
    why: str
    since: datetime | None = None
    next_at: datetime | None = None


def suspects(item: Item, backlog: Backlog) -> bool:
    """Whether a listing, with what is known from before, leaves open that something has to be done."""
    settings = backlog.settings.stale
    if settings is None or item.locked:
        return False
    if item.label(LABEL) is not None:
        return True
    if _label_that_keeps(item, backlog, settings) is not None:
        return False
    return backlog.now >= _lived_at(item) + _limit(item, settings)


def waits_on(item: Item) -> Side | None:
    """Whose turn it is; None when its history is not known.

    It is the author's only when the last word is that of somebody else who may write to the repository.
    """
    known = item.known
    if known is None:
        return None
    if item.is_pull and item.draft:
        return Side.AUTHOR
    answered = known.answer_at is not None and known.answer_at > known.word_at
    return Side.AUTHOR if answered else Side.US


def judge(item: Item, backlog: Backlog) -> Judgement:
    """What to do about an item now."""
    settings, known = backlog.settings.stale, item.known
    if settings is None:
        return Judgement(Step.NOTHING, "nothing is ever stale: `hygiene.stale` is not set")
    if known is None:
        return Judgement(Step.NOTHING, "what has happened to it is not known")
    if item.locked:
        return Judgement(Step.NOTHING, "it is locked")
    case = _Case(item, known, backlog, settings)
    because = exempt_because(item, backlog)
    if because is not None:
        ours = case.mark is not None and case.mark.by_bot
        return Judgement(Step.CLEAR if ours else Step.NOTHING, because)
    return case.unmarked() if case.mark is None else case.marked(case.mark)


def acts(item: Item, backlog: Backlog, judgement: Judgement) -> Iterator[Act]:
    """What to write, in this order: a label means that the warning was there before it."""
    settings, since = backlog.settings.stale, judgement.since
    label = item.label(LABEL)
    if judgement.step is Step.CLEAR and label is not None:
        yield RemoveLabel(label)
    if settings is None or since is None:
        return
    facts = {"to": item.author, "since": since, "is_pull": item.is_pull}
    if judgement.step is Step.WARN:
        yield Say(
            _key(item, "stale", since),
            "stale_warning",
            {**facts, "draft": item.draft, "close_after": settings.close_after},
        )
        if label is None:
            yield AddLabels((LABEL,))
    if judgement.step is Step.CLOSE:
        yield Say(_key(item, "stale-closed", since), "stale_closed", facts)
        if label is not None:
            yield RemoveLabel(label)
        yield CloseIssue("not_planned")


def closing_key(repo: str, number: int) -> str:
    """How the occasions begin on which the app has said that it closes an item."""
    return f"hygiene:{repo}#{number}:stale-closed:"


def exempt_because(item: Item, backlog: Backlog) -> str | None:
    """Why an item is never forgotten as it is now; None when nothing keeps it."""
    if item.author_is_app or item.author_is_bot:
        return "it was not opened by a person"
    settings = backlog.settings.stale
    label = None if settings is None else _label_that_keeps(item, backlog, settings)
    if label is not None:
        return f"it has the label {label}"
    current = backlog.current if item.milestone is not None else None
    if current is not None and item.milestone == current.number:
        return "it is in the current milestone"
    for one in blockers(item.repo, item.body):
        if backlog.blocker(one).standing is not Standing.CLOSED:
            return f"it is blocked by {one.repo}#{one.number}"
    return None


@dataclass(frozen=True, slots=True)
class _Case:
    """An item of which everything is known."""

    item: Item
    known: History
    backlog: Backlog
    settings: Stale

    @property
    def mark(self) -> Mark | None:
        """When it was marked; one whose setting is nowhere to be found counts as a person's, just now."""
        if self.item.label(LABEL) is None:
            return None
        return self.known.labeled_at(LABEL) or Mark(self.item.updated_at)

    def marked(self, mark: Mark) -> Judgement:
        since, now = self.since(), self.backlog.now
        warned = self.said("stale", since)
        if warned is None and since > mark.at:
            anew = self.unmarked()
            alive = Judgement(Step.CLEAR, "somebody has shown signs of life")
            return anew if anew.step is Step.WARN else alive
        if warned is None:
            return Judgement(Step.WARN, "it is marked, and nobody was told what follows", since)
        if self.settings.close_after is None:
            return Judgement(Step.NOTHING, "it has been warned, and is never closed", since)
        close_at = max(mark.at, warned) + self.settings.close_after
        if now < close_at:
            return Judgement(Step.NOTHING, "it has been warned", since, close_at)
        return Judgement(Step.CLOSE, "it has been warned, and nobody has answered", since)

    def unmarked(self) -> Judgement:
        since = self.since()
        if self.said("stale-closed", since) is not None:
            return Judgement(Step.CLOSE, "its closing was begun", since)
        if waits_on(self.item) is Side.US:
            return Judgement(Step.NOTHING, "it waits for us")
        due = since + _limit(self.item, self.settings)
        if self.backlog.now < due:
            return Judgement(Step.NOTHING, "it is not old enough", since, due)
        return Judgement(Step.WARN, "its author has not answered", since)

    def since(self) -> datetime:
        """From when its time is counted: the last sign of life, or when the last thing went that kept it."""
        kept = (self.known.unlabeled_at(one) for one in _keeping(self.backlog, self.settings))
        blocked = blockers(self.item.repo, self.item.body)
        instants = [
            self._lived(),
            *(mark.at for mark in kept if mark is not None),
            *(at for one in blocked if (at := self.backlog.blocker(one).closed_at) is not None),
        ]
        removed = self.known.unlabeled_at(LABEL)
        if removed is not None and not removed.by_bot:
            instants.append(removed.at)
        return max(instants)

    def said(self, name: str, since: datetime) -> datetime | None:
        """When the app last said so after an instant; of what happened in one second, life comes last."""
        start = _key(self.item, name)
        said = (mark.at for key, mark in self.known.said.items() if key.startswith(start))
        return max((at for at in said if at > since), default=None)

    def _lived(self) -> datetime:
        """A draft lives by its pushes; but who answers a warning is heard."""
        pushed = _lived_at(self.item)
        warned = self.said("stale", pushed)
        if warned is not None and self.known.human_at > warned:
            return self.known.human_at
        return pushed


def _lived_at(item: Item) -> datetime:
    """The last sign of life that is known of; of a draft only pushes are one."""
    if item.history is None:
        return item.created_at
    if item.is_pull and item.draft:
        return item.history.pushed_at or item.created_at
    return item.history.human_at


def _limit(item: Item, settings: Stale) -> timedelta:
    return settings.drafts if item.is_pull and item.draft else settings.after


def _label_that_keeps(item: Item, backlog: Backlog, settings: Stale) -> str | None:
    names = _keeping(backlog, settings)
    if item.label("incident") is not None:
        names = (*names, *(severity.label for severity in SERIOUS))
    return next((label for name in names if (label := item.label(name)) is not None), None)


def _keeping(backlog: Backlog, settings: Stale) -> tuple[str, ...]:
    """The labels of what is never forgotten."""
    release = backlog.model.release
    blocking = ("release-blocker",) if release is None else release.gate.blockers
    return (*KEEPS, *settings.exempt, *blocking)


def _key(item: Item, name: str, since: datetime | None = None) -> str:
    occasion = "" if since is None else f"{since:%Y-%m-%dT%H:%M:%SZ}"
    return f"hygiene:{item.repo}#{item.number}:{name}:{occasion}"
