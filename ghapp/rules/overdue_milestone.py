"""A milestone is closed by its date, or the date is moved."""

from collections.abc import Iterator, Mapping
from typing import Any

from ghapp.core import milestone
from ghapp.core.backlog import Backlog, Finding, Told, Weight
from ghapp.core.hygiene_rule import HygieneRule
from ghapp.core.zoned import to_wall
from ghapp.model.rule_settings import RuleSettings


def _survey(
    _sketches: Mapping[int, Any], backlog: Backlog, _settings: RuleSettings
) -> Iterator[Finding]:
    """On the day itself it is due, and not yet late."""
    today = to_wall(backlog.now, backlog.model.timezone).date()
    for one in sorted(backlog.milestones, key=milestone.in_order):
        day = milestone.shown(one.due_on)
        if one.open and day is not None and day < today:
            yield Finding(
                rule=RULE.name,
                text=f"The milestone {one.title} was due on {day}, and {one.open_issues} items in it are open.",
                then="Close it, or move its date.",
                told=Told.AGENDA,
                weight=RULE.weight,
                since=one.due_on,
            )


RULE = HygieneRule(
    name="overdue_milestone",
    help="No open milestone is past its date.",
    settings=RuleSettings,
    weight=Weight.IDLE,
    survey=_survey,
)
