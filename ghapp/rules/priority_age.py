"""A priority is a promise with a date: how long an issue may have it, counted from when it last got it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import cast

from ghapp.core.backlog import Backlog, Finding, Told, Weight, in_words
from ghapp.core.hygiene_rule import HygieneRule
from ghapp.core.item import Item, answerable, priorities_of
from ghapp.model.hygiene import Priority
from ghapp.model.rule_settings import RuleSettings


def _clock(item: Item, backlog: Backlog) -> tuple[str, datetime, timedelta] | None:
    """Its priority, since when it has it as far as is known, and how long it may; None without a limit."""
    priority, label = next(iter(priorities_of(item).items()), ("", ""))
    limit = backlog.settings.limits.get(cast("Priority", priority))
    if item.is_pull or limit is None:
        return None
    mark = None if item.history is None else item.history.labeled_at(label)
    return priority, item.created_at if mark is None else mark.at, limit


def _suspects(item: Item, backlog: Backlog, _settings: RuleSettings) -> bool:
    clock = _clock(item, backlog)
    return clock is not None and backlog.now >= clock[1] + clock[2]


def _check(item: Item, backlog: Backlog, settings: RuleSettings) -> Iterator[Finding]:
    clock = _clock(item, backlog)
    if clock is None or not _suspects(item, backlog, settings):
        return
    priority, since, limit = clock
    yield Finding(
        rule=RULE.name,
        number=item.number,
        text=f"It has been {priority} for more than {in_words(limit)}.",
        then="Say what stands in the way, or give it the priority that it really has.",
        told=Told.REMIND,
        weight=Weight.LATE if priority in {"p2", "p3"} else Weight.URGENT,
        occasion=f"{priority}:{since:%Y-%m-%dT%H:%M:%SZ}",
        since=since,
        to=answerable(item, backlog.model),
    )


RULE = HygieneRule(
    name="priority_age",
    help="No issue has a priority for longer than hygiene.limits allows.",
    settings=RuleSettings,
    weight=Weight.URGENT,
    check=_check,
    suspects=_suspects,
)
