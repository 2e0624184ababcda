"""What a tidy backlog is: labels that issues need, how long things may wait, when something counts as forgotten."""

from datetime import timedelta
from typing import Final, Literal

from ghapp.model.duration import Duration, DurationOrZero
from ghapp.model.rule_settings import RuleTable
from ghapp.model.section import Frozen, FrozenMap, Section
from ghapp.model.values import Count, Text

Priority = Literal["p0", "p1", "p2", "p3"]

LIMITS: Final = FrozenMap[Priority, timedelta](
    {"p0": timedelta(days=1), "p1": timedelta(days=7), "p2": timedelta(days=30)}
)


class Stale(Section):
    """When what waits for its author counts as forgotten."""

    after: Duration = timedelta(days=60)
    """Without a word for so long it is warned and gets the label `stale` …"""
    close_after: Duration | None = timedelta(days=14)
    """… and so long after that it is closed; null: never."""
    drafts: Duration = timedelta(days=120)
    """How long a draft may be without a push, instead of `after`."""
    exempt: tuple[Text, ...] = ("pinned",)
    """Labels that keep an issue, besides `security` and those that block a release."""


class Hygiene(Section):
    """What a tidy backlog is."""

    grace: DurationOrZero = timedelta(seconds=30)
    """How long an issue is left alone after it was opened or changed, for a form's labels to arrive."""
    require: tuple[Literal["area", "priority", "kind"], ...] = ()
    """Labels that every issue needs."""
    kinds: tuple[Text, ...] = ("bug", "enhancement", "documentation", "question", "task")
    """Labels that say of which kind an issue is; it needs one when `require` has `kind`."""
    limits: Frozen[Priority, Duration] = LIMITS
    """How long an issue may have a priority."""
    idle_after: Duration = timedelta(days=14)
    """How long somebody may be assigned and do nothing there."""
    stale: Stale | None = None
    """Absent: nothing is ever stale."""
    wip: Count | None = 3
    """How many issues and pull requests a person may have in progress; null: any number."""
    cap: Count = 20
    """How many issues one run may touch."""
    rules: RuleTable = RuleTable()
    """Checks by their names."""
