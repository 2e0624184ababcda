"""What comes round by itself: the weekly triage, the review of documents, the report."""

from datetime import time, timedelta
from typing import Annotated

from pydantic import Tag

from ghapp.model.duration import DurationOrZero
from ghapp.model.interval import Interval, ReviewEvery
from ghapp.model.references import PersonRef, WhoRef
from ghapp.model.release import Cadence
from ghapp.model.section import LIST, LIST_OR_TEXT, TEXT, Section
from ghapp.model.values import UTC, DayOfWeek, Flag, Text, TimeOfDay, Weekday, Zone


class Triage(Section):
    """The weekly meeting over what is new and what is late."""

    on: DayOfWeek = Weekday.MONDAY
    """A weekday."""
    at: TimeOfDay = time(9, 30)
    timezone: Zone = UTC
    """IANA name; default: the file's."""
    facilitators: Annotated[
        Annotated[WhoRef, Tag(TEXT)] | Annotated[tuple[PersonRef, ...], Tag(LIST)], LIST_OR_TEXT
    ] = ()
    """Logins who take turns, or rotation:NAME."""
    catch_up: DurationOrZero = timedelta(days=3)
    """How late the issue is still opened when the app was down at its time; after that the week is left out."""
    skip_when_empty: Flag = False
    """Whether a week with nothing to talk about has no issue, or one that says so."""


class Doc(Section):
    """Documents with an owner who reads them over regularly."""

    path: Text
    """A glob from the root of the repository."""
    owner: PersonRef
    review_every: ReviewEvery = Interval(length=timedelta(days=90))
    """How long after a review the next is due: 90d, 12w, 6mo, 1y."""


class Report(Cadence):
    """When the report is written; it is about the time since the one before."""

    catch_up: DurationOrZero = timedelta(days=7)
    """How late it is still written when the app was down at its time."""
