"""Which documents are due for review, and to whom: pure arithmetic on dates and on what GitHub shows of their past.

A document counts as reviewed on the date that its front matter states, or when a change of it was merged that its owner
approved or wrote, whichever is later. What states no date, or one that cannot be, is a problem and never fresh.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from pathspec import GitIgnoreSpec

from ghapp.core.agenda import items_in
from ghapp.core.front_matter import UnreadableError, may_have, reviewed
from ghapp.model.names import AreaName, Login, same_login
from ghapp.model.routines import Doc
from ghapp.model.types import Model

KIND: Final = "docs-review"
"""Of the marker and the label."""
AFTER_INCIDENT: Final = timedelta(days=14)
"""How long after an incident its runbook is due."""
_UNDATED: Final = "undated"
_NOT_OURS: Final = frozenset(
    (
        *("fixtures", "__fixtures__", "testdata", "test_data"),
        *("node_modules", "vendor", "vendored", "third_party", "third-party"),
        *("venv", ".venv", "site-packages"),
    )
)
"""Folders whose documents are others', or made for tests."""


class State(StrEnum):
    """How a document stands on a date."""

    FRESH = "fresh"
    DUE = "due today"
    OVERDUE = "overdue"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Change:
    """A merged change of a document: on which local date, who wrote it and who approved it."""

    day: date
    author: Login | None
    approvers: tuple[Login, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocFacts:
    """A document as it stands on the default branch; dates are local.

    `text` is its beginning, with all of the front matter. `changes` are those of its whole past, also under earlier
    names. `used` is when an incident last called for it as a runbook.
    """

    path: str
    text: str = ""
    changes: tuple[Change, ...] = ()
    used: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What is known of one document's review; `why` tells what is wrong, or what pulled the date forward."""

    path: str
    owner: Login
    state: State
    last: date | None = None
    due: date | None = None
    why: str = ""

    @property
    def wanted(self) -> bool:
        """Whether its owner has something to do."""
        return self.state is not State.FRESH


@dataclass(frozen=True, slots=True)
class RollUp:
    """All that one owner has to review, in one issue: what is wrong first, then the longest overdue.

    `key` names the occasion: it stays the same until something else becomes due, so an issue that was closed by hand
    is not opened again for the same.
    """

    owner: Login
    docs: tuple[Reviewed, ...]
    key: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the issue: a document, the hidden key behind it, and whether somebody has ticked it."""

    doc: Reviewed
    key: str
    ticked: bool = False


def entry_of(path: str, docs: Iterable[Doc]) -> Doc | None:
    """The first entry of `docs:` that takes a file in; None of another file, and of what is vendored or a fixture."""
    for doc in docs:
        if _spec(doc.path).match_file(path):
            named = doc.path.split("/")
            foreign = [part for part in path.split("/")[:-1] if part.casefold() in _NOT_OURS]
            return doc if all(part in named for part in foreign) else None
    return None


def owner_of(path: str, doc: Doc, model: Model, gone: Collection[Login] = ()) -> Login:
    """Who reviews a document: its owner, or if that person is `gone` the owner of the area that it belongs to.

    The area is the first that names it as its runbook or whose paths take it in, else the fallback area.
    """
    if not any(same_login(doc.owner, one) for one in gone):
        return doc.owner
    return model.areas[_area_of(path, model)].owner


def look(
    facts: DocFacts, doc: Doc, owner: Login, today: date, *, named: Collection[Login] = ()
) -> Reviewed:
    """How a document stands on a local date; approvals of its owner and of those who are `named` count."""
    try:
        stated = reviewed(facts.text) if may_have(facts.path) else None
    except UnreadableError as error:
        return Reviewed(path=facts.path, owner=owner, state=State.PROBLEM, why=error.why)
    if stated is not None and stated > today:
        why = f"`reviewed:` is in the future: {stated}"
        return Reviewed(path=facts.path, owner=owner, state=State.PROBLEM, why=why)
    approved = _approved(facts.changes, {owner, doc.owner, *named})
    last = max((day for day in (stated, approved) if day is not None), default=None)
    if last is None:
        why = "it states no date, and its owner has approved no change of it"
        return Reviewed(path=facts.path, owner=owner, state=State.PROBLEM, why=why)
    due, why = doc.review_every.after(last), ""
    if facts.used is not None and facts.used > last and facts.used + AFTER_INCIDENT < due:
        due, why = facts.used + AFTER_INCIDENT, f"an incident on {facts.used} called for it"
    state = State.FRESH if today < due else State.DUE if today == due else State.OVERDUE
    return Reviewed(path=facts.path, owner=owner, state=state, last=last, due=due, why=why)


def roll_ups(found: Iterable[Reviewed]) -> tuple[RollUp, ...]:
    """One issue for each owner who has something to do; who has nothing is not among them."""
    by_owner: dict[str, list[Reviewed]] = {}
    for one in found:
        if one.wanted:
            by_owner.setdefault(one.owner.casefold(), []).append(one)
    return tuple(
        RollUp(docs[0].owner, tuple(sorted(docs, key=_urgency)), _key(docs))
        for _, docs in sorted(by_owner.items())
    )


def rows(roll_up: RollUp, body: str = "") -> tuple[Row, ...]:
    """The lines of a roll-up; what people have ticked in its body so far stays ticked while it is due.

    A tick is a note to oneself: only a date or an approved change is a review.
    """
    ticked = {item.key for item in items_in(body) if item.ticked}
    keys = [f"doc:{doc.path}" for doc in roll_up.docs]
    return tuple(Row(doc, key, key in ticked) for doc, key in zip(roll_up.docs, keys, strict=True))


def owner_in(key: str) -> str:
    """Whose roll-up a key names, in small letters."""
    return key.partition(":")[0]


def names_of(path: str, renames: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Every name that a file has had, the present one first; `renames` are pairs of before and after, newest first."""
    names = [path]
    for before, after in renames:
        if after == names[-1] and before not in names:
            names.append(before)
    return tuple(names)


def used_runbooks(used: Iterable[tuple[AreaName, date]], model: Model) -> Mapping[str, date]:
    """When incidents last called for each runbook, given their areas and local dates."""
    last: dict[str, date] = {}
    for name, day in used:
        area = model.areas.get(name)
        if area is not None and area.runbook:
            path = area.runbook.removeprefix("./").removeprefix("/")
            last[path] = max(day, last.get(path, day))
    return last


@lru_cache(maxsize=256)
def _spec(glob: str) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines([f"/{glob.removeprefix('./').removeprefix('/')}"])


def _area_of(path: str, model: Model) -> AreaName:
    for name, area in model.areas.items():
        globs = (*area.paths, *([area.runbook] if area.runbook else []))
        if any(_spec(glob).match_file(path) for glob in globs):
            return name
    return model.fallback_area


def _approved(changes: Iterable[Change], owners: Collection[Login]) -> date | None:
    """The last date on which one of the owners approved a change, or wrote one that was merged."""
    known = {owner.casefold() for owner in owners}
    days = (
        change.day
        for change in changes
        if known & {who.casefold() for who in (change.author, *change.approvers) if who}
    )
    return max(days, default=None)


def _urgency(one: Reviewed) -> tuple[date, str]:
    return one.due or date.min, one.path


def _key(docs: Sequence[Reviewed]) -> str:
    undated = sorted(one.path for one in docs if one.due is None)
    newest = max((one.due for one in docs if one.due is not None), default=None)
    occasion = newest.isoformat() if newest else _UNDATED
    if undated:
        occasion += f"-{hashlib.sha256(chr(10).join(undated).encode()).hexdigest()[:8]}"
    return f"{docs[0].owner.casefold()}:{occasion}"
