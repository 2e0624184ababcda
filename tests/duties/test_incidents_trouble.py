"""GitHub fails, an answer is lost, the database is gone: an incident goes on as if nothing had happened."""

from datetime import timedelta

import pytest

from ghapp.core.facts import Signal
from ghapp.core.incident import Phase
from ghapp.core.routing import conversation_of
from ghapp.github.errors import RateLimited, Refused, Unavailable
from tests.support.builders import HOME, KEY, NOW, firing, resolved
from tests.support.desk import Desk

LONG_AFTER = 60 * 24 + 10.0


class TestAnswersLost:
    """GitHub did the work, and nobody heard of it."""

    @pytest.mark.parametrize("restarts", [False, True], ids=["", "and the process died"])
    async def test_of_the_create(self, desk: Desk, restarts: bool) -> None:
        desk.github.lose_answer("create_issue")
        await desk.alert(firing())
        if restarts:
            await desk.restart()
            desk.later(seconds=10)
            await desk.recall()
        await desk.patiently()
        assert len(desk.incidents_on_github()) == 1
        assert (await desk.record()).incident.number == 1
        assert not await desk.parked()

    async def test_of_the_create_and_then_it_is_over(self, desk: Desk) -> None:
        """Both are handled together, and neither alone would open an issue or close one."""
        desk.github.lose_answer("create_issue")
        await desk.alert(firing())
        await desk.alert(resolved(minutes=1))
        await desk.patiently()
        assert [issue.open for issue in desk.incidents_on_github()] == [False]
        assert (await desk.record()).incident.phase is Phase.CLOSED

    async def test_of_the_create_of_a_successor_and_then_it_is_over(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.alert(resolved(minutes=3))
        desk.later(minutes=LONG_AFTER)
        desk.github.lose_answer("create_issue")
        await desk.alert(firing(minutes=LONG_AFTER))
        await desk.alert(resolved(minutes=LONG_AFTER + 1))
        await desk.patiently()
        assert [issue.open for issue in desk.incidents_on_github()] == [False, False]
        assert (await desk.record()).incident.number == 2

    async def test_of_an_escalation(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.later(minutes=15)
        desk.github.lose_answer("create_comment")
        await desk.tick()
        await desk.patiently()
        assert len(desk.words()) == 1
        assert desk.issue().assignees == ("bob", "carol")

    @pytest.mark.parametrize(
        "method", ["create_comment", "add_assignees", "add_labels", "edit_issue"]
    )
    async def test_of_any_step_of_an_escalation(self, desk: Desk, method: str) -> None:
        await desk.alert(firing())
        desk.later(minutes=15)
        desk.github.lose_answer(method, times=3)
        await desk.tick()
        for _ in range(3):
            desk.later(seconds=11)
            await desk.tick()
        await desk.patiently()
        assert len(desk.words()) == 1
        assert (await desk.record()).incident.clock.level == 2

    async def test_of_a_recovery(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.github.lose_answer("create_comment")
        desk.github.lose_answer("edit_issue")
        await desk.alert(resolved(minutes=3))
        await desk.patiently()
        assert not desk.issue().open
        assert len(desk.words()) == 1

    async def test_of_a_command(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.github.lose_answer("create_comment")
        desk.github.lose_answer("add_assignees")
        await desk.says("/escalate")
        await desk.patiently()
        assert len(desk.words()) == 1
        assert (await desk.record()).incident.clock.level == 2


class TestTrouble:
    @pytest.mark.parametrize(
        "error",
        [
            pytest.param(Unavailable("502"), id="GitHub is down"),
            pytest.param(RateLimited(NOW + timedelta(minutes=9)), id="a limit"),
            pytest.param(Refused(403, "Resource not accessible by integration"), id="not let in"),
        ],
    )
    async def test_the_alert_waits(self, desk: Desk, error: Exception) -> None:
        desk.github.fail("create_issue", error, times=7)
        await desk.alert(firing())
        assert desk.incidents_on_github() == []
        await desk.patiently()
        assert len(desk.incidents_on_github()) == 1
        assert not await desk.parked()

    async def test_nothing_is_asked_before_the_limit_is_over(self, desk: Desk) -> None:
        until = NOW + timedelta(minutes=9)
        desk.github.fail("list_issues", RateLimited(until))
        await desk.alert(firing())
        desk.later(minutes=8)
        with desk.spending() as spent:
            await desk.alert(firing(minutes=8))
        assert spent.methods == []
        await desk.patiently()
        assert desk.issue().created_at >= until

    async def test_a_text_that_cannot_be_written_stops_no_escalation(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.later(minutes=2)
        desk.github.fail("edit_issue", Unavailable("502"))
        await desk.alert(firing(minutes=2))
        assert (await desk.record()).behind
        desk.later(minutes=2)
        await desk.tick()
        assert not (await desk.record()).behind

    async def test_a_login_that_github_does_not_know_stops_no_page(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.later(minutes=15)
        desk.github.fail("add_assignees", Refused(422, "Validation Failed"))
        await desk.tick()
        assert desk.words()[0].startswith("@carol @bob")
        assert "escalated" in desk.issue().labels


class TestLostDatabase:
    async def test_nothing_is_doubled_when_everything_comes_again(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.later(minutes=15)
        await desk.tick()
        escalated = desk.words()
        await desk.restart(lost_database=True)
        await desk.alert(firing())
        await desk.tick()
        assert len(desk.incidents_on_github()) == 1
        assert desk.words() == escalated
        record = await desk.record()
        assert record.incident.clock.level == 2

    async def test_a_comment_that_the_issue_does_not_know_of_yet_is_found(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.later(minutes=15)
        desk.github.fail("edit_issue", Unavailable("the power goes"))
        await desk.tick()
        assert len(desk.words()) == 1
        await desk.restart(lost_database=True)
        await desk.tick()
        assert len(desk.words()) == 1
        assert (await desk.record()).incident.clock.level == 2

    async def test_an_acknowledgement_that_the_text_does_not_show_yet_holds(
        self, desk: Desk
    ) -> None:
        await desk.alert(firing())
        await desk.says("/ack")
        await desk.restart(lost_database=True)
        desk.later(minutes=59)
        await desk.tick()
        assert desk.words() == []
        assert (await desk.record()).incident.ack is not None

    async def test_a_command_that_comes_again_changes_nothing(self, desk: Desk) -> None:
        await desk.alert(firing())
        comment = await desk.says("/escalate")
        await desk.restart(lost_database=True)
        await desk.says("/escalate", comment=comment)
        assert len(desk.words()) == 1
        assert (await desk.record()).incident.clock.level == 2

    async def test_what_is_closed_is_known_too(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.alert(resolved(minutes=3))
        await desk.restart(lost_database=True)
        desk.later(hours=2)
        await desk.alert(firing(minutes=100))
        assert len(desk.incidents_on_github()) == 1
        assert desk.issue().open

    async def test_a_damaged_state_is_made_good_from_the_labels(self, desk: Desk) -> None:
        await desk.alert(firing())
        lines = [line for line in desk.issue().body.splitlines() if "ghapp-state" not in line]
        desk.github.person_changes(HOME, 1, body="\n".join(lines))
        await desk.restart(lost_database=True)
        record = await desk.record()
        assert record.incident.area == "deployment"
        assert record.incident.severity == 2

    async def test_it_is_read_once(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.restart()
        assert all(call.method != "list_issues" for call in desk.github.calls[-1:])


class TestDeathBetweenGitHubAndTheIndex:
    """The issue was closed or reopened, and the process died before it had noted that; then the tide turns."""

    async def _die_on(self, desk: Desk, event: Signal) -> None:
        async def die(*_: object) -> None:
            raise KeyboardInterrupt

        desk.records.save = die  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            await desk.alert(event)
        await desk.restart()

    async def test_reopened_and_then_over(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.alert(resolved(minutes=1))
        await self._die_on(desk, firing(minutes=2))
        assert desk.issue().open
        await desk.put(conversation_of(KEY), resolved(minutes=3))
        await desk.recall()
        assert not desk.issue().open

    async def test_closed_and_then_fires_again(self, desk: Desk) -> None:
        await desk.alert(firing(policy="other"))
        await self._die_on(desk, resolved(minutes=1, policy="other"))
        assert not desk.issue().open
        await desk.put(conversation_of(KEY), firing(minutes=2, policy="other"))
        await desk.recall()
        assert desk.issue().open
