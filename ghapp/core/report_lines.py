"""A report's figures as lines beside those of the cycle before, and as charts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import chain

from ghapp.core import mermaid
from ghapp.core.mermaid import Bar
from ghapp.core.report import Figures
from ghapp.core.statistics import NOTHING, Share, Spread, length, spread, trend
from ghapp.core.zoned import to_wall


class Unit(StrEnum):
    """What a figure counts."""

    THINGS = ""
    TIME = "seconds"
    PERCENT = "points"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as it is said; `n` is how many measurements it rests on, `value` what the trend compares."""

    name: str
    said: str
    n: int
    value: float | None
    unit: Unit = Unit.THINGS


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: a figure, that of the cycle before, and how it has moved."""

    name: str
    n: int
    now: str
    before: str
    trend: str


def lines(now: Figures, before: Figures | None) -> tuple[Line, ...]:
    """The table; without a cycle before, its columns are dashes."""
    others = {one.name: one for one in _all(before)} if before is not None else {}
    return tuple(
        Line(
            one.name,
            one.n,
            one.said,
            others[one.name].said if one.name in others else NOTHING,
            _moved(one, others.get(one.name)),
        )
        for one in _all(now)
    )


def charts(now: Figures, before: Figures | None) -> tuple[str, ...]:
    """The charts for which there is something to draw."""
    cycles = [one for one in (before, now) if one is not None]
    drawn = (
        mermaid.pie(
            "Incidents by severity", ((one.severity.label, one.count) for one in now.answers)
        ),
        mermaid.pie("Calls by person", ((one.login, one.out_of_hours.whole) for one in now.called)),
        mermaid.gantt("Releases, from their date to the day they shipped", "Releases", _bars(now)),
        mermaid.bars(
            "Open issues at the end of the cycle",
            "issues",
            [(f"until {one.cycle.last}", one.flow.open) for one in cycles],
        ),
    )
    return tuple(filter(None, drawn))


def _all(figures: Figures) -> Iterator[Figure]:
    answers, flow, dora = figures.answers, figures.flow, figures.dora
    count = sum(one.count for one in answers)
    yield Figure("Incidents", str(count), count, count)
    yield _mean("Mean time to acknowledge", _together(one.acknowledged for one in answers))
    yield _mean("Mean time to the end", _together(one.ended for one in answers))
    yield _share("Acknowledged in time", _sum(one.acknowledged_in_time for one in answers))
    yield _share("Over in time", _sum(one.ended_in_time for one in answers))
    calls = _sum(one.out_of_hours for one in figures.called)
    yield Figure("Calls", str(calls.whole), calls.whole, calls.whole)
    yield _share("Calls outside business hours", calls)
    yield _share("Releases on time", figures.releases_on_time)
    yield _spread("First review", figures.first_review)
    for name, number in (
        ("Issues opened", flow.opened),
        ("Issues closed", flow.closed),
        ("Issues open at the end", flow.open),
    ):
        yield Figure(name, str(number), number, number)
    yield _share("Documents up to date", figures.docs_fresh)
    yield _share("Actions done of those due", figures.actions_done)
    shipped = dora.deployments
    yield Figure("Deployments", str(shipped), shipped, shipped)
    yield _spread("Lead time of changes", dora.lead_time)
    yield _share("Failed deployments", dora.failed)
    yield _spread("Recovery from a failed deployment", dora.recovery)
    yield _share("Deployments that repair others", dora.rework)


def _together(spreads: Iterator[Spread]) -> Spread:
    return spread(chain.from_iterable(one.values for one in spreads))


def _sum(shares: Iterator[Share]) -> Share:
    found = list(shares)
    return Share(sum(one.part for one in found), sum(one.whole for one in found))


def _mean(name: str, found: Spread) -> Figure:
    mean = found.mean
    if mean is None:
        return Figure(name, NOTHING, 0, None, Unit.TIME)
    return Figure(name, length(mean), found.n, mean.total_seconds(), Unit.TIME)


def _spread(name: str, found: Spread) -> Figure:
    """Medians are compared, where both cycles have one."""
    median = found.percentile(50)
    value = None if median is None else median.total_seconds()
    return Figure(name, found.said, found.n, value, Unit.TIME)


def _share(name: str, found: Share) -> Figure:
    return Figure(name, found.said, found.whole, found.percent, Unit.PERCENT)


def _moved(now: Figure, before: Figure | None) -> str:
    if before is None or now.value is None or before.value is None:
        return NOTHING
    moved = now.value - before.value
    if now.unit is Unit.TIME and moved:
        return f"{'+' if moved > 0 else '-'}{length(timedelta(seconds=abs(moved)))}"
    said = trend(now.value, before.value)
    return f"{said} points" if now.unit is Unit.PERCENT and moved else said


def _bars(figures: Figures) -> list[Bar]:
    found: list[Bar] = []
    for one in figures.releases:
        shipped = to_wall(one.shipped_at, figures.cycle.zone).date()
        due = one.due or shipped
        found.append(Bar(one.name, min(due, shipped), max(due, shipped), late=shipped > due))
    return found
