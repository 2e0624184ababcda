"""The sections besides incidents, reviews, releases and routines: hygiene, decisions, business hours."""

from datetime import time, timedelta
from typing import Annotated, Literal, Self

from pydantic import Tag, model_validator

from ghapp.model.duration import Duration, DurationOrZero
from ghapp.model.references import AreaRef, PersonRef
from ghapp.model.rule_settings import RuleTable
from ghapp.model.section import (
    EMPTY,
    LIST,
    LIST_OR_TEXT,
    TEXT,
    Frozen,
    Matching,
    Section,
    in_order,
)
from ghapp.model.values import (
    WORKDAYS,
    Count,
    Day,
    DayOfWeek,
    Text,
    TimeOfDay,
)

Priority = Literal["p0", "p1", "p2", "p3"]


class Stale(Section):
    """When an issue counts as forgotten."""

    after: Duration = timedelta(days=60)
    """Without a word for so long it gets the label `stale` …"""
    close_after: Duration | None = timedelta(days=14)
    """… and so long after that it is closed."""
    exempt: tuple[Text, ...] = ()
    """Labels that keep an issue."""


class Hygiene(Section):
    """What a tidy backlog is."""

    grace: DurationOrZero = timedelta(seconds=30)
    """How long a new issue is left alone."""
    require: tuple[Literal["area", "priority"], ...] = ()
    """Labels that every issue needs."""
    limits: Frozen[Priority, Duration] = EMPTY
    """How old an issue of a priority may become."""
    stale: Stale | None = None
    """Absent: nothing is ever stale."""
    wip: Count | None = None
    """How many issues a person may have in progress."""
    cap: Count = 20
    """How many issues one run may touch."""
    rules: RuleTable = RuleTable()
    """Checks by their names."""


class Decision(Section):
    """Who decides what, when and how."""

    name: Text
    owner: PersonRef
    area: AreaRef | None = None
    """Which area it is about."""
    when: str = ""
    """On what occasion."""
    how: str = ""
    """A path in the repository or a URL."""


class BusinessHours(Section):
    """When clocks run that stand still at night: wall clock of the person or area concerned."""

    days: tuple[DayOfWeek, ...] = WORKDAYS
    """Weekdays: mon … sun."""
    start: TimeOfDay = time(9, 0)
    end: TimeOfDay = time(18, 0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        in_order(self.start, self.end, may_meet=False)
        return self


CountryCode = Annotated[
    str, Matching(r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$", "is no country code", "such as US or DE-BY")
]
Holidays = Annotated[
    Annotated[CountryCode, Tag(TEXT)] | Annotated[tuple[Day, ...], Tag(LIST)], LIST_OR_TEXT
]
