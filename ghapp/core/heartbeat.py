"""Silence as an alert: when a job that reports in regularly is late, and when it is heard again.

A beat and a silence are signals of one fingerprint, so an incident of a heartbeat lives as any other does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from ghapp.core.facts import Fingerprint, Signal, Status
from ghapp.model.duration import format_duration
from ghapp.model.types import Heartbeat

SOURCE = "heartbeat"
_PREFIX = f"{SOURCE}:"


class Event(StrEnum):
    """What a signal of a heartbeat tells of, in its field `event`."""

    BEAT = "beat"
    """The job has reported."""
    SILENCE = "silence"
    """It has not, by its deadline."""
    WITHDRAWN = "withdrawn"
    """By OWNERS.yaml as it is now, nothing is late."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence that stands: nothing was heard after `begun`, and `due` has passed (UTC)."""

    begun: datetime
    due: datetime


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a job's own signals have told: when it was last heard (UTC), and the silence that it is in."""

    last: datetime | None = None
    silence: Silence | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """A heartbeat as OWNERS.yaml has had it since a time (UTC)."""

    since: datetime
    every: timedelta
    grace: timedelta


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which no beat could be heard: after `down`, when the app was last seen alive, up to `up` (UTC)."""

    down: datetime
    up: datetime


def key_of(name: str) -> Fingerprint:
    """The key of the incident that the silence of a job raises."""
    return Fingerprint(_PREFIX + name)


def name_of(key: Fingerprint) -> str | None:
    """Whose silence an incident is about; None when it is about something else."""
    return key.removeprefix(_PREFIX) if key.startswith(_PREFIX) else None


def span(heartbeat: Heartbeat | Expectation) -> timedelta:
    """How long it may be quiet."""
    return heartbeat.every + heartbeat.grace


def expect(heartbeat: Heartbeat, known: Expectation | None, now: datetime) -> Expectation:
    """What is expected from now on: a heartbeat that is new, or is to beat otherwise, has its whole time."""
    if known and (known.every, known.grace) == (heartbeat.every, heartbeat.grace):
        return known
    return Expectation(now, heartbeat.every, heartbeat.grace)


def next_silence(
    heartbeat: Heartbeat,
    pulse: Pulse,
    expected: Expectation,
    outages: Iterable[Outage] = (),
) -> Silence:
    """The silence that stands from its `due` on, unless a beat comes before."""
    begun = max(pulse.last or expected.since, expected.since)
    return Silence(begun, deadline(heartbeat, begun, outages))


def deadline(heartbeat: Heartbeat, begun: datetime, outages: Iterable[Outage] = ()) -> datetime:
    """Until when nothing need have been heard after `begun`.

    Where a beat may have gone unheard, the job has its whole time again once it can be heard. That is so for an
    outage that began before the deadline and lasted into the second half of `every`: one that was over by then
    leaves a steady job, whatever its rhythm, another beat in time. It is granted once and not again for outages in
    the time granted, or a host that restarts each night would silence the alarm for ever.
    """
    due = begun + span(heartbeat)
    # A steady job that was late by its grace the last time may be on time, and so that much sooner, the next.
    expected = begun + heartbeat.every / 2 - heartbeat.grace
    granted = [
        outage.up + span(heartbeat)
        for outage in outages
        if outage.down < due and outage.up > expected
    ]
    return max([due, *granted])


def is_withdrawn(
    heartbeat: Heartbeat | None, known: Expectation | None, silence: Silence, now: datetime
) -> bool:
    """Whether a silence that stands is none by a changed OWNERS.yaml: the job is gone, or may be quiet longer."""
    if heartbeat is None:
        return True
    unchanged = known is None or expect(heartbeat, known, now) == known
    return not unchanged and silence.begun + span(heartbeat) > now


def beat(name: str, at: datetime) -> Signal:
    """A job has reported; `at` is when that arrived (UTC)."""
    return _signal(name, Event.BEAT, at, f"{name} has reported")


def withdrawn(name: str, at: datetime) -> Signal:
    """The silence of a job counts no longer, as OWNERS.yaml has changed."""
    return _signal(name, Event.WITHDRAWN, at, f"{name} is not expected any more")


def silent(name: str, heartbeat: Heartbeat, pulse: Pulse, silence: Silence) -> Signal:
    """Nothing was heard of a job by its deadline, which is the signal's time."""
    quiet = format_duration(span(heartbeat))
    summary = f"No heartbeat from {name} for {quiet}"
    if pulse.last is None:
        summary = f"No heartbeat from {name} yet, {quiet} after it was expected"
    times = {"every": format_duration(heartbeat.every), "grace": format_duration(heartbeat.grace)}
    last = f"{pulse.last:%Y-%m-%d %H:%M:%S} UTC" if pulse.last else "never"
    signal = _signal(name, Event.SILENCE, silence.due, summary)
    return replace(
        signal,
        status=Status.FIRING,
        severity=heartbeat.severity,
        area=heartbeat.area,
        started_at=silence.begun,
        where={"Last beat": last, "Expected every": times["every"], "Grace": times["grace"]},
        fields={**signal.fields, **times},
    )


def _signal(name: str, event: Event, at: datetime, summary: str) -> Signal:
    return Signal(
        source=SOURCE,
        fingerprint=key_of(name),
        occurrence=name,
        status=Status.RESOLVED,
        at=at,
        summary=summary,
        fields={"name": name, "event": event.value},
    )


def fold(
    pulse: Pulse, signals: Sequence[Signal], heartbeat: Heartbeat | None
) -> tuple[Pulse, tuple[Signal | None, ...]]:
    """The pulse after signals that were waiting, and what each of them means for the incident: most beats nothing.

    A silence is concluded from what was known then: when a beat has been heard since, it never was. A beat that
    was stored a moment too late arrived before the deadline, yet ends the silence that was raised meanwhile: its
    end is never before the deadline.
    """
    last, silence, meant = pulse.last, pulse.silence, list[Signal | None]()
    for signal in signals:
        event = _event(signal)
        kept: Signal | None = None
        if event is Event.SILENCE:
            told = Silence(signal.started_at or signal.at, signal.at)
            if _stands(told, last, heartbeat):
                kept, silence = signal, told
        elif silence is not None and (event is Event.WITHDRAWN or signal.at > silence.begun):
            kept, silence = replace(signal, at=max(signal.at, silence.due)), None
        if event is Event.BEAT:
            last = max(signal.at, last or signal.at)
        meant.append(kept)
    return Pulse(last, silence), tuple(meant)


def _event(signal: Signal) -> Event:
    return Event(signal.fields["event"])


def _stands(silence: Silence, last: datetime | None, heartbeat: Heartbeat | None) -> bool:
    if heartbeat is None or (last is not None and last > silence.begun):
        return False
    return silence.begun + span(heartbeat) <= silence.due
