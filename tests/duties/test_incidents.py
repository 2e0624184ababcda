"""The life of an incident, as it is written on GitHub and as it is paid for."""

import pytest

from ghapp.core import marker
from ghapp.core.incident import Phase
from ghapp.core.owners_file import FILE
from ghapp.github.errors import Gone, NotFound, Refused
from ghapp.model.names import Login
from tests.support.builders import HOME, KEY, OWNERS, firing, resolved
from tests.support.desk import Desk

CAROL = Login("carol")
LONG_AFTER = 60 * 24 + 10.0


async def test_alert_repeat_escalate_ack_recover_relapse(desk: Desk) -> None:
    await desk.alert(firing())
    issue = desk.issue()
    assert issue.title == "[sev2] Latency is high"
    assert issue.labels == {"incident", "sev2", "area/deployment", "source/gcp"}
    assert issue.assignees == ("bob",)

    desk.later(minutes=2)
    await desk.alert(firing(minutes=2))
    assert "Seen | 2 times" in desk.issue().body
    assert desk.words() == []

    desk.later(minutes=13)
    await desk.tick()
    assert desk.issue().assignees == ("bob", "carol")
    assert "escalated" in desk.issue().labels
    assert desk.words()[0].startswith("@carol @bob this sev2 needs you")
    assert "- `bob`, since 2026-11-22 12:00:00 UTC" in desk.words()[0]

    desk.later(minutes=1)
    asked = await desk.says("/ack", by="carol")
    assert "acknowledged" in desk.issue().labels
    assert desk.github.reactions[asked.id] == ["+1"]
    desk.later(minutes=59)
    await desk.tick()
    assert len(desk.words()) == 1

    await desk.alert(resolved(minutes=320))
    assert not desk.issue().open
    assert desk.words()[1].startswith("The alert is over since 2026-11-22 17:20:00 UTC")

    desk.later(hours=2)
    await desk.alert(firing(minutes=430, occurrence="0.b"))
    assert desk.issue().open
    assert not {"acknowledged", "escalated"} & desk.issue().labels
    assert desk.words()[2].startswith("@bob this sev2 fires again.\n\n> Latency is high")
    assert len(desk.incidents_on_github()) == 1


async def test_the_whole_policy_is_gone_through_and_then_it_says_so_and_asks_again(
    desk: Desk,
) -> None:
    await desk.alert(firing())
    for _ in range(12):
        desk.later(minutes=15)
        await desk.tick()
    calls = [words.partition(" this")[0] for words in desk.words()]
    assert calls[:5] == [
        "@carol @bob",
        "@alice @bob @carol",
        "@bob",
        "@carol @bob",
        "@alice @bob @carol",
    ]
    assert calls[5].startswith("The escalation policy is exhausted")
    assert calls[6].startswith("@bob @carol @alice nobody has written here since")
    assert len(calls) == 7
    assert "**nobody has**" in desk.issue().body


async def test_no_alert_is_unowned_though_the_policy_names_nobody_yet(desk: Desk) -> None:
    later = "later: {people: [alice], shift: daily, start: 2027-01-01T00:00, timezone: UTC}"
    text = OWNERS.replace("rotations:\n", f"rotations:\n  {later}\n")
    before, _, rest = text.partition("      - {notify: [rotation]}")
    after = rest[rest.index("areas:") :]
    desk.github.write_file(HOME, FILE, f"{before}      - {{notify: [rotation:later]}}\n{after}")
    await desk.models.refresh()
    await desk.alert(firing())
    assert desk.issue().assignees == ("bob",)
    assert "**nobody has**" in desk.issue().body


