"""The index is made from GitHub when it is new, and compared with it every minute."""

from datetime import timedelta

import pytest

from ghapp.core.facts import RepoName
from ghapp.core.incident import Phase
from ghapp.core.routing import support_fingerprint
from ghapp.github.errors import Gone, NotFound, Unavailable
from ghapp.model.names import Login
from tests.support.builders import HOME, KEY, NOW, firing, resolved
from tests.support.desk import Desk

SHOP = RepoName("acme/shop")


class TestRebuild:
    async def test_knows_what_is_open_and_what_is_closed(self, desk: Desk) -> None:
        await desk.alert(firing(), firing(key="gcp:2"))
        await desk.alert(resolved(key="gcp:2", minutes=1))
        before = {key: await desk.record(key) for key in (KEY, "gcp:2")}
        await desk.restart(lost_database=True)
        for key, known in before.items():
            record = await desk.record(key)
            assert record.incident == known.incident
            assert record.cold

    async def test_of_several_issues_the_open_or_the_latest_one_counts(self, desk: Desk) -> None:
        for number in range(2):
            await desk.alert(firing(minutes=number * 3_000))
            await desk.alert(resolved(minutes=number * 3_000 + 1))
            desk.later(days=2)
        await desk.restart(lost_database=True)
        assert (await desk.record()).incident.number == 2
        desk.github.person_changes(HOME, 1, open=True)
        await desk.restart(lost_database=True)
        assert (await desk.record()).incident.number == 1

    async def test_is_done_once(self, desk: Desk) -> None:
        await desk.restart()
        desk.github.calls.clear()
        await desk.watch.rebuild(desk.models.in_force())
        assert desk.github.calls == []

    async def test_is_not_done_while_github_is_away(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.stop()
        desk.generation += 1
        desk.github.fail("list_issues", Unavailable("502"))
        with pytest.raises(Unavailable):
            await desk.start()
        await desk.watch.rebuild(desk.models.in_force())
        assert (await desk.record()).incident.number == 1

    async def test_what_opened_just_now_still_counts_towards_a_storm(self, desk: Desk) -> None:
        await desk.alert(*(firing(key=f"gcp:{number}") for number in range(3)))
        await desk.restart(lost_database=True)
        await desk.alert(firing(key="gcp:9"))
        assert desk.issue(4).title == "[sev2] Alert storm from gcp"

    async def test_what_opened_before_does_not(self, desk: Desk) -> None:
        await desk.alert(*(firing(key=f"gcp:{number}") for number in range(3)))
        desk.later(minutes=6)
        await desk.restart(lost_database=True)
        await desk.alert(firing(key="gcp:9"))
        assert desk.issue(4).title == "[sev2] Latency is high"

    async def test_an_issue_that_a_person_labelled_is_none_of_ours(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.github.person_opens(
            HOME, author=Login("mallory"), body=desk.issue().body, labels=["incident"]
        )
        await desk.restart(lost_database=True)
        assert list(await desk.records.open()) == [KEY]
        assert (await desk.record()).incident.number == 1


class TestLook:
    async def test_an_index_that_is_true_costs_nothing(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.look()
        with desk.spending() as spent:
            await desk.look()
        assert spent.methods == []

    async def test_a_change_whose_webhook_was_lost_is_adopted_without_another_call(
        self, desk: Desk
    ) -> None:
        await desk.alert(firing())
        desk.later(seconds=30)
        desk.github.person_changes(HOME, 1, labels=desk.issue().labels | {"acknowledged"})
        with desk.spending() as spent:
            await desk.look()
        assert spent.methods == ["list_issues"]
        assert (await desk.record()).incident.ack is not None

    async def test_a_listing_that_is_no_newer_than_what_is_known_undoes_nothing(
        self, desk: Desk
    ) -> None:
        """It was on its way while the acknowledgement was written, within one second."""
        await desk.alert(firing())
        stale = desk.issue()
        await desk.says("/ack")
        desk.incidents.fresh[KEY] = stale
        await desk.alert(firing(minutes=1))
        assert (await desk.record()).incident.ack is not None

    async def test_an_unknown_incident_of_ours_is_adopted(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.records.forget(KEY)
        await desk.look()
        assert (await desk.record()).incident.number == 1
        desk.later(minutes=15)
        await desk.tick()
        assert len(desk.words()) == 1

    async def test_an_ordinary_issue_with_our_label_is_looked_into_once(self, desk: Desk) -> None:
        desk.github.person_opens(HOME, author=Login("dave"), labels=["incident"])
        await desk.look()
        with desk.spending() as spent:
            await desk.look()
        assert spent.methods == []
        desk.later(minutes=1)
        desk.github.person_comments(HOME, 1, author=Login("dave"), body="Hello?")
        with desk.spending() as spent:
            await desk.look()
        assert spent.methods == ["list_issues", "list_comments"]
        assert await desk.records.get(support_fingerprint(HOME, 1)) is None

    async def test_one_that_is_not_listed_any_more_is_looked_at(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.github.person_changes(HOME, 1, open=False, closed_at=NOW)
        await desk.look()
        assert (await desk.record()).incident.phase is Phase.CLOSED
        with desk.spending() as spent:
            await desk.look()
        assert spent.methods == []

    async def test_one_that_was_reopened_is_found_although_it_counted_as_closed(
        self, desk: Desk
    ) -> None:
        await desk.alert(firing())
        await desk.alert(resolved(minutes=1))
        desk.later(minutes=5)
        desk.github.person_changes(HOME, 1, open=True)
        await desk.look()
        record = await desk.record()
        assert record.incident.phase is Phase.OPEN
        assert record.incident.clock.since == NOW + timedelta(minutes=5)

    async def test_trouble_concludes_nothing(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.github.fail("list_issues", Unavailable("502"))
        with pytest.raises(Unavailable):
            await desk.look()
        assert not desk.incidents.missing

    async def test_an_incident_in_another_repository_is_not_missed_here(self, desk: Desk) -> None:
        desk.github.person_opens("acme/shop", author=Login("dave"), title="Cart")
        await desk.says("/escalate", repo="acme/shop")
        await desk.look()
        assert not desk.incidents.missing
        assert len(await desk.records.open()) == 1


class TestOldIssuesOfTheSameAlert:
    """The incident goes on in a new issue; the old one is still there, and people still write on it."""

    @pytest.fixture(autouse=True)
    async def relapsed(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.alert(resolved(minutes=1))
        desk.later(days=2)
        await desk.alert(firing(minutes=2_880))
        desk.later(minutes=1)

    async def test_a_command_there_is_not_carried_out_here(self, desk: Desk) -> None:
        asked = await desk.says("/resolve", number=1)
        assert desk.issue(2).open
        assert "The newest issue of this alert is #2." in desk.words(1)[-1]
        assert desk.github.reactions[asked.id] == ["confused"]
        await desk.says("Thanks!", number=1)
        assert len(desk.words(1)) == 2

    async def test_a_reassignment_there_moves_no_clock_here(self, desk: Desk) -> None:
        before = (await desk.record()).incident.clock
        await desk.by_hand("assigned", number=1, assignees=(Login("carol"),))
        assert (await desk.record()).incident.clock == before

    async def test_reopened_by_hand_it_does_not_take_the_place_of_the_new_one(
        self, desk: Desk
    ) -> None:
        await desk.by_hand("reopened", number=1, open=True)
        await desk.look()
        record = await desk.record()
        assert (record.incident.number, record.issue.number) == (2, 2)

    async def test_but_when_the_new_one_is_closed_it_does(self, desk: Desk) -> None:
        await desk.alert(resolved(minutes=2_882))
        desk.later(minutes=5)
        await desk.by_hand("reopened", number=1, open=True)
        await desk.look()
        record = await desk.record()
        assert (record.incident.number, record.incident.phase) == (1, Phase.OPEN)
        desk.later(minutes=15)
        await desk.tick()
        assert desk.words(1)[-1].startswith("@carol @bob")


class TestElsewhere:
    """A support request in another repository is an incident where it was written."""

    @pytest.fixture(autouse=True)
    async def escalated(self, desk: Desk) -> None:
        desk.github.person_opens(SHOP, author=Login("dave"), title="Cart")
        await desk.says("/escalate", repo=SHOP)

    async def test_a_new_index_finds_it(self, desk: Desk) -> None:
        await desk.restart(lost_database=True)
        record = await desk.record(support_fingerprint(SHOP, 1))
        assert record.incident.phase is Phase.OPEN
        assert record.incident.carrier is not None

    async def test_where_it_cannot_be_looked_for_a_command_finds_it(self, desk: Desk) -> None:
        desk.github.fail("repositories", NotFound())
        await desk.restart(lost_database=True)
        assert not await desk.records.open()
        await desk.says("/ack", repo=SHOP)
        assert "acknowledged" in desk.github.issues[SHOP, 1].labels
        assert len([one for one in desk.github.comments[SHOP, 1] if one.author_is_app]) == 1

    async def test_a_repository_that_is_closed_to_us_hides_no_other(self, desk: Desk) -> None:
        desk.github.person_opens(RepoName("acme/api"), author=Login("dave"))
        desk.github.fail_after(2, "list_issues", Gone())
        await desk.restart(lost_database=True)
        assert await desk.records.open()
