"""What the types of OWNERS.yaml are made of: sections, frozen mappings, text of a form."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    WrapSerializer,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema


class Section(BaseModel):
    """A mapping of the file: immutable, and without room for a key that it does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, use_attribute_docstrings=True
    )


K = TypeVar("K")
V = TypeVar("V")


class FrozenMap(Mapping[K, V]):
    """A mapping that nobody can change; hashable if its values are."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Mapping[K, V]) -> None:
        self._entries = dict(entries)

    def __getitem__(self, key: K) -> V:
        return self._entries[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __hash__(self) -> int:
        return hash(frozenset(self._entries.items()))

    def __repr__(self) -> str:
        return repr(self._entries)


def _thaw(value: Mapping[Any, Any], handler: SerializerFunctionWrapHandler) -> Any:
    return handler(dict(value))


Frozen = Annotated[Mapping[K, V], AfterValidator(FrozenMap), WrapSerializer(_thaw)]
"""A mapping in the file, a FrozenMap in the model."""
EMPTY: Final[Mapping[Any, Any]] = FrozenMap({})


def wrong(message: str, value: object, hint: str = "") -> PydanticCustomError:
    """The error of a value that is not what it should be; the message goes on after the value."""
    context = {"value": str(value), "message": message, "hint": hint}
    return PydanticCustomError("wrong", "`{value}` {message}", context)


@dataclass(frozen=True, slots=True)
class Matching:
    """Text of a certain form: told in words to people, and as a pattern to editors."""

    pattern: str
    message: str
    hint: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "pattern": self.pattern}

    def _check(self, text: str) -> str:
        if not re.fullmatch(self.pattern, text):
            raise wrong(self.message, text, self.hint)
        return text


@dataclass(frozen=True, slots=True)
class MayBeEmpty:
    """Lets a section stand with nothing after its colon."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        def fill(value: Any) -> Any:
            return {} if value is None else value

        return core_schema.no_info_before_validator_function(fill, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [handler(schema), {"type": "null"}]}


TEXT: Final = "<text>"
LIST: Final = "<list>"
MAPPING: Final = "<mapping>"
"""The tags of a union of shapes; they show up as steps in pydantic's paths."""


def _list_or_text(value: object) -> str:
    return LIST if isinstance(value, list | tuple) else TEXT


def _mapping_or_text(value: object) -> str:
    return MAPPING if isinstance(value, Mapping | BaseModel) else TEXT


LIST_OR_TEXT: Final = Discriminator(_list_or_text)
MAPPING_OR_TEXT: Final = Discriminator(_mapping_or_text)


def in_order(first: Any, last: Any, *, may_meet: bool = True) -> None:
    """Check that a span does not end before it begins, nor where it begins unless they may meet.

    Raises:
        PydanticCustomError: it does.
    """
    if last < first or (last == first and not may_meet):
        raise wrong(f"is {'before' if may_meet else 'not after'} `{_short(first)}`", _short(last))


def _short(value: object) -> str:
    return str(value).removesuffix(":00")
