"""Who there is: people, and the rotations in which they take turns."""

from typing import Annotated, Literal, Self

from pydantic import Field, Tag, model_validator

from ghapp.model.names import Login
from ghapp.model.references import PersonRef
from ghapp.model.section import MAPPING, MAPPING_OR_TEXT, TEXT, Section, in_order
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
    """Somebody who joins a rotation at a later handoff."""

    login: PersonRef
    """Who joins."""
    from_: WallTime = Field(alias="from")


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
    """A part of the day on the wall clock; an end before the start is on the next day."""

    start: TimeOfDay
    end: TimeOfDay


Turn = Annotated[Annotated[PersonRef, Tag(TEXT)] | Annotated[Member, Tag(MAPPING)], MAPPING_OR_TEXT]


class Rotation(Section):
    """People who take turns at being on call."""

    description: str = ""
    people: tuple[Turn, ...] = Field(min_length=1)
    """In order of their turns; `{login, from}` for one who joins later."""
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
    hours: Hours | None = None
    """Only this part of the day is served."""
    overrides: tuple[Override, ...] = ()
    """Who covers when; a later one in the list wins over an earlier one."""

    @property
    def logins(self) -> tuple[Login, ...]:
        """Everyone in it, in order of their turns."""
        return tuple(one.login if isinstance(one, Member) else one for one in self.people)
