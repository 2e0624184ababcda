"""Obeys people: what somebody did to the issue by hand becomes what the app believes."""

from dataclasses import replace
from datetime import datetime

from ghapp.core import escalation
from ghapp.core.effects import Assign, Decision, Effect
from ghapp.core.facts import Issue
from ghapp.core.incident import (
    ACKNOWLEDGED,
    ESCALATED,
    RECOVERED,
    SNOOZED,
    Ack,
    Incident,
    Phase,
    Tried,
)
from ghapp.core.lifecycle import end_by_hand
from ghapp.model.names import AreaName, Login, Severity
from ghapp.model.types import Model

_SEVERITY_LABELS = {severity.label: severity for severity in Severity}


def observe(
    incident: Incident,
    issue: Issue,
    model: Model,
    now: datetime,
    *,
    by: Login | None = None,
    reassigned: bool = False,
) -> Decision:
    """Adopt a hand-made close, reopening, severity, area, acknowledgement or reassignment; the clocks follow.

    `by` is the person whose event brought this, `reassigned` that somebody was given the incident by hand: the
    new assignee has the level's whole time.
    """
    seen = _labels(incident, issue, model)
    seen = _acknowledgement(seen, issue, now, by)
    effects: tuple[Effect, ...] = ()
    if not issue.open and seen.phase is not Phase.CLOSED:
        seen = replace(
            end_by_hand(seen, now),
            phase=Phase.CLOSED,
            closed_at=issue.closed_at or now,
            snoozed_until=None,
        )
    elif _restarted(incident, seen, issue):
        opened = replace(seen, phase=Phase.OPEN, closed_at=None)
        if incident.phase is Phase.CLOSED:
            opened = replace(_without_the_past(opened, incident), opened_at=now)
        step = escalation.start(opened, model, now)
        seen = replace(opened, clock=step.clock)
        effects = (Assign(step.notified),) if step.notified else ()
    elif reassigned and escalation.ticking(seen):
        tried = (*seen.clock.tried, *(Tried(login, now) for login in issue.assignees))
        seen = replace(seen, clock=replace(seen.clock, since=now, tried=tried))
    return Decision(seen, effects, later=seen != incident)


def _labels(incident: Incident, issue: Issue, model: Model) -> Incident:
    chosen = {_SEVERITY_LABELS[label] for label in issue.labels & _SEVERITY_LABELS.keys()}
    chosen.discard(incident.severity)
    if chosen:
        incident = replace(incident, severity=min(chosen), pinned=True)
    areas = {label.removeprefix("area/") for label in issue.labels if label.startswith("area/")}
    moved = sorted(areas & {str(name) for name in model.areas} - {incident.area})
    if moved:
        incident = replace(incident, area=AreaName(moved[0]))
    return replace(incident, escalated=ESCALATED in issue.labels)


def _acknowledgement(incident: Incident, issue: Issue, now: datetime, by: Login | None) -> Incident:
    if incident.snoozed_until is not None and SNOOZED not in issue.labels:
        incident = replace(incident, snoozed_until=None, clock=replace(incident.clock, since=now))
    labelled = ACKNOWLEDGED in issue.labels
    if labelled and incident.ack is None:
        taken_by = by or (issue.assignees[0] if issue.assignees else issue.author)
        return replace(incident, ack=Ack(taken_by, now), reminders=0)
    if not labelled and incident.ack is not None:
        clock = replace(incident.clock, since=now, exhausted=False)
        return replace(incident, ack=None, clock=clock)
    return incident


def _without_the_past(opened: Incident, before: Incident) -> Incident:
    """An acknowledgement or escalation of the time before the close is over; one that is new is of now."""
    return replace(
        opened,
        ack=opened.ack if before.ack is None else None,
        escalated=opened.escalated and not before.escalated,
    )


def _restarted(before: Incident, seen: Incident, issue: Issue) -> bool:
    """Reopened by hand, moved to another area while the clock ran, or no longer held to be recovered."""
    if not issue.open:
        return False
    if before.phase is Phase.CLOSED or seen.area != before.area:
        return True
    return before.phase is Phase.RECOVERED and RECOVERED not in issue.labels
