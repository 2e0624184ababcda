"""Pages: the right people, through their first channel that takes it, once; and the incident knows of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from ghapp.core.paging import name_of, wanted
from ghapp.duties.page_texts import LONGEST_BODY, LONGEST_LINE, PageTexts
from ghapp.duties.pages import GITHUB_WITHIN, KIND
from ghapp.engine.store import Done, Intended
from ghapp.github.errors import Gone, NotFound, RateLimited, Refused, Unavailable
from ghapp.model.names import Login
from tests.support import builders
from tests.support.builders import HOME, KEY, NOW, firing
from tests.support.desk import Desk, desk_in
from tests.support.paging import MONDAY, NIGHT, PAGED, in_a_room

PAGED_BOB = "Paged:\n\n- `bob` through `env:B`, 2026-11-22 12:00:00 UTC"


@pytest.fixture
def owners() -> str:
    return PAGED


@pytest.fixture
async def desk(tmp_path: Path, owners: str) -> AsyncIterator[Desk]:
    async with desk_in(tmp_path) as desk:
        desk.github.write_file(HOME, "OWNERS.yaml", owners)
        await desk.push()
        yield desk


def counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("ghapp_pages_total", {"outcome": outcome}) or 0


class TestWhom:
    async def test_the_level_once_and_it_is_on_record(self, desk: Desk) -> None:
        before = counted("reached")
        await desk.alert(firing())
        await desk.alert(firing(minutes=1))
        assert desk.pager.channels == ["env:B"]
        assert desk.words() == [PAGED_BOB]
        assert [paged.channel for paged in (await desk.record()).incident.pages] == ["env:B"]
        assert counted("reached") == before + 1

    async def test_each_level_in_turn_everybody_of_it(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.later(minutes=15)
        await desk.tick()
        assert desk.pager.channels == ["env:B", "env:B"], "carol has no channel"
        assert "`carol` has no channel besides GitHub" in desk.words()[-1]
        desk.later(minutes=10)
        await desk.tick()
        assert sorted(desk.pager.channels[2:]) == ["env:A", "env:B"]

    async def test_nobody_where_somebody_has_it(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.says("/ack")
        desk.later(hours=2)
        await desk.tick()
        assert desk.pager.channels == ["env:B"]

    async def test_an_issue_that_becomes_an_incident_pages_as_well(self, desk: Desk) -> None:
        number = desk.github.person_opens(HOME, author=Login("carol")).number
        await desk.says("/escalate sev1 customers cannot pay", by="carol", number=number)
        assert desk.pager.channels == ["env:B"]
        assert desk.pager.sent[0].urgent

    @pytest.mark.parametrize("owners", [in_a_room(PAGED)], ids=["room"])
    async def test_the_areas_channel_is_told_at_each_level_and_counts_for_nobody(
        self, desk: Desk
    ) -> None:
        desk.pager.refusing.update({"env:B": 99, "env:C": 99})
        await desk.alert(firing())
        await desk.patiently()
        room = [one for one in desk.pager.sent if one.channel == "env:ROOM"]
        assert len(room) == 3, "levels 1 and 2 reached nobody, so 3 was called"
        assert "Called now: bob, level 1." in room[0].body
        assert "Called now: carol, bob, level 2." in room[1].body
        assert "area:" not in "".join(desk.words())


class TestChannels:
    async def test_the_next_after_three_tries(self, desk: Desk) -> None:
        desk.pager.refusing["env:B"] = 3
        await desk.alert(firing())
        assert desk.words() == []
        await desk.patiently()
        assert desk.pager.channels == ["env:B", "env:B", "env:B", "env:C"]
        assert desk.now - NOW == pytest.approx(timedelta(seconds=6), abs=timedelta(seconds=0.1))
        (text,) = desk.words()
        assert "`bob` through `env:C`" in text
        assert "(`env:B` did not take it)" in text

    async def test_one_that_is_not_there_is_passed_over_at_once(self, desk: Desk) -> None:
        desk.pager.missing.add("env:B")
        await desk.alert(firing())
        assert desk.pager.channels == ["env:C"]

    async def test_nobody_reached_is_said_and_the_next_level_called_at_once(
        self, desk: Desk
    ) -> None:
        before = counted("unreached")
        desk.pager.refusing.update({"env:B": 99, "env:C": 99})
        await desk.alert(firing())
        await desk.patiently()
        assert desk.pager.channels.count("env:A") == 1, "who is of level 3"
        first, second = desk.words()[:2]
        assert "`bob` **could not be reached**: `env:B`, `env:C`" in first
        assert "the next level's turn has come" in first
        assert second.startswith("@carol @bob this sev2 needs you")
        assert (await desk.record()).incident.clock.level == 3
        assert counted("unreached") == before + 3

    async def test_when_all_else_fails_the_policy_is_exhausted_and_says_so(
        self, desk: Desk
    ) -> None:
        desk.pager.refusing.update({"env:A": 99, "env:B": 999, "env:C": 999})
        await desk.alert(firing())
        await desk.patiently()
        assert (await desk.record()).incident.clock.exhausted
        assert "The escalation policy is exhausted" in desk.words()[-1]

    async def test_no_drain_is_held_between_tries(self, desk: Desk) -> None:
        desk.pager.refusing["env:B"] = 1
        await desk.alert(firing())
        (key,) = await desk.store.memory_all(KIND)
        assert key.startswith(f"{KEY}:page:1.0.1:")
        await desk.patiently()
        assert await desk.store.memory_all(KIND) == {}, "nothing is left of it"


class TestLiveState:
    async def test_an_ack_stops_what_is_tried_again(self, desk: Desk) -> None:
        desk.pager.refusing["env:B"] = 99
        await desk.alert(firing())
        await desk.says("/ack", by="carol")
        await desk.patiently()
        assert desk.pager.channels == ["env:B"]
        assert await desk.store.memory_all(KIND) == {}
        assert (await desk.record()).incident.pages == (), "it is not known if bob was reached"

    async def test_who_was_reached_before_it_stopped_is_put_on_record(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.pager.refusing["env:B"] = 99
        desk.later(minutes=25)
        await desk.tick()
        await desk.tick()
        desk.later(minutes=10)
        await desk.tick()
        await desk.says("/ack", by="carol")
        await desk.patiently()
        pages = (await desk.record()).incident.pages
        assert ("alice", "env:A") in {(paged.login, paged.channel) for paged in pages}

    async def test_what_the_issue_shows_counts_before_the_incident_knows(self, desk: Desk) -> None:
        async def ack_by_hand() -> None:
            desk.later(seconds=1)
            issue = desk.issue()
            labels = issue.labels | {"acknowledged"}
            desk.github.person_changes(HOME, 1, labels=labels)

        desk.pager.meanwhile = ack_by_hand
        desk.pager.refusing["env:B"] = 99
        await desk.alert(firing())
        desk.later(seconds=2)
        await desk.recall()
        assert desk.pager.channels == ["env:B"]
        await desk.look()
        await desk.patiently()
        assert desk.pager.channels == ["env:B"]
        assert (await desk.record()).incident.ack is not None

    async def test_unless_it_shows_what_was_before(self, desk: Desk) -> None:
        """A replica of GitHub's may be behind: a page that the incident still wants is not dropped."""
        await desk.alert(firing())
        issue = desk.issue()
        stale = replace(issue, labels=issue.labels | {"acknowledged"})
        record = await desk.record()
        page = wanted(replace(record.incident, paged=None), builders.model(PAGED), desk.now)
        assert page is not None
        moved = replace(record.incident.clock, since=desk.later(seconds=1), level=2)
        await desk.change(clock=moved)
        desk.github.issues[HOME, 1] = stale
        again = wanted((await desk.record()).incident, builders.model(PAGED), desk.now)
        assert again is None
        at = replace(page.position, since=moved.since, level=2)
        await desk.outbox.page(replace(page, position=at))
        await desk.drain()
        assert desk.pager.channels == ["env:B"]
        desk.github.issues[HOME, 1] = issue
        await desk.patiently()
        assert desk.pager.channels == ["env:B", "env:B"]

    @pytest.mark.parametrize(
        "error",
        [
            pytest.param(Unavailable("502"), id="down"),
            pytest.param(RateLimited(NOW + timedelta(hours=1)), id="rate-limited"),
            pytest.param(Refused(403, "no"), id="shut out"),
            pytest.param(TimeoutError(), id="silent"),
        ],
    )
    async def test_a_page_does_not_wait_for_github(self, desk: Desk, error: Exception) -> None:
        assert GITHUB_WITHIN <= 5
        desk.github.fail("get_issue", error, times=99)
        await desk.alert(firing())
        assert desk.pager.channels == ["env:B"]

    @pytest.mark.parametrize("error", [NotFound(), Gone()])
    async def test_of_an_issue_that_is_gone_nobody_is_told(
        self, desk: Desk, error: Exception
    ) -> None:
        desk.github.fail("get_issue", error, times=99)
        await desk.alert(firing())
        await desk.patiently()
        assert desk.pager.channels == []

    async def test_a_page_that_comes_before_its_incident_is_stored_waits_for_it(
        self, desk: Desk
    ) -> None:
        page = wanted(builders.opened(text=PAGED), builders.model(PAGED), NOW)
        assert page is not None
        await desk.outbox.page(page)
        await desk.drain()
        assert desk.pager.channels == []
        await desk.alert(firing())
        await desk.patiently()
        assert desk.pager.channels == ["env:B"]

    async def test_but_not_for_ever(self, desk: Desk) -> None:
        page = wanted(builders.opened(text=PAGED), builders.model(PAGED), NOW)
        assert page is not None
        await desk.outbox.page(page)
        await desk.patiently()
        assert desk.pager.channels == []
        assert await desk.store.parked_count() == 0


