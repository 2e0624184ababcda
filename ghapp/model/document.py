"""A YAML document as plain values that remember on which line each of them stands."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from ghapp.model.nodes import (
    DEEPEST,
    START,
    List,
    Map,
    Mark,
    Node,
    Scalar,
    UnreadableError,
    compose,
)
from ghapp.model.problem import Path

MOST_VALUES: Final = 10_000
"""With aliases written out; far above any real file."""

_MERGE: Final = "<<"


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something wrong with the text itself."""

    mark: Mark
    path: Path
    message: str
    hint: str = ""


@dataclass(slots=True)
class Document:
    """The values of a text, and where they stand.

    `data` holds dict, list, str, int, float, bool and None, dates as text. It is None for an empty text, and for
    one that cannot be read: then there is one complaint.
    """

    data: Any = None
    keys: dict[Path, Mark] = field(default_factory=dict)
    values: dict[Path, Mark] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)

    def place(self, path: Path, *, at_key: bool = False) -> Mark:
        """Where a path stands; for one that the text does not have, the nearest key around it."""
        for end in range(len(path), 0, -1):
            here = path[:end]
            if here in self.values:
                value = self.values[here]
                return self.keys.get(here, value) if at_key or end < len(path) else value
        return START


def read(text: str) -> Document:
    """Read any text; what is wrong with it is told by the document, never by an exception."""
    document = Document()
    try:
        root = compose(text)
        if root is not None:
            document.data = _Flattener(document).value(root, ())
    except UnreadableError as error:
        return Document(complaints=[Complaint(error.mark, (), error.message, error.hint)])
    return document


class _Flattener:
    """Turns nodes into values and notes their places; aliases are written out."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._count = 0

    def value(self, node: Node, path: Path) -> Any:
        self._count += 1
        if self._count > MOST_VALUES:
            raise UnreadableError(
                node.mark, f"more than {MOST_VALUES:,} values, aliases written out"
            )
        if len(path) > DEEPEST:
            raise UnreadableError(
                node.mark, f"nested deeper than {DEEPEST} levels, aliases written out"
            )
        self._document.values[path] = node.mark
        if isinstance(node, Scalar):
            return node.value
        if isinstance(node, List):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.items)]
        entries: dict[str, Any] = {}
        for key, value in self._entries(node, path):
            here = (*path, key.text)
            self._document.keys[here] = key.mark
            entries[key.text] = self.value(value, here)
        return entries

    def _entries(self, node: Map, path: Path) -> Iterator[tuple[Scalar, Node]]:
        """The entries that count: the first of a repeated key, and merged ones only where there is no own."""
        own: dict[str, tuple[Scalar, Node]] = {}
        merged: list[tuple[Scalar, Node]] = []
        for key, value in node.entries:
            if key.text == _MERGE:
                merged += self._merged(value)
            elif key.text in own:
                first = own[key.text][0].mark.line
                self._complain(
                    key.mark,
                    (*path, key.text),
                    f"duplicate key `{key.text}`",
                    f"the first is on line {first}",
                )
            else:
                own[key.text] = (key, value)
        for key, value in merged:
            own.setdefault(key.text, (key, value))
        yield from own.values()

    def _merged(self, node: Node) -> Iterator[tuple[Scalar, Node]]:
        for source in node.items if isinstance(node, List) else [node]:
            if not isinstance(source, Map):
                raise UnreadableError(
                    source.mark, f"`{_MERGE}` takes a mapping or a list of mappings"
                )
            yield from source.entries

    def _complain(self, mark: Mark, path: Path, message: str, hint: str) -> None:
        self._document.complaints.append(Complaint(mark, path, message, hint))
