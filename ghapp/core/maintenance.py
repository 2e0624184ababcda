"""Planned work: what an area raises meanwhile is listed on one issue and calls nobody until the work is over."""

from dataclasses import replace
from datetime import datetime

from ghapp.core import escalation
from ghapp.core.effects import Assign, Decision, Open, Say, occasion
from ghapp.core.facts import Fingerprint, MaintenanceEvent, RepoName, Signal, Status
from ghapp.core.incident import Clock, Incident, Phase
from ghapp.core.routing import MAINTENANCE_PREFIX
from ghapp.core.zoned import to_instant
from ghapp.model.names import AreaName, Severity
from ghapp.model.types import Model

SOURCE = "maintenance"


def area_of(key: Fingerprint) -> AreaName:
    """The area whose maintenance a key names."""
    return AreaName(key.removeprefix(MAINTENANCE_PREFIX))


def planned_until(area: AreaName, model: Model, now: datetime) -> datetime | None:
    """The end (UTC) of the windows in OWNERS.yaml that `now` is in; None outside them."""
    found: datetime | None = None
    for window in model.maintenance:
        start = to_instant(window.from_, model.timezone)
        end = to_instant(window.to, model.timezone)
        if window.area == area and start <= now < end:
            found = max(end, found or end)
    return found


def under_way(incident: Incident, now: datetime) -> bool:
    """Whether the maintenance that an incident stands for goes on."""
    until = incident.snoozed_until
    return incident.phase is Phase.OPEN and until is not None and now < until


def begin(event: MaintenanceEvent, key: Fingerprint, repo: RepoName, now: datetime) -> Decision:
    """Open the issue of a maintenance that a person announces; nobody is assigned, for nobody is called."""
    signal = Signal(
        source=SOURCE,
        fingerprint=key,
        occurrence=SOURCE,
        status=Status.FIRING,
        at=event.at,
        summary=f"Maintenance of {event.area}",
    )
    incident = Incident(
        key=key,
        repo=repo,
        number=0,
        source=SOURCE,
        area=event.area,
        severity=Severity.SEV4,
        summary=signal.summary,
        opened_at=now,
        last_seen=now,
        clock=Clock(since=now),
        count=0,
        snoozed_until=event.until,
        opened_by=event.by,
        reason=event.reason,
    )
    return Decision(incident, (Open(incident, signal, ()),))


def prolong(incident: Incident, event: MaintenanceEvent, now: datetime) -> Decision:
    """The maintenance has an issue already: it goes on, or begins again, until the new end."""
    if incident.snoozed_until == event.until and incident.phase is Phase.OPEN:
        return Decision(incident)
    after = replace(
        incident,
        phase=Phase.OPEN,
        closed_at=None,
        ack=None,
        escalated=False,
        snoozed_until=event.until,
        opened_by=event.by,
        reason=event.reason,
        opened_at=incident.opened_at if under_way(incident, now) else now,
    )
    name = occasion(incident.key, "maintenance", event.until.isoformat())
    facts = {"by": event.by, "until": event.until, "reason": event.reason}
    return Decision(after, (Say(name, "maintenance", facts),))


def end(incident: Incident, model: Model, now: datetime) -> Decision:
    """It is over: what still fires has its escalation policy from now on; if nothing does, the issue is closed."""
    assert incident.snoozed_until is not None
    name = occasion(incident.key, "maintenance-over", incident.snoozed_until.isoformat())
    awake = replace(incident, snoozed_until=None)
    if not incident.firing:
        after = replace(awake, phase=Phase.CLOSED, closed_at=now)
        return Decision(after, (Say(name, "maintenance_over", {"notified": ()}),))
    step = escalation.start(awake, model, now)
    after = replace(awake, clock=step.clock, opened_at=now)
    say = Say(name, "maintenance_over", {"notified": step.notified})
    return Decision(after, (say, Assign(step.notified)))
