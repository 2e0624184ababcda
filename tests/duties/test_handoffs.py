"""At each shift change one issue, once, whatever crashes; the one before closes."""

from datetime import timedelta

import pytest

from ghapp.core.facts import HandoffEvent, Issue
from ghapp.core.marker import Marker
from ghapp.duties.dated import marker_of
from ghapp.duties.handoffs import KIND
from ghapp.github.errors import Unavailable
from ghapp.model.names import RotationName
from tests.support.builders import HOME, OWNERS, firing
from tests.support.desk import Desk

SOON = OWNERS.replace(
    "shift: weekly, start: 2026-01-05T10:00", "shift: daily, start: 2026-11-20T13:00"
)
"""NOW is 12:00; at 13:00 bob takes over from alice, a day later alice from bob."""


@pytest.fixture
async def desk(desk: Desk) -> Desk:
    desk.github.write_file(HOME, "OWNERS.yaml", SOON)
    await desk.models.refresh()
    await look(desk)
    return desk


async def look(desk: Desk) -> None:
    await desk.handoffs.look(desk.models.in_force())
    await desk.drain()


async def shift_changes(desk: Desk) -> None:
    desk.later(hours=1)
    await look(desk)


def handoffs(desk: Desk) -> list[Issue]:
    found = [issue for issue in desk.github.issues.values() if KIND in issue.labels]
    return sorted(found, key=lambda issue: issue.number)


async def test_the_first_shift_that_is_seen_needs_none(desk: Desk) -> None:
    assert handoffs(desk) == []


async def test_who_comes_is_told_what_there_is(desk: Desk) -> None:
    await desk.alert(firing())
    number = desk.incidents_on_github()[0].number
    await desk.says("/ack", number=number)
    await shift_changes(desk)
    (issue,) = handoffs(desk)
    assert marker_of(issue) == Marker("handoff", "platform:2026-11-22T13:00:00Z")
    assert issue.title.startswith("Handoff of platform: ")
    assert len(issue.assignees) == 1
    assert f"@{issue.assignees[0]} you are on call for **platform**" in issue.body
    assert f"| #{number} | sev2 | Latency is high |" in issue.body
    assert "taken by `alice`" in issue.body
    assert issue.body.count("@") == 2  # who comes, and the command that takes over


async def test_without_incidents_it_says_so(desk: Desk) -> None:
    await shift_changes(desk)
    assert "None." in handoffs(desk)[0].body
    assert "Nobody was called." in handoffs(desk)[0].body


async def test_a_shift_that_was_too_much_is_said(desk: Desk) -> None:
    await shift_changes(desk)
    for number in range(6):
        await desk.alert(
            firing(key=f"gcp:{number}", minutes=60), firing(key=f"gcp:{number}", minutes=61)
        )
        desk.later(minutes=20)
    desk.later(hours=22)
    await look(desk)
    assert "was called" in handoffs(desk)[-1].body


async def test_the_one_before_closes_and_links_on(desk: Desk) -> None:
    await shift_changes(desk)
    desk.later(days=1)
    await look(desk)
    first, second = handoffs(desk)
    assert (first.open, second.open) == (False, True)
    assert f"The next handoff is #{second.number}." in desk.words(first.number)[-1]


async def test_looking_again_changes_nothing(desk: Desk) -> None:
    await shift_changes(desk)
    with desk.spending() as spent:
        await look(desk)
        desk.later(minutes=5)
        await look(desk)
    assert spent.methods == []
    assert len(handoffs(desk)) == 1


async def test_what_was_missed_is_written_for_the_shift_that_runs(desk: Desk) -> None:
    desk.later(days=5, hours=1)
    await look(desk)
    assert len(handoffs(desk)) == 1


async def test_once_after_a_lost_database(desk: Desk) -> None:
    await shift_changes(desk)
    await desk.restart(lost_database=True)
    await look(desk)
    assert len(handoffs(desk)) == 1
    desk.later(days=1)
    await look(desk)
    assert len(handoffs(desk)) == 2


async def test_once_though_the_answer_was_lost_and_the_process_died(desk: Desk) -> None:
    desk.github.lose_answer("create_issue")
    await shift_changes(desk)
    await desk.restart()
    desk.later(seconds=11)
    await desk.recall()
    await look(desk)
    await desk.patiently()
    assert len(handoffs(desk)) == 1


async def test_an_event_of_a_takeover_that_is_not_the_latest_is_nothing(desk: Desk) -> None:
    model = desk.models.in_force()
    for event in (
        HandoffEvent(rotation=RotationName("platform"), at=desk.now - timedelta(days=3)),
        HandoffEvent(rotation=RotationName("gone"), at=desk.now),
    ):
        await desk.handoffs.handle(event, model)
    assert handoffs(desk) == []


async def test_trouble_at_github_is_tried_again(desk: Desk) -> None:
    desk.github.fail("create_issue", Unavailable("down"))
    await shift_changes(desk)
    await desk.patiently()
    assert len(handoffs(desk)) == 1
