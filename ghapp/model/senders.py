"""What OWNERS.yaml says of single alert senders."""

from ghapp.model.duration import Duration
from ghapp.model.names import Severity
from ghapp.model.section import Section
from ghapp.model.values import Count, Sev


class Rate(Section):
    """So many events within so long a time are an incident; one alone is not."""

    count: Count
    """How many events …"""
    window: Duration
    """… within this time. It is over when the rate has not been reached for as long."""
    severity: Sev = Severity.SEV2
    """Of the incident, unless a rule of an area says otherwise."""


class Stripe(Section):
    """What is particular to Stripe."""

    decline_rate: Rate | None = None
    """How many declined payments are more than routine; absent: they raise nothing."""
