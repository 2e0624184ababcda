"""Which lines of a Markdown text are prose: its paragraphs, without code, HTML and headings.

The block structure of CommonMark (https://spec.commonmark.org/0.31.2/#appendix-a-parsing-strategy),
as far as it decides whether a line is prose. Any text is Markdown, so nothing here fails; the time it
takes is linear in the length of the text.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from ghapp.core.markdown_inline import TAG


@dataclass(slots=True)
class Paragraph:
    """Lines that flow together, by their number; `quoted` when a block quote is around them.

    A line is without the marks of the quotes and lists around it.
    """

    quoted: bool
    lines: list[tuple[int, str]] = field(default_factory=list)


def paragraphs(lines: Iterable[str]) -> list[Paragraph]:
    """The paragraphs of a text, given as its lines without line ends."""
    document = _Document()
    for number, line in enumerate(lines):
        document.read(number, _Cursor(line.expandtabs(4)))
    return document.paragraphs


# --- what holds other blocks, and what holds lines


@dataclass(slots=True)
class _Quote:
    """A block quote around what follows."""


@dataclass(slots=True)
class _Item:
    """A list item; `width` columns of indentation keep a line in it."""

    width: int
    empty: bool = True


@dataclass(frozen=True, slots=True)
class _Fence:
    """Fenced code, until a line of at least as many of its marks."""

    mark: str

    def closed_by(self, rest: str) -> bool:
        return rest.startswith(self.mark) and not rest.rstrip().strip(self.mark[0])


@dataclass(frozen=True, slots=True)
class _Html:
    """An HTML block, until a line in which `end` is found, or without one until a blank line."""

    end: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class _Indented:
    """Indented code."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A block of one line: a heading, a rule, the line under a heading."""


_Block = _Quote | _Item | _Fence | _Html | _Indented | _Line


# --- one line, read from left to right

_BLANKS = re.compile(" *")


class _Cursor:
    """A line without tabs, and how far it has been read."""

    __slots__ = ("_rules", "_text_at", "at", "line")

    def __init__(self, line: str) -> None:
        self.line = line
        self.at = 0
        self._text_at = -1
        self._rules: dict[str, int] = {}

    @property
    def text_at(self) -> int:
        """Where the next character stands that is not blank. Kept, for deep lists ask again and again."""
        if self._text_at < self.at:
            self._text_at = self._skip(self.at)
        return self._text_at

    @property
    def indent(self) -> int:
        return self.text_at - self.at

    @property
    def blank(self) -> bool:
        return self.text_at == len(self.line)

    @property
    def rest(self) -> str:
        return self.line[self.text_at :]

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.match(self.line, self.text_at)

    def take_quote_mark(self) -> bool:
        """Read `>` and the blank that belongs to it."""
        if self.indent >= 4 or not self.line.startswith(">", self.text_at):
            return False
        self.at = self.text_at + 1
        self.at += self.line.startswith(" ", self.at)
        return True

    def blanks_from(self, at: int) -> int:
        return self._skip(at) - at

    def is_rule(self) -> bool:
        """Whether nothing but three or more of one of `* - _` follows."""
        mark = self.line[self.text_at]
        if mark not in "*-_":
            return False
        if mark not in self._rules:
            self._rules[mark] = len(self.line.rstrip(f"{mark} "))
        return self._rules[mark] <= self.text_at and self.line.count(mark, self.text_at) >= 3

    def _skip(self, at: int) -> int:
        found = _BLANKS.match(self.line, at)
        return found.end() if found else at


# --- the document

_HEADING = re.compile(r"#{1,6}(?: |$)")
_UNDERLINE = re.compile(r"(?:=+|-+) *$")
_FENCE = re.compile(r"(`{3,})[^`]*$|(~{3,})")
_MARKER = re.compile(r"(?:[-+*]|([0-9]{1,9})[.)])(?= |$)")

_HTML = (
    (
        re.compile(r"<(?:script|pre|textarea|style)(?:\s|>|$)", re.IGNORECASE),
        re.compile(r"</(?:script|pre|textarea|style)>", re.IGNORECASE),
    ),
    (re.compile(r"<!--"), re.compile(r"-->")),
    (re.compile(r"<\?"), re.compile(r"\?>")),
    (re.compile(r"<!\[CDATA\["), re.compile(r"\]\]>")),
    (re.compile(r"<![A-Za-z]"), re.compile(r">")),
)
_HTML_BLOCK = re.compile(
    r"</?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details"
    r"|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header"
    r"|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search"
    r"|section|source|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul)(?:\s|/?>|$)",
    re.IGNORECASE,
)
_HTML_TAG = re.compile(rf"(?:{TAG})\s*$", re.VERBOSE)


