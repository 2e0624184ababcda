"""The figures of a report: how a handful of measurements is summed up, and what is said where there are too few.

Percentiles are by nearest rank: of n values in order, the p-th percentile is the one at place ceil(p/100 · n). It is
always a value that was measured, never one between two. With fewer than five values none is given, they are listed
instead; without any it is a dash.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

FEW: Final = 5
"""From how many values on percentiles say something."""
NOTHING: Final = "\N{EN DASH}"

_UNITS: Final = (
    ("d", timedelta(days=1)),
    ("h", timedelta(hours=1)),
    ("m", timedelta(minutes=1)),
    ("s", timedelta(seconds=1)),
)


@dataclass(frozen=True, slots=True)
class Spread:
    """Lengths of time that were measured, in order from the shortest."""

    values: tuple[timedelta, ...] = ()

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self.values)

    @property
    def mean(self) -> timedelta | None:
        """Their mean; None of nothing."""
        return sum(self.values, timedelta(0)) / self.n if self.values else None

    def percentile(self, percent: int) -> timedelta | None:
        """The percentile by nearest rank, of 1 to 100 per cent; None of fewer than five values."""
        if self.n < FEW:
            return None
        return self.values[-(-percent * self.n // 100) - 1]

    @property
    def said(self) -> str:
        """All of it in a table's cell: a dash, the values, or median and 90th percentile."""
        median, high = self.percentile(50), self.percentile(90)
        if median is None or high is None:
            return ", ".join(map(length, self.values)) or NOTHING
        return f"p50 {length(median)}, p90 {length(high)}"


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int = 0
    whole: int = 0

    @property
    def percent(self) -> int | None:
        """In whole per cent, halves up; None of nothing."""
        return (200 * self.part + self.whole) // (2 * self.whole) if self.whole else None

    @property
    def said(self) -> str:
        """`8/10 (80 %)`, or a dash."""
        return NOTHING if not self.whole else f"{self.part}/{self.whole} ({self.percent} %)"


def spread(values: Iterable[timedelta]) -> Spread:
    """Sum up lengths of time, in whatever order."""
    return Spread(tuple(sorted(values)))


def share(each: Iterable[bool]) -> Share:
    """How many of them are true."""
    all_of_them = list(each)
    return Share(sum(all_of_them), len(all_of_them))


def length(span: timedelta) -> str:
    """A length of time as people say it, in its two largest units: `3d 4h`, `12m`, `0s`; cut, not rounded."""
    if span < timedelta(0):
        return f"-{length(-span)}"
    said: list[str] = []
    for unit, size in _UNITS:
        count, span = divmod(span, size)
        if count or said:
            said.append(f"{count}{unit}" if count else "")
        if len(said) == 2:
            break
    return " ".join(filter(None, said)) or "0s"


def trend(now: float | None, before: float | None) -> str:
    """How a figure has moved since the cycle before: `+3`, `-2`, `=`; a dash where one of them is not known."""
    if now is None or before is None:
        return NOTHING
    moved = now - before
    return "=" if not moved else f"{moved:+g}"
