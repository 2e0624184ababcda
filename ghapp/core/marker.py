"""The hidden lines by which the app knows its own issues again, and what it remembers in them.

An issue's title belongs to people and the search API lags, so the identity of an issue is a comment
in its body that Markdown does not show. A marker counts only in an issue or comment that the app
wrote; that is the caller's to check.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Never

_MARKER = "ghapp"
_STATE = "ghapp-state"

# HTML ends a comment at `-->` (and CommonMark 0.29 at any `--`), so neither may appear inside.
# https://html.spec.whatwg.org/multipage/syntax.html#comments
_UNSAFE = re.compile(r"(?<=-)-|[<>]")
_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Marker:
    """What an issue of the app is: a kind (`incident`, `triage` …) and a key, unique for ever."""

    kind: str
    key: str


def render(marker: Marker) -> str:
    """The marker as the line that ends an issue's body."""
    return _comment(_MARKER, {"kind": marker.kind, "key": marker.key})


def find(body: str) -> Marker | None:
    """The marker in the last line of `body` that is exactly one, or None. Never raises."""
    for data in _comments(body, _MARKER):
        match data:
            case {"kind": str(kind), "key": str(key)} if len(data) == 2:
                return Marker(kind, key)
    return None


def render_state(data: Mapping[str, Any]) -> str:
    """Facts to remember, as one hidden line; equal mappings give equal lines whatever their order.

    Raises:
        TypeError: `data` holds something that JSON has no form for.
        ValueError: `data` holds NaN or an infinity.
    """
    return _comment(_STATE, data, sort_keys=True)


def find_state(body: str) -> dict[str, Any] | None:
    """The facts in the last line of `body` that carries state, or None. Never raises."""
    return next(_comments(body, _STATE), None)


def _comment(name: str, data: Mapping[str, Any], *, sort_keys: bool = False) -> str:
    text = json.dumps(data, separators=(",", ":"), allow_nan=False, sort_keys=sort_keys)
    return f"<!-- {name} {_UNSAFE.sub(_escape, text)} -->"


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _comments(body: str, name: str) -> Iterator[dict[str, Any]]:
    """The JSON objects in such comments, last line first; a line that is none is passed over."""
    start, end = f"<!-- {name} {{", "} -->"
    for line in reversed(_LINE_END.split(body)):
        if line.startswith(start) and line.endswith(end):
            data = _parse(line[len(start) - 1 : len(line) - len(end) + 1])
            if isinstance(data, dict):
                yield data


def _parse(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> Never:
    raise ValueError(constant)
