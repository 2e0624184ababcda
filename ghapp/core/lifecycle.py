"""The life of an incident under signals: what a fold of them changes, whatever their order and number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ghapp.core.facts import Alert, Fingerprint, Signal, Status
from ghapp.core.incident import ALERTS_KEPT, Episode, Incident, Member, brief
from ghapp.core.routing import Route, gathers, route
from ghapp.model.names import Severity
from ghapp.model.types import Model

EPISODES_KEPT = 1_000
"""Of an incident, unless more of them fire."""

_OF = "\n"
"""Between a fingerprint and an occurrence; neither has line ends in it."""


@dataclass(frozen=True, slots=True)
class Absorbed:
    """An incident after some signals, and what they meant.

    `fired` counts the firing signals that were not older than the end of their episode; `latest` is the newest
    of them. `ended` is the newest source time at which an episode of this incident ended just now.
    """

    incident: Incident
    fired: int = 0
    latest: Signal | None = None
    started: bool = False
    ended: datetime | None = None


def absorb(incident: Incident, signals: Iterable[Signal], model: Model) -> Absorbed:
    """Fold signals into an incident; source time decides, so nothing that has already ended is raised again."""
    episodes = dict(incident.episodes)
    members = dict(incident.members)
    severity: Severity | None = incident.severity if incident.count else None
    last_seen = incident.last_seen
    fired, counted, latest, started, ended = 0, 0, None, False, None
    listed: tuple[Alert, ...] | None = None
    for signal in signals:
        name = episode_name(incident, signal)
        before = episodes.get(name, Episode())
        if signal.status is Status.RESOLVED:
            after = before.end(signal.at)
            if _forget(episodes, signal, name) or (before.firing and not after.firing):
                ended = max(signal.at, ended or signal.at)
        else:
            after = before.fire(signal.at)
            if after.firing:
                fired += 1
                counted += signal.counts
                started = started or not before.firing
                latest = signal if latest is None or signal.at >= latest.at else latest
                found = route(signal, model)
                severity = _risen(incident, severity, found.severity)
                if gathers(incident.key):
                    _join(members, signal, found)
        if signal.alerts is not None:
            listed = signal.alerts
        episodes[name] = after
        last_seen = max(last_seen, signal.at)
    changed = replace(
        incident,
        episodes=_bounded(episodes),
        members=members,
        severity=severity or incident.severity,
        last_seen=last_seen,
        count=incident.count + counted,
    )
    if not gathers(incident.key):
        changed = _with_what_it_says(changed, latest, listed)
    return Absorbed(changed, fired, latest, started, ended)


def _forget(episodes: dict[str, Episode], signal: Signal, name: str) -> bool:
    """Whether anything else went on until a signal said that all is over; told of again, it fires anew."""
    if not signal.whole:
        return False
    of_it = name.removesuffix(signal.occurrence)
    over = [
        other
        for other, episode in episodes.items()
        if other != name and other.startswith(of_it) and episode.firing_by(signal.at)
    ]
    for other in over:
        del episodes[other]
    return bool(over)


def _bounded(episodes: dict[str, Episode]) -> dict[str, Episode]:
    """All that fire, and the newest that have ended: a long life sees many names come and go."""
    if len(episodes) <= EPISODES_KEPT:
        return episodes
    over = [(episode.ended, name) for name, episode in episodes.items() if not episode.firing]
    forgotten = {name for _, name in sorted(over)[: len(episodes) - EPISODES_KEPT]}
    return {name: episode for name, episode in episodes.items() if name not in forgotten}


def _with_what_it_says(
    incident: Incident, latest: Signal | None, listed: tuple[Alert, ...] | None
) -> Incident:
    """The incident with what its newest opening, and the list that came last, say of it besides."""
    if latest is not None:
        incident = replace(
            incident,
            scope=latest.scope or incident.scope,
            due_at=latest.due_at or incident.due_at,
            lapses_at=latest.at + latest.lasts if latest.lasts is not None else None,
        )
    if listed is not None:
        kept = tuple(replace(alert, summary=brief(alert.summary)) for alert in listed[:ALERTS_KEPT])
        incident = replace(incident, alerts=kept, more_alerts=len(listed[ALERTS_KEPT:]))
    return incident


def lapse(incident: Incident, now: datetime) -> Incident | None:
    """The incident after it has ended by itself; None while it has not, or others say when it ends."""
    at = incident.lapses_at
    if at is None or at > now or not incident.firing:
        return None
    return replace(end_by_hand(incident, at), lapses_at=None)


def end_by_hand(incident: Incident, now: datetime) -> Incident:
    """It is over by what a person, not the sender, says: only something newer can raise it again."""
    return replace(
        incident,
        episodes={
            name: episode.end(max(now, episode.fired or now)) if episode.firing else episode
            for name, episode in incident.episodes.items()
        },
    )


def episode_name(incident: Incident, signal: Signal) -> str:
    """Under which name an incident keeps the episode of a signal; a storm holds episodes of many fingerprints."""
    if not gathers(incident.key):
        return signal.occurrence
    return f"{signal.fingerprint}{_OF}{signal.occurrence}"


def firing_members(incident: Incident) -> frozenset[Fingerprint]:
    """The fingerprints of a storm that still fire."""
    return frozenset(
        Fingerprint(name.partition(_OF)[0])
        for name, episode in incident.episodes.items()
        if episode.firing
    )


def ends(
    signals: Iterable[Signal], known: Mapping[str, Episode] | None = None
) -> Mapping[str, Episode]:
    """What must be remembered of signals that open nothing, so that a late opening of the same episode stays shut."""
    episodes = dict(known or {})
    for signal in signals:
        _forget(episodes, signal, signal.occurrence)
        before = episodes.get(signal.occurrence, Episode())
        episodes[signal.occurrence] = (
            before.end(signal.at) if signal.status is Status.RESOLVED else before.fire(signal.at)
        )
    return episodes


def _risen(incident: Incident, so_far: Severity | None, reported: Severity) -> Severity | None:
    """Signals only raise a severity, and never one that a person has chosen; the first signal sets it."""
    if incident.pinned:
        return so_far
    return reported if so_far is None else min(so_far, reported)


def _join(members: dict[str, Member], signal: Signal, found: Route) -> None:
    known = members.get(signal.fingerprint)
    if known is None:
        members[signal.fingerprint] = Member(
            brief(signal.summary), found.severity, found.area, scope=signal.scope
        )
    else:
        members[signal.fingerprint] = replace(
            known, count=known.count + 1, severity=min(known.severity, found.severity)
        )
