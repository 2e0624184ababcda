"""A report's figures beside those of the cycle before, and as charts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ghapp.core.report import Answers, Called, Dora, Figures, Flow
from ghapp.core.report_lines import Line, charts, lines
from ghapp.core.statistics import NOTHING, Share, Spread, spread
from ghapp.model.names import Login, Severity
from tests.core.test_report import NOVEMBER, OCTOBER, released

MINUTE = timedelta(minutes=1)


def minutes(*values: int) -> Spread:
    return spread(value * MINUTE for value in values)


EMPTY = Figures(
    cycle=OCTOBER,
    answers=(),
    called=(),
    releases=(),
    releases_on_time=Share(),
    first_review=Spread(),
    flow=Flow(0, 0, 0),
    docs_fresh=Share(),
    actions_done=Share(),
    dora=Dora(deployments=0, lead_time=Spread(), failed=Share(), recovery=Spread(), rework=Share()),
)
ANSWERS = Answers(
    severity=Severity.SEV1,
    count=2,
    acknowledged=minutes(2, 4),
    ended=minutes(90),
    acknowledged_in_time=Share(2, 2),
    ended_in_time=Share(1, 2),
)
FULL = replace(
    EMPTY,
    cycle=NOVEMBER,
    answers=(ANSWERS, replace(ANSWERS, severity=Severity.SEV2, acknowledged=minutes(9))),
    called=(Called(Login("bob"), Share(1, 3)), Called(Login("alice"), Share(1, 1))),
    releases=(released(24, due=date(2026, 11, 24)), released(26, due=date(2026, 11, 24)), released(27)),
    releases_on_time=Share(1, 2),
    first_review=minutes(1, 2, 3, 4, 5),
    flow=Flow(5, 3, 12),
)  # fmt: skip


def line(now: Figures, before: Figures | None, name: str) -> Line:
    (found,) = (one for one in lines(now, before) if one.name == name)
    return found


@pytest.mark.parametrize(
    "expected",
    [
        Line("Incidents", 4, "4", "0", "+4"),
        Line("Mean time to acknowledge", 3, "5m", NOTHING, NOTHING),
        Line("Mean time to the end", 2, "1h 30m", NOTHING, NOTHING),
        Line("Acknowledged in time", 4, "4/4 (100 %)", NOTHING, NOTHING),
        Line("Calls", 4, "4", "0", "+4"),
        Line("Calls outside business hours", 4, "2/4 (50 %)", NOTHING, NOTHING),
        Line("First review", 5, "p50 3m, p90 5m", NOTHING, NOTHING),
        Line("Issues open at the end", 12, "12", "0", "+12"),
        Line("Documents up to date", 0, NOTHING, NOTHING, NOTHING),
    ],
    ids=lambda one: one.name,
)
def test_r02_beside_an_empty_cycle(expected: Line) -> None:
    assert line(FULL, EMPTY, expected.name) == expected


@pytest.mark.parametrize(
    ("name", "change", "trend"),
    [
        ("First review", {"first_review": minutes(6, 6, 6, 6, 6)}, "-3m"),
        ("First review", {"first_review": minutes(1, 1, 1, 1, 1)}, "+2m"),
        ("First review", {"first_review": minutes(1, 2, 3, 4, 5)}, "="),
        ("First review", {"first_review": minutes(1)}, NOTHING),
        ("Releases on time", {"releases_on_time": Share(3, 4)}, "-25 points"),
        ("Releases on time", {"releases_on_time": Share(2, 4)}, "="),
        ("Issues opened", {"flow": Flow(7, 0, 0)}, "-2"),
    ],
)
def test_trend(name: str, change: dict[str, object], trend: str) -> None:
    assert line(FULL, replace(FULL, **change), name).trend == trend  # type: ignore[arg-type]


def test_without_a_cycle_before_it_is_dashes() -> None:
    assert {(one.before, one.trend) for one in lines(FULL, None)} == {(NOTHING, NOTHING)}


def test_charts() -> None:
    severities, calls, releases, issues = charts(FULL, EMPTY)
    assert '"· sev1" : 2' in severities
    assert '"· bob" : 3' in calls
    assert releases.split("\n")[-3:] == [
        "    · 2026\u201111\u201124 :2026-11-24, 2026-11-25",
        "    · 2026\u201111\u201126 :crit, 2026-11-24, 2026-11-27",
        "    · 2026\u201111\u201127 :2026-11-27, 2026-11-28",
    ]
    assert issues.endswith("bar [0, 12]")


def test_r02_an_empty_cycle_has_hardly_any() -> None:
    (issues,) = charts(EMPTY, None)
    assert issues.endswith("bar [0]")
