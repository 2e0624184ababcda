"""A pull request's description by its headings, and what in it somebody has really written."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HEADING: Final = re.compile(r" {0,3}#{1,6}[ \t](.*)")
_FENCE: Final = re.compile(r" {0,3}(```+|~~~+)")
_OPEN_BOX: Final = re.compile(r"[-*+][ \t]+\[ \]")
_FILLERS: Final = frozenset(
    {"", "-", "*", "n/a", "na", "none", "tbd", "todo", "...", "…", "_no response_"}
)
_LONGEST: Final = 65_536
"""GitHub's limit of a body."""


def sections(text: str) -> Mapping[str, tuple[str, ...]]:
    """The lines under each heading, stripped; what is above the first is under an empty one. Comments are left out."""
    found: dict[str, list[str]] = {"": []}
    heading, fence = "", ""
    for line in _LINE_END.split(_COMMENT.sub("", text[:_LONGEST])):
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        title = None if fence or mark else _HEADING.fullmatch(line)
        if title is None:
            found[heading].append(line.strip())
        else:
            heading = title[1].rstrip(" \t#").strip()
            found.setdefault(heading, [])
    return {name: tuple(lines) for name, lines in found.items()}


def unwritten(body: str, wanted: Iterable[str], template: str) -> tuple[str, ...]:
    """Those of the wanted headings under which nothing is but what the template had there already.

    A box that is not ticked is no answer, nor is a word that stands for none, such as `n/a`.
    """
    written, given = _folded(sections(body)), _folded(sections(template))
    return tuple(
        name
        for name in wanted
        if not any(
            _says(line) and line not in given.get(name.casefold(), ())
            for line in written.get(name.casefold(), ())
        )
    )


def _folded(found: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {name.casefold(): lines for name, lines in found.items()}


def _says(line: str) -> bool:
    return line.casefold() not in _FILLERS and not _OPEN_BOX.match(line)
