"""What waits for something else: nothing waits for itself, and what the app cannot see is said to be unknown."""

from collections.abc import Iterator, Mapping

from ghapp.core.backlog import Backlog, Finding, Told, Weight
from ghapp.core.blocking import Standing, blockers, cycles, ref
from ghapp.core.hygiene_rule import HygieneRule
from ghapp.core.item import Item
from ghapp.model.rule_settings import RuleSettings

Edges = tuple[int, ...]


def _check(item: Item, backlog: Backlog, _settings: RuleSettings) -> Iterator[Finding]:
    named = blockers(item.repo, item.body)
    unknown = [one for one in named if backlog.blocker(one).standing is Standing.UNKNOWN]
    if unknown:
        names = ", ".join(f"{one.repo}#{one.number}" for one in unknown)
        yield Finding(
            rule=RULE.name,
            number=item.number,
            text=f"It waits for {names}, and whether that is done is unknown.",
            then="Look for yourself: ghapp cannot see it.",
            told=Told.AGENDA,
            weight=Weight.HINT,
        )


def _sketch(item: Item, _backlog: Backlog, _settings: RuleSettings) -> Edges | None:
    here = ref(item.repo, 0).repo
    return tuple(one.number for one in blockers(item.repo, item.body) if one.repo == here) or None


def _survey(
    edges: Mapping[int, Edges], _backlog: Backlog, _settings: RuleSettings
) -> Iterator[Finding]:
    for circle in cycles(edges):
        yield Finding(
            rule=RULE.name,
            number=circle[0],
            text="It waits for these, and they for it, so that none can begin:"
            if circle[1:]
            else "It waits for itself.",
            then="Take out one of the lines that say so.",
            told=Told.REMIND,
            weight=RULE.weight,
            occasion="-".join(map(str, circle)),
            others=circle[1:],
        )


RULE = HygieneRule(
    name="blocked",
    help="Nothing waits for itself, directly or through others.",
    settings=RuleSettings,
    weight=Weight.LATE,
    check=_check,
    sketch=_sketch,
    survey=_survey,
)
