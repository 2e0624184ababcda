"""Who is to review a pull request, since when, and how long that is in their own business hours."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ghapp.core.calendar import calendar_of
from ghapp.core.history import APPROVED, History
from ghapp.core.item import Item
from ghapp.model.names import Login, same_login
from ghapp.model.types import Model


def waiting(item: Item, history: History) -> Iterator[tuple[Login, datetime]]:
    """Who is to review, and since when (UTC): the last request, or when it became ready, or a push after an approval.

    Nobody is as long as it is a draft.
    """
    for who, request in sorted(history.requested.items()):
        withdrawn = history.unrequested.get(who)
        if item.draft or (withdrawn is not None and withdrawn.at >= request.at):
            continue
        answered, opinion = history.reviewed.get(who), history.opinions.get(who)
        approved = opinion is not None and opinion.state == APPROVED
        pushed = history.pushed_at
        if answered is None or answered.at < request.at:
            ready = history.ready_at or request.at
            yield Login(who), max(request.at, ready)
        elif approved and pushed is not None and pushed > answered.at:
            yield Login(who), pushed


def waited(login: Login, since: datetime, model: Model, now: datetime) -> timedelta:
    """How much of a person's business time has passed since an aware datetime, by the clock where they are."""
    zones = (one.timezone for name, one in model.people.items() if same_login(name, login))
    return calendar_of(model, next(zones, None)).between(since, now)
