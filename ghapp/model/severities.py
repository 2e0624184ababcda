"""How urgent each severity is, and who is told when nobody answers."""

from typing import Literal

from pydantic import Field

from ghapp.model.duration import Duration, DurationOrNone
from ghapp.model.references import TargetRef
from ghapp.model.section import Section
from ghapp.model.values import CountOrZero


class SeverityPolicy(Section):
    """The clocks of one severity; a dash: no such clock."""

    description: str = ""
    acknowledge: DurationOrNone = None
    """How long the first answer may take, and the default length of an escalation level."""
    update: DurationOrNone = None
    """How often people are told what is going on."""
    resolve: DurationOrNone = None
    """How long it may take until it is over."""
    when: Literal["always", "business-hours"] = "always"
    """Whether the clocks stand still outside business hours."""
    on_recovery: Literal["close", "label"] = "close"
    """Whether a recovery closes the issue or only labels it, so that a person resolves it."""
    postmortem: DurationOrNone = None
    """When the postmortem is due after resolution."""
    ack_timeout: DurationOrNone = None
    """How long an acknowledgement holds without word from anyone."""


class EscalationLevel(Section):
    """Who is notified, and how long they have before the next level's turn."""

    notify: tuple[TargetRef, ...] = Field(min_length=1)
    """rotation, owner, backup, area, a login, team:NAME or rotation:NAME."""
    wait: Duration | None = None
    """How long the level has; absent: the severity's acknowledge."""


class EscalationPolicy(Section):
    """Levels that are tried one after the other until somebody acknowledges."""

    repeat: CountOrZero = 1
    """How often all levels are gone through again before the policy is exhausted."""
    levels: tuple[EscalationLevel, ...] = Field(min_length=1)
    """Level 1 is whom the incident is assigned to when it opens."""
    description: str = ""
