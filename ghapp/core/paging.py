"""Who must be told outside GitHub, and what follows from whether they were."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from ghapp.core import escalation
from ghapp.core.decide import escalate
from ghapp.core.effects import Decision, Say, occasion
from ghapp.core.facts import Page, PageReport, Position
from ghapp.core.incident import Clock, Incident, Phase
from ghapp.core.who import policy_of, targets
from ghapp.model.names import Login, Severity, same_login
from ghapp.model.types import Model

PAGES_KEPT = 50

_URGENT = frozenset({Severity.SEV1, Severity.SEV2})


def position(clock: Clock) -> Position:
    """Where a clock stands."""
    return Position(run=clock.run, round=clock.round, level=clock.level, since=clock.since)


def name_of(page: Page | PageReport) -> str:
    """The idempotency key of a page: the same level is paged once."""
    at = page.position
    return occasion(page.key, "page", f"{at.run}.{at.round}.{at.level}", at.since.isoformat())


def wanted(before: Incident | None, after: Incident, model: Model) -> Page | None:
    """The page that a decision calls for: whoever the clock has just turned to, while nobody has it.

    None as well in a team that can only be told on GitHub, which is done otherwise.
    """
    clock = after.clock
    if (
        not anybody_pageable(model)
        or not escalation.ticking(after)
        or (before is not None and before.clock == clock)
    ):
        return None
    logins = tuple(tried.login for tried in clock.tried if tried.at == clock.since)
    return Page(key=after.key, position=position(clock), logins=logins) if logins else None


def still_wanted(page: Page, incident: Incident) -> bool:
    """Whether nobody has taken the incident since, it is not over and not snoozed, and its clock was not put back."""
    return (
        incident.phase is Phase.OPEN
        and incident.ack is None
        and incident.snoozed_until is None
        and incident.clock.run == page.position.run
    )


def on_report(incident: Incident, report: PageReport, model: Model, now: datetime) -> Decision:
    """Put on record who was paged; if nobody could be, the next level's turn has come."""
    pages = (*incident.pages, *report.results)[-PAGES_KEPT:]
    after = replace(incident, pages=pages)
    decision = Decision(after, later=True)
    told = [result for result in report.results if result.channel or result.failed]
    if told:
        say = Say(name_of(report), "paged", {"results": report.results})
        decision = Decision(after, (say,), later=True)
    stands = position(after.clock) == report.position and escalation.ticking(after)
    if stands and passes_on(report, after, model, now):
        step = escalation.advance(after, model, now)
        decision = decision.then(escalate(after, step))
    return decision


def passes_on(report: PageReport, incident: Incident, model: Model, now: datetime) -> bool:
    """Whether the level has reached nobody, so that waiting for its answer would be waiting for nobody.

    Somebody without a channel of their own still has GitHub's notification. That is enough where nobody can be
    paged at all, or nothing is urgent; a sev1 or sev2 goes on to whoever can be woken.
    """
    if any(result.channel for result in report.results):
        return False
    if any(result.failed for result in report.results):
        return True
    return incident.severity in _URGENT and _pageable(_later(incident, model, now), model)


def _later(incident: Incident, model: Model, now: datetime) -> Iterable[Login]:
    levels = policy_of(incident.area, model).levels
    left = levels if incident.clock.round < policy_of(incident.area, model).repeat else ()
    for level in (*levels[incident.clock.level :], *left):
        yield from targets(level, incident.area, model, now)


def anybody_pageable(model: Model) -> bool:
    """Whether OWNERS.yaml names any channel besides GitHub."""
    return any(person.notify for person in model.people.values()) or any(
        area.notify for area in model.areas.values()
    )


def _pageable(logins: Iterable[Login], model: Model) -> bool:
    return any(channels_of(login, model) for login in logins)


def channels_of(login: Login, model: Model) -> tuple[str, ...]:
    """Where a page reaches somebody besides GitHub, in the order in which they are tried."""
    return next(
        (person.notify for known, person in model.people.items() if same_login(known, login)), ()
    )
