"""What follows from a page: it is put on record, and where nobody could be reached the next level's turn has come."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from ghapp.core import escalation
from ghapp.core.decide import escalate
from ghapp.core.effects import Decision, Say
from ghapp.core.facts import PageReport
from ghapp.core.incident import Incident
from ghapp.core.paging import name_of, pageable, position
from ghapp.core.who import policy_of, targets
from ghapp.model.names import Login, Severity
from ghapp.model.types import Model

PAGES_KEPT = 50

_URGENT = frozenset({Severity.SEV1, Severity.SEV2})


def on_report(incident: Incident, report: PageReport, model: Model, now: datetime) -> Decision:
    """Put on record who was paged; if nobody could be, the next level's turn has come."""
    new = [result for result in report.results if result not in incident.pages]
    after = replace(incident, pages=(*incident.pages, *new)[-PAGES_KEPT:])
    if incident.paged is None or incident.paged.since <= report.position.since:
        after = replace(after, paged=report.position)
    stands = position(after.clock) == report.position and escalation.ticking(after)
    goes_on = stands and passes_on(report, after, model, now)
    decision = Decision(after, later=True)
    if any(result.channel or result.failed for result in report.results):
        facts = {"results": report.results, "goes_on": goes_on}
        decision = Decision(after, (Say(name_of(report), "paged", facts),), later=True)
    if goes_on:
        decision = decision.then(escalate(after, escalation.advance(after, model, now)))
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
    return incident.severity in _URGENT and pageable(_later(incident, model, now), model)


def _later(incident: Incident, model: Model, now: datetime) -> Iterable[Login]:
    """Those whose turn may still come, without anybody's asking for it."""
    policy = policy_of(incident.area, model)
    again = policy.levels if incident.clock.round < policy.repeat else ()
    for level in (*policy.levels[incident.clock.level :], *again):
        yield from targets(level, incident.area, model, now)
