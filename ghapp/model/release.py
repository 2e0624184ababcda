"""Releases: when they come round, what they are called, what holds them back."""

from datetime import time, timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ghapp.model import release_name
from ghapp.model.duration import DurationOrZero
from ghapp.model.names import Severity
from ghapp.model.references import PersonRef, SignerRef, WhoRef
from ghapp.model.section import Matching, Section, in_order, wrong
from ghapp.model.values import UTC, Count, CountOrZero, Day, Flag, Sev, Text, TimeOfDay, Zone

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

    @model_validator(mode="after")
    def _fits(self) -> Self:
        monthly = self.every == "month"
        if self.day is not None and not monthly:
            raise wrong("is a day of the month, which only `every: month` has", self.day)
        if self.on is None:
            return self
        if self.day is not None:
            raise wrong("says the day, and so does `day`", self.on, "leave one of them out")
        if self.every.endswith("d"):
            raise wrong(f"is a weekday, which `every: {self.every}` has none of", self.on)
        if " " in self.on and not monthly:
            weekday = self.on.partition(" ")[2]
            raise wrong("is for `every: month`", self.on, f"write {weekday}")
        return self


class Gate(Section):
    """What holds a release back."""

    severities: tuple[Sev, ...] = (Severity.SEV1, Severity.SEV2)
    """Open incidents of these, in areas that the release touches."""
    blockers: tuple[Text, ...] = ("release-blocker",)
    """Open issues with these labels in its milestone."""
    checks: tuple[Text, ...] = ()
    """Check runs that must have succeeded; one that has never reported has not."""
    may_skip: tuple[Text, ...] = ()
    """Those of `checks` that may also be skipped."""
    approvals: CountOrZero = 0
    """How many people must have approved the release pull request."""
    sign_off: tuple[SignerRef, ...] = ()
    """Who must say /go: captain, logins, team:NAME, rotation:NAME."""
    void_sign_offs_on_push: Flag = False
    """Whether a push to the release pull request makes them say it again."""
    soak: DurationOrZero = timedelta(0)
    """How long the last change must have been in before the release."""
    require_milestone: Flag = False
    """Whether a release without a milestone is held back, or only warned of."""


class Hotfix(Section):
    """What is different for an urgent repair."""

    label: Text = "hotfix"
    """The label of its pull request."""
    approvers: tuple[SignerRef, ...] = ()
    """Whose /go lets it through without a soak and in a freeze; with nobody here, nothing does."""
    sign_off: tuple[SignerRef, ...] | None = None
    """Who must say /go; default: as for any release."""


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


def _name(pattern: str) -> str:
    release_name.parse(pattern)
    return pattern


class Release(Section):
    """How releases come about."""

    cadence: Cadence
    ahead: Count = 3
    """How many milestones stand open in advance."""
    name: Annotated[Text, AfterValidator(_name)] = "{date:%Y-%m-%d}"
    """Of the milestone, the release and its tag: text with {date:FORMAT}, calver or semver-next."""
    captain: WhoRef | None = None
    """Who leads it: a login, team:NAME or rotation:NAME."""
    branch: Text | None = None
    """What the release pull request is merged into; default: the repository's default branch."""
    cut: DurationOrZero = timedelta(days=1)
    """How long before the release its window opens, with a branch and a pull request."""
    catch_up: DurationOrZero = timedelta(days=1)
    """How late a release is still begun when the app was down at its time; after that it counts as missed."""
    gate: Gate = Gate()
    hotfix: Hotfix = Hotfix()
    freezes: tuple[Freeze, ...] = ()
    """When there are none."""
    on_freeze: Literal["skip", "shift"] = "skip"
    """Whether a release that falls into a freeze is left out or follows it."""
    on_holiday: Literal["next-business-day", "keep"] = "next-business-day"
    """Whether a release that falls on one of the file's holidays waits for the next business day."""
    carry_over: Flag = True
    """Whether open issues of a past milestone move to the next."""
