"""How fast incidents were answered and ended, each since it opened (or opened again)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ghapp.core.incident import Incident, Phase
from ghapp.core.statistics import Spread, spread


@dataclass(frozen=True, slots=True)
class Times:
    """How fast incidents were answered and ended."""

    count: int
    acknowledged: Spread
    ended: Spread


def acknowledged_after(incident: Incident) -> timedelta | None:
    """How long it took until somebody had it; None while nobody has."""
    return None if incident.ack is None else max(incident.ack.at - incident.opened_at, timedelta(0))


def ended_after(incident: Incident) -> timedelta | None:
    """How long it took until it was over; None while it is not."""
    if incident.phase is not Phase.CLOSED or incident.closed_at is None:
        return None
    return max(incident.closed_at - incident.opened_at, timedelta(0))


def recent(found: Iterable[Incident], since: datetime, until: datetime) -> tuple[Incident, ...]:
    """The incidents that opened from `since` up to, not including, `until`, or are still open; the worst first."""
    wanted = (
        one
        for one in found
        if one.opened_at < until and (one.opened_at >= since or one.phase is not Phase.CLOSED)
    )
    return tuple(sorted(wanted, key=lambda one: (one.severity, one.opened_at, one.number)))


def times(found: Iterable[Incident]) -> Times:
    """The figures of some incidents together."""
    incidents = list(found)
    return Times(
        len(incidents),
        spread(span for one in incidents if (span := acknowledged_after(one)) is not None),
        spread(span for one in incidents if (span := ended_after(one)) is not None),
    )
