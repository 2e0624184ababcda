"""Alerts that were old when they arrived: one issue for all of them, and one page."""

from ghapp.core.facts import Fingerprint
from ghapp.core.routing import BACKLOG
from tests.support.builders import firing, resolved
from tests.support.desk import Desk

DAY = 24 * 60


def old(number: int, *, minutes: float = -2 * DAY, **changes: object) -> object:
    return firing(
        key=Fingerprint(f"gcp:{number:04}"),
        summary=f"alert {number}",
        minutes=minutes,
        **changes,
    )


async def test_all_of_them_in_one_issue(desk: Desk) -> None:
    await desk.alert(*(old(number) for number in range(20)))
    (issue,) = desk.incidents_on_github()
    assert issue.title == "[sev2] Backlog of old alerts"
    assert "source/backlog" in issue.labels
    assert "20 alerts were old already when they arrived" in issue.body
    assert "| firing | sev2 | deployment | 1 | alert 7 |" in issue.body
    assert issue.assignees == ("bob",)


async def test_of_several_senders_too(desk: Desk) -> None:
    await desk.alert(old(1), old(2, source="stripe"))
    (issue,) = desk.incidents_on_github()
    assert "| firing | sev3 | billing | 1 | alert 2 |" in issue.body


async def test_just_young_enough_has_its_own(desk: Desk) -> None:
    await desk.alert(old(1, minutes=-DAY + 1), old(2, minutes=-DAY - 1))
    titles = {issue.title for issue in desk.incidents_on_github()}
    assert titles == {"[sev2] alert 1", "[sev2] Backlog of old alerts"}


async def test_it_closes_when_all_of_them_are_over(desk: Desk) -> None:
    await desk.alert(old(1), old(2))
    await desk.alert(resolved(key=Fingerprint("gcp:0001"), minutes=-DAY))
    (issue,) = desk.incidents_on_github()
    assert issue.open
    await desk.alert(resolved(key=Fingerprint("gcp:0002"), minutes=1))
    (issue,) = desk.incidents_on_github()
    assert not issue.open


async def test_what_fires_now_leaves_it_for_an_issue_of_its_own(desk: Desk) -> None:
    await desk.alert(old(1))
    await desk.alert(firing(key=Fingerprint("gcp:0001"), summary="alert 1", occurrence="0.b"))
    assert {issue.title for issue in desk.incidents_on_github()} == {
        "[sev2] alert 1",
        "[sev2] Backlog of old alerts",
    }


async def test_an_incident_that_is_open_takes_its_own_old_signals(desk: Desk) -> None:
    await desk.alert(firing())
    await desk.alert(firing(minutes=-2 * DAY, occurrence="0.b"))
    assert len(desk.incidents_on_github()) == 1


async def test_an_old_alert_after_its_issue_was_closed_long_ago(desk: Desk) -> None:
    await desk.alert(firing())
    await desk.alert(resolved(minutes=1))
    desk.later(days=5)
    await desk.alert(firing(minutes=3 * DAY, occurrence="0.b"))
    assert [issue.title for issue in desk.incidents_on_github() if issue.open] == [
        "[sev2] Backlog of old alerts"
    ]


async def test_it_counts_towards_no_storm_after_a_lost_database(desk: Desk) -> None:
    await desk.alert(*(old(number) for number in range(5)))
    await desk.restart(lost_database=True)
    await desk.alert(firing(key=Fingerprint("gcp:0001"), summary="alert 1", occurrence="0.b"))
    titles = [issue.title for issue in desk.incidents_on_github()]
    assert titles.count("[sev2] alert 1") == 1
    record = await desk.records.get(BACKLOG)
    assert record is not None
    assert len(record.incident.members) == 5
