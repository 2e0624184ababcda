"""What pydantic finds wrong, in plain words."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from ghapp.model.problem import Finding, Path, dotted
from ghapp.model.section import LIST, MAPPING, TEXT, Section
from ghapp.model.suggest import suggest

KEY = "[key]"
"""The step that pydantic adds to a path when the key itself is wrong."""

_QUOTE = "'"
_TICK = "`"
_MISSING = {
    "version": "write `version: 1`",
    "areas": "name at least one, with its owner",
    "owner": "every area has one: `owner: LOGIN`",
    "fallback_area": "name the area that gets the alerts which no rule matches",
}
_TAGS = {TEXT, LIST, MAPPING}
_PLAIN = {
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "string_unicode": "holds half a character",
    "string_too_short": "must not be empty",
    "tuple_type": "must be a list",
    "too_short": "must not be empty",
    "mapping_type": "must be a mapping",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "greater_than": "must be longer than 0s",
}


def findings(error: ValidationError, top: type[Section]) -> Iterator[Finding]:
    """Every error as a finding about a path of the file."""
    for line in error.errors(include_url=False):
        # Pydantic counts only the sound members of a list; the others have their own errors.
        if line["type"] != "too_short" or not line["input"]:
            yield _finding(line, top)


def _finding(line: ErrorDetails, top: type[Section]) -> Finding:
    path: Path = tuple(step for step in line["loc"] if step not in _TAGS)
    at_key = path[-1:] == (KEY,)
    path = path[:-1] if at_key else path
    name = _name(path)
    if line["type"] == "missing":
        return Finding(path, f"`{name}` is missing", _MISSING.get(name, ""), at_key=True)
    if line["type"] == "extra_forbidden":
        return Finding(
            path, f"unknown key `{name}`", suggest(name, _keys(top, path[:-1])), at_key=True
        )
    message, hint = _words(name, line)
    if line["type"] in {"wrong", "value_error"} and not at_key:
        message = f"`{name}`: {message}"
    return Finding(path, message, hint, at_key=at_key)


def _name(path: Path) -> str:
    """The last key of a path with the positions after it: `people[0]`."""
    last = max((place for place, step in enumerate(path) if isinstance(step, str)), default=0)
    return dotted(path[last:]) or "the file"


def _words(name: str, line: ErrorDetails) -> tuple[str, str]:
    kind, given, context = line["type"], line["input"], line.get("ctx", {})
    if kind == "value_error":
        return str(context["error"]), ""
    if kind == "literal_error":
        expected = str(context["expected"])
        hint = suggest(str(given), re.findall(r"'([^']*)'", expected))
        return f"`{name}` must be {expected.replace(_QUOTE, _TICK)}", hint
    if kind == "string_too_long":
        return f"`{name}` must be at most {context['max_length']} characters long", ""
    if kind in {"greater_than_equal", "less_than_equal"}:
        bound = f"least {context['ge']}" if "ge" in context else f"most {context['le']}"
        return f"`{name}` must be at {bound}", ""
    if kind in _PLAIN:
        if given is None:
            return f"`{name}` is empty", ""
        unquoted = kind == "string_type" and isinstance(given, int | float)
        return f"`{name}` {_PLAIN[kind]}", f'write "{given}"' if unquoted else ""
    return line["msg"], str(context.get("hint", ""))


def _keys(top: type[Section], path: Path) -> list[str]:
    """The keys that the section at a path may have."""
    sections, in_mapping = [top], False
    for step in path:
        if isinstance(step, int) or in_mapping:
            in_mapping = False
            continue
        fields = [field for section in sections for name, field in _fields(section) if name == step]
        sections = [found for field in fields for found in _sections(field.annotation)]
        in_mapping = any(get_origin(field.annotation) is Mapping for field in fields)
    return [name for section in sections for name, _ in _fields(section)]


def _fields(section: type[Section]) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in section.model_fields.items():
        yield field.alias or name, field


def _sections(annotation: Any) -> Iterator[type[Section]]:
    """The sections that a type speaks of, without going into them."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for argument in get_args(annotation):
        yield from _sections(argument)
