"""The small values of OWNERS.yaml: weekdays, times on the wall, time zones, severities, frozen mappings."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from enum import IntEnum
from functools import lru_cache
from typing import Annotated, Any, Final, Self, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    WrapSerializer,
)
from pydantic_core import PydanticCustomError

from ghapp.model.names import Severity
from ghapp.model.references import suggest


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
"""A mapping that nobody can change."""


EMPTY: Final[Mapping[Any, Any]] = FrozenMap({})


_DASH: Final = "\N{EN DASH}"


class Weekday(IntEnum):
    """A day of the week, numbered as `date.weekday()` does."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6

    @property
    def short(self) -> str:
        """How the file writes it in a list of days: `mon`."""
        return self.name[:3].lower()

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read `mon` or `monday` in any case; None when it is no weekday."""
        word = text.casefold()
        return next((day for day in cls if word in {day.short, day.name.casefold()}), None)


WORKDAYS: Final = tuple(Weekday)[:5]


def _custom(message: str, value: object, hint: str) -> PydanticCustomError:
    return PydanticCustomError(
        "value", f"{{value}} {message}", {"value": f"`{value}`", "hint": hint}
    )


def _weekday(value: object) -> Weekday:
    if isinstance(value, Weekday):
        return value
    day = Weekday.parse(value) if isinstance(value, str) else None
    if day is None:
        names = (*(day.short for day in Weekday), *(day.name.lower() for day in Weekday))
        raise _custom("is no weekday", value, suggest(str(value), names))
    return day


def _severity(value: object) -> Severity:
    if isinstance(value, Severity):
        return value
    severity = Severity.parse(value) if isinstance(value, str) and value.startswith("sev") else None
    if severity is None:
        raise _custom("is no severity", value, "one of sev1, sev2, sev3, sev4")
    return severity


_CLOCK: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_WALL: Final = rf"^{_DAY}([T ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}})?)?$"
_OFFSET: Final = re.compile(r"(?<=\d)\s*(?:Z|z|[+-]\d{2}:?\d{2})$")


def _time(value: object) -> time:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(_CLOCK, value):
        raise _custom("is no time of day", value, 'write hours and minutes, such as "09:30"')
    return time.fromisoformat(value)


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(_DAY, value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise _custom("is not in the calendar", value, "") from None
    raise _custom("is no date", value, "write year-month-day, such as 2026-01-05")


def _wall(value: object) -> datetime:
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    if ":" in text and _OFFSET.search(text):
        bare = _OFFSET.sub("", text)
        raise _custom("has a UTC offset", text, f"write `{bare}`; the zone is said by `timezone`")
    if not re.fullmatch(_WALL, text):
        raise _custom("is no date and time", text, "write it as 2026-01-05T10:00")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise _custom("is not in the calendar", text, "") from None


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    if value not in _zones():
        raise _custom("is no time zone", value, suggest(str(value), sorted(_zones())))
    return ZoneInfo(str(value))


def _nothing(value: object) -> object:
    return None if value in {_DASH, "-", "none"} else value


DayOfWeek = Annotated[
    Weekday,
    BeforeValidator(_weekday),
    PlainSerializer(lambda day: day.short, return_type=str),
    WithJsonSchema({"enum": [*(d.short for d in Weekday), *(d.name.lower() for d in Weekday)]}),
]
Sev = Annotated[
    Severity,
    BeforeValidator(_severity),
    PlainSerializer(lambda severity: severity.label, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^sev[1-4]$"}),
]
TimeOfDay = Annotated[
    time,
    BeforeValidator(_time),
    PlainSerializer(lambda at: f"{at:%H:%M}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": _CLOCK, "examples": ["09:30"]}),
]
Day = Annotated[
    date, BeforeValidator(_day), WithJsonSchema({"type": "string", "pattern": f"^{_DAY}$"})
]
WallTime = Annotated[
    datetime, BeforeValidator(_wall), WithJsonSchema({"type": "string", "pattern": _WALL})
]
"""A naive date and time as the clock on the wall of some zone shows it."""
Zone = Annotated[
    ZoneInfo,
    BeforeValidator(_zone),
    PlainSerializer(lambda zone: zone.key, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["Europe/Berlin", "America/New_York", "UTC"]}),
]
Nothing = BeforeValidator(_nothing)
"""Lets a dash stand for no value at all."""
Count = Annotated[int, Field(strict=True, ge=1)]
CountOrZero = Annotated[int, Field(strict=True, ge=0)]
Flag = Annotated[bool, Field(strict=True)]
