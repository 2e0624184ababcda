"""What is left of a broken file once its broken values are taken out, so that its rules can be linted all the same."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ghapp.model.problem import Path
from ghapp.model.types import Model


def salvage(data: Mapping[str, Any], kind: type[Model] = Model) -> Model | None:
    """A model of the sound parts of a file; None when too little is left.

    Names are not checked. A list with a broken member is dropped whole, so that positions stay true.
    """
    rest = data
    while True:
        try:
            return kind.model_validate(rest)
        except ValidationError as error:
            smaller = _without_errors(rest, error)
        if smaller == rest:
            return None
        rest = smaller


def _without_errors(data: Mapping[str, Any], error: ValidationError) -> Mapping[str, Any]:
    for line in error.errors(include_url=False, include_context=False):
        path = _key_path(line["loc"], missing=line["type"] == "missing")
        data = _without(data, path) if path else data
    areas = data.get("areas")
    if not isinstance(areas, Mapping) or not areas:
        return data
    return {"version": 1, "fallback_area": next(iter(areas)), **data}


def _key_path(location: Path, *, missing: bool) -> Path:
    """The keys down to what must go: the value, the list around it, or the section that misses it."""
    keys: list[str | int] = []
    for step in location[:-1] if missing else location:
        if isinstance(step, int):
            break
        keys.append(step)
    return tuple(keys)


def _without(value: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    """A copy of nested mappings without the last key of a path that they have."""
    head, *rest = path
    inner = value.get(str(head))
    if rest and isinstance(inner, Mapping) and rest[0] in inner:
        return {**value, str(head): _without(inner, tuple(rest))}
    return {key: one for key, one in value.items() if key != head}
