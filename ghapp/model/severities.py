"""How urgent each severity is, and who is told when nobody answers."""

from typing import Annotated, Literal

from ghapp.model.duration import Duration
from ghapp.model.references import TargetRef
from ghapp.model.values import CountOrZero, Nothing, Section


class SeverityPolicy(Section):
    """The clocks of one severity; None: no such clock."""

    description: str = ""
    acknowledge: Annotated[Duration | None, Nothing] = None
    """How long the first answer may take, and the default length of an escalation level."""
    update: Annotated[Duration | None, Nothing] = None
    """How often people are told what is going on."""
    resolve: Annotated[Duration | None, Nothing] = None
    when: Literal["always", "business-hours"] = "always"
    """Whether the clocks stand still outside business hours."""
    on_recovery: Literal["close", "label"] = "close"
    """Whether a recovery closes the issue or only labels it, so that a person resolves it."""
    postmortem: Annotated[Duration | None, Nothing] = None
    """When the postmortem is due after resolution."""
    ack_timeout: Annotated[Duration | None, Nothing] = None
    """How long an acknowledgement holds without word from anyone."""


class EscalationLevel(Section):
    """Who is notified, and how long they have before the next level's turn."""

    notify: tuple[TargetRef, ...]
    wait: Duration | None = None
    """None: the severity's acknowledge."""


class EscalationPolicy(Section):
    """Levels that are tried one after the other until somebody acknowledges."""

    repeat: CountOrZero = 1
    """How often all levels are gone through again before the policy is exhausted."""
    levels: tuple[EscalationLevel, ...]
    description: str = ""
