"""YAML text as a tree of nodes that know their line: the syntax, and what of it OWNERS.yaml may use."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

DEEPEST: Final = 40
LONGEST: Final = 512 * 1024
"""Far above any real file; what is larger only costs time."""

_NULL: Final = {"", "~", "null", "Null", "NULL"}
_BOOL: Final = {
    word: truth
    for truth in (True, False)
    for word in (f"{truth}", f"{truth}".lower(), f"{truth}".upper())
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
    if "cannot start any token" in problem:
        return "put the value in quotes"
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
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                if found is not None:
                    raise UnreadableError(
                        _mark(event), "there is a second document", "remove the line `---`"
                    )
                found = self._node(next(self._events))
        return found

    def _node(self, event: Any) -> Node:
        if isinstance(event, AliasEvent):
            return self._anchored(event)
        self._depth += 1
        if self._depth > DEEPEST:
            raise UnreadableError(_mark(event), f"nested deeper than {DEEPEST} levels")
        node = self._new(event, _tag(event))
        self._depth -= 1
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _anchored(self, alias: AliasEvent) -> Node:
        if alias.anchor not in self._anchors:
            message = f"nothing before this is anchored as `&{alias.anchor}`"
            raise UnreadableError(
                _mark(alias), message, "put a pattern that begins with * in quotes"
            )
        return self._anchors[alias.anchor]

    def _new(self, event: Any, tag: str) -> Node:
        if isinstance(event, SequenceStartEvent):
            return List(_mark(event), list(self._nodes_until(SequenceEndEvent)))
        if isinstance(event, MappingStartEvent):
            return Map(_mark(event), list(self._entries()))
        if not _encodable(event.value):
            raise UnreadableError(_mark(event), "half of a surrogate pair is no character")
        plain = event.implicit[0] and not tag
        return Scalar(_mark(event), event.value, _resolved(event.value) if plain else event.value)

    def _nodes_until(self, end: type[Any]) -> Iterator[Node]:
        while not isinstance(event := next(self._events), end):
            yield self._node(event)

    def _entries(self) -> Iterator[tuple[Scalar, Node]]:
        nodes = self._nodes_until(MappingEndEvent)
        for key in nodes:
            if not isinstance(key, Scalar):
                raise UnreadableError(key.mark, "a key must be a single word")
            yield key, next(nodes)


def _tag(event: Any) -> str:
    """The tag of a node, of which only that of text has a meaning here."""
    tag = str(event.tag or "").removeprefix("tag:yaml.org,2002:")
    if tag not in {"", "!", "str"}:
        message = f"the tag `{tag}` has no meaning here"
        raise UnreadableError(_mark(event), message, "put the value in quotes if it begins with !")
    return tag


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


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
