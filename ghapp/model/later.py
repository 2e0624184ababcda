"""The sections besides incidents, reviews, releases, routines and hygiene: decisions, business hours."""

from datetime import time
from typing import Annotated, Self

from pydantic import Tag, model_validator

from ghapp.model.references import AreaRef, PersonRef
from ghapp.model.section import (
    LIST,
    LIST_OR_TEXT,
    TEXT,
    Matching,
    Section,
    in_order,
)
from ghapp.model.values import (
    WORKDAYS,
    Day,
    DayOfWeek,
    Text,
    TimeOfDay,
)


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
