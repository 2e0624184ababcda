"""YAML text as a tree of nodes that know their line: the syntax, and what of it OWNERS.yaml may use."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

DEEPEST: Final = 40
LONGEST: Final = 512 * 1024
"""Far above any real file; what is larger only costs time."""

_STR_TAG: Final = "tag:yaml.org,2002:str"
_NULL: Final = {"", "~", "null", "Null", "NULL"}
_BOOL: Final = {
    word: truth
    for truth in (True, False)
    for word in (str(truth), str(truth).lower(), str(truth).upper())
}
_INT: Final = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,20}|0x[0-9a-fA-F]{1,16}", re.ASCII)
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the text, both from 1."""

    line: int
    column: int


START: Final = Mark(1, 1)


class UnreadableError(Exception):
    """The text is no YAML that this file may be written in."""

    def __init__(self, mark: Mark, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.mark, self.message, self.hint = mark, message, hint


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value, as written and as meant."""

    mark: Mark
    text: str
    value: Any


@dataclass(frozen=True, slots=True)
class List:
    """A sequence."""

    mark: Mark
    items: list["Node"]


@dataclass(frozen=True, slots=True)
class Map:
    """A mapping, its entries as written, repeated keys included."""

    mark: Mark
    entries: list[tuple[Scalar, "Node"]]


Node = Scalar | List | Map


def _events(text: str) -> Iterator[Any]:
    """The parse events of a text.

    Raises:
        UnreadableError: it is no YAML.
    """
    if len(text) > LONGEST:
        raise UnreadableError(START, f"the file is longer than {LONGEST // 1024} KiB")
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except ReaderError as error:
        mark = _mark_at(text, error.position)
        char = ascii(text[error.position])[1:-1]
        raise UnreadableError(mark, f"the character {char} is not allowed") from None
    except MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        mark = START if at is None else Mark(at.line + 1, at.column + 1)
        raise UnreadableError(
            mark, f"not valid YAML: {error.problem or error.context}", _advice(error)
        ) from None
    except (YAMLError, ValueError, OverflowError) as error:
        raise UnreadableError(START, f"not valid YAML: {error}") from None


def _mark_at(text: str, position: int) -> Mark:
    before = text[:position]
    return Mark(before.count("\n") + 1, position - before.rfind("\n"))


def _advice(error: MarkedYAMLError) -> str:
    problem = str(error.problem)
    if "\\t" in problem:
        return "indent with spaces, not with tabs"
    if "mapping values are not allowed" in problem:
        return "put the value in quotes if it contains a colon, or check the indentation"
    return ""


def compose(text: str) -> Node | None:
    """The tree of a text; None when nothing is in it.

    Raises:
        UnreadableError: it is no YAML, or uses what has no place in this file.
    """
    return _Composer(text).root()


class _Composer:
    """Builds nodes from parse events; an alias is the node of its anchor itself."""

    def __init__(self, text: str) -> None:
        self._events = _events(text)
        self._anchors: dict[str, Node] = {}
        self._depth = 0

    def root(self) -> Node | None:
        found: Node | None = None
        seen = False
        for event in self._events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                if seen:
                    raise UnreadableError(
                        _mark(event), "there is a second document", "remove the line `---`"
                    )
                seen = True
                found = self._node(next(self._events))
        return found

    def _node(self, event: Any) -> Node:
        kind = type(event).__name__
        mark = _mark(event)
        if kind == "AliasEvent":
            if event.anchor not in self._anchors:
                raise UnreadableError(mark, f"nothing is anchored as `&{event.anchor}` before this")
            return self._anchors[event.anchor]
        tag = str(event.tag) if event.tag else ""
        if tag not in {"", "!", _STR_TAG}:
            raise UnreadableError(mark, f"the tag `{tag}` has no meaning here", "remove it")
        self._depth += 1
        if self._depth > DEEPEST:
            raise UnreadableError(mark, f"nested deeper than {DEEPEST} levels")
        node: Node
        if kind == "ScalarEvent":
            plain = event.implicit[0] and not tag
            node = Scalar(mark, event.value, _resolved(event.value) if plain else event.value)
        elif kind == "SequenceStartEvent":
            node = List(mark, list(self._items("SequenceEndEvent")))
        else:
            node = Map(mark, list(self._entries()))
        self._depth -= 1
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _items(self, end: str) -> Iterator[Node]:
        while type(event := next(self._events)).__name__ != end:
            yield self._node(event)

    def _entries(self) -> Iterator[tuple[Scalar, Node]]:
        for key in (items := self._items("MappingEndEvent")):
            if not isinstance(key, Scalar):
                raise UnreadableError(key.mark, "a key must be a single word")
            yield key, next(items)


def _mark(event: Any) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)


def _resolved(text: str) -> Any:
    """The value of an unquoted scalar by the core schema of YAML 1.2 (§10.3.2): `no` and `12:30` are text."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
