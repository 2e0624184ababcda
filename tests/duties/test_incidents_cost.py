"""What an incident may cost of GitHub's budget."""

import pytest

from tests.support.builders import firing, resolved
from tests.support.desk import Desk


class TestWhatEachCosts:
    async def test_a_new_incident(self, desk: Desk) -> None:
        with desk.spending() as spent:
            await desk.alert(firing())
        assert spent.methods == ["list_issues", "create_issue"]

    async def test_twenty_repeats(self, desk: Desk) -> None:
        await desk.alert(firing())
        with desk.spending() as spent:
            for second in range(20):
                desk.later(seconds=3)
                await desk.alert(firing(minutes=second / 20))
            desk.later(minutes=2)
            await desk.tick()
        assert spent.methods == ["edit_issue"]
        assert "Seen | 21 times" in desk.issue().body

    async def test_repeats_that_waited_are_one_edit(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.later(minutes=2)
        with desk.spending() as spent:
            await desk.alert(*(firing(minutes=n / 60) for n in range(50)))
        assert spent.methods == ["edit_issue"]

    async def test_an_acknowledgement_and_the_text_that_follows_it(self, desk: Desk) -> None:
        await desk.alert(firing())
        with desk.spending() as spent:
            await desk.says("/ack")
            desk.later(minutes=2)
            await desk.tick()
        assert spent.methods == ["get_issue", "add_labels", "edit_issue", "react"]

        assert "| Acknowledged | by `alice`" in desk.issue().body

    @pytest.mark.parametrize(
        "acknowledged", [False, True], ids=["not acknowledged", "acknowledged"]
    )
    @pytest.mark.parametrize("policy", ["Cloud Run latency", "sev1"])
    async def test_a_recovery(self, desk: Desk, acknowledged: bool, policy: str) -> None:
        severity = 1 if policy == "sev1" else None
        await desk.alert(firing(policy=policy, severity=severity))
        if acknowledged:
            await desk.says("/ack")
            desk.later(minutes=2)
            await desk.tick()
        with desk.spending() as spent:
            await desk.alert(resolved(minutes=3, policy=policy))
            desk.later(minutes=2)
            await desk.tick()
        assert spent.counted <= 3, spent.methods

    async def test_idle_minutes(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.says("/ack")
        desk.later(minutes=2)
        await desk.tick()
        await desk.look()
        for _ in range(5):
            desk.later(minutes=1)
            with desk.spending() as spent:
                await desk.tick()
                await desk.look()
                await desk.models.refresh()
            assert spent.counted == 0, spent.methods

    async def test_sev1_goes_before_repeats(self, desk: Desk) -> None:
        await desk.alert(firing(policy="other", severity=1))
        desk.later(minutes=2)
        await desk.alert(firing(policy="other", severity=1))
        create, edit = desk.github.calls[-2:]
        assert create.priority < edit.priority
