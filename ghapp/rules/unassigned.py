"""What is urgent is somebody's: an issue of priority p0 or p1 has an assignee."""

from collections.abc import Iterator

from ghapp.core.backlog import Backlog, Finding, Told, Weight
from ghapp.core.hygiene_rule import HygieneRule
from ghapp.core.item import Item, answerable, priority_of
from ghapp.model.rule_settings import RuleSettings


def _check(item: Item, backlog: Backlog, _settings: RuleSettings) -> Iterator[Finding]:
    priority = priority_of(item)
    if item.is_pull or item.assignees or priority not in {"p0", "p1"}:
        return
    yield Finding(
        rule=RULE.name,
        number=item.number,
        text=f"It is {priority}, and nobody has it.",
        then="Assign somebody, or give it the priority that it really has.",
        told=Told.REMIND,
        weight=RULE.weight,
        occasion=priority,
        to=answerable(item, backlog.model),
    )


RULE = HygieneRule(
    name="unassigned",
    help="Every issue of priority p0 or p1 is assigned to somebody.",
    settings=RuleSettings,
    weight=Weight.URGENT,
    check=_check,
)
