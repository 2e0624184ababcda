"""Events that are routine one by one, and an incident when too many come within a time."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ghapp.core.facts import Signal, Status
from ghapp.model.duration import format_duration
from ghapp.model.senders import Rate

OCCURRENCE = "rate"

WAYS = 2
"""In how many ways a sender may tell of one event."""

_SEPARATOR = "\n"


@dataclass(frozen=True, slots=True)
class Tally:
    """The newest events by their names, with the sender's times (UTC): no more than are needed to decide."""

    times: Mapping[str, datetime]
    reached: bool


def name_of(signal: Signal, delivery_id: str) -> str:
    """The name of a counted event: what happened and how it was told (its occurrence), and by which delivery."""
    return f"{signal.occurrence}{_SEPARATOR}{delivery_id}"


def occurrence(what: str, told_by: str) -> str:
    """The occurrence of a signal that is counted: what is told in two ways bears one name and counts once."""
    return f"{what}{_SEPARATOR}{told_by}"


def tally(known: Mapping[str, datetime], new: Mapping[str, datetime], rate: Rate) -> Tally:
    """Count what falls into one window that ends with the newest event; a delivery that comes twice counts once.

    Source time decides, so the order of arrival does not matter, and what was reported late does not count as now.
    """
    times = {**known, **new}
    end = max(times.values())
    within = sorted(
        ((name, at) for name, at in times.items() if at > end - rate.window),
        key=lambda item: item[1],
    )
    reached = _number(name for name, _ in within) >= rate.count
    return Tally(dict(within[-rate.count * WAYS :]), reached)


def _number(names: Iterable[str]) -> int:
    """How many things happened: of one that was told in several ways, the way that tells the most counts."""
    told: dict[str, Counter[str]] = {}
    for name in names:
        what, _, way = name.rpartition(_SEPARATOR)[0].rpartition(_SEPARATOR)
        told.setdefault(what, Counter())[way] += 1
    return sum(max(ways.values()) for ways in told.values())


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
