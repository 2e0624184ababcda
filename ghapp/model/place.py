"""Where a setting stands in the text of OWNERS.yaml, for links to its line."""

from collections.abc import Iterable
from typing import Any

from ghapp.model.document import Document
from ghapp.model.problem import Path, dotted


def line_of(document: Document, setting: str) -> int | None:
    """The line (from 1) of a setting such as `review.rules.title` or `areas.app.paths[0]`.

    Of one that the file does not have, the line of the nearest key around it; None when it has none of these either.
    """
    path = _path(document.data, (), setting)
    return document.place(path, at_key=True).line if path else None


def _path(value: Any, so_far: Path, rest: str) -> Path:
    """As much of a dotted way as there is. Keys may have dots in them: the longest that fits is meant."""
    texts = {dotted((step,)): step for step in _steps(value)}
    fitting = [one for one in texts if rest == one or rest.startswith((f"{one}.", f"{one}["))]
    if not fitting:
        return so_far
    text = max(fitting, key=len)
    step = texts[text]
    return _path(value[step], (*so_far, step), rest[len(text) :].removeprefix("."))


def _steps(value: Any) -> Iterable[str | int]:
    if isinstance(value, dict):
        return value
    return range(len(value)) if isinstance(value, list) else ()