@pytest.mark.parametrize("owners", [NIGHT], ids=["night"])
class TestAtNight:
    async def test_a_sev3_waits_until_business_opens(self, desk: Desk) -> None:
        await desk.alert(firing(policy="Disk", summary="Disk is full"))
        await desk.tick()
        assert desk.incidents_on_github()
        assert desk.pager.sent == []
        desk.later(seconds=(MONDAY - desk.now).total_seconds())
        await desk.tick()
        assert desk.pager.channels == ["env:B"]
        assert not desk.pager.sent[0].urgent

    async def test_over_a_restart(self, desk: Desk) -> None:
        await desk.alert(firing(policy="Disk"))
        desk.later(seconds=(MONDAY - desk.now).total_seconds())
        await desk.restart()
        await desk.tick()
        assert desk.pager.channels == ["env:B"]

    async def test_when_it_rises_it_pages_at_once_and_not_again_in_the_morning(
        self, desk: Desk
    ) -> None:
        await desk.alert(firing(policy="Disk"))
        await desk.says("/sev 1")
        assert desk.pager.channels == ["env:B"]
        assert desk.pager.sent[0].subject.startswith("[sev1] ")

    async def test_when_it_falls_while_it_is_tried_it_waits(self, desk: Desk) -> None:
        desk.pager.refusing["env:B"] = 1
        await desk.alert(firing())
        await desk.says("/sev 3")
        desk.later(minutes=5)
        await desk.recall()
        assert desk.pager.channels == ["env:B"]
        await desk.patiently()
        assert desk.pager.channels == ["env:B", "env:B"]
        assert desk.now >= MONDAY


