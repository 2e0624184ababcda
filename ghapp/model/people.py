"""Who there is: people, and the rotations in which they take turns."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, Tag, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

from ghapp.model.names import Login
from ghapp.model.references import PersonRef
from ghapp.model.section import MAPPING, MAPPING_OR_TEXT, TEXT, Section, in_order, wrong
from ghapp.model.values import UTC, Count, Day, DayOfWeek, NotifyUrl, TimeOfDay, WallTime, Zone


class Away(Section):
    """Days on which a person is not there, both included, in the person's zone."""

    from_: Day = Field(alias="from")
    to: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        in_order(self.from_, self.to)
        return self


class Person(Section):
    """Somebody with a GitHub account; the key is the login."""

    name: str = ""
    """What to call them."""
    timezone: Zone = UTC
    """IANA name; default: the file's."""
    notify: tuple[NotifyUrl, ...] = ()
    """Where a page reaches them, besides GitHub."""
    away: tuple[Away, ...] = ()
    """Holidays and other absence."""


class Member(Section):
    """Somebody who is in a rotation for a time; both ends take effect at the first handoff then or later."""

    login: PersonRef
    """Who takes turns."""
    from_: WallTime | None = Field(default=None, alias="from")
    """Absent: from the beginning."""
    until: WallTime | None = None
    """Absent: for ever. Who leaves stays in the list with it, so that everybody's past turns stay theirs."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ is not None and self.until is not None:
            in_order(self.from_, self.until, may_meet=False)
        return self


class Override(Section):
    """Somebody covers for whoever would be on call, from and to on the rotation's wall clock."""

    person: PersonRef
    """Who covers."""
    from_: WallTime = Field(alias="from")
    to: WallTime

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        in_order(self.from_, self.to, may_meet=False)
        return self


class Hours(Section):
    """A part of the day on the wall clock: `"09:00-17:00"` or a mapping. An end before the start is on the next day."""

    start: TimeOfDay
    end: TimeOfDay

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.start == self.end:
            raise wrong("is where it begins", f"{self.end:%H:%M}", "leave it out to serve all day")
        return self

    def holds(self, at: time) -> bool:
        """Whether a time of day lies in it; the end does not."""
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


_SPAN: Final = r"^([0-9]{2}:[0-9]{2}) ?[-\u2013] ?([0-9]{2}:[0-9]{2})$"


@dataclass(frozen=True, slots=True)
class _OrText:
    """Lets hours be written as one text; `24:00` at its end is the midnight that ends the day."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        text = {"type": "string", "pattern": _SPAN, "examples": ["09:00-17:00"]}
        return {"anyOf": [text, handler(schema)]}

    def _read(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        found = re.fullmatch(_SPAN, value)
        if found is None:
            raise wrong("is no part of a day", value, 'write it as "09:00-17:00"')
        start, end = found.groups()
        return {"start": start, "end": "00:00" if end == "24:00" else end}


Turn = Annotated[Annotated[PersonRef, Tag(TEXT)] | Annotated[Member, Tag(MAPPING)], MAPPING_OR_TEXT]


class Rotation(Section):
    """People who take turns at being on call."""

    description: str = ""
    people: tuple[Turn, ...] = Field(min_length=1)
    """In order of their turns; `{login, from, until}` for one who joins later or leaves."""
    shift: Literal["hourly", "daily", "weekly"] = "weekly"
    """The unit of a turn."""
    length: Count = 1
    """How many hours, days or weeks a turn lasts."""
    start: WallTime
    """The first handoff on the wall clock of `timezone`; before it nobody is on call."""
    timezone: Zone = UTC
    """IANA name; default: the file's."""
    days: tuple[DayOfWeek, ...] = ()
    """Only these days are served, and only they advance the turn; empty: every day."""
    hours: Annotated[Hours, _OrText()] | None = None
    """Only this part of the day is served; with `days`, the part that begins on one of them."""
    overrides: tuple[Override, ...] = ()
    """Who covers when; a later one in the list wins over an earlier one."""

    @model_validator(mode="after")
    def _turns_within_hours(self) -> Self:
        """Only handoffs that are served count, and an hour's handoffs are at the same minute all day."""
        if self.shift == "hourly" and self.hours is not None:
            handoff = self.start.time()
            if not any(self.hours.holds(handoff.replace(hour=hour)) for hour in range(24)):
                message = f"`hours` hold no handoff: those are at {self.start:%M} minutes past"
                raise ValueError(message)
        return self

    @property
    def logins(self) -> tuple[Login, ...]:
        """Everyone in it at some time, in order of their turns."""
        return tuple(one.login for one in self.members)

    @property
    def members(self) -> tuple[Member, ...]:
        """Its list in one shape."""
        return tuple(one if isinstance(one, Member) else Member(login=one) for one in self.people)
