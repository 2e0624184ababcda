"""Every issue says of which kind it is: a bug is read in another way than a wish."""

from collections.abc import Iterator

from ghapp.core.backlog import NEEDS_TRIAGE, Backlog, Finding, Told, Weight
from ghapp.core.hygiene_rule import HygieneRule
from ghapp.core.item import Item
from ghapp.model.rule_settings import RuleSettings


def _check(item: Item, backlog: Backlog, _settings: RuleSettings) -> Iterator[Finding]:
    kinds = backlog.settings.kinds
    if item.is_pull or "kind" not in backlog.settings.require or item.has_any(kinds):
        return
    yield Finding(
        rule=RULE.name,
        number=item.number,
        text="It does not say of which kind it is.",
        then=f"Add one of the labels {', '.join(kinds)}.",
        told=Told.GUIDE,
        weight=RULE.weight,
        labels=(NEEDS_TRIAGE,),
    )


RULE = HygieneRule(
    name="missing_kind",
    help="Every issue says of which kind it is, where hygiene.require has kind.",
    settings=RuleSettings,
    weight=Weight.LACKING,
    check=_check,
)
