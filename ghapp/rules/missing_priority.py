"""Every issue has a priority, so that it is clear what comes first."""

from collections.abc import Iterator

from ghapp.core.backlog import NEEDS_TRIAGE, Backlog, Finding, Told, Weight
from ghapp.core.hygiene_rule import HygieneRule
from ghapp.core.item import PRIORITIES, Item, priority_of
from ghapp.model.rule_settings import RuleSettings


def _check(item: Item, backlog: Backlog, _settings: RuleSettings) -> Iterator[Finding]:
    if item.is_pull or "priority" not in backlog.settings.require or priority_of(item):
        return
    names = ", ".join(f"priority/{name}" for name in PRIORITIES)
    yield Finding(
        rule=RULE.name,
        number=item.number,
        text="It has no priority.",
        then=f"Add one of the labels {names}.",
        told=Told.GUIDE,
        weight=RULE.weight,
        labels=(NEEDS_TRIAGE,),
    )


RULE = HygieneRule(
    name="missing_priority",
    help="Every issue has a priority, where hygiene.require has priority.",
    settings=RuleSettings,
    weight=Weight.LACKING,
    check=_check,
)
