"""What is owned: areas, the alerts that belong to them, and the heartbeats that they expect."""

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints, WithJsonSchema

from ghapp.model.duration import Duration, DurationOrZero
from ghapp.model.names import AreaName, Login, Severity
from ghapp.model.patterns import PathGlob
from ghapp.model.references import (
    DEFAULT_POLICY,
    PersonRef,
    PolicyRef,
    RotationRef,
    TeamRef,
)
from ghapp.model.section import EMPTY, Frozen, Section
from ghapp.model.values import Count, NotifyUrl, Sev, Text


def _pattern(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


Pattern = Annotated[
    str,
    StringConstraints(max_length=200),
    BeforeValidator(_pattern),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]
"""What a field of the alert must be: a glob (`*`, `?`, `[…]`) over its text, case-sensitive."""


class AlertRule(Section):
    """Alerts that belong to the area; in the order of the file the first match over all areas wins."""

    source: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """Which sender, as a glob: gcp, stripe, alertmanager …"""
    match: Frozen[str, Pattern] = EMPTY
    """Globs by key; dots reach into the alert. All must match."""
    severity: Sev | None = None
    """Absent: the sender's own."""


class Area(Section):
    """A part of the product that somebody answers for."""

    owner: PersonRef
    """Who answers for it."""
    backup: PersonRef | None = None
    """Who is told when the owner does not answer."""
    team: TeamRef | None = None
    """Who else may approve, and is told at last."""
    rotation: RotationRef | None = None
    """Who is on call for it; absent: the owner."""
    escalation: PolicyRef = DEFAULT_POLICY
    """Name of an escalation policy."""
    description: str = ""
    """One line for those who do not know it."""
    paths: tuple[PathGlob, ...] = ()
    """Files that belong to it, each as a line of .gitignore."""
    runbook: Text | None = None
    """A path in the repository or a URL."""
    alerts: tuple[AlertRule, ...] = ()
    """Which alerts belong to it, and how severe they are."""
    notify: tuple[NotifyUrl, ...] = ()
    """Where its incidents are announced, besides GitHub."""

    @property
    def named(self) -> tuple[Login, ...]:
        """The owner, and the backup if there is one."""
        return (self.owner,) if self.backup is None else (self.owner, self.backup)


class Storm(Section):
    """When single issues give way to one that lists the rest."""

    threshold: Count = 10
    """More new fingerprints of one source than this …"""
    window: Duration = timedelta(minutes=5)
    """… within this time."""


class Incidents(Section):
    """How incident issues live."""

    reopen_within: DurationOrZero = timedelta(hours=24)
    """An alert that fires again so soon after closing reopens its issue; later it gets a new one."""
    storm: Storm = Storm()
    """When single issues give way to one that lists the rest."""
    max_age: Duration = timedelta(hours=24)
    """An alert that is older when it arrives goes into the one issue of the backlog."""


class Heartbeat(Section):
    """A job that reports in regularly; silence is an alert."""

    every: Duration
    """The longest time between two reports …"""
    grace: DurationOrZero = timedelta(0)
    """… and how late one may be."""
    area: AreaName
    """Who answers for its silence; the fallback area if there is no such area."""
    severity: Sev = Severity.SEV3
    """Of the incident that silence raises."""
