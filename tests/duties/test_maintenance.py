"""Planned work: its alerts are on one issue and call nobody; what still fires afterwards has its policy then."""

from datetime import timedelta

import pytest

from ghapp.core.facts import Fingerprint, Issue, MaintenanceEvent
from ghapp.core.routing import conversation_of, maintenance_fingerprint
from ghapp.model.names import AreaName, Login
from tests.support.builders import HOME, OWNERS, firing, resolved
from tests.support.desk import Desk

AREA = AreaName("deployment")
KEY = maintenance_fingerprint(AREA)


async def announce(desk: Desk, *, hours: float = 2, reason: str = "upgrade") -> None:
    """alice announces maintenance of the area from now on."""
    event = MaintenanceEvent(
        area=AREA,
        until=desk.now + timedelta(hours=hours),
        reason=reason,
        by=Login("alice"),
        at=desk.now,
    )
    await desk.put(conversation_of(KEY), event)
    await desk.drain()


def titles(desk: Desk) -> list[str]:
    return [issue.title for issue in desk.incidents_on_github()]


def only(desk: Desk) -> Issue:
    (issue,) = desk.incidents_on_github()
    return issue


async def over(desk: Desk, hours: float = 2) -> None:
    desk.later(hours=hours, seconds=1)
    await desk.tick()


class TestAnnounced:
    async def test_its_issue_is_there_at_once_and_calls_nobody(self, desk: Desk) -> None:
        await announce(desk)
        issue = only(desk)
        assert issue.title == "[sev4] Maintenance of deployment"
        assert {"incident", "snoozed", "source/maintenance", "area/deployment"} <= issue.labels
        assert issue.assignees == ()
        assert "announced by `alice`: upgrade" in issue.body
        assert "| State | maintenance until 2026-11-22 14:00:00 UTC |" in issue.body

    async def test_what_the_area_raises_is_listed_there(self, desk: Desk) -> None:
        await announce(desk)
        alerts = [firing(key=Fingerprint(f"gcp:{n}"), summary=f"alert {n}") for n in range(5)]
        await desk.alert(*alerts)
        desk.later(minutes=30)
        await desk.tick()
        assert "| firing | sev2 | deployment | 1 | alert 3 |" in only(desk).body
        assert "5 alerts came during the maintenance" in only(desk).body
        assert only(desk).assignees == ()
        assert desk.words() == []

    async def test_other_areas_go_on_as_ever(self, desk: Desk) -> None:
        await announce(desk)
        await desk.alert(firing(key=Fingerprint("stripe:1"), source="stripe", summary="dispute"))
        assert "[sev3] dispute" in titles(desk)

    async def test_an_incident_that_is_open_stays_its_own(self, desk: Desk) -> None:
        await desk.alert(firing())
        await announce(desk)
        await desk.alert(firing(minutes=1))
        assert len(titles(desk)) == 2
        assert (await desk.record()).incident.count == 2

    async def test_all_over_early_it_goes_on_until_its_end(self, desk: Desk) -> None:
        await announce(desk)
        await desk.alert(firing(), resolved(minutes=1))
        assert only(desk).open
        await over(desk)
        assert not only(desk).open
        assert "nothing fires any more" in desk.words()[-1]

    async def test_what_still_fires_calls_whoever_is_on_call_then(self, desk: Desk) -> None:
        await announce(desk)
        await desk.alert(firing())
        await over(desk)
        assert only(desk).open
        assert only(desk).assignees == ("bob",)
        assert "@bob the maintenance is over, and the alerts above still fire" in desk.words()[-1]
        assert "snoozed" not in only(desk).labels
        desk.later(minutes=16)
        await desk.tick()
        assert "escalated" in only(desk).labels

    async def test_afterwards_alerts_have_issues_of_their_own(self, desk: Desk) -> None:
        await announce(desk)
        await over(desk)
        await desk.alert(firing(minutes=125))
        assert "[sev2] Latency is high" in titles(desk)

    async def test_resolved_early_it_is_over_at_once(self, desk: Desk) -> None:
        await announce(desk)
        await desk.says("/resolve done")
        await desk.alert(firing(minutes=1))
        assert "[sev2] Latency is high" in titles(desk)

    async def test_announced_again_the_new_end_counts(self, desk: Desk) -> None:
        await announce(desk)
        desk.later(hours=1)
        await announce(desk, hours=3)
        await over(desk, hours=1)
        assert only(desk).open
        await over(desk, hours=2)
        assert not only(desk).open

    async def test_announced_after_the_last_one_it_is_the_same_issue(self, desk: Desk) -> None:
        await announce(desk)
        await over(desk)
        await announce(desk, reason="again")
        assert only(desk).open
        assert "> again" in desk.words()[-1]
        await desk.alert(firing(minutes=130))
        assert only(desk).assignees == ()

    async def test_the_same_announcement_again_changes_nothing(self, desk: Desk) -> None:
        await announce(desk)
        with desk.spending() as spent:
            await announce(desk)
        assert spent.methods in ([], ["get_issue"])

    async def test_with_an_alert_in_the_same_breath(self, desk: Desk) -> None:
        event = MaintenanceEvent(
            area=AREA,
            until=desk.now + timedelta(hours=2),
            reason="",
            by=Login("alice"),
            at=desk.now,
        )
        await desk.put(conversation_of(KEY), event)
        await desk.put(conversation_of(KEY), firing())
        await desk.drain()
        assert len((await desk.record(KEY)).incident.members) == 1

    async def test_it_survives_a_lost_database(self, desk: Desk) -> None:
        await announce(desk)
        await desk.restart(lost_database=True)
        await desk.alert(firing())
        assert len(titles(desk)) == 1


