"""The boxes of a release's checklist: those before the release hold it back, those after it do not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_FENCE: Final = re.compile(r" {0,3}(```+|~~~+)")
_HEADING: Final = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t#]*")
_BOX: Final = re.compile(r"[ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+\[([ xX])\][ \t]+(.*\S)[ \t]*")


@dataclass(frozen=True, slots=True)
class Box:
    """One line of a checklist."""

    text: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class Boxes:
    """The boxes under headings that begin with "Before" and "After"; others are nobody's business."""

    before: tuple[Box, ...] = ()
    after: tuple[Box, ...] = ()

    @property
    def open(self) -> tuple[str, ...]:
        """What is still to do before the release."""
        return tuple(box.text for box in self.before if not box.ticked)


def boxes(body: str) -> Boxes:
    """The boxes of an issue's or a pull request's body. Never raises.

    A heading is in force up to the next that is not below it; code is not read.
    """
    found: dict[str, list[Box]] = {"before": [], "after": []}
    for section, box in _sections(body):
        found[section].append(box)
    return Boxes(tuple(found["before"]), tuple(found["after"]))


def _sections(body: str) -> Iterator[tuple[str, Box]]:
    section, depth = "", 0
    for line in _prose(body):
        heading = _HEADING.fullmatch(line)
        if heading is not None and (not section or len(heading[1]) <= depth):
            word = heading[2].casefold().partition(" ")[0]
            section, depth = (word if word in {"before", "after"} else ""), len(heading[1])
        box = _BOX.fullmatch(line)
        if box is not None and section:
            yield section, Box(box[2], box[1] != " ")


def _prose(body: str) -> Iterator[str]:
    """The lines outside fenced code (https://spec.commonmark.org/0.31.2/#fenced-code-blocks)."""
    fence = ""
    for line in _LINE_END.split(body):
        found = _FENCE.match(line)
        if not fence and found is not None:
            fence = found[1]
        elif not fence:
            yield line
        elif found is not None and found[1].startswith(fence) and not line[found.end() :].strip():
            fence = ""
