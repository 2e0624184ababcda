"""The escalation clock: when the next level is due, and whom it brings in. Computed from facts, never slept."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ghapp.core.calendar import Calendar, calendar_of
from ghapp.core.incident import Clock, Incident, Phase, Tried
from ghapp.core.who import area_of, policy_of, targets
from ghapp.model.names import AreaName, Login, RotationName
from ghapp.model.types import Model

_TRIED_KEPT = 20


@dataclass(frozen=True, slots=True)
class Step:
    """The clock after it moved on, and who is notified by that; nobody when the policy is exhausted."""

    clock: Clock
    notified: tuple[Login, ...]


def wait_of(incident: Incident, model: Model) -> timedelta | None:
    """How long the present level has: its own `wait`, else the severity's `acknowledge`; None means for ever."""
    levels = policy_of(incident.area, model).levels
    level = levels[min(incident.clock.level, len(levels)) - 1]
    return level.wait or model.severities[incident.severity].acknowledge


def ticking(incident: Incident) -> bool:
    """Whether the clock runs: open, nobody has acknowledged it, not snoozed, and somebody is left to notify."""
    return (
        incident.phase is Phase.OPEN
        and incident.ack is None
        and incident.snoozed_until is None
        and not incident.clock.exhausted
    )


def deadline(
    incident: Incident, model: Model, since: datetime, length: timedelta | None
) -> datetime | None:
    """When so much time has passed (UTC), as the clock of the incident's severity counts it; None: never.

    Business hours are those of the zone that its rotation is in, else of the file's.
    """
    if length is None:
        return None
    if model.severities[incident.severity].when == "always":
        return since + length
    return calendar_for(incident.area, model).after(since, length)


def calendar_for(area: AreaName, model: Model) -> Calendar:
    """The business hours of an area."""
    rotation = model.rotations.get(area_of(area, model).rotation or RotationName(""))
    return calendar_of(model, rotation.timezone if rotation is not None else None)


def may_page(incident: Incident, model: Model, now: datetime) -> datetime:
    """From when on somebody may be woken for it (UTC): now, or when business opens."""
    if model.severities[incident.severity].when == "always":
        return now
    return calendar_for(incident.area, model).opens(now)


def due_at(incident: Incident, model: Model) -> datetime | None:
    """When the next level is due (UTC); None while the clock stands."""
    if not ticking(incident):
        return None
    return deadline(incident, model, incident.clock.since, wait_of(incident, model))


def start(incident: Incident, model: Model, now: datetime) -> Step:
    """Level 1 of the policy from now on; a level that names nobody passes to the next at once."""
    fresh = Clock(since=now, level=0, run=incident.clock.run + 1)
    return _walk(fresh, incident, model, now, endless=False)


def advance(incident: Incident, model: Model, now: datetime) -> Step:
    """The next level, or the next round; exhausted after the last one."""
    return _walk(incident.clock, incident, model, now, endless=False)


def again(incident: Incident, model: Model, now: datetime) -> Step:
    """The present level once more, with its whole time."""
    level = replace(incident.clock, level=max(incident.clock.level - 1, 0))
    return _walk(level, incident, model, now, endless=False)


def summon(incident: Incident, model: Model, now: datetime) -> Step:
    """The next level because a person asks for it: after the last level the first one again, as often as asked."""
    return _walk(incident.clock, incident, model, now, endless=True)


def _walk(clock: Clock, incident: Incident, model: Model, now: datetime, *, endless: bool) -> Step:
    policy = policy_of(incident.area, model)
    position = clock
    for _ in range(len(policy.levels) + 1):
        if position.level < len(policy.levels):
            position = replace(position, level=position.level + 1)
        elif endless or position.round < policy.repeat:
            position = replace(position, level=1, round=position.round + 1)
        else:
            break
        found = targets(policy.levels[position.level - 1], incident.area, model, now)
        if found:
            tried = (*clock.tried, *(Tried(login, now) for login in found))[-_TRIED_KEPT:]
            return Step(replace(position, since=now, tried=tried, exhausted=False), found)
    return Step(replace(clock, exhausted=True), ())
