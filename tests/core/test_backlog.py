"""What upkeep goes by besides the item."""

from datetime import timedelta

import pytest

from ghapp.core.backlog import in_words, is_blocked
from ghapp.core.blocking import UNSEEN, Blocker, Standing, ref
from ghapp.model.names import Login
from tests.support.builders import HOME
from tests.support.items import backlog, item, milestone


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(days=14), "14 days"),
        (timedelta(days=1), "24 hours"),
        (timedelta(hours=36), "36 hours"),
        (timedelta(hours=1), "60 minutes"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(seconds=30), "0 minutes"),
    ],
)
def test_lengths(length: timedelta, words: str) -> None:
    assert in_words(length) == words


def test_only_what_is_known_to_be_open_blocks() -> None:
    one = item(body="Blocked by #3")
    for standing in Standing:
        there = backlog(blockers={ref(HOME, 3): Blocker(standing)})
        assert is_blocked(one, there) is (standing is Standing.OPEN)
    assert backlog().blocker(ref(HOME, 3)) is UNSEEN
    assert not is_blocked(one, backlog())


def test_the_current_milestone_is_the_next_of_the_cadence() -> None:
    assert backlog().current is None
    first, second = milestone(4, "2026-11-24"), milestone(5, "2026-12-08")
    assert backlog(milestones=(second, first)).current == first


def test_who_is_gone_in_whatever_case() -> None:
    assert backlog(gone=frozenset({"alice"})).is_gone(Login("Alice"))
    assert not backlog().is_gone(Login("alice"))
