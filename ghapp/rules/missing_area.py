"""Every issue belongs to an area, whose owner answers for it."""

from collections.abc import Iterator

from ghapp.core.backlog import NEEDS_AREA, NEEDS_TRIAGE, Backlog, Finding, Told, Weight
from ghapp.core.hygiene_rule import HygieneRule
from ghapp.core.item import AREA_PREFIX, Item, areas_of
from ghapp.model.rule_settings import RuleSettings


def _check(item: Item, backlog: Backlog, _settings: RuleSettings) -> Iterator[Finding]:
    if item.is_pull or "area" not in backlog.settings.require or areas_of(item, backlog.model):
        return
    names = ", ".join(f"{AREA_PREFIX}{name}" for name in backlog.model.areas)
    yield Finding(
        rule=RULE.name,
        number=item.number,
        text="It has no area, so nobody answers for it.",
        then=f"Add one of the labels {names}.",
        told=Told.GUIDE,
        weight=RULE.weight,
        labels=(NEEDS_TRIAGE, NEEDS_AREA),
    )


RULE = HygieneRule(
    name="missing_area",
    help="Every issue has the label of an area, where hygiene.require has area.",
    settings=RuleSettings,
    weight=Weight.LACKING,
    check=_check,
)
