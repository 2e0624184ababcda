"""The release section: cadences that make sense, names that differ, settings by default."""

from datetime import timedelta
from typing import Any

import pytest

from ghapp.model.load import load
from ghapp.model.names import Severity
from ghapp.model.types import Release

START = "version: 1\nareas: {app: {owner: alice}}\nfallback_area: app\n"


def said(release: str) -> list[str]:
    """What is wrong with a release section written on one line, and on which line of the file."""
    return [str(one) for one in load(f"{START}release: {release}").problems]


def release(**settings: Any) -> Release:
    return Release.model_validate({"cadence": {"every": "2w"}} | settings)


def test_by_default() -> None:
    found = release()
    assert (found.ahead, found.name, found.branch) == (3, "{date:%Y-%m-%d}", None)
    assert (found.cut, found.catch_up) == (timedelta(days=1), timedelta(days=1))
    assert (found.on_freeze, found.on_holiday) == ("skip", "next-business-day")
    assert found.gate.severities == (Severity.SEV1, Severity.SEV2)
    assert found.gate.blockers == ("release-blocker",)
    assert not found.gate.void_sign_offs_on_push
    assert not found.gate.require_milestone
    assert (found.hotfix.label, found.hotfix.approvers) == ("hotfix", ())


@pytest.mark.parametrize(
    "cadence",
    [
        "{every: 1d}",
        "{every: 2w}",
        "{every: 2w, on: tue}",
        "{every: 1w, on: tuesday, start: 2026-01-06}",
        "{every: month}",
        "{every: month, day: 31}",
        "{every: month, on: tuesday}",
        "{every: month, on: last tuesday}",
    ],
)
def test_a_cadence(cadence: str) -> None:
    assert said(f"{{cadence: {cadence}}}") == []


@pytest.mark.parametrize(
    ("cadence", "field", "problem"),
    [
        pytest.param(
            '{every: 2w, at: "10:00-06:00"}', "at", "is no time of day", id="C20 a time with an offset"
        ),
        pytest.param(
            '{every: 2w, timezone: "-06:00"}', "timezone", "is no time zone", id="C20 an offset for a zone"
        ),
        pytest.param(
            '{every: 2w, timezone: ""}', "timezone", "is no time zone", id="C20 no zone"
        ),
        pytest.param(
            "{every: 2w, start: 2026-10-13T10:00-06:00}", "start", "is no date", id="C20 a start with an offset"
        ),
        pytest.param("{every: 2w, start: 2026-02-30}", "start", "is not in the calendar", id="no date"),
        pytest.param("{every: 2x}", "every", "is no cadence", id="of no unit"),
        pytest.param("{every: 0w}", "every", "is no cadence", id="never"),
        pytest.param("{every: 2w, day: 3}", "cadence", "is a day of the month", id="a day of a week"),
        pytest.param("{every: 2d, on: mon}", "cadence", "is a weekday", id="a weekday of days"),
        pytest.param("{every: 2w, on: last mon}", "cadence", "write mon", id="the last of a week"),
        pytest.param("{every: month, on: mon, day: 1}", "cadence", "says the day", id="both"),
        pytest.param("{every: month, on: fifth mon}", "on", "is no weekday", id="not every month"),
    ],
)  # fmt: skip
def test_no_cadence(cadence: str, field: str, problem: str) -> None:
    (found,) = said(f"{{cadence: {cadence}}}")
    assert f": error: `{field}`" in found
    assert problem in found


@pytest.mark.parametrize(
    "name",
    [
        "{date:%Y-%m-%d}",
        "Release of {date:%-d %B %Y}".replace("%-d", "%d"),
        "{date:%G-W%V}",
        "calver",
        "v{calver}",
        "YYYY.0M.MICRO",
        "v0Y.MM",
        "semver-next",
        "semver",
        "MAJOR.MINOR.PATCH",
        "app-{semver}",
    ],
)
def test_a_name(name: str) -> None:
    assert release(name=name).name == name


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("Next", "is the same for every release"),
        ("v1.0", "is the same for every release"),
        ("{date}", "has braces that mean nothing"),
        ("{date:%Y}}", "has braces that mean nothing"),
        ("{date:today}", "has a date of no known format"),
        ("{date:%s}", "has a date of no known format"),
        ("{date:%Y-W%V}", "has an ISO week without its year (write %G-W%V)"),
        ("{semver}-{calver}", "counts twice"),
        ("YYYY.MICRO.MICRO", "is the same for every release"),
    ],
)
def test_no_name(name: str, problem: str) -> None:
    (found,) = said(f"{{cadence: {{every: 2w}}, name: '{name}'}}")
    assert ": error: `name`" in found
    assert problem in found


def test_a_freeze_ends_after_it_begins() -> None:
    (found,) = said("{cadence: {every: 2w}, freezes: [{from: 2026-12-18, to: 2026-12-17}]}")
    assert "is before `2026-12-18`" in found


def test_whom_a_hotfix_names_is_used() -> None:
    text = (
        "teams: {t: [alice, bob], u: [alice, bob]}\nareas: {app: {owner: alice, backup: bob}}\n"
        "release: {cadence: {every: 2w}, hotfix: {approvers: ['team:t'], sign_off: ['team:u']}}\n"
    )
    found = load(f"version: 1\nfallback_area: app\n{text}").problems
    assert [str(one) for one in found] == []
