"""Freezes: from when to when, by whose word, and who may let a release through."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ghapp.core.freeze import (
    Exemption,
    FreezeIssue,
    OpenIncident,
    Window,
    announced,
    by_incidents,
    configured,
    excused,
    holding,
    refused,
)
from ghapp.model.names import AreaName, Login, Severity
from ghapp.model.types import Release

ALICE, BOB, CAROL = Login("alice"), Login("bob"), Login("carol")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def release(zone: str, **freeze: Any) -> Release:
    return Release.model_validate(
        {"cadence": {"every": "2w", "timezone": zone}, "freezes": [freeze]}
    )


def window(start: str = "2026-12-18", end: str | None = "2027-01-05", **rest: Any) -> Window:
    settings: dict[str, Any] = {"reason": "holidays", "said_in": "#7", "approvers": (ALICE,)}
    return Window(start=utc(start), end=end if end is None else utc(end), **(settings | rest))


def word(by: str, at: str = "2026-12-20", text: str = "needed for the audit") -> Exemption:
    return Exemption(by=Login(by), text=text, at=utc(at))


@pytest.mark.parametrize(
    ("zone", "first", "last", "start", "end"),
    [
        pytest.param(*case, id=f"C16 {name}")
        for name, *case in (
            ("from midnight to midnight",
             "Europe/Berlin", "2026-12-18", "2027-01-04", "2026-12-17T23:00", "2027-01-04T23:00"),
            ("the day on which clocks go forward",
             "America/New_York", "2026-03-08", "2026-03-08", "2026-03-08T05:00", "2026-03-09T04:00"),
            ("until a midnight that does not exist",
             "America/Santiago", "2026-09-05", "2026-09-05", "2026-09-05T04:00", "2026-09-06T04:00"),
        )
    ],
)  # fmt: skip
def test_configured(zone: str, first: str, last: str, start: str, end: str) -> None:
    (found,) = configured(
        release(zone, **{"from": first, "to": last, "reason": "sale", "approvers": ["alice"]})
    )
    assert (found.start, found.end) == (utc(start), utc(end))
    assert (found.said, found.said_in) == ("freeze: sale", "release.freezes[0]")
    assert (found.approvers, found.foreseen) == ((ALICE,), True)


@pytest.mark.parametrize(
    ("at", "held"),
    [
        pytest.param("2026-12-17T23:59:59", False, id="before"),
        pytest.param("2026-12-18T00:00:00", True, id="G05 from its first instant"),
        pytest.param("2027-01-04T23:59:59", True, id="to its last"),
        pytest.param("2027-01-05T00:00:00", False, id="after"),
    ],
)
def test_holding(at: str, held: bool) -> None:
    assert (holding((window(),), utc(at)) is not None) is held


def test_of_several_the_longest_holds() -> None:
    short, long, endless = window(end="2026-12-20"), window(), window(end=None)
    at = utc("2026-12-19")
    assert holding((short, long), at) == long
    assert holding((endless, long, short), at) == endless
    assert window(reason="").said == "freeze: #7"


def test_announced_on_github() -> None:
    issues = [
        FreezeIssue(number=9, by=BOB, since=utc("2026-12-01")),
        FreezeIssue(number=7, by=ALICE, since=utc("2026-12-01"), until=utc("2026-12-02"), reason="sale"),
    ]  # fmt: skip
    seven, nine = announced(issues, (Login("Alice"), CAROL))
    assert seven == window("2026-12-01", "2026-12-02", reason="sale", approvers=(ALICE, CAROL))
    assert (nine.end, nine.said_in) == (None, "#9")
    assert nine.approvers == (BOB, Login("Alice"), CAROL)


def test_an_open_sev1_is_a_freeze_where_it_is() -> None:
    def incident(number: int, severity: Severity, area: str) -> OpenIncident:
        return OpenIncident(
            number=number, severity=severity, area=AreaName(area), title="Down", since=utc("2026-12-01")
        )  # fmt: skip

    incidents = [
        incident(3, Severity.SEV1, "billing"),
        incident(2, Severity.SEV1, "deployment"),
        incident(1, Severity.SEV2, "billing"),
    ]
    (found,) = by_incidents(incidents, {AreaName("billing")}, (ALICE,))
    assert found == window("2026-12-01", None, reason="sev1 in billing: Down", said_in="#3")


class TestExemptions:
    def test_g05_of_an_approver_counts(self) -> None:
        first, second = word("Alice", "2026-12-19"), word("alice")
        assert excused(window(), [second, first]) == first
        assert refused(window(), [second, first]) == ()

    def test_g05_of_anybody_else_does_not(self) -> None:
        assert excused(window(), [word("bob")]) is None
        (found,) = refused(window(), [word("bob")])
        assert found.exemption == word("bob")
        assert found.why == "only alice may let a release through (#7)"

    def test_g05_of_nobody(self) -> None:
        (found,) = refused(window(approvers=()), [word("bob")])
        assert found.why == "nobody may let a release through (#7)"

    def test_g05_in_advance_only_for_what_was_known(self) -> None:
        early = word("alice", "2026-12-01")
        assert excused(window(), [early]) is None
        assert refused(window(approvers=(BOB,)), [early]) == ()
        assert excused(window(foreseen=True), [early]) == early
