"""The list of a postmortem's actions as text: a line added or a box ticked, and all else left as people wrote it."""

from collections.abc import Collection
from datetime import date
from typing import Final

from ghapp.core.checklist import box
from ghapp.core.postmortem import issue_in, section
from ghapp.core.text import escape
from ghapp.model.names import Login

_TITLE: Final = "## Actions"
_OURS: Final = "<!-- ghapp"


def line_of(owner: Login, due: date, issue: int, text: str) -> str:
    """An action as a line of the list; the issue stands before the text, which may name others."""
    return f"- [ ] @{owner} {due} #{issue} {escape(text)}"


def with_line(body: str, line: str) -> str:
    """A body with one more action: behind the last, else at the end of the section, which it gets if it has none."""
    lines = _lines(body)
    about = list(section(body))
    boxes = [number for number, text in about if box(text) is not None]
    if boxes:
        at = boxes[-1] + 1
        while at < len(lines) and _goes_on(lines[at]):
            at += 1
        return "\n".join([*lines[:at], line, *lines[at:]])
    at = _before_ours(lines, about[-1][0] + 1 if about else len(lines))
    begin = [] if about else ["", _TITLE]
    return "\n".join([*lines[:at], *begin, "", line, *lines[at:]])


def with_ticks(body: str, done: Collection[int]) -> str:
    """A body with the boxes ticked of those actions whose issue is done."""
    lines = _lines(body)
    for number, line in section(body):
        found = box(line)
        if found is not None and not found.ticked and issue_in(found.text) in done:
            lines[number] = line.replace("[ ]", "[x]", 1)
    return "\n".join(lines)


def _lines(body: str) -> list[str]:
    return body.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _before_ours(lines: list[str], end: int) -> int:
    """The end of what people wrote: before blank lines and the app's own."""
    while end and (not lines[end - 1].strip() or lines[end - 1].startswith(_OURS)):
        end -= 1
    return end


def _goes_on(line: str) -> bool:
    """Whether a line belongs to the item before it."""
    return line[:1] in {" ", "\t"} and bool(line.strip())
