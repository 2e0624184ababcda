"""How long a review may take, in the business hours of whoever is asked."""

from datetime import UTC, datetime

import pytest

from ghapp.core.review_latency import deadlines, next_of
from ghapp.model.names import Login
from tests.support.reviews import ALICE, BOB, NOW, OWNERS, model

HOURS = """
business_hours: {days: [mon, tue, wed, thu, fri], start: "09:00", end: "17:00"}
review: {respond_within: %s}
"""
TOKYO = OWNERS.replace("bob: {}", "bob: {timezone: Asia/Tokyo}")


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "within", "remind", "backup"),
    [
        pytest.param(at(24, 9), "4h", at(24, 13), at(24, 17), id="within a day"),
        pytest.param(at(24, 15), "4h", at(25, 11), at(25, 15), id="over a night"),
        pytest.param(at(27, 15), "4h", at(30, 11), at(30, 15), id="over a weekend"),
        pytest.param(at(28, 12), "8h", at(30, 17), datetime(2026, 12, 1, 17, tzinfo=UTC), id="on one"),
    ],
)  # fmt: skip
def test_business_time(since: datetime, within: str, remind: datetime, backup: datetime) -> None:
    (found,) = deadlines({ALICE: since}, model(HOURS % within))
    assert (found.remind_at, found.backup_at) == (remind, backup)


def test_of_each_person_in_their_own_zone_the_earliest_first() -> None:
    found = deadlines({ALICE: at(24, 6), Login("Bob"): at(24, 6)}, model(HOURS % "1h", TOKYO))
    assert [(one.login, one.remind_at) for one in found] == [
        ("Bob", at(24, 7)),
        (ALICE, at(24, 10)),
    ]


def test_somebody_whom_the_file_does_not_name_has_its_zone() -> None:
    (found,) = deadlines({Login("zoe"): at(24, 9)}, model(HOURS % "1h"))
    assert found.remind_at == at(24, 10)


def test_none_where_no_time_is_set() -> None:
    assert deadlines({BOB: at(24, 9)}, model(HOURS % "null")) == ()


def test_the_next_of_several_instants() -> None:
    assert next_of([None, at(23, 1), at(25, 1), at(26, 1)], NOW) == at(25, 1)
    assert next_of([None, at(23, 1), NOW], NOW) is None
