"""How releases count."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from ghapp.core.deployments import Deployments, Shipped, deployments, on_time


@pytest.mark.parametrize(
    ("shipped", "expected"),
    [
        pytest.param("2026-11-24T22:50", True, id="R06 late in the evening"),
        pytest.param("2026-11-24T23:00", False, id="R06 after midnight"),
    ],
)
def test_on_time(shipped: str, expected: bool) -> None:
    moment = datetime.fromisoformat(shipped).replace(tzinfo=UTC)
    assert on_time(date(2026, 11, 24), moment, ZoneInfo("Europe/Berlin")) is expected


@pytest.mark.parametrize(
    ("shipped", "expected"),
    [
        pytest.param([], Deployments(0, 0, 0), id="none"),
        pytest.param([Shipped("1"), Shipped("2")], Deployments(2, 0, 0), id="all well"),
        pytest.param(
            [Shipped("1", rolled_back=True), Shipped("2", hotfix=True)],
            Deployments(2, 1, 1),
            id="G13 one failed, one rework",
        ),
        pytest.param(
            [Shipped("1"), Shipped("2", hotfix=True)], Deployments(2, 0, 1), id="a hotfix"
        ),
    ],
)
def test_how_releases_count(shipped: list[Shipped], expected: Deployments) -> None:
    assert deployments(shipped) == expected
