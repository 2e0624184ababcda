"""Changes to the text of OWNERS.yaml that leave every other character of it as it was.

ruamel.yaml says where in the text the nodes stand, and what is new is inserted between them: comments, order, quotes,
indentation and line ends stay because nothing of what is there is written again.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from ghapp.model.load import load
from ghapp.model.names import RotationName
from ghapp.model.nodes import Scalar, compose
from ghapp.model.section import FrozenMap
from ghapp.model.types import Model, Override, Rules

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_COMMA: Final = re.compile(r"[ \t]*,")
_STEP: Final = 2
"""By how much a list is indented where the file has none to go by."""


class NotEditableError(Exception):
    """The text can't be changed by us; `why` is for the person who then does it by hand."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class NewOverrides:
    """Overrides to put behind those that a rotation has, in this order."""

    rotation: RotationName
    overrides: tuple[Override, ...]


def with_overrides(text: str, new: NewOverrides, rules: Rules | None = None) -> str:
    """The text with these overrides in force; the very same text if they are already.

    Raises:
        NotEditableError: it has problems, does not know the rotation, or is written in a way that we can't add to.
    """
    model = load(text, rules=rules).model
    if model is None:
        raise NotEditableError("the file has problems; they have to be mended first")
    rotation = model.rotations.get(new.rotation)
    if rotation is None:
        raise NotEditableError("it has no such rotation any more")
    missing = [one for one in new.overrides if not _counts(one, rotation.overrides)]
    if not missing:
        return text
    edited = _inserted(text, _insertions(text, new.rotation, missing))
    if load(edited, rules=rules).model != _expected(model, new.rotation, missing):
        raise NotEditableError("the rotation is written in a way that can't be added to safely")
    return edited


def by_hand(new: NewOverrides) -> str:
    """The lines that say the same, for a person to paste."""
    quotes = _Quotes()
    items = [f"      - {_inline(one, quotes)}" for one in new.overrides]
    return "\n".join(["rotations:", f"  {_scalar(new.rotation)}:", "    overrides:", *items])


def _counts(override: Override, present: Sequence[Override]) -> bool:
    """Whether an override is there, and none behind it takes any of its time away."""
    if override not in present:
        return False
    place = len(present) - 1 - present[::-1].index(override)
    return not any(
        later.from_ < override.to and override.from_ < later.to for later in present[place + 1 :]
    )


def _expected(model: Model, name: RotationName, added: Iterable[Override]) -> Model:
    rotation = model.rotations[name]
    longer = rotation.model_copy(update={"overrides": (*rotation.overrides, *added)})
    return model.model_copy(update={"rotations": FrozenMap({**model.rotations, name: longer})})


@dataclass(frozen=True, slots=True)
class _Insertion:
    at: int
    text: str


def _inserted(text: str, insertions: Iterable[_Insertion]) -> str:
    for one in sorted(insertions, key=lambda one: one.at, reverse=True):
        text = text[: one.at] + one.text + text[one.at :]
    return text


def _insertions(text: str, name: RotationName, added: Sequence[Override]) -> Iterator[_Insertion]:
    """What to insert where; should the places be wrong, the outcome does not load as expected."""
    root = YAML(typ="safe", pure=True).compose(text)
    rotation = _value(_value(root, "rotations"), name)
    if not isinstance(rotation, MappingNode):
        return
    overrides = _value(rotation, "overrides")
    quotes = _quotes(rotation, overrides)
    if isinstance(overrides, SequenceNode):
        yield from (
            _into_flow(text, overrides, added, quotes)
            if overrides.flow_style
            else _below_items(text, overrides, added, quotes)
        )
    elif rotation.flow_style:
        items = ", ".join(_inline(one, quotes) for one in added)
        end = _end_of_entry(text, *rotation.value[-1])
        yield _Insertion(end, f", {_scalar('overrides', quotes.keys)}: [{items}]")
    else:
        indent = rotation.value[0][0].start_mark.column
        dash = " " * (indent + _offset(root))
        lines = [f"{' ' * indent}{_scalar('overrides', quotes.keys)}:"]
        lines += [f"{dash}- {_inline(one, quotes)}" for one in added]
        yield _below(text, _end(text, rotation), lines)


def _into_flow(
    text: str, overrides: SequenceNode, added: Sequence[Override], quotes: "_Quotes"
) -> Iterator[_Insertion]:
    """Behind the last of `[…]`, on lines of their own where that one has its own."""
    items = [_inline(one, quotes) for one in added]
    if not overrides.value:
        yield _Insertion(overrides.start_mark.index + 1, ", ".join(items))
        return
    last = overrides.value[-1]
    before, end = _before(text, last), last.end_mark.index
    if before.strip():
        yield _Insertion(end, "".join(f", {item}" for item in items))
        return
    comma = _COMMA.match(text, end)
    if comma is None:
        yield _Insertion(end, ",")
    *others, final = (f"{before}{item}" for item in items)
    yield _below(text, end, [*(f"{item}," for item in others), final + ("," if comma else "")])


