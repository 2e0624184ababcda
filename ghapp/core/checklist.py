"""A release's checklist: what the app sees for itself, and the boxes that people tick.

Both come before or after the release; of the boxes only those before it hold it back. What the app sees is shown
without a box, for nobody has to tick it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ghapp.core.gate import Gate
from ghapp.core.release import ReleaseFacts
from ghapp.core.verdict import State

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_FENCE: Final = re.compile(r" {0,3}(```+|~~~+)")
_HEADING: Final = re.compile(r" {0,3}(#{1,6})[ \t](.*)")
_BOX: Final = re.compile(r"[ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+\[([ xX])\][ \t](.*)")


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


@dataclass(frozen=True, slots=True)
class Line:
    """Something that the app sees; `done` is None when it could not tell."""

    text: str
    done: bool | None


def before_release(gate: Gate) -> tuple[Line, ...]:
    """What stands between a release and its going, by the gate; what does not apply is left out."""
    return tuple(
        Line(one.text, None if one.state is State.UNKNOWN else one.holds)
        for one in gate.reasons
        if one.state is not State.SKIPPED and one.name != "checklist"
    )


def after_release(facts: ReleaseFacts) -> tuple[Line, ...]:
    """What follows a release; what this one has no use for is left out."""
    lines = [
        Line(f"Tag {facts.tag_name}", facts.tag is not None),
        Line("GitHub Release", facts.published),
    ]
    if facts.milestone is not None:
        over = facts.published
        if facts.carries_over:
            lines.append(Line("Unfinished issues moved on", over and not facts.unfinished))
        lines.append(Line("Milestone closed", not facts.milestone_open))
    if facts.next_captain is not None and not facts.hotfix:
        lines.append(Line(f"{facts.next_captain} leads the next release", facts.handed_over))
    return tuple(lines)


def boxes(body: str) -> Boxes:
    """The boxes of an issue's or a pull request's body. Never raises.

    A heading is in force up to the next that is not below it; code is not read.
    """
    found: dict[str, list[Box]] = {"before": [], "after": []}
    for section, one in _sections(body):
        found[section].append(one)
    return Boxes(tuple(found["before"]), tuple(found["after"]))


def box(line: str) -> Box | None:
    """The box that a line is; None of another line."""
    found = _BOX.fullmatch(line)
    text = "" if found is None else found[2].strip(" \t")
    return Box(text, found[1] != " ") if found is not None and text else None


def heading(line: str) -> tuple[int, str] | None:
    """The depth of a heading, 1 to 6, and its text; None of another line."""
    found = _HEADING.fullmatch(line)
    return None if found is None else (len(found[1]), found[2].lstrip(" \t").rstrip(" \t#"))


def prose(body: str) -> Iterator[str]:
    """The lines outside fenced code (https://spec.commonmark.org/0.31.2/#fenced-code-blocks)."""
    return (line for _, line in numbered(body))


def numbered(body: str) -> Iterator[tuple[int, str]]:
    """The same, each with its number among all lines, from 0 on."""
    fence = ""
    for number, line in enumerate(_LINE_END.split(body)):
        found = _FENCE.match(line)
        if not fence and found is not None:
            fence = found[1]
        elif not fence:
            yield number, line
        elif found is not None and found[1].startswith(fence) and not line[found.end() :].strip():
            fence = ""


def _sections(body: str) -> Iterator[tuple[str, Box]]:
    section, depth = "", 0
    for line in prose(body):
        title = heading(line)
        if title is not None and (not section or title[0] <= depth):
            word = title[1].casefold().partition(" ")[0]
            section, depth = (word if word in {"before", "after"} else ""), title[0]
        found = box(line)
        if found is not None and section:
            yield section, found
