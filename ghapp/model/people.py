"""Who there is: people, and the rotations in which they take turns."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints

from ghapp.model.names import Login
from ghapp.model.references import PersonRef
from ghapp.model.values import Count, Day, DayOfWeek, Section, TimeOfDay, WallTime, Zone

UTC = ZoneInfo("UTC")

NotifyUrl = Annotated[str, StringConstraints(pattern=r"^env:[A-Z][A-Z0-9_]*$")]
"""`env:NAME`: the apprise URL in the environment variable GHAPP_NOTIFY_NAME; URLs are secrets, so never in the file."""


class Away(Section):
    """Days on which a person is not there, both included, in the person's zone."""

    from_: Day = Field(alias="from")
    to: Day


class Person(Section):
    """Somebody with a GitHub account; the key is the login."""

    name: str = ""
    """What to call them."""
    timezone: Zone = UTC
    """IANA name; default: the file's."""
    notify: tuple[NotifyUrl, ...] = ()
    """Where a page reaches them, besides GitHub."""
    away: tuple[Away, ...] = ()


class Member(Section):
    """Somebody who joins a rotation at a later handoff."""

    login: PersonRef
    from_: WallTime = Field(alias="from")


class Override(Section):
    """Somebody covers for whoever would be on call, from and to on the rotation's wall clock."""

    person: PersonRef
    from_: WallTime = Field(alias="from")
    to: WallTime


class Hours(Section):
    """A part of the day on the wall clock; the end before the start means past midnight."""

    start: TimeOfDay
    end: TimeOfDay


class Rotation(Section):
    """People who take turns at being on call."""

    people: tuple[PersonRef | Member, ...]
    """In order of their turns; `{login, from}` for one who joins later. Code reads `logins`."""
    shift: Literal["hourly", "daily", "weekly"] = "weekly"
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
    description: str = ""

    @property
    def logins(self) -> tuple[Login, ...]:
        """Everyone in it, in order of their turns."""
        return tuple(one.login if isinstance(one, Member) else one for one in self.people)
