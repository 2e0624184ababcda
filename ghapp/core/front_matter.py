"""The date in a document's front matter: read strictly, and written so that all else stays byte for byte.

Front matter is YAML between two lines `---` at the very beginning of a Markdown file; here only its line `reviewed:`
counts, at the outermost level.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

_KEY: Final = "reviewed"
_LINE_END: Final = r"(?:\r\n|\n|\r)"
_BLOCK: Final = re.compile(
    rf"\ufeff?---[ \t]*(?P<end>{_LINE_END})(?P<inner>.*?)"
    rf"(?P<close>(?<=[\r\n])(?:---|\.\.\.)[ \t]*(?:{_LINE_END}|\Z))",
    re.DOTALL,
)
_LINE: Final = re.compile(
    rf"(?<![^\r\n])(?P<quote>[\"']?){_KEY}(?P=quote)[ \t]*:(?P<gap>[ \t]*)"
    r"(?P<value>\"[^\"\r\n]*\"|'[^'\r\n]*'|[^#\r\n]*?)[ \t]*(?:[ \t]\#[^\r\n]*)?(?![^\r\n])"
)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BEGINNING: Final = 10
"""Enough to see that there is no front matter, or which."""
_MARKDOWN: Final = (".md", ".markdown", ".mdx", ".qmd", ".rmd")


class UnreadableError(ValueError):
    """The front matter does not say plainly when the document was reviewed; `why` is for a person."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class _Found:
    """Where in a text its front matter is, and the line in it."""

    block: re.Match[str] | None
    line: re.Match[str] | None


def may_have(path: str) -> bool:
    """Whether a file of that name may have front matter at all."""
    return path.casefold().endswith(_MARKDOWN)


def head_of(text: str) -> str:
    """The beginning of a document, of which the same can be read as of the whole."""
    block = _BLOCK.match(text)
    return text[: _BEGINNING if block is None else block.end()]


def reviewed(text: str) -> date | None:
    """The date of the review that a document states; None when it states none.

    Raises:
        UnreadableError: it states something that is no date, or more than one.
    """
    line = _find(text).line
    if line is None:
        return None
    value = line["value"].strip("\"'").strip()
    if not _DATE.fullmatch(value):
        raise UnreadableError(
            "`reviewed:` is no date such as 2026-11-22" if value else "`reviewed:` is empty"
        )
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise UnreadableError("`reviewed:` is a date that the calendar does not have") from None


def with_review(text: str, day: date) -> str:
    """The document with that date of its review, and nothing else changed; without front matter it gets one.

    Raises:
        UnreadableError: its front matter is written in a way that no line can be added to.
    """
    found = _find(text)
    if found.line is not None:
        start, end = found.line.span("value")
        return text[:start] + (day.isoformat() if found.line["gap"] else f" {day}") + text[end:]
    if found.block is not None:
        line = f"{_KEY}: {day}{found.block['end']}"
        at = found.block.start("close")
        return text[:at] + line + text[at:]
    first = re.search(_LINE_END, text)
    end_of_line = first[0] if first else "\n"
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    fence = f"---{end_of_line}"
    return f"{mark}{fence}{_KEY}: {day}{end_of_line}{fence}{end_of_line}{text[len(mark) :]}"


def _find(text: str) -> _Found:
    if text.startswith("+++"):
        raise UnreadableError("its front matter is TOML, of which `reviewed` is not read")
    block = _BLOCK.match(text)
    if block is None:
        return _Found(None, None)
    inner = block["inner"]
    if inner.lstrip().startswith(("{", "[")):
        raise UnreadableError("its front matter is not written line by line")
    lines = list(_LINE.finditer(text, block.start("inner"), block.end("inner")))
    if len(lines) > 1:
        raise UnreadableError("it states `reviewed:` more than once")
    return _Found(block, lines[0] if lines else None)
