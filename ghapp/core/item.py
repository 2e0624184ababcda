"""An open issue or pull request as the backlog's upkeep sees it: what a listing gives, and its history where known."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ghapp.core.facts import RepoName
from ghapp.core.history import History
from ghapp.model.names import AreaName, Login
from ghapp.model.types import Model

AREA_PREFIX: Final = "area/"
PRIORITIES: Final = ("p0", "p1", "p2", "p3")
_PRIORITY: Final = re.compile(r"(?:priority\s*[/:]\s*)?(p[0-3])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An open issue or pull request; instants are UTC.

    `history` is None until its timeline has been read. `comments` counts everybody's, the app's too; `milestone` is
    the number of the one it is in.
    """

    repo: RepoName
    number: int
    title: str
    author: Login
    created_at: datetime
    updated_at: datetime
    body: str = ""
    is_pull: bool = False
    author_is_bot: bool = False
    author_is_app: bool = False
    labels: frozenset[str] = frozenset()
    assignees: tuple[Login, ...] = ()
    milestone: int | None = None
    draft: bool = False
    locked: bool = False
    comments: int = 0
    url: str = ""
    history: History | None = None

    @property
    def known(self) -> History | None:
        """Its history, if that is whole; None when something has happened since, or it was never read."""
        whole = self.history is not None and self.history.upto >= self.updated_at
        return self.history if whole else None

    def label(self, name: str) -> str | None:
        """A label that it has, as it is spelt there: GitHub takes labels that differ in case for one."""
        return next((one for one in self.labels if one.casefold() == name.casefold()), None)

    def has_any(self, names: Iterable[str]) -> bool:
        """Whether it has one of these labels."""
        return any(self.label(name) is not None for name in names)


def areas_of(item: Item, model: Model) -> tuple[AreaName, ...]:
    """The areas of OWNERS.yaml whose labels it has, in their order there."""
    return tuple(name for name in model.areas if item.label(f"{AREA_PREFIX}{name}") is not None)


def priorities_of(item: Item) -> Mapping[str, str]:
    """Its priorities, the most urgent first, each with its label: `priority/p1`, `priority: P1` or `P1`."""
    found = {
        match[1].lower(): label
        for label in sorted(item.labels)
        if (match := _PRIORITY.fullmatch(label.strip())) is not None
    }
    return dict(sorted(found.items()))


def priority_of(item: Item) -> str | None:
    """Its priority, `p0` to `p3`; of several the most urgent, None without any."""
    return next(iter(priorities_of(item)), None)


def snapshot(pages: Iterable[Iterable[Item]]) -> dict[int, Item]:
    """What a listing showed, each item once: while pages are turned, one that moves may be on two of them."""
    found: dict[int, Item] = {}
    for page in pages:
        for item in page:
            seen = found.get(item.number)
            if seen is None or seen.updated_at <= item.updated_at:
                found[item.number] = item
    return found


def answerable(item: Item, model: Model) -> tuple[Login, ...]:
    """Who is asked about an item: its assignees, else the owner of its first area, else that of the fallback area."""
    areas = areas_of(item, model)
    owner = model.areas[areas[0] if areas else model.fallback_area].owner
    return item.assignees or (owner,)
