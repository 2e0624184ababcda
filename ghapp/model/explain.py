"""What pydantic finds wrong, in plain words."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from ghapp.model.problem import Finding, Path
from ghapp.model.references import suggest
from ghapp.model.values import Section

KEY = "[key]"
"""The step that pydantic adds to a path when the key itself is wrong."""

_PLAIN = {
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "tuple_type": "must be a list",
    "too_short": "must not be empty",
    "mapping_type": "must be a mapping",
    "model_type": "must be a mapping",
    "greater_than": "must be longer than 0s",
}


def findings(error: ValidationError, top: type[Section]) -> Iterator[Finding]:
    """Every error as a finding about a path of the file."""
    for line in error.errors(include_url=False):
        yield _finding(line, top)


def _finding(line: ErrorDetails, top: type[Section]) -> Finding:
    path: Path = tuple(step for step in line["loc"] if step not in _TAGS)
    at_key = path[-1:] == (KEY,)
    path = path[:-1] if at_key else path
    kind, context = line["type"], line.get("ctx", {})
    name = str(path[-1]) if path else "the file"
    if kind == "missing":
        return Finding(path, f"`{name}` is missing", at_key=True)
    if kind == "extra_forbidden":
        known = _keys(top, path[:-1])
        return Finding(path, f"unknown key `{name}`", suggest(name, known), at_key=True)
    message, hint = _words(kind, line, context)
    return Finding(path, message.replace("{name}", name), hint, at_key=at_key)


_TAGS = {"<text>", "<list>", "<mapping>"}


def _words(kind: str, line: ErrorDetails, context: Mapping[str, Any]) -> tuple[str, str]:
    if kind == "value_error":
        return str(context["error"]), ""
    if kind == "literal_error":
        return f"`{line['input']}` is not {context['expected']}", ""
    if kind in {"greater_than_equal", "less_than_equal"}:
        bound = context.get("ge", context.get("le"))
        return f"`{{name}}` must be at {'least' if 'ge' in context else 'most'} {bound}", ""
    if kind in _PLAIN:
        quoted = kind == "string_type" and isinstance(line["input"], int | float)
        return f"`{{name}}` {_PLAIN[kind]}", f'write "{line["input"]}"' if quoted else ""
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