class _Document:
    """The blocks that are open after the lines read so far."""

    def __init__(self) -> None:
        self.paragraphs: list[Paragraph] = []
        self._containers: list[_Quote | _Item] = []
        self._quotes: list[int] = []  # where among the containers the quotes stand
        self._leaf: Paragraph | _Fence | _Html | _Indented | None = None

    def read(self, number: int, line: _Cursor) -> None:
        """Take the next line."""
        depth = self._continued(line)
        inside = depth == len(self._containers)
        if inside and self._leaf_continues(line):
            return
        paragraph = self._leaf if isinstance(self._leaf, Paragraph) and not line.blank else None
        while block := _begin(line, paragraph, inside=inside):
            self._close(depth)
            self._open(block, line)
            if not isinstance(block, _Quote | _Item):
                return
            depth, paragraph = len(self._containers), None
        if paragraph is None:
            self._close(depth)
            if line.blank:
                return
            paragraph = Paragraph(quoted=bool(self._quotes))
            self.paragraphs.append(paragraph)
            self._fill(paragraph)
        # Without the marks of its quote or list a line still continues a paragraph: it is "lazy".
        paragraph.lines.append((number, line.rest))

    def _continued(self, line: _Cursor) -> int:
        """How many of the open containers the line is in, by its marks and indentation."""
        for depth, container in enumerate(self._containers):
            if line.blank:
                return self._continued_by_blank(depth)
            if isinstance(container, _Quote):
                if not line.take_quote_mark():
                    return depth
            elif line.indent < container.width:
                return depth
            else:
                line.at += container.width
        return len(self._containers)

    def _continued_by_blank(self, depth: int) -> int:
        """A blank line ends quotes, and items that have nothing in them yet."""
        quote = bisect_left(self._quotes, depth)
        if quote < len(self._quotes):
            return self._quotes[quote]
        last = self._containers[-1]
        return len(self._containers) - (isinstance(last, _Item) and last.empty)

    def _leaf_continues(self, line: _Cursor) -> bool:
        match self._leaf:
            case _Fence() as fence:
                if line.indent < 4 and fence.closed_by(line.rest):
                    self._leaf = None
                return True
            case _Html(end):
                if end and end.search(line.line, line.at):
                    self._leaf = None
                return end is not None or not line.blank
            case _Indented():
                return line.blank or line.indent >= 4
            case _:
                return False

    def _close(self, depth: int) -> None:
        del self._containers[depth:]
        del self._quotes[bisect_left(self._quotes, depth) :]
        self._leaf = None

    def _open(self, block: _Block, line: _Cursor) -> None:
        self._fill(None)
        match block:
            case _Quote():
                self._quotes.append(len(self._containers))
                self._containers.append(block)
            case _Item():
                self._containers.append(block)
            case _Html(end) if end and end.search(line.line, line.text_at):
                pass
            case _Fence() | _Html() | _Indented():
                self._leaf = block

    def _fill(self, leaf: Paragraph | None) -> None:
        self._leaf = leaf
        if self._containers and isinstance(last := self._containers[-1], _Item):
            last.empty = False


def _begin(line: _Cursor, paragraph: Paragraph | None, *, inside: bool) -> _Block | None:
    """The block that begins here, if one does, and read its mark when it holds others.

    `paragraph` is what the line would continue otherwise; `inside` tells whether all marks around it
    are there. Some blocks can't interrupt one.
    """
    if line.blank:
        return None
    if line.indent >= 4:
        return None if paragraph else _Indented()
    if line.take_quote_mark():
        return _Quote()
    interrupts = paragraph is not None and inside
    return (
        _line(line, interrupts) or _fence(line) or _html(line, paragraph) or _item(line, interrupts)
    )


def _line(line: _Cursor, interrupts: bool) -> _Line | None:
    underline = interrupts and line.match(_UNDERLINE)
    return _Line() if line.match(_HEADING) or underline or line.is_rule() else None


def _fence(line: _Cursor) -> _Fence | None:
    found = line.match(_FENCE)
    return _Fence(found[1] or found[2]) if found else None


def _html(line: _Cursor, paragraph: Paragraph | None) -> _Html | None:
    if line.line[line.text_at] != "<":
        return None
    for start, end in _HTML:
        if line.match(start):
            return _Html(end)
    known = line.match(_HTML_BLOCK) or (paragraph is None and line.match(_HTML_TAG))
    return _Html(None) if known else None


def _item(line: _Cursor, interrupts: bool) -> _Item | None:
    marker = line.match(_MARKER)
    if marker is None:
        return None
    blanks = line.blanks_from(marker.end())
    bare = marker.end() + blanks == len(line.line)
    if interrupts and (bare or int(marker[1] or 1) != 1):
        return None
    padding = 1 if bare or blanks > 4 else blanks
    item = _Item(line.indent + len(marker[0]) + padding)
    line.at = min(marker.end() + padding, len(line.line))
    return item
