"""Who must be told outside GitHub, through what, and from when on."""

from collections.abc import Iterable
from datetime import datetime

from ghapp.core import escalation
from ghapp.core.effects import occasion
from ghapp.core.facts import Page, PageReport, Position
from ghapp.core.incident import Clock, Incident, Phase
from ghapp.model.names import Login, same_login
from ghapp.model.types import Model


def position(clock: Clock) -> Position:
    """Where a clock stands."""
    return Position(run=clock.run, round=clock.round, level=clock.level, since=clock.since)


def name_of(page: Page | PageReport) -> str:
    """The idempotency key of a page: the same level is paged once."""
    at = page.position
    return occasion(page.key, "page", f"{at.run}.{at.round}.{at.level}", at.since.isoformat())


def wanted(incident: Incident, model: Model, now: datetime) -> Page | None:
    """The page that is owed by now: to whomever the clock has turned to, until it is known what became of it.

    It is the same page however often it is asked for, so that none is lost where a crash came between.
    """
    due = due_at(incident, model)
    if due is None or due > now:
        return None
    called = tuple(_called(incident))
    return Page(key=incident.key, position=position(incident.clock), logins=called)


def due_at(incident: Incident, model: Model) -> datetime | None:
    """From when on a page is owed (UTC): since the clock turned, or since business opened after that.

    None when nobody is to be paged, or it is known what became of it; and in a team that can only be told on
    GitHub, which is done otherwise.
    """
    told = incident.paged == position(incident.clock)
    if told or not (anybody_pageable(model) and escalation.ticking(incident)):
        return None
    if not any(_called(incident)):
        return None
    return escalation.may_page(incident, model, incident.clock.since)


def held_until(incident: Incident, model: Model) -> datetime | None:
    """When business opens (UTC) for a page that waits for it; None when none does."""
    due = due_at(incident, model)
    return due if due is not None and due > incident.clock.since else None


def _called(incident: Incident) -> Iterable[Login]:
    """Those to whom the clock has turned; nobody when it was only given more time."""
    clock = incident.clock
    return (tried.login for tried in clock.tried if tried.at == clock.since)


def is_ahead(page: Page, incident: Incident | None) -> bool:
    """Whether the page is of a turn of the clock that the incident, as it is stored, has not taken yet.

    A page is stored first, so that no crash comes between a level and its page.
    """
    return incident is None or incident.clock.since < page.position.since


def still_wanted(page: Page, incident: Incident) -> bool:
    """Whether nobody has taken the incident since, it is not over and not snoozed, and its level was not called anew.

    A page of a level that has passed goes on: whoever was called then may still be the first to answer.
    """
    here, paged = position(incident.clock), page.position
    if incident.phase is not Phase.OPEN or incident.ack is not None or here.run != paged.run:
        return False
    anew = (here.round, here.level) == (paged.round, paged.level) and here.since != paged.since
    return incident.snoozed_until is None and not anew


def anybody_pageable(model: Model) -> bool:
    """Whether OWNERS.yaml names any channel besides GitHub."""
    return any(person.notify for person in model.people.values()) or any(
        area.notify for area in model.areas.values()
    )


def pageable(logins: Iterable[Login], model: Model) -> bool:
    """Whether any of them has a channel besides GitHub."""
    return any(channels_of(login, model) for login in logins)


def channels_of(login: Login, model: Model) -> tuple[str, ...]:
    """Where a page reaches somebody besides GitHub, in the order in which they are tried."""
    return next(
        (person.notify for known, person in model.people.items() if same_login(known, login)), ()
    )