class TestByHand:
    async def test_an_acknowledged_label_is_seen_before_anybody_is_called(self, desk: Desk) -> None:
        """The webhook never came: the issue is read again just before acting."""
        await desk.alert(firing())
        desk.later(minutes=15)
        labels = desk.issue().labels | {"acknowledged"}
        desk.github.person_changes(HOME, 1, labels=labels)
        await desk.tick()
        assert desk.words() == []
        assert (await desk.record()).incident.ack is not None

    async def test_closing_stops_the_clock_and_a_late_repeat_reopens_nothing(
        self, desk: Desk
    ) -> None:
        await desk.alert(firing())
        desk.later(minutes=5)
        await desk.by_hand("closed", open=False)
        desk.later(hours=1)
        await desk.tick()
        await desk.alert(firing(minutes=4))
        assert not desk.issue().open
        assert desk.words() == []
        await desk.alert(firing(minutes=50))
        assert desk.issue().open

    async def test_a_close_whose_webhook_was_lost_is_found_within_the_minute(
        self, desk: Desk
    ) -> None:
        await desk.alert(firing())
        desk.github.person_changes(HOME, 1, open=False)
        await desk.look()
        assert (await desk.record()).incident.phase is Phase.CLOSED

    async def test_a_severity_label(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.by_hand("labeled", labels=(desk.issue().labels - {"sev2"}) | {"sev4"})
        await desk.alert(firing(minutes=1))
        assert {label for label in desk.issue().labels if label.startswith("sev")} == {"sev4"}
        assert (await desk.record()).incident.pinned

    async def test_a_severity_label_beside_the_old_one(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.by_hand("labeled", labels=desk.issue().labels | {"sev1", "customer/acme"})
        assert desk.issue().labels >= {"sev1", "customer/acme"}
        assert "sev2" not in desk.issue().labels

    async def test_an_assignee_has_the_whole_time_of_the_level(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.later(minutes=14)
        await desk.by_hand("assigned", assignees=(CAROL,))
        desk.later(minutes=14)
        await desk.tick()
        assert desk.words() == []
        desk.later(minutes=1)
        await desk.tick()
        assert len(desk.words()) == 1

    async def test_what_people_write_in_the_body_stays(self, desk: Desk) -> None:
        await desk.alert(firing())
        body = desk.issue().body
        await desk.by_hand(
            "edited", title="Checkout is slow", body=f"Carol: look at the queue\n\n{body}"
        )
        desk.later(minutes=2)
        await desk.alert(firing(minutes=2))
        assert desk.issue().title == "Checkout is slow"
        assert desk.issue().body.startswith("Carol: look at the queue")
        assert desk.issue().body.count("Seen |") == 1


class TestAfterwards:
    async def test_firing_again_late_opens_a_new_issue_that_links_the_old_one(
        self, desk: Desk
    ) -> None:
        await desk.alert(firing())
        await desk.alert(resolved(minutes=3))
        desk.later(minutes=LONG_AFTER)
        await desk.alert(firing(minutes=LONG_AFTER, occurrence="0.b"))
        old, new = desk.incidents_on_github()
        assert not old.open
        assert new.open
        assert "| Happened before | #1 |" in new.body
        assert marker.find(new.body) == marker.find(old.body)

    async def test_even_when_the_answer_is_lost(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.alert(resolved(minutes=3))
        desk.later(minutes=LONG_AFTER)
        desk.github.lose_answer("create_issue")
        await desk.alert(firing(minutes=LONG_AFTER, occurrence="0.b"))
        await desk.patiently()
        assert len(desk.incidents_on_github()) == 2
        assert (await desk.record()).incident.number == 2

    async def test_an_old_repeat_opens_nothing(self, desk: Desk) -> None:
        await desk.alert(firing())
        await desk.alert(resolved(minutes=3))
        desk.later(minutes=LONG_AFTER)
        await desk.alert(firing(minutes=2))
        assert len(desk.incidents_on_github()) == 1
        assert not desk.issue().open

    async def test_close_before_open_raises_nothing(self, desk: Desk) -> None:
        await desk.alert(resolved(minutes=5))
        await desk.alert(firing())
        assert desk.incidents_on_github() == []
        assert desk.github.counted == 0
        await desk.alert(firing(minutes=6))
        assert len(desk.incidents_on_github()) == 1

    @pytest.mark.parametrize("gone", [NotFound(), Gone()], ids=["404", "410"])
    async def test_a_deleted_issue_is_forgotten_and_the_next_alert_opens_another(
        self, desk: Desk, gone: Refused
    ) -> None:
        await desk.alert(firing())
        desk.delete(1, gone)
        await desk.look()
        assert await desk.records.get(KEY) is None
        await desk.alert(firing(minutes=1))
        assert [issue.number for issue in desk.incidents_on_github()] == [3]

    @pytest.mark.parametrize("gone", [NotFound(), Gone()], ids=["404", "410"])
    async def test_an_alert_that_finds_the_issue_deleted_is_not_lost(
        self, desk: Desk, gone: Refused
    ) -> None:
        await desk.alert(firing())
        desk.delete(1, gone)
        desk.later(minutes=2)
        await desk.alert(firing(minutes=2))
        await desk.patiently()
        assert len(desk.incidents_on_github()) == 1
        assert not await desk.parked()


async def test_the_model_that_is_in_force_when_it_happens_counts(desk: Desk) -> None:
    await desk.alert(firing())
    desk.github.write_file(
        HOME, FILE, OWNERS.replace("sev2: {acknowledge: 15m}", "sev2: {acknowledge: 1m}")
    )
    await desk.models.refresh()
    desk.later(minutes=1)
    await desk.tick()
    assert len(desk.words()) == 1
