"""Events that are routine one by one, and an incident when too many come within a time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ghapp.core.facts import Signal, Status
from ghapp.model.duration import format_duration
from ghapp.model.senders import Rate

OCCURRENCE = "rate"


@dataclass(frozen=True, slots=True)
class Tally:
    """The newest events by their delivery, with the sender's times (UTC): no more than are needed to decide."""

    times: Mapping[str, datetime]
    reached: bool


def tally(known: Mapping[str, datetime], new: Mapping[str, datetime], rate: Rate) -> Tally:
    """Count what falls into one window that ends with the newest event; what comes twice counts once.

    Source time decides, so the order of arrival does not matter, and what was reported late does not count as now.
    """
    times = {**known, **new}
    end = max(times.values())
    within = sorted(
        ((name, at) for name, at in times.items() if at > end - rate.window),
        key=lambda item: item[1],
    )
    return Tally(dict(within[-rate.count :]), len(within) >= rate.count)


def raised(newest: Signal, rate: Rate) -> Signal:
    """The signal that the rate is reached: over by itself when that has not been so for one window."""
    return replace(
        newest,
        occurrence=OCCURRENCE,
        status=Status.FIRING,
        severity=rate.severity,
        lasts=rate.window,
        where={
            **newest.where,
            "rate": f"at least {rate.count} within {format_duration(rate.window)}",
        },
    )
