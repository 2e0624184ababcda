"""The agenda of a triage as data: sections of items, none of them twice, and what people made of the last one.

An item stands in the issue as one box that people tick. A hidden key behind it (`<!-- ghapp:item KEY WEEKS -->`) says
what it is, so that ticks survive when the list is written anew, and what was not ticked can be carried to next week.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from urllib.parse import quote, unquote, urlencode

from ghapp.core.checklist import box, prose
from ghapp.core.facts import RepoName
from ghapp.core.text import unescape

ROWS: Final = 25
"""How many items of a section are shown."""
FEWER: Final = (ROWS, 15, 8, 3, 1, 0)
"""How many are, where the text would be too long: the first number with which it is not."""
TEXT_LENGTH: Final = 120

NOTE: Final = "note:"
"""Begins the keys of the boxes that people have added."""
_ITEM: Final = re.compile(
    r"[ \t]*[-*+][ \t]+\[([ xX])\][ \t]+(?:\[((?:\\.|[^\]\\])*)\]\(([^()\s]*)\) )?(.*?)"
    r"<!-- ghapp:item (\S+) (\d{1,4}) -->.*"
)


class Section(StrEnum):
    """What a part of the agenda is about; where an item would be in several, the first has it."""

    INCIDENTS = "Incidents since the last triage"
    BLOCKERS = "What blocks the release"
    FOLLOW_UP = "Postmortems and actions that are late"
    AGEING = "Older than their priority allows"
    UNTRIAGED = "New and untriaged"
    WAITING = "Pull requests that wait for a review"
    DOCS = "Documents due for review"
    NOISY = "Noisy alerts: mend or delete"
    BACKLOG = "The backlog as a whole"
    STALE = "About to be closed for want of an answer"
    CARRIED = "Carried over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to talk about.

    `key` identifies it for ever, such as `owner/name#12`; `ref` is what its link shows. `text` is anybody's, `note` the
    app's. `weeks` counts the triages that have left it unfinished before.
    """

    key: str
    text: str
    ref: str = ""
    url: str = ""
    note: str = ""
    weeks: int = 0
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A section as it is shown: so many items, and how many more there are, which `search` finds."""

    section: Section
    items: tuple[Item, ...]
    more: int = 0
    search: str = ""


def mark_of(key: str, weeks: int = 0) -> str:
    """The hidden key at the end of an item's line; nothing in it can end the comment."""
    return f"<!-- ghapp:item {_coded(key)} {int(weeks)} -->"


def issue_url(web: str, repo: RepoName, number: int, kind: str = "issues") -> str:
    """The address of an issue or (`kind` "pull") a pull request; `web` is such as https://github.com."""
    return f"{web}/{repo}/{kind}/{number}"


def search_url(web: str, repo: RepoName, query: str) -> str:
    """The address of a search among a repository's issues; pages of results refer to nothing."""
    return f"{web}/{repo}/issues?{urlencode({'q': query})}"


def assemble(
    found: Mapping[Section, Iterable[Item]],
    *,
    here: str = "",
    before: str = "",
    settled: Collection[str] = (),
    searches: Mapping[Section, str] | None = None,
) -> tuple[Part, ...]:
    """The whole agenda, each item once, without the sections that have none.

    `here` is the body of this triage's issue as it stands, whose ticks stay; `before` that of the last one, whose
    unfinished items are carried unless their keys are `settled`. `searches` are the addresses that list a section.
    """
    ticks = {item.key for item in items_in(here) if item.ticked}
    left = {item.key: item for item in unfinished(before)}
    carried = [item for key, item in left.items() if key not in settled]
    parts: list[Part] = []
    seen: set[str] = set()
    for section in Section:
        items: list[Item] = []
        for item in (*found.get(section, ()), *(carried if section is Section.CARRIED else ())):
            if item.key not in seen:
                seen.add(item.key)
                weeks = left[item.key].weeks + 1 if item.key in left else item.weeks
                items.append(replace(item, ticked=item.key in ticks, weeks=weeks))
        if items:
            parts.append(Part(section, tuple(items), search=(searches or {}).get(section, "")))
    return tuple(parts)


def shown(parts: Iterable[Part], rows: int = ROWS) -> tuple[Part, ...]:
    """The agenda with at most so many items a section."""
    return tuple(
        replace(part, items=part.items[:rows], more=part.more + len(part.items[rows:]))
        for part in parts
    )


def fitting(parts: Sequence[Part], render: Callable[[tuple[Part, ...]], str], limit: int) -> str:
    """The agenda as text of at most so many characters: with fewer items a section where it would be longer."""
    text = ""
    for rows in FEWER:
        text = render(shown(parts, rows))
        if len(text) <= limit:
            break
    return text


def items_in(body: str) -> tuple[Item, ...]:
    """The items of a triage's body as people left them. Never raises."""
    return tuple(_items(body))


def unfinished(body: str) -> tuple[Item, ...]:
    """What a triage's body leaves undone: its items, and the boxes that people have added, without a tick."""
    known = [item for item in _items(body) if not item.ticked]
    added = [
        Item(key=f"{NOTE}{_short(found.text)}", text=found.text)
        for line in prose(body)
        if "<!--" not in line and (found := box(line)) is not None and not found.ticked
    ]
    return tuple({item.key: item for item in (*known, *added)}.values())


def _items(body: str) -> Iterator[Item]:
    for line in prose(body):
        found = _ITEM.fullmatch(line)
        if found is not None:
            tick, ref, url, text, key, weeks = found.groups()
            yield Item(
                key=unquote(key),
                text=unescape(text).strip(),
                ref=unescape(ref or ""),
                url=url or "",
                weeks=int(weeks),
                ticked=tick != " ",
            )


def _coded(key: str) -> str:
    return quote(key, safe="/#:@").replace("--", "-%2D")


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