class TestOverACrash:
    async def test_what_a_channel_has_confirmed_is_not_sent_again(self, desk: Desk) -> None:
        await desk.alert(firing())
        page = wanted(
            replace((await desk.record()).incident, paged=None), builders.model(PAGED), NOW
        )
        assert page is not None
        key = f"{name_of(page)}:bob:env:B"
        assert isinstance(await desk.store.ledger_state(key), Done)
        await desk.pages.handle(page, builders.model(PAGED))
        assert desk.pager.channels == ["env:B"]

    async def test_what_was_only_intended_is_sent_again(self, desk: Desk) -> None:
        async def crash() -> None:
            raise RuntimeError("power cut")

        desk.pager.meanwhile = crash
        await desk.alert(firing())
        page = wanted((await desk.record()).incident, builders.model(PAGED), NOW)
        assert page is not None
        assert isinstance(await desk.store.ledger_state(f"{name_of(page)}:bob:env:B"), Intended)
        desk.later(seconds=1)
        await desk.restart()
        await desk.recall()
        assert desk.pager.channels == ["env:B", "env:B"]
        assert len(desk.words()) == 1

    async def test_a_channel_that_was_given_up_stays_so(self, desk: Desk) -> None:
        desk.pager.refusing["env:B"] = 3
        await desk.alert(firing())
        await desk.patiently()
        page = wanted(
            replace((await desk.record()).incident, paged=None), builders.model(PAGED), NOW
        )
        assert page is not None
        await desk.pages.handle(page, builders.model(PAGED))
        assert desk.pager.channels == ["env:B", "env:B", "env:B", "env:C"]

    async def test_tries_go_on_where_they_were(self, desk: Desk) -> None:
        desk.pager.refusing["env:B"] = 99
        await desk.alert(firing())
        desk.later(seconds=2)
        await desk.restart()
        await desk.recall()
        desk.later(seconds=6)
        await desk.restart()
        await desk.recall()
        assert desk.pager.channels == ["env:B", "env:B", "env:B", "env:C"]

    async def test_without_its_database_who_was_paged_is_not_paged_again(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.later(minutes=2)
        await desk.look()
        await desk.tick()
        await desk.restart(lost_database=True)
        await desk.alert(firing(minutes=2))
        assert desk.pager.channels == ["env:B"]


class TestWords:
    async def test_what_a_page_says(self, desk: Desk) -> None:
        await desk.alert(firing())
        (sent,) = desk.pager.sent
        assert sent.subject == "[sev2] Latency is high (deployment)"
        assert sent.body.splitlines() == [
            "sev2: An important part is broken or slow for many",
            "Area: deployment",
            "Since: 2026-11-22 12:00 UTC",
            f"Issue: {desk.issue().url}",
            "Runbook: https://git.example/docs/runbooks/deployment.md",
            "",
            "To take it, comment /ack on the issue. You are called as level 1.",
            "Without an answer the next level is called at 2026-11-22 12:15 UTC.",
        ]

    @pytest.mark.parametrize(
        ("hostile", "shown"),
        [
            ("@everyone <!channel> look", "\uff20everyone \u2039!channel\u203a look"),
            ("two\nlines\r\n\x1b[31mred\x07", "two lines [31mred"),
            (
                "<https://evil.example|https://good.example>",
                "\u2039https://evil.example|https://good.example\u203a",
            ),
            ("\u202egnp.exe", "gnp.exe"),
            ("x" * 5_000, "x" * 100),
        ],
    )
    async def test_a_payload_stays_text(self, desk: Desk, hostile: str, shown: str) -> None:
        await desk.alert(firing(summary=hostile))
        (sent,) = desk.pager.sent
        assert sent.subject.startswith(f"[sev2] {shown}")
        assert "\n" not in sent.subject
        assert len(sent.subject) <= LONGEST_LINE
        assert len(sent.body) <= LONGEST_BODY

    @pytest.mark.parametrize(
        "owners",
        [
            PAGED.replace("bob: {notify", "bob: {timezone: Europe/Berlin, notify").replace(
                "owner: carol\n", "owner: carol\n    description: How it runs\n"
            )
        ],
        ids=["zone"],
    )
    async def test_times_are_the_readers_too(self, desk: Desk) -> None:
        await desk.alert(firing())
        assert "Since: 2026-11-22 12:00 UTC (13:00 CET)" in desk.pager.sent[0].body
        assert "Area: deployment (How it runs)" in desk.pager.sent[0].body

    async def test_in_a_later_round_it_says_so(self, desk: Desk) -> None:
        await desk.alert(firing())
        for minutes in (15, 10, 15):
            desk.later(minutes=minutes)
            await desk.tick()
        assert "You are called as level 1, round 2." in desk.pager.sent[-1].body

    def test_a_test_page_alarms_nobody(self) -> None:
        message = PageTexts(link=str).test(Login("bob"))
        assert message.subject == "[test] A test page of ghapp for bob"
        assert "nothing is wrong" in message.body
