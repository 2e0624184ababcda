"""Who is asked for a review answers within the time that OWNERS.yaml gives, in business hours where they are."""

from collections.abc import Iterator
from datetime import datetime

from ghapp.core.backlog import Backlog, Finding, Told, Weight
from ghapp.core.captain import is_away
from ghapp.core.hygiene_rule import HygieneRule
from ghapp.core.item import Item
from ghapp.core.reviewers import waited, waiting
from ghapp.model.names import Login
from ghapp.model.rule_settings import RuleSettings


def _late(item: Item, backlog: Backlog) -> Iterator[tuple[Login, datetime]]:
    """Whose answer is overdue; somebody who is away is left in peace until they are back."""
    limit = backlog.model.review.respond_within
    if item.known is None or limit is None:
        return
    for login, since in waiting(item, item.known):
        late = waited(login, since, backlog.model, backlog.now) >= limit
        if late and not is_away(backlog.model, login, backlog.now):
            yield login, since


def _suspects(item: Item, backlog: Backlog, _settings: RuleSettings) -> bool:
    limit = backlog.model.review.respond_within
    if not item.is_pull or item.draft or limit is None:
        return False
    return backlog.now >= item.created_at + limit


def _check(item: Item, backlog: Backlog, _settings: RuleSettings) -> Iterator[Finding]:
    for login, since in _late(item, backlog):
        yield Finding(
            rule=RULE.name,
            number=item.number,
            text=f"The review by {login} is overdue.",
            then="Review it, or ask somebody else to.",
            told=Told.AGENDA,
            weight=RULE.weight,
            occasion=f"{login.casefold()}:{since:%Y-%m-%dT%H:%M:%SZ}",
            since=since,
            to=(login,),
        )


RULE = HygieneRule(
    name="review_waiting",
    help="Nobody waits for a review for longer than review.respond_within.",
    settings=RuleSettings,
    weight=Weight.LATE,
    check=_check,
    suspects=_suspects,
)
