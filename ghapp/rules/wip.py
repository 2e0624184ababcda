"""How much a person has in progress: what is begun and not finished helps nobody."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from ghapp.core.backlog import Backlog, Finding, Told, Weight, is_blocked
from ghapp.core.hygiene_rule import HygieneRule
from ghapp.core.item import Item
from ghapp.model.names import Login
from ghapp.model.rule_settings import RuleSettings

Assignees = tuple[Login, ...]


def _sketch(item: Item, backlog: Backlog, _settings: RuleSettings) -> Assignees | None:
    """Drafts and what is blocked do not count."""
    return None if item.draft or is_blocked(item, backlog) else item.assignees or None


def _survey(
    assigned: Mapping[int, Assignees], backlog: Backlog, _settings: RuleSettings
) -> Iterator[Finding]:
    limit = backlog.settings.wip
    has: defaultdict[str, list[tuple[int, Login]]] = defaultdict(list)
    for number, logins in sorted(assigned.items()):
        for login in logins:
            has[login.casefold()].append((number, login))
    for _, own in sorted(has.items()):
        if limit is not None and len(own) > limit:
            login = own[0][1]
            yield Finding(
                rule=RULE.name,
                text=f"{login} has {len(own)} in progress; {limit} is the limit.",
                then="Finish one before the next is begun, or hand one over.",
                told=Told.AGENDA,
                weight=RULE.weight,
                to=(login,),
                others=tuple(number for number, _ in own),
            )


RULE = HygieneRule(
    name="wip",
    help="Nobody has more in progress than hygiene.wip, without drafts and what is blocked.",
    settings=RuleSettings,
    weight=Weight.IDLE,
    sketch=_sketch,
    survey=_survey,
)
