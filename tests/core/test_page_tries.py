"""Three tries of a channel, then the next, until somebody is reached or no channel is left."""

from datetime import timedelta

import pytest

from ghapp.core.facts import Page, Paged, Position
from ghapp.core.page_tries import Attempt, Progress, begin
from ghapp.model.names import AreaName, Login
from tests.support import builders
from tests.support.builders import KEY, NOW, OWNERS

MODEL = builders.model(
    OWNERS.replace(
        "people: {alice: {}, bob: {}, carol: {}}",
        "people: {alice: {notify: [env:A, env:B]}, bob: {notify: [env:C]}, carol: {}}",
    ).replace("runbook: docs", "notify: [env:R, env:S]\n    runbook: docs")
)
PAGE = Page(
    key=KEY,
    position=Position(run=1, round=0, level=1, since=NOW),
    logins=(Login("alice"), Login("bob"), Login("carol")),
)


def started() -> Progress:
    return begin(PAGE, AreaName("deployment"), MODEL, NOW)


def fail(attempt: Attempt, times: int) -> tuple[Attempt, list[float]]:
    """The attempt after so many failures, each as soon as it is tried, and the waits between."""
    waits = []
    for _ in range(times):
        tried_at = attempt.next_at
        attempt = attempt.refused(tried_at)
        waits.append((attempt.next_at - tried_at).total_seconds())
    return attempt, waits


def test_everybody_is_tried_at_once_and_every_channel_of_the_area() -> None:
    progress = started()
    assert [(one.who, one.channel) for one in progress.due(NOW)] == [
        ("alice", "env:A"),
        ("bob", "env:C"),
        ("area:deployment", "env:R"),
        ("area:deployment", "env:S"),
    ]
    assert progress.results() == (Paged(Login("carol"), NOW),), "known from the beginning"
    assert not progress.reached()


@pytest.mark.parametrize(
    ("failures", "waits", "channel", "failed"),
    [
        (1, [1], "env:A", ()),
        (2, [1, 5], "env:A", ()),
        (3, [1, 5, 0], "env:B", ("env:A",)),
        (5, [1, 5, 0, 1, 5], "env:B", ("env:A",)),
    ],
)
def test_a_channel_is_tried_three_times(
    failures: int, waits: list[float], channel: str, failed: tuple[str, ...]
) -> None:
    attempt, waited = fail(started().people[0], failures)
    assert (waited, attempt.channel, attempt.failed) == (waits, channel, failed)
    assert attempt.over_at is None


def test_with_its_last_channel_an_attempt_is_over() -> None:
    attempt, _ = fail(started().people[0], 6)
    assert attempt.failed == ("env:A", "env:B")
    assert attempt.over_at == NOW + timedelta(seconds=12)
    assert attempt.through == ""


def test_a_channel_that_is_not_there_is_not_tried_again() -> None:
    attempt = started().people[0].given_up(NOW)
    assert (attempt.channel, attempt.next_at) == ("env:B", NOW)


def test_who_is_reached_is_tried_no_more() -> None:
    progress = started()
    alice, bob = progress.people[:2]
    progress = progress.after({alice: alice.refused(NOW), bob: bob.taken(NOW)})
    second = NOW + timedelta(seconds=1)
    assert [one.who for one in progress.due(NOW)] == ["area:deployment"] * 2
    assert progress.next_at() == NOW
    assert "alice" in {one.who for one in progress.due(second)}
    progress = progress.after({progress.people[0]: progress.people[0].taken(second)})
    assert progress.reached(), "announcements do not count"
    assert progress.results() == (
        Paged(Login("alice"), second, "env:A"),
        Paged(Login("bob"), NOW, "env:C"),
        Paged(Login("carol"), NOW),
    )


def test_at_the_end_nothing_is_due() -> None:
    progress = started()
    for one in (*progress.people[:2], *progress.announcements):
        progress = progress.after({one: one.taken(NOW)})
    assert progress.next_at() is None
    assert progress.due(NOW + timedelta(days=1)) == ()
