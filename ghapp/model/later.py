"""The duties besides incidents: reviews, releases, hygiene, triage, docs, decisions, the report."""

from datetime import time, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, Tag, model_validator

from ghapp.model.duration import Duration, DurationOrZero
from ghapp.model.names import Severity
from ghapp.model.references import AreaRef, PersonRef, SignerRef, WhoRef
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
    UTC,
    WORKDAYS,
    Count,
    CountOrZero,
    Day,
    DayOfWeek,
    Flag,
    Sev,
    Text,
    TimeOfDay,
    Weekday,
    Zone,
)

Every = Annotated[
    str,
    Matching(r"^([1-9][0-9]{0,2}[dw]|month)$", "is no cadence", "write 3d, 2w or month"),
]
_WEEKDAY = "mon(day)?|tue(sday)?|wed(nesday)?|thu(rsday)?|fri(day)?|sat(urday)?|sun(day)?"
On = Annotated[
    str,
    Matching(
        rf"^((first|second|third|fourth|last) )?({_WEEKDAY})$",
        "is no weekday",
        "write tuesday or, for a month, last tuesday",
    ),
]


class Cadence(Section):
    """When something comes round again."""

    every: Every
    """`Nd`, `Nw` or `month`."""
    on: On | None = None
    """A weekday; for months also `last tuesday`."""
    day: Annotated[int, Field(strict=True, ge=1, le=31)] | None = None
    """Of the month; a shorter month has it on its last day."""
    at: TimeOfDay = time(9, 0)
    timezone: Zone = UTC
    """IANA name; default: the file's."""
    start: Day | None = None
    """The first date, from which days and weeks are counted."""


class Rule(Section, extra="allow"):
    """A check on a pull request or an issue; its further settings are its own."""

    mode: Literal["off", "advise", "require"] = "advise"
    """Whether it is not looked at, only mentioned, or holds up the merge."""


class Review(Section):
    """What a pull request needs before it is merged."""

    approvals: CountOrZero = 1
    """Of each touched area's owner, backup or team."""
    exclude_committers: Flag = True
    """Whether who committed to the pull request cannot approve it."""
    respond_within: Duration | None = timedelta(days=1)
    """Business time of the reviewer."""
    fallback: WhoRef | None = None
    """Who approves when a sole owner is the author."""
    rules: Frozen[str, Rule] = EMPTY


class Gate(Section):
    """What holds a release back."""

    severities: tuple[Sev, ...] = (Severity.SEV1, Severity.SEV2)
    """Open incidents of these."""
    blockers: tuple[Text, ...] = ("release-blocker",)
    """Open issues with these labels."""
    checks: tuple[Text, ...] = ()
    """Check runs that must have succeeded."""
    sign_off: tuple[SignerRef, ...] = ()
    """Who must say /go: captain, logins, team:NAME, rotation:NAME."""
    soak: DurationOrZero = timedelta(0)
    """How long the last change must have been in before the release."""


class Freeze(Section):
    """Days without releases, both included."""

    from_: Day = Field(alias="from")
    to: Day
    reason: str = ""
    """Shown wherever the freeze holds something up."""
    approvers: tuple[PersonRef, ...] = ()
    """Who may let a release through all the same."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        in_order(self.from_, self.to)
        return self


class Release(Section):
    """How releases come about."""

    cadence: Cadence
    ahead: Count = 3
    """How many milestones stand open in advance."""
    name: Text = "{date:%Y-%m-%d}"
    """The milestone's title."""
    captain: WhoRef | None = None
    """Who leads it: a login, team:NAME or rotation:NAME."""
    gate: Gate = Gate()
    freezes: tuple[Freeze, ...] = ()
    """When there are none."""
    on_freeze: Literal["skip", "shift"] = "skip"
    """Whether a release that falls into a freeze is left out or follows it."""
    carry_over: Flag = True
    """Whether open issues of a past milestone move to the next."""


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
    rules: Frozen[str, Rule] = EMPTY


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


class Doc(Section):
    """Documents with an owner who reads them over regularly."""

    path: Text
    """A glob from the root of the repository."""
    owner: PersonRef
    review_every: Duration = timedelta(days=90)
    """How long after a review the next is due."""


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
