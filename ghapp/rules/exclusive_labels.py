"""Labels of which only one makes sense: with two priorities, which one counts is anybody's guess."""

from collections.abc import Iterator

from ghapp.core.backlog import Backlog, Finding, Told, Weight
from ghapp.core.hygiene_rule import HygieneRule
from ghapp.core.item import Item, priorities_of
from ghapp.model.rule_settings import RuleSettings
from ghapp.model.values import Text


class ExclusiveLabels(RuleSettings):
    """Which labels exclude one another."""

    groups: tuple[tuple[Text, ...], ...] = ()
    """Labels of which an item has one at most, besides the priorities."""


def _check(item: Item, _backlog: Backlog, settings: ExclusiveLabels) -> Iterator[Finding]:
    priorities = tuple(priorities_of(item).values())
    groups = ([label for name in group if (label := item.label(name))] for group in settings.groups)
    for labels in (priorities, *groups):
        if len(labels) > 1:
            shown = " and ".join(labels)
            yield Finding(
                rule=RULE.name,
                number=item.number,
                text=f"It has {shown}, which exclude one another.",
                then="Keep the one that is meant.",
                told=Told.GUIDE,
                weight=RULE.weight,
                occasion=shown,
            )


RULE = HygieneRule(
    name="exclusive_labels",
    help="Nothing has two priorities, or two labels of another group of which only one makes sense.",
    settings=ExclusiveLabels,
    weight=Weight.LACKING,
    check=_check,
)
