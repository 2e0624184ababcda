"""What happens to an incident that somebody has taken and nobody speaks of: reminders, and the clock put back."""

from dataclasses import replace
from datetime import datetime

from ghapp.core import escalation
from ghapp.core.effects import Assign, Decision, Say, occasion
from ghapp.core.incident import Incident, Phase
from ghapp.model.names import Severity
from ghapp.model.types import Model

_REMINDED = frozenset({Severity.SEV1, Severity.SEV2})
"""Only these: a word every day on each lesser one would be noise."""

_MOST_REMINDERS = 6


def word(incident: Incident, at: datetime) -> Incident:
    """A person has written on the issue."""
    if incident.word_at is not None and at <= incident.word_at:
        return incident
    return replace(incident, word_at=at, reminders=0)


def ack_expires(incident: Incident, model: Model) -> datetime | None:
    """When an acknowledgement is no longer believed (UTC): nobody has written for `ack_timeout`."""
    if incident.ack is None or not _held(incident):
        return None
    timeout = model.severities[incident.severity].ack_timeout
    return escalation.deadline(incident, model, _last_word(incident), timeout)


def update_due(incident: Incident, model: Model) -> datetime | None:
    """When whoever has it is asked what is known (UTC); each further time after twice as long."""
    if incident.ack is None or not _held(incident) or incident.severity not in _REMINDED:
        return None
    every = model.severities[incident.severity].update
    if every is None or incident.reminders >= _MOST_REMINDERS:
        return None
    length = every * (2 ** (incident.reminders + 1) - 1)
    return escalation.deadline(incident, model, _last_word(incident), length)


def next_due(incident: Incident, model: Model) -> datetime | None:
    """When `on_time` has something to do (UTC)."""
    times = (ack_expires(incident, model), update_due(incident, model))
    return min((time for time in times if time is not None), default=None)


def on_time(incident: Incident, model: Model, now: datetime) -> Decision | None:
    """What is due by now: an acknowledgement that has expired, or a reminder; None when nothing is."""
    expires = ack_expires(incident, model)
    if expires is not None and expires <= now:
        return _expire(incident, model, now)
    due = update_due(incident, model)
    if due is not None and due <= now:
        return _remind(incident, model, now)
    return None


def _held(incident: Incident) -> bool:
    return incident.phase is Phase.OPEN and incident.snoozed_until is None


def _last_word(incident: Incident) -> datetime:
    assert incident.ack is not None
    return max(incident.ack.at, incident.word_at or incident.ack.at)


def _expire(incident: Incident, model: Model, now: datetime) -> Decision:
    assert incident.ack is not None
    step = escalation.start(incident, model, now)
    after = replace(incident, ack=None, clock=step.clock)
    name = occasion(incident.key, "ack-expired", incident.ack.at.isoformat())
    facts = {"by": incident.ack.by, "notified": step.notified, "before": incident}
    return Decision(after, (Say(name, "ack_expired", facts), Assign(step.notified)))


def _remind(incident: Incident, model: Model, now: datetime) -> Decision:
    """Ask once, however many reminders were missed."""
    assert incident.ack is not None
    since = _last_word(incident)
    after = replace(incident, reminders=incident.reminders + 1)
    while after.reminders < _MOST_REMINDERS and (due := update_due(after, model)) and due <= now:
        after = replace(after, reminders=after.reminders + 1)
    name = occasion(incident.key, "update", since.isoformat(), after.reminders)
    say = Say(name, "update_due", {"to": incident.ack.by, "since": since})
    return Decision(after, (say,), later=True)
