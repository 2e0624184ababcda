"""How long until something is due again: a duration, or months and years as the calendar counts them."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

from ghapp.model.duration import format_duration, parse_duration
from ghapp.model.section import wrong

_MONTHS: Final = {"mo": 1, "y": 12}
_CALENDAR: Final = re.compile(r"([1-9][0-9]{0,2})(mo|y)")
_PATTERN: Final = r"^([1-9][0-9]{0,8}[smhdw]|[1-9][0-9]{0,2}(mo|y))$"
_MOST: Final = 120
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Interval:
    """Months of the calendar, or else a length of time; one of them is nothing."""

    months: int = 0
    length: timedelta = timedelta(0)

    def after(self, day: date) -> date:
        """The date so much after another; a month that has no such day has its last. A part of a day counts whole."""
        if not self.months:
            return day + timedelta(days=-(-self.length // _DAY))
        year, month = divmod(day.year * 12 + day.month - 1 + self.months, 12)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

    def __str__(self) -> str:
        if not self.months:
            return format_duration(self.length)
        return f"{self.months}mo" if self.months % 12 else f"{self.months // 12}y"


def parse_interval(text: str) -> Interval:
    """Read `90d`, `12mo` or `1y`.

    Raises:
        ValueError: it is something else, nothing, or longer than ten years; the message says what is accepted.
    """
    found = _CALENDAR.fullmatch(text)
    if found is None:
        length = parse_duration(text)
        if not length:
            raise ValueError("nothing is due again after no time")
        return Interval(length=length)
    months = int(found[1]) * _MONTHS[found[2]]
    if months > _MOST:
        raise ValueError(f"`{text}` is longer than ten years")
    return Interval(months)


@dataclass(frozen=True, slots=True)
class _AsText:
    """Lets an interval be written as text."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _read, serialization=core_schema.to_string_ser_schema()
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "pattern": _PATTERN, "examples": ["90d", "12w", "6mo", "1y"]}


def _read(value: object) -> Interval:
    if isinstance(value, Interval):
        return value
    try:
        return parse_interval(str(value))
    except ValueError:
        hint = "write 90d, 12w, 6mo or 1y; at most ten years"
        raise wrong("is no time between reviews", value, hint) from None


ReviewEvery = Annotated[Interval, _AsText()]
"""After how long a document is due for review again."""
