"""How much being on call may ask of a person."""

from ghapp.model.section import Section
from ghapp.model.values import Count


class OnCall(Section):
    """What a shift may come to before the handoff warns."""

    max_pages_per_shift: Count = 2
    """How often somebody may be called within twelve hours of a shift; longer shifts in proportion."""
