"""Who is assigned does something, or says that it is not theirs any more."""

from collections.abc import Iterator
from datetime import datetime

from ghapp.core.backlog import Backlog, Finding, Told, Weight, in_words, is_blocked
from ghapp.core.captain import is_away
from ghapp.core.hygiene_rule import HygieneRule
from ghapp.core.item import Item
from ghapp.model.names import Login
from ghapp.model.rule_settings import RuleSettings


def _since(item: Item, login: Login) -> datetime:
    """When somebody last did anything there, or was assigned, as far as is known."""
    if item.history is None:
        return item.created_at
    who = login.casefold()
    marks = (item.history.assigned.get(who), item.history.active.get(who))
    return max((mark.at for mark in marks if mark is not None), default=item.created_at)


def _idle(item: Item, backlog: Backlog) -> Iterator[tuple[Login, datetime]]:
    """Who could go on and does not; somebody who is away is left in peace until they are back."""
    if item.is_pull or is_blocked(item, backlog):
        return
    for login in item.assignees:
        since = _since(item, login)
        if backlog.now < since + backlog.settings.idle_after or backlog.is_gone(login):
            continue
        if not is_away(backlog.model, login, backlog.now):
            yield login, since


def _suspects(item: Item, backlog: Backlog, _settings: RuleSettings) -> bool:
    return any(_idle(item, backlog))


def _check(item: Item, backlog: Backlog, _settings: RuleSettings) -> Iterator[Finding]:
    for login, since in _idle(item, backlog):
        yield Finding(
            rule=RULE.name,
            number=item.number,
            text=f"It is assigned to {login}, who has not touched it for {in_words(backlog.settings.idle_after)}.",
            then="Say how it stands, or unassign yourself, so that somebody else can take it.",
            told=Told.REMIND,
            weight=RULE.weight,
            occasion=f"{login.casefold()}:{since:%Y-%m-%dT%H:%M:%SZ}",
            since=since,
            to=(login,),
        )


RULE = HygieneRule(
    name="idle_assignee",
    help="Nobody is assigned and does nothing there for the time in hygiene.idle_after.",
    settings=RuleSettings,
    weight=Weight.IDLE,
    check=_check,
    suspects=_suspects,
)
