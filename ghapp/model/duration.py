"""Durations as OWNERS.yaml writes them: a whole number and a unit, `90s 5m 4h 7d 2w`."""

import re
from datetime import timedelta
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

ACCEPTED: Final = "a whole number and one of s, m, h, d, w, such as 90s, 5m, 4h, 7d or 2w"
LONGEST: Final = timedelta(weeks=520)
"""Ten years: longer is a slip of the keyboard, and far enough from where datetime overflows."""

_UNITS: Final = {
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
_PATTERN: Final = r"^[0-9]{1,9}[smhdw]$"


def parse_duration(text: str) -> timedelta:
    """Read `90s`, `5m`, `4h`, `7d` or `2w`; a day is 24 hours.

    Raises:
        ValueError: it is something else, or longer than ten years; the message says what is accepted.
    """
    if not re.fullmatch(_PATTERN, text):
        raise ValueError(f"`{text}` is no duration: write {ACCEPTED}")
    count, unit = int(text[:-1]), _UNITS[text[-1]]
    if count > LONGEST // unit:
        raise ValueError(f"`{text}` is longer than ten years")
    return count * unit


def format_duration(span: timedelta) -> str:
    """Write a span in the largest unit that divides it; a fraction of a second is dropped.

    Raises:
        ValueError: the span is negative.
    """
    if span < timedelta(0):
        raise ValueError("a duration is never negative")
    whole = timedelta(days=span.days, seconds=span.seconds)
    for letter, unit in _UNITS.items():
        if whole and whole % unit == timedelta(0):
            return f"{whole // unit}{letter}"
    return "0s"


def _read(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        return parse_duration(value)
    raise ValueError(f"write {ACCEPTED}")


def _read_or_none(value: object) -> timedelta | None:
    return None if value is None or value in _NOTHING else _read(value)


_NOTHING: Final = ("\N{EN DASH}", "-", "none")
_SCHEMA: Final = {
    "type": "string",
    "pattern": _PATTERN,
    "examples": ["90s", "5m", "4h", "7d", "2w"],
}

DurationOrZero = Annotated[
    timedelta,
    BeforeValidator(_read),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema(_SCHEMA),
]
"""A span that may be nothing, `0s`."""

Duration = Annotated[
    timedelta,
    Field(gt=timedelta(0)),
    BeforeValidator(_read),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema(_SCHEMA),
]
"""A span longer than nothing."""

DurationOrNone = Annotated[
    Duration | None,
    BeforeValidator(_read_or_none),
    WithJsonSchema({"anyOf": [_SCHEMA, {"enum": [*_NOTHING, None]}]}),
]
"""A span, or a dash for none."""