class TestCommand:
    async def test_on_any_issue_of_anybody_who_may(self, desk: Desk) -> None:
        question = desk.github.person_opens(HOME, author=Login("bob"))
        await desk.says("/maintenance deployment 2h upgrade", by="bob", number=question.number)
        issue = desk.incidents_on_github()[0]
        assert issue.title == "[sev4] Maintenance of deployment"
        assert "announced by `bob`: upgrade" in issue.body
        assert (
            "Maintenance of `deployment` until 2026-11-22 14:00:00 UTC"
            in desk.words(question.number)[0]
        )

    async def test_on_an_incident_its_own_area_is_meant(self, desk: Desk) -> None:
        await desk.alert(firing(key=Fingerprint("stripe:1"), source="stripe", summary="dispute"))
        await desk.says("/maintenance 30m")
        assert "[sev4] Maintenance of billing" in titles(desk)

    async def test_by_somebody_who_may_not(self, desk: Desk) -> None:
        question = desk.github.person_opens(HOME, author=Login("mallory"))
        await desk.says("/maintenance deployment 2h", by="mallory", number=question.number)
        assert desk.incidents_on_github() == []


class TestPlanned:
    WINDOWS = """
maintenance:
  - {area: deployment, from: 2026-11-22T11:00, to: 2026-11-22T13:00}
  - {area: deployment, from: 2026-11-22T12:30, to: 2026-11-22T14:00}
  - {area: deployment, from: 2026-11-23T11:00, to: 2026-11-23T13:00}
"""

    @pytest.fixture
    async def desk(self, desk: Desk) -> Desk:
        desk.github.write_file(HOME, "OWNERS.yaml", f"{OWNERS}{self.WINDOWS}")
        await desk.models.refresh()
        return desk

    async def test_the_first_alert_opens_its_issue(self, desk: Desk) -> None:
        assert titles(desk) == []
        await desk.alert(firing())
        assert only(desk).title == "[sev2] Maintenance of deployment"
        assert only(desk).assignees == ()

    async def test_it_ends_with_its_window(self, desk: Desk) -> None:
        await desk.alert(firing())
        await over(desk, hours=1)
        assert "still fire" in desk.words()[-1]

    async def test_outside_the_windows_alerts_are_alerts(self, desk: Desk) -> None:
        desk.later(hours=3)
        await desk.alert(firing(minutes=180))
        assert titles(desk) == ["[sev2] Latency is high"]

    async def test_the_next_window_reopens_it_quietly(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.alert(resolved(minutes=1))
        await over(desk)
        assert not only(desk).open
        desk.later(hours=21, minutes=30)
        await desk.alert(firing(minutes=60 * 24, key=Fingerprint("gcp:other")))
        assert only(desk).open
        assert only(desk).assignees == ()
        assert "as OWNERS.yaml announces it" in desk.words()[-1]
