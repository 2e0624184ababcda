"""What an issue waits for, as its text says: `blocked by #12`, and tasks that are other issues and not yet done."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import Final

from ghapp.core.facts import RepoName
from ghapp.core.markdown_blocks import paragraphs
from ghapp.core.markdown_inline import spans

MOST: Final = 100
"""How many blockers of one item are looked at."""
MOST_CYCLES: Final = 20

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_NAME: Final = r"[A-Za-z0-9._-]{1,100}"
_REF: Final = (
    rf"(?:https?://[^\s/]+/(?P<url>{_NAME}/{_NAME})/(?:issues|pull)/(?P<there>\d{{1,9}})"
    rf"|(?P<repo>{_NAME}/{_NAME})?\#(?P<number>\d{{1,9}}))\b"
)
_ONE: Final = re.compile(_REF)
_NEXT: Final = re.compile(rf"\s*(?:,?\s*and\b|[,&])?\s*{_REF}")
_SAID: Final = re.compile(r"\b(?:blocked by|depends on)\b[*_]*\s*:?[*_]*\s*", re.IGNORECASE)
_TASK: Final = re.compile(r"\[ \]\s+")


@dataclass(frozen=True, slots=True)
class Ref:
    """An issue or pull request somewhere on GitHub; names of repositories are in lower case."""

    repo: str
    number: int


class Standing(Enum):
    """Whether a blocker is still in the way."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    """It is where the app cannot look, or there is no such thing."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """How a blocker stands; `closed_at` is UTC."""

    standing: Standing
    closed_at: datetime | None = None


UNSEEN: Final = Blocker(Standing.UNKNOWN)


def ref(repo: RepoName | str, number: int) -> Ref:
    """A reference, spelt as all others of its repository."""
    return Ref(repo.casefold(), number)


@lru_cache(maxsize=64)
def blockers(repo: RepoName, body: str) -> tuple[Ref, ...]:
    """What a text in a repository names as blockers, each once, in order, without code and quotes. Never raises."""
    found: dict[Ref, None] = {}
    if not _SAID.search(body) and "[ ]" not in body:
        return ()
    for paragraph in paragraphs(_LINE_END.split(body)):
        if paragraph.quoted:
            continue
        for _, line in paragraph.lines:
            found |= dict.fromkeys(_in_line(repo, _prose(line)))
    return tuple(found)[:MOST]


def cycles(edges: Mapping[int, Collection[int]]) -> tuple[tuple[int, ...], ...]:
    """Those that wait for one another, each circle from its smallest number on; none is in two of them."""
    left = {number: sorted(waits) for number, waits in sorted(edges.items())}
    found: list[tuple[int, ...]] = []
    while len(found) < MOST_CYCLES and (circle := _cycle(left)):
        found.append(circle)
        for number in circle:
            del left[number]
    return tuple(found)


def _in_line(repo: RepoName, line: str) -> Iterator[Ref]:
    task = _TASK.match(line)
    if task and (first := _ONE.match(line, task.end())):
        yield _read(repo, first)
    for said in _SAID.finditer(line):
        at = said.end()
        while one := _NEXT.match(line, at):
            yield _read(repo, one)
            at = one.end()


def _read(repo: RepoName, found: re.Match[str]) -> Ref:
    where = found["url"] or found["repo"] or repo
    return ref(where, int(found["there"] or found["number"]))


def _prose(line: str) -> str:
    """A line with blanks where it has code or HTML."""
    kept, at = [], 0
    for start, end in spans(line):
        kept += [line[at:start], " " * (end - start)]
        at = end
    return "".join([*kept, line[at:]])


def _cycle(edges: Mapping[int, Collection[int]]) -> tuple[int, ...] | None:
    known = {number: [one for one in waits if one in edges] for number, waits in edges.items()}
    try:
        TopologicalSorter(known).prepare()
    except CycleError as error:
        circle: list[int] = error.args[1][:0:-1]
        start = circle.index(min(circle))
        return tuple(circle[start:] + circle[:start])
    return None