def _below_items(
    text: str, overrides: SequenceNode, added: Sequence[Override], quotes: "_Quotes"
) -> Iterator[_Insertion]:
    """Below the last item of a list with dashes, written as that one is."""
    last = overrides.value[-1]
    indent = " " * overrides.start_mark.column
    before = _before(text, last)
    dash = before if before.strip() == "-" else f"{indent}- "
    lines: list[str] = []
    for one in added:
        entries = [_inline(one, quotes)] if last.flow_style else _entries(one, quotes)
        lines.append(dash + entries[0])
        lines += [" " * len(dash) + entry for entry in entries[1:]]
    yield _below(text, _end(text, last), lines)


def _below(text: str, at: int, lines: Sequence[str]) -> _Insertion:
    """Lines below the one in which a place is; a last line without an end stays without."""
    end = _LINE_END.search(text, at)
    if end is not None:
        return _Insertion(end.end(), "".join(line + end[0] for line in lines))
    known = _LINE_END.search(text)
    newline = known[0] if known else "\n"
    return _Insertion(len(text), "".join(newline + line for line in lines))


def _before(text: str, node: Node) -> str:
    """What stands before a node in its line."""
    return text[node.start_mark.index - node.start_mark.column : node.start_mark.index]


def _value(node: Node | None, key: str) -> Node | None:
    """The value of a key that a mapping has of its own."""
    entries: list[tuple[Node, Node]] = node.value if isinstance(node, MappingNode) else []
    return next((value for name, value in entries if name.value == key), None)


def _end(text: str, node: Node) -> int:
    """The index behind the last character of a node, without the blanks and comments behind it."""
    if isinstance(node, CollectionNode) and not node.flow_style:
        last = node.value[-1]
        return _end_of_entry(text, *last) if isinstance(node, MappingNode) else _end(text, last)
    start: int = node.start_mark.index
    return start + len(text[start : node.end_mark.index].rstrip())


def _end_of_entry(text: str, key: Node, value: Node) -> int:
    """The end of the value, or of the key where that is only an alias of something above it."""
    return _end(text, key if value.start_mark.index < key.start_mark.index else value)


def _offset(node: Node) -> int:
    """By how much the file indents the dashes of a list below its key."""
    pending = [node]
    while pending:
        here = pending.pop(0)
        if not isinstance(here, MappingNode) or here.flow_style:
            continue
        for key, value in here.value:
            if isinstance(value, SequenceNode) and not value.flow_style:
                return max(0, int(value.start_mark.column - key.start_mark.column))
            pending.append(value)
    return _STEP


@dataclass(frozen=True, slots=True)
class _Quotes:
    """Which quotes the file puts around keys, people and times: none, or one of two."""

    keys: str = ""
    people: str = ""
    times: str = ""


def _quotes(rotation: MappingNode, overrides: Node | None) -> _Quotes:
    """As the rotation is written, or the last of its overrides where there is one."""
    last = overrides.value[-1] if isinstance(overrides, SequenceNode) and overrides.value else None
    person, time = _value(last, "person"), _value(last, "from")
    if person is None:
        people = _value(rotation, "people")
        person = people.value[0] if isinstance(people, SequenceNode) else None
    key = (last if isinstance(last, MappingNode) else rotation).value[0][0]
    return _Quotes(*map(_quote, (key, person, time or _value(rotation, "start"))))


def _quote(node: Node | None) -> str:
    style = node.style if isinstance(node, ScalarNode) else None
    return style if style in {"'", '"'} else ""


def _inline(override: Override, quotes: _Quotes) -> str:
    return f"{{{', '.join(_entries(override, quotes))}}}"


def _entries(override: Override, quotes: _Quotes) -> list[str]:
    return [
        f"{_scalar('person', quotes.keys)}: {_scalar(override.person, quotes.people)}",
        f"{_scalar('from', quotes.keys)}: {_scalar(_time(override.from_), quotes.times)}",
        f"{_scalar('to', quotes.keys)}: {_scalar(_time(override.to), quotes.times)}",
    ]


def _scalar(text: str, quote: str = "") -> str:
    """A name or a time, in quotes where it would otherwise be a number or a truth."""
    plain = compose(text)
    if not quote and isinstance(plain, Scalar) and plain.value == text:
        return text
    quote = quote or '"'
    return f"{quote}{text}{quote}"


def _time(wall: datetime) -> str:
    return wall.isoformat(timespec="seconds" if wall.second else "minutes")
