"""What happens to an incident of which nobody speaks: reminders, and the clock put back."""

from dataclasses import replace
from datetime import datetime

from ghapp.core import escalation
from ghapp.core.effects import Assign, Decision, Say, occasion
from ghapp.core.incident import Incident, Phase
from ghapp.core.who import distinct
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
    """When whoever has it is asked what is known (UTC); each further time after twice as long.

    If nobody has it and no level is left to be called, those who were called are asked: it must not fall silent.
    """
    if not _held(incident) or incident.severity not in _REMINDED:
        return None
    if incident.ack is None and escalation.due_at(incident, model) is not None:
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
    """When a person last did something about it: wrote, took it, or was called."""
    since = incident.clock.since if incident.ack is None else incident.ack.at
    return max(since, incident.word_at or since)


def _expire(incident: Incident, model: Model, now: datetime) -> Decision:
    assert incident.ack is not None
    step = escalation.start(incident, model, now)
    after = replace(incident, ack=None, clock=step.clock, reminders=0)
    name = occasion(incident.key, "ack-expired", incident.ack.at.isoformat())
    facts = {"by": incident.ack.by, "notified": step.notified, "before": incident}
    return Decision(after, (Say(name, "ack_expired", facts), Assign(step.notified)))


def _remind(incident: Incident, model: Model, now: datetime) -> Decision:
    """Ask once, however many reminders were missed."""
    since = _last_word(incident)
    called = distinct(tried.login for tried in incident.clock.tried)
    to = called if incident.ack is None else (incident.ack.by,)
    after = replace(incident, reminders=incident.reminders + 1)
    while after.reminders < _MOST_REMINDERS and (due := update_due(after, model)) and due <= now:
        after = replace(after, reminders=after.reminders + 1)
    name = occasion(incident.key, "update", since.isoformat(), after.reminders)
    facts = {"to": to, "since": since, "taken": incident.ack is not None}
    say = Say(name, "update_due", facts)
    return Decision(after, (say,), later=True)
