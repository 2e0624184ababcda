"""Jobs report, fall silent and come back; while none is silent, nothing is asked of GitHub."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from ghapp.core import wire
from ghapp.core.heartbeat import beat, key_of
from ghapp.core.incident import Phase
from ghapp.core.owners_file import FILE
from ghapp.core.routing import conversation_of
from ghapp.duties.heartbeats import ALIVE_EVERY, DEAF_AFTER, MARGIN, STEP, Heartbeats
from ghapp.engine.inbox import Delivery, InboxUnavailable
from ghapp.github.errors import Unavailable
from tests.support.builders import HOME, OWNERS
from tests.support.desk import Desk

SYNC = "warehouse-sync"
KEY = key_of(SYNC)
BEATING = OWNERS + (
    "heartbeats: {warehouse-sync: {every: 5m, grace: 1m, area: billing, severity: sev2}}\n"
)


def write(desk: Desk, text: str) -> None:
    desk.github.write_file(HOME, FILE, text)


@pytest.fixture
async def beating(desk: Desk) -> Desk:
    """One heartbeat is expected, since now."""
    write(desk, BEATING)
    await desk.models.refresh()
    await look(desk)
    desk.github.calls.clear()
    return desk


async def look(desk: Desk) -> timedelta:
    """The clock looks, and what it raises is handled."""
    wait = await desk.heartbeats.look()
    await desk.drain()
    return wait


async def report(desk: Desk, *, at: datetime | None = None, name: str = SYNC) -> None:
    """A job reports; nothing is handled yet."""
    await desk.put(conversation_of(key_of(name)), beat(name, at or desk.now))


async def reports(desk: Desk, **changes: Any) -> None:
    await report(desk, **changes)
    await desk.drain()


async def lives(desk: Desk, minutes: float) -> None:
    """Time passes, and the process lives all the while."""
    for _ in range(int(minutes * 2)):
        desk.later(seconds=30)
        await desk.heartbeats.mark()


async def minutes_later(desk: Desk, minutes: float) -> None:
    """The clock looks a little later than so many minutes from now."""
    await lives(desk, minutes)
    desk.later(seconds=1)
    await look(desk)


async def phase(desk: Desk, key: str = KEY) -> Phase:
    return (await desk.record(key)).incident.phase


class TestSilence:
    async def test_never_heard_it_opens_by_every_and_grace_after_it_was_configured(
        self, beating: Desk
    ) -> None:
        await lives(beating, 6)
        await look(beating)
        assert beating.incidents_on_github() == [], "a beat of the last moment is being stored"
        beating.later(seconds=1)
        await look(beating)
        (issue,) = beating.incidents_on_github()
        assert (
            issue.title == "[sev2] No heartbeat from warehouse-sync yet, 6m after it was expected"
        )
        assert issue.labels == {"incident", "sev2", "area/billing", "source/heartbeat"}
        assert "| Last beat | never |" in issue.body

    async def test_it_is_raised_once_and_costs_nothing_after(self, beating: Desk) -> None:
        await minutes_later(beating, 6)
        with beating.spending() as spent:
            for _ in range(100):
                beating.later(seconds=1)
                await look(beating)
        assert spent.counted == 0
        assert (await beating.record(KEY)).incident.count == 1

    async def test_a_beat_ends_it_and_the_next_silence_opens_the_same_issue(
        self, beating: Desk
    ) -> None:
        await minutes_later(beating, 6)
        await reports(beating)
        assert not beating.issue().open
        await minutes_later(beating, 5)
        assert not beating.issue().open
        await minutes_later(beating, 2)
        assert beating.issue().open
        assert len(beating.incidents_on_github()) == 1
        assert "No heartbeat from warehouse-sync for 6m" in beating.words()[-1]

    async def test_a_person_has_the_last_word(self, beating: Desk) -> None:
        await minutes_later(beating, 6)
        await beating.says("/resolve the warehouse is closed today")
        await minutes_later(beating, 6)
        assert not beating.issue().open, "it is the same silence"
        await reports(beating)
        await minutes_later(beating, 6)
        assert beating.issue().open

    async def test_one_whose_recovery_a_person_confirms_is_not_written_to_with_every_beat(
        self, beating: Desk
    ) -> None:
        write(beating, BEATING.replace("severity: sev2}}", "severity: sev1}}"))
        await beating.push()
        await minutes_later(beating, 6)
        await reports(beating)
        assert await phase(beating) is Phase.RECOVERED
        beating.later(minutes=5)
        with beating.spending() as spent:
            for _ in range(10):
                beating.later(minutes=1)
                await reports(beating)
        assert spent.counted == 0

    async def test_reopened_by_hand_its_clock_runs_although_beats_come(self, beating: Desk) -> None:
        await minutes_later(beating, 6)
        await reports(beating)
        await beating.by_hand("reopened", open=True)
        assert await phase(beating) is Phase.OPEN
        beating.later(hours=1)
        await reports(beating)
        assert "needs you" in beating.words()[-1]


class TestBeats:
    async def test_while_none_is_missed_github_is_not_asked_and_one_write_notes_them_all(
        self, beating: Desk
    ) -> None:
        written = []

        async def noting(kind: str, key: str, value: object) -> None:
            written.append(kind)
            await beating.store.memory_put_many(kind, {key: value})

        beating.store.memory_put = noting  # type: ignore[method-assign]
        with beating.spending() as spent:
            for _ in range(50):
                beating.later(seconds=1)
                await report(beating)
            await beating.drain()
        assert written == ["heartbeat"]
        assert spent.counted == 0
        assert await beating.records.get(KEY) is None

    async def test_what_waits_together_is_weighed_together(self, beating: Desk) -> None:
        """The beat was accepted, but not handled, when the clock looked."""
        await lives(beating, 5)
        await report(beating)
        await lives(beating, 2)
        await look(beating)
        assert beating.incidents_on_github() == []

    async def test_one_that_is_stored_too_late_ends_it_all_the_same(self, beating: Desk) -> None:
        await lives(beating, 5)
        arrived = beating.now
        await minutes_later(beating, 2)
        assert beating.issue().open
        await reports(beating, at=arrived)
        assert not beating.issue().open

    async def test_of_a_job_that_nobody_expects_is_forgotten(self, beating: Desk) -> None:
        await reports(beating, name="unknown")
        assert await beating.store.memory_all("heartbeat") == {}
        assert beating.github.calls == []

    async def test_while_github_is_away_they_wait_and_are_told_after(self, beating: Desk) -> None:
        await minutes_later(beating, 6)
        beating.github.fail("create_comment", Unavailable("502"), times=3)
        await report(beating)
        await beating.patiently()
        assert not beating.issue().open
        assert len(beating.words()) == 1

    async def test_in_a_storm_silences_and_their_ends_are_listed(self, desk: Desk) -> None:
        names = [f"job-{number}" for number in range(5)]
        jobs = ", ".join(f"{name}: {{every: 6m, area: billing}}" for name in names)
        write(desk, f"{OWNERS}heartbeats: {{{jobs}}}\n")
        await desk.models.refresh()
        await look(desk)
        await minutes_later(desk, 6)
        assert len(desk.incidents_on_github()) == 4, "three of their own, and the storm's"
        for name in names:
            await reports(desk, name=name)
        assert not any(issue.open for issue in desk.incidents_on_github())


class TestOwnersChange:
    async def test_a_heartbeat_that_is_removed_is_silent_no_more(self, beating: Desk) -> None:
        await minutes_later(beating, 6)
        write(beating, OWNERS)
        await beating.push()
        await look(beating)
        assert not beating.issue().open
        for kind in ("heartbeat", "heartbeat-expected"):
            assert await beating.store.memory_all(kind) == {}

    async def test_removed_while_the_database_was_lost(self, beating: Desk) -> None:
        await minutes_later(beating, 6)
        write(beating, OWNERS)
        await beating.restart(lost_database=True)
        await look(beating)
        assert not beating.issue().open

    async def test_put_back_it_has_its_whole_time(self, beating: Desk) -> None:
        await reports(beating)
        for text in (OWNERS, BEATING):
            beating.later(hours=1)
            write(beating, text)
            await beating.push()
            await look(beating)
        await minutes_later(beating, 5)
        assert beating.incidents_on_github() == []
        await minutes_later(beating, 2)
        assert len(beating.incidents_on_github()) == 1

    async def test_one_that_may_be_quiet_longer_is_silent_no_more(self, beating: Desk) -> None:
        await minutes_later(beating, 6)
        write(beating, BEATING.replace("5m", "10m"))
        await beating.push()
        await look(beating)
        assert not beating.issue().open
        await minutes_later(beating, 11)
        assert beating.issue().open

    async def test_one_that_must_beat_sooner_has_the_new_time(self, beating: Desk) -> None:
        await minutes_later(beating, 4)
        write(beating, BEATING.replace("5m", "2m"))
        await beating.push()
        await look(beating)
        await minutes_later(beating, 2)
        assert beating.incidents_on_github() == []
        await minutes_later(beating, 1)
        assert len(beating.incidents_on_github()) == 1

    async def test_until_the_end_of_a_silence_can_be_stored_it_is_tried_again(
        self, beating: Desk
    ) -> None:
        await minutes_later(beating, 6)
        write(beating, OWNERS)
        await beating.push()
        full = Door(beating, away=True)
        heartbeats = another(beating, full)
        await heartbeats.look()
        full.away = False
        await heartbeats.look()
        await beating.drain()
        assert not beating.issue().open

    async def test_none_is_in_force_yet(self, desk: Desk) -> None:
        heartbeats = another(desk, Door(desk), model=lambda: None)
        assert await heartbeats.look() == STEP

    async def test_without_heartbeats_nothing_is_read(self, desk: Desk) -> None:
        await look(desk)
        desk.later(minutes=70)
        assert await look(desk) == STEP
        assert desk.github.calls == []


@dataclass
class Door:
    """An inbox that may be away."""

    desk: Desk
    away: bool = False
    stored: list[str] = field(default_factory=list)

    async def put(self, delivery: Delivery) -> bool:
        if self.away:
            raise InboxUnavailable("the disk is full")
        self.stored.append(delivery.id)
        return await self.desk.inbox.put(delivery)


def another(desk: Desk, door: Door, **changes: Any) -> Heartbeats:
    """The duty of another instance, or of another process."""
    parts: dict[str, Any] = {
        "memory": desk.store,
        "records": desk.records,
        "incidents": desk.incidents,
        "put": door.put,
        "model": lambda: desk.models.current,
        "now": desk._now,
    }
    return Heartbeats(**(parts | changes))


class TestInstances:
    async def test_several_raise_one_silence(self, beating: Desk) -> None:
        doors = [Door(beating), Door(beating)]
        duties = [another(beating, door) for door in doors]
        for duty in duties:
            await duty.look()
        await lives(beating, 6.5)
        for duty in duties:
            await duty.look()
        await beating.drain()
        assert doors[0].stored == doors[1].stored
        assert (await beating.record(KEY)).incident.count == 1

    async def test_what_another_heard_counts_and_ends_the_wait(self, beating: Desk) -> None:
        other = another(beating, Door(beating))
        await other.look()
        await minutes_later(beating, 6)
        await other.look()
        await reports(beating)
        await minutes_later(beating, 5)
        assert await other.look() <= STEP
        await minutes_later(beating, 2)
        assert beating.issue().open

    async def test_one_with_an_older_owners_file_raises_nothing_that_is_gone(
        self, beating: Desk
    ) -> None:
        old, door = beating.models.current, Door(beating)
        other = another(beating, door, model=lambda: old)
        await other.look()
        write(beating, OWNERS)
        await beating.push()
        await look(beating)
        await lives(beating, 7)
        await other.look()
        assert door.stored == []


class TestRestarts:
    async def test_in_time_it_counts_on(self, beating: Desk) -> None:
        await minutes_later(beating, 3)
        await beating.restart()
        await minutes_later(beating, 2)
        assert beating.incidents_on_github() == []
        await minutes_later(beating, 2)
        assert len(beating.incidents_on_github()) == 1
        await beating.restart()
        await minutes_later(beating, 1)
        await reports(beating)
        assert not beating.issue().open

    async def test_a_beat_that_could_not_be_heard_is_not_silence(self, beating: Desk) -> None:
        await minutes_later(beating, 4)
        await beating.stop()
        beating.later(minutes=60)
        await beating.start()
        await look(beating)
        await minutes_later(beating, 5)
        assert beating.incidents_on_github() == []
        await minutes_later(beating, 2)
        assert len(beating.incidents_on_github()) == 1

    async def test_a_short_outage_changes_nothing(self, beating: Desk) -> None:
        await lives(beating, 5)
        await beating.stop()
        beating.later(seconds=DEAF_AFTER.total_seconds())
        await beating.start()
        await look(beating)
        beating.later(seconds=2)
        await look(beating)
        assert len(beating.incidents_on_github()) == 1

    async def test_outages_are_forgotten_when_they_no_longer_matter(self, beating: Desk) -> None:
        beating.later(minutes=5)
        await look(beating)
        assert len(await beating.store.memory_all("heartbeat-outage")) == 1
        await minutes_later(beating, 5)
        await reports(beating)
        await minutes_later(beating, 7)
        assert await beating.store.memory_all("heartbeat-outage") == {}

    async def test_a_lost_database_raises_no_false_alarm_and_the_next_beat_closes(
        self, beating: Desk
    ) -> None:
        await minutes_later(beating, 6)
        await beating.restart(lost_database=True)
        await look(beating)
        with beating.spending() as spent:
            await minutes_later(beating, 7)
        assert "create_issue" not in spent.methods
        await reports(beating)
        assert not beating.issue().open
        assert len(beating.incidents_on_github()) == 1

    async def test_a_lost_database_and_a_beat_at_once(self, beating: Desk) -> None:
        await minutes_later(beating, 6)
        await beating.restart(lost_database=True)
        await reports(beating)
        assert not beating.issue().open

    @pytest.mark.parametrize("again", [False, True], ids=["the first silence", "another"])
    async def test_raised_by_a_process_that_died_before_it_noted_it(
        self, beating: Desk, again: bool
    ) -> None:
        """Meanwhile a beat has come: what was raised is ended."""
        if again:
            await minutes_later(beating, 6)
            await reports(beating)
        await lives(beating, 6.5)

        async def die(*_: object) -> None:
            raise KeyboardInterrupt

        beating.records.save = die  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            await look(beating)
        assert beating.issue().open
        await beating.restart()
        await report(beating)
        await beating.recall()
        assert not beating.issue().open
        assert len(beating.incidents_on_github()) == 1

    async def test_handled_again_after_a_crash_it_is_the_same(self, beating: Desk) -> None:
        """The pulse was not noted any more, though the incident was opened."""
        await minutes_later(beating, 6)
        await beating.store.memory_delete("heartbeat", SYNC)
        await beating.restart()
        await look(beating)
        assert (await beating.record(KEY)).incident.count == 1
        await reports(beating)
        assert not beating.issue().open


class TestClock:
    async def test_it_looks_when_the_next_deadline_comes(self, beating: Desk) -> None:
        assert await look(beating) == STEP
        await lives(beating, 6)
        assert await look(beating) == MARGIN

    async def test_an_inbox_that_is_away_only_delays_it(self, beating: Desk) -> None:
        door = Door(beating, away=True)
        heartbeats = another(beating, door)
        await lives(beating, 6.5)
        assert await heartbeats.look() == STEP
        door.away = False
        beating.later(seconds=1)
        await heartbeats.look()
        await beating.drain()
        assert len(beating.incidents_on_github()) == 1

    async def test_trouble_is_logged_and_the_next_look_comes(self, beating: Desk) -> None:
        looks = 0

        class Enough(BaseException):
            """Ends the endless loop."""

        def now() -> datetime:
            nonlocal looks
            looks += 1
            if looks > 1:
                raise Enough
            raise OSError("the clock is broken")

        heartbeats = another(beating, Door(beating), now=now)
        with capture_logs() as logs, pytest.raises(Enough):
            await heartbeats.run()
        assert [entry["event"] for entry in logs] == ["heartbeats_failed"]

    async def test_it_marks_that_it_lives_now_and_then(self, beating: Desk) -> None:
        before = await beating.store.memory_all("alive")
        beating.later(seconds=ALIVE_EVERY.total_seconds() - 1)
        await beating.heartbeats.mark()
        assert await beating.store.memory_all("alive") == before
        beating.later(seconds=1)
        await beating.heartbeats.mark()
        assert await beating.store.memory_all("alive") != before


async def test_what_is_stored_is_an_ordinary_signal(beating: Desk) -> None:
    await lives(beating, 6.5)
    door = Door(beating)
    stored: list[Delivery] = []

    async def put(delivery: Delivery) -> bool:
        stored.append(delivery)
        return await door.put(delivery)

    await another(beating, door, put=put).look()
    (delivery,) = stored
    assert delivery.source == "heartbeat"
    assert delivery.conversation == "incident:heartbeat:warehouse-sync"
    signal = wire.decode(delivery.kind, delivery.payload)
    assert delivery.id == f"silence:warehouse-sync:{signal.at.isoformat()}"  # type: ignore[union-attr]
