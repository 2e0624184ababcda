"""A pull request moves, or is closed: what lies there for weeks conflicts with everything else."""

from collections.abc import Iterator
from datetime import timedelta

from ghapp.core.backlog import Backlog, Finding, Told, Weight, in_words, is_blocked
from ghapp.core.hygiene_rule import HygieneRule
from ghapp.core.item import Item
from ghapp.core.stale import Side, waits_on
from ghapp.model.duration import Duration
from ghapp.model.rule_settings import RuleSettings


class IdlePull(RuleSettings):
    """When a pull request counts as idle."""

    after: Duration = timedelta(days=7)
    """Without a word, a review or a push by a person."""


def _suspects(item: Item, backlog: Backlog, settings: IdlePull) -> bool:
    if not item.is_pull or item.draft or is_blocked(item, backlog):
        return False
    lived = item.created_at if item.history is None else item.history.human_at
    return backlog.now >= lived + settings.after


def _check(item: Item, backlog: Backlog, settings: IdlePull) -> Iterator[Finding]:
    known = item.known
    if known is None or not _suspects(item, backlog, settings):
        return
    theirs = waits_on(item) is Side.AUTHOR
    yield Finding(
        rule=RULE.name,
        number=item.number,
        text=f"Nothing has happened here for {in_words(settings.after)}.",
        then="Answer the review, merge it or close it."
        if theirs
        else "Review it, or say who will.",
        told=Told.REMIND if theirs else Told.AGENDA,
        weight=RULE.weight,
        occasion=f"{known.human_at:%Y-%m-%dT%H:%M:%SZ}",
        since=known.human_at,
        to=(item.author,) if theirs else (),
    )


RULE = HygieneRule(
    name="idle_pull",
    help="No pull request lies there for longer than after when it is its author's turn.",
    settings=IdlePull,
    weight=Weight.IDLE,
    check=_check,
    suspects=_suspects,
)
