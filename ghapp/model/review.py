"""What a pull request needs before it is merged."""

from datetime import timedelta

from ghapp.model.duration import Duration
from ghapp.model.references import WhoRef
from ghapp.model.rule_settings import RuleTable
from ghapp.model.section import Section
from ghapp.model.values import CountOrZero, Flag


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
    rules: RuleTable = RuleTable()
    """Checks by their names; one that is not named is off, unless its own page says otherwise."""
