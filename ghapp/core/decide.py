"""Decides what becomes of an incident when signals arrive or time passes; pure, so a table can say it all."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ghapp.core import attention, escalation, maintenance, paging
from ghapp.core.effects import (
    AddLabels,
    Assign,
    Decision,
    Effect,
    Open,
    React,
    RemoveLabel,
    Say,
    Write,
    occasion,
)
from ghapp.core.facts import Fingerprint, Issue, MaintenanceEvent, RepoName, Signal
from ghapp.core.incident import STATE_LABELS, Episode, Incident, Member, Phase, bare, brief
from ghapp.core.lifecycle import Absorbed, absorb, lapse
from ghapp.core.routing import gathers, route
from ghapp.core.who import on_call_for
from ghapp.model.names import Login, Severity
from ghapp.model.types import Model


def on_first_signals(
    key: Fingerprint,
    repo: RepoName,
    signals: Sequence[Signal],
    model: Model,
    now: datetime,
    *,
    previous: int | None = None,
    episodes: Mapping[str, Episode] | None = None,
) -> Decision | None:
    """Open an incident for a fingerprint that has none, unless all of it is over already.

    `previous` is the closed issue of the same fingerprint that the new one links to, `episodes` what is
    remembered of earlier ends. No alert is ever unowned: where the policy names nobody at this time, it is assigned
    to whoever is on call for the area.
    """
    found = route(signals[0], model)
    empty = bare(signals[0], key=key, repo=repo, area=found.area, severity=found.severity, now=now)
    several = gathers(key)
    if several:
        member = Member(
            brief(signals[0].summary),
            found.severity,
            found.area,
            count=0,
            scope=signals[0].scope,
        )
        empty = replace(empty, members={signals[0].fingerprint: member})
    absorbed = absorb(replace(empty, episodes=episodes or {}), signals, model)
    if not absorbed.incident.firing or absorbed.latest is None:
        return None
    newest = absorbed.latest
    area = found.area if several else route(newest, model).area
    incident = replace(
        absorbed.incident, area=area, summary=brief(newest.summary), previous=previous
    )
    if incident.maintenance:
        until = maintenance.planned_until(maintenance.area_of(key), model, now)
        quiet = replace(incident, snoozed_until=until or now)
        return Decision(quiet, (Open(quiet, newest, ()),))
    step = escalation.start(incident, model, now)
    incident = replace(incident, clock=step.clock)
    owners = step.notified or on_call_for(area, model, now)
    return Decision(incident, (Open(incident, newest, owners),))


def on_signals(
    incident: Incident, signals: Sequence[Signal], model: Model, now: datetime
) -> Decision:
    """Fold signals into an incident that has an issue: repeats, a higher severity, recovery, relapse."""
    absorbed = absorb(incident, signals, model)
    if absorbed.fired:
        absorbed = replace(absorbed, incident=replace(absorbed.incident, last_seen=now))
    if maintenance.under_way(incident, now):
        return Decision(absorbed.incident, later=True)
    if incident.phase is not Phase.OPEN:
        if absorbed.incident.firing:
            planned = _planned_again(absorbed.incident, model, now)
            if planned is not None:
                return planned
            return _relapse(incident, absorbed, model, now)
        return Decision(absorbed.incident)
    if absorbed.ended is not None and not absorbed.incident.firing:
        return _recover(absorbed.incident, absorbed.ended, model, now)
    if absorbed.incident.severity < incident.severity:
        return _rise(incident, absorbed.incident)
    return Decision(absorbed.incident, later=absorbed.incident != incident)


def on_time(incident: Incident, model: Model, now: datetime) -> Decision:
    """What the clock alone brings about: trouble that has ended by itself, a snooze that is over, the next level."""
    over = lapse(incident, now) if incident.phase is Phase.OPEN else None
    if over is not None and incident.lapses_at is not None:
        return _recover(over, incident.lapses_at, model, now)
    if incident.snoozed_until is not None and incident.snoozed_until <= now:
        if incident.maintenance:
            return maintenance.end(incident, model, now)
        return _wake(incident, model, now)
    forgotten = attention.on_time(incident, model, now)
    if forgotten is not None:
        return forgotten
    due = escalation.due_at(incident, model)
    if due is None or due > now:
        return Decision(incident)
    return escalate(incident, escalation.advance(incident, model, now))


def next_due(incident: Incident, model: Model) -> datetime | None:
    """When the clock will next have something to do (UTC); None while nothing is due ever."""
    if incident.phase is not Phase.OPEN:
        return None
    lapse_due = incident.lapses_at if incident.firing else None
    clock_due = incident.snoozed_until or escalation.due_at(incident, model)
    page_due = paging.held_until(incident, model)
    times = (lapse_due, clock_due, page_due, attention.next_due(incident, model))
    return min((time for time in times if time is not None), default=None)


def escalate(
    incident: Incident, step: escalation.Step, *, by: str = "", reason: str = "", key: str = ""
) -> Decision:
    """Bring in whom a step names, or say that nobody is left; `key` names the command that asked for it, if any."""
    clock = step.clock
    after = replace(incident, clock=clock)
    name = key or occasion(incident.key, "level", f"{clock.run}.{clock.round}.{clock.level}")
    if clock.exhausted:
        return Decision(after, (Say(f"{name}.exhausted", "exhausted", {"before": incident}),))
    after = replace(after, escalated=True)
    facts = {"notified": step.notified, "before": incident, "by": by, "reason": reason}
    return Decision(after, (Say(name, "escalated", facts), Assign(step.notified)))


def settle(issue: Issue, before: Incident, decision: Decision) -> Decision:
    """Complete a decision by what follows from its incident: labels one by one, and the issue's own text and state.

    Only what this decision changes is written, so a label that a person took off stays off. But what a person did
    with a label that says how it stands has been observed before: if the incident stands otherwise all the same, it
    does so anew. A reaction says that it is done, so it comes last.
    """
    after = decision.incident
    if after == before:
        return decision
    added = sorted(_wanted(before, after, issue) - issue.labels)
    removed = sorted(((before.labels | _STANDING) - after.labels) & issue.labels)
    done = [effect for effect in decision.effects if isinstance(effect, React)]
    effects: list[Effect] = [effect for effect in decision.effects if effect not in done]
    if added:
        effects.append(AddLabels(tuple(added)))
    effects.extend(RemoveLabel(label) for label in removed)
    close = after.phase is Phase.CLOSED and issue.open
    reopen = after.phase is not Phase.CLOSED and not issue.open
    spoken = any(isinstance(effect, Say) and effect.template in _TURNS for effect in effects)
    if close or reopen or spoken or decision.soon:
        effects.append(Write(close=close, reopen=reopen))
        return Decision(after, (*effects, *done))
    later = decision.later or bool(added or removed)
    return Decision(after, (*effects, *done), later=later)


def _wanted(before: Incident, after: Incident, issue: Issue) -> frozenset[str]:
    """The labels to put on: what is new, and what says how it stands but no longer does so on the issue."""
    says_otherwise = (issue.labels & _SEVERITIES) - after.labels
    standing = STATE_LABELS | (_SEVERITIES if says_otherwise else frozenset())
    return (after.labels - before.labels) | (after.labels & standing)


_SEVERITIES = frozenset(severity.label for severity in Severity)
_STANDING = STATE_LABELS | _SEVERITIES

_TURNS = frozenset(
    {
        "ack_expired",
        "maintenance",
        "maintenance_over",
        "escalated",
        "exhausted",
        "severity",
        "again",
        "handoff",
    }
)
"""Comments that mark a turn in the incident: its own text follows at once instead of within the minute."""


def _planned_again(incident: Incident, model: Model, now: datetime) -> Decision | None:
    """The next maintenance of an area that OWNERS.yaml announces, on the issue of the one before."""
    if not incident.maintenance:
        return None
    area = maintenance.area_of(incident.key)
    until = maintenance.planned_until(area, model, now)
    if until is None:
        return None
    event = MaintenanceEvent(area=area, until=until, reason="", by=Login(""), at=now)
    return maintenance.prolong(incident, event, now)


def _relapse(incident: Incident, absorbed: Absorbed, model: Model, now: datetime) -> Decision:
    again = replace(
        absorbed.incident,
        phase=Phase.OPEN,
        opened_at=now,
        closed_at=None,
        ack=None,
        escalated=False,
        snoozed_until=None,
        due_at=absorbed.latest.due_at if absorbed.latest is not None else None,
    )
    step = escalation.start(again, model, now)
    again = replace(again, clock=step.clock)
    facts = {"notified": step.notified, "before": incident, "signal": absorbed.latest}
    name = occasion(incident.key, "again", step.clock.run)
    return Decision(again, (Say(name, "again", facts), Assign(step.notified)))


def _recover(incident: Incident, ended: datetime, model: Model, now: datetime) -> Decision:
    waits = model.severities[incident.severity].on_recovery == "label"
    phase = Phase.RECOVERED if waits else Phase.CLOSED
    after = replace(incident, phase=phase, closed_at=None if waits else now, snoozed_until=None)
    name = occasion(incident.key, "recovered", ended.isoformat())
    return Decision(after, (Say(name, "recovered", {"ended": ended, "waits": waits}),))


def _rise(before: Incident, after: Incident) -> Decision:
    name = occasion(after.key, "severity", before.clock.run, Severity(after.severity).label)
    return Decision(after, (Say(name, "severity", {"before": before}),))


def _wake(incident: Incident, model: Model, now: datetime) -> Decision:
    """Whoever was called last is called again, unless somebody had taken it before."""
    step = escalation.again(incident, model, now)
    clock = replace(incident.clock, since=now) if incident.ack is not None else step.clock
    after = replace(incident, snoozed_until=None, clock=clock)
    assert incident.snoozed_until is not None
    name = occasion(incident.key, "snoozed", incident.snoozed_until.isoformat())
    return Decision(after, (Say(name, "snooze_over", {"before": incident}),))
