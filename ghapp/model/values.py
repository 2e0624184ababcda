"""The small values of OWNERS.yaml: weekdays, times on the wall, time zones, severities, counts."""

import re
from datetime import date, datetime, time
from enum import IntEnum
from functools import lru_cache
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema

from ghapp.model.names import Severity
from ghapp.model.section import Matching, wrong
from ghapp.model.suggest import suggest

UTC: Final = ZoneInfo("UTC")


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

_DAYS: Final = tuple(name for day in Weekday for name in (day.short, day.name.lower()))
_CLOCK: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_DATE: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_WALL: Final = rf"^{_DATE}([T ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}})?)?$"
_OFFSET: Final = re.compile(r"(?<=:\d\d)(\.\d+)?\s*(?:[Zz]|[+-]\d{2}(:?\d{2})?)$")


def _weekday(value: object) -> Weekday:
    if isinstance(value, Weekday):
        return value
    day = Weekday.parse(str(value))
    if day is None:
        raise wrong("is no weekday", value, suggest(str(value), _DAYS) or "such as mon or monday")
    return day


def severity_named(value: object) -> Severity | None:
    """The severity that the file writes as `sev1`; nothing else will do there."""
    if isinstance(value, Severity):
        return value
    return next((one for one in Severity if one.label == value), None)


def _severity(value: object) -> Severity:
    severity = severity_named(value)
    if severity is None:
        raise wrong("is no severity", value, "sev1, sev2, sev3 or sev4")
    return severity


def _time(value: object) -> time:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(_CLOCK, value):
        raise wrong("is no time of day", value, 'write hours and minutes, such as "09:30"')
    return time.fromisoformat(value)


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    text = str(value)
    if not re.fullmatch(_DATE, text):
        raise wrong("is no date", text, "write year-month-day, such as 2026-01-05")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong("is not in the calendar", text) from None


def _wall(value: object) -> datetime:
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    if _OFFSET.search(text):
        bare = _OFFSET.sub("", text)
        raise wrong("has a UTC offset", text, f"write `{bare}`: `timezone` says the zone")
    if not re.fullmatch(_WALL, text):
        raise wrong("is no date and time", text, "write it as 2026-01-05T10:00")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise wrong("is not in the calendar", text) from None


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(value: object) -> bool:
    """Whether it is the IANA name of a time zone."""
    return isinstance(value, str) and value in _zones()


def _zone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    if not is_zone(value):
        hint = suggest(str(value), sorted(_zones())) or "such as Europe/Berlin or UTC"
        raise wrong("is no time zone", value, hint)
    return ZoneInfo(str(value))


DayOfWeek = Annotated[
    Weekday,
    BeforeValidator(_weekday),
    PlainSerializer(lambda day: day.short, return_type=str),
    WithJsonSchema({"type": "string", "enum": list(_DAYS)}),
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
    date, BeforeValidator(_day), WithJsonSchema({"type": "string", "pattern": f"^{_DATE}$"})
]
WallTime = Annotated[
    datetime, BeforeValidator(_wall), WithJsonSchema({"type": "string", "pattern": _WALL})
]
"""A naive date and time, as a clock on the wall of some zone shows it; a bare date is its midnight."""
Zone = Annotated[
    ZoneInfo,
    BeforeValidator(_zone),
    PlainSerializer(lambda zone: zone.key, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["Europe/Berlin", "America/New_York", "UTC"]}),
]
Count = Annotated[int, Field(strict=True, ge=1)]
CountOrZero = Annotated[int, Field(strict=True, ge=0)]
Flag = Annotated[bool, Field(strict=True)]
Text = Annotated[str, StringConstraints(min_length=1)]
NotifyUrl = Annotated[
    str,
    Matching(
        r"^env:[A-Z][A-Z0-9_]*$",
        "is no place to notify",
        "write env:NAME, and put the URL into the environment variable GHAPP_NOTIFY_NAME",
    ),
]
"""A URL for apprise. Such URLs are secrets, so the file only says which environment variable has it."""
NAME: Final = Matching(
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$",
    "is no name",
    "up to 40 letters, digits, dots, dashes and underscores",
)
