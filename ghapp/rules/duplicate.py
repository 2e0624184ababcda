"""Whoever reports what is known already is shown where; whether it is the same is for people to say."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field

from ghapp.core import titles
from ghapp.core.backlog import Backlog, Finding, Titled, Told, Weight
from ghapp.core.hygiene_rule import HygieneRule
from ghapp.core.item import Item
from ghapp.model.duration import Duration
from ghapp.model.rule_settings import RuleSettings

MOST_NEW: Final = 100
"""How many new issues one survey compares with all others."""
MOST_SHOWN: Final = 3
CLOSED_WITHIN: Final = timedelta(days=90)


class Duplicate(RuleSettings):
    """When two issues count as alike."""

    alike: Annotated[int, Field(strict=True, ge=50, le=100)] = 88
    """Per cent of their titles."""
    within: Duration = timedelta(days=7)
    """Only issues that are younger are compared with the older ones."""


def _sketch(item: Item, _backlog: Backlog, _settings: Duplicate) -> Titled | None:
    return None if item.is_pull else Titled(item.number, item.title, item.created_at)


def _survey(
    titled: Mapping[int, Titled], backlog: Backlog, settings: Duplicate
) -> Iterator[Finding]:
    """Only the later of two is told, so that one and the same pair is told once."""
    closed = {
        one.number: one
        for one in backlog.closed
        if one.closed_at is not None and backlog.now < one.closed_at + CLOSED_WITHIN
    }
    known = titles.Titles.of({n: one.title for n, one in {**closed, **titled}.items()})
    new = [one for one in titled.values() if backlog.now < one.created_at + settings.within]
    for one in sorted(new, key=lambda one: one.number)[-MOST_NEW:]:
        found = known.like(one.number, one.title, alike=settings.alike, most=MOST_SHOWN)
        if found:
            yield Finding(
                rule=RULE.name,
                number=one.number,
                text="This may have been reported already:",
                then="If it is the same, close the one that says less; if not, nothing has to be done.",
                told=Told.REMIND,
                weight=RULE.weight,
                others=found,
            )


RULE = HygieneRule(
    name="duplicate",
    help="A new issue is not already there under nearly the same title, open or closed in the last 90 days.",
    settings=Duplicate,
    weight=Weight.HINT,
    sketch=_sketch,
    survey=_survey,
)
