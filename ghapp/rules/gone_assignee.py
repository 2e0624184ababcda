"""What belonged to somebody who has left needs a new person, and until then a look."""

from collections.abc import Iterator
from dataclasses import replace

from ghapp.core.backlog import NEEDS_TRIAGE, Backlog, Finding, Told, Weight
from ghapp.core.hygiene_rule import HygieneRule
from ghapp.core.item import Item, answerable
from ghapp.model.rule_settings import RuleSettings

_NAME = "gone_assignee"


def _check(item: Item, backlog: Backlog, _settings: RuleSettings) -> Iterator[Finding]:
    gone = tuple(login for login in item.assignees if backlog.is_gone(login))
    staying = tuple(login for login in item.assignees if login not in gone)
    if not gone:
        yield from _orphaned(item)
        return
    yield Finding(
        rule=_NAME,
        number=item.number,
        text=f"{' and '.join(gone)} can no longer be assigned here.",
        then="Nothing else has to be done." if staying else "Assign somebody else.",
        told=Told.REMIND,
        weight=Weight.LATE,
        occasion=",".join(sorted(login.casefold() for login in gone)),
        to=answerable(replace(item, assignees=staying), backlog.model),
        labels=() if staying else (NEEDS_TRIAGE,),
        unassign=gone,
    )


def _orphaned(item: Item) -> Iterator[Finding]:
    """The app has unassigned whoever had left, and nobody has taken it since."""
    start = f"hygiene:{item.repo}#{item.number}:{_NAME}:"
    said = () if item.known is None else item.known.said
    if not item.assignees and any(key.startswith(start) for key in said):
        yield Finding(
            rule=_NAME,
            number=item.number,
            text="Whoever had it has left.",
            then="Assign somebody else.",
            told=Told.AGENDA,
            weight=Weight.LATE,
            labels=(NEEDS_TRIAGE,),
        )


RULE = HygieneRule(
    name=_NAME,
    help="Nothing is assigned to somebody who has left; it is unassigned and goes to triage.",
    settings=RuleSettings,
    weight=Weight.LATE,
    check=_check,
)
