"""Whatever is due is woken, once, and again when it is still due later; trouble stops no clock."""

import asyncio
from datetime import datetime, timedelta

import pytest

from ghapp.core.facts import Fingerprint
from ghapp.core.routing import conversation_of
from ghapp.duties import clock
from ghapp.duties.alarms import Alarms
from ghapp.duties.clock import AGAIN, STEP, Clock, every
from ghapp.duties.records import Records
from ghapp.github.errors import Unavailable
from tests.support.builders import KEY, NOW, firing
from tests.support.desk import Desk
from tests.support.values import Values


class DueTimes(Records):
    """Records of which only the due times matter."""

    def __init__(self, **times: float) -> None:
        self.times = {Fingerprint(key): NOW + timedelta(seconds=at) for key, at in times.items()}
        self.asked = 0

    async def due(self) -> dict[Fingerprint, datetime]:
        self.asked += 1
        return self.times


class Waker:
    """Notes what was woken, at a time that the test sets."""

    def __init__(self, **times: float) -> None:
        self.now = NOW
        self.woken: list[str] = []
        self.due = DueTimes(**times)
        self.alarms = Alarms(Values())
        self.clock = Clock(self.due, self.alarms, self.wake, lambda: self.now)

    async def wake(self, conversation: str) -> None:
        self.woken.append(conversation.removeprefix(conversation_of(Fingerprint(""))))

    async def look(self, seconds: float) -> timedelta:
        self.now = NOW + timedelta(seconds=seconds)
        return await self.clock.look()


async def test_what_is_due_is_woken_and_nothing_else() -> None:
    waker = Waker(past=-5, now=0, soon=0.3, later=60)
    assert await waker.look(0) == timedelta(seconds=0.3)
    assert waker.woken == ["past", "now"]


async def test_it_sleeps_at_most_a_step() -> None:
    """Another instance may have noted something meanwhile."""
    assert await Waker(later=60).look(0) == STEP
    assert await Waker().look(0) == STEP


async def test_an_alarm_rings_from_its_time_on_until_it_is_set_anew() -> None:
    waker = Waker()
    pull = "pull:acme/shop#7"
    await waker.alarms.set(pull, NOW + timedelta(seconds=0.5))
    assert await waker.look(0) == timedelta(seconds=0.5)
    assert waker.woken == []
    await waker.look(0.5)
    await waker.look(0.5 + AGAIN.total_seconds())
    assert waker.woken == [pull, pull]
    await waker.alarms.set(pull, NOW + timedelta(days=1))
    await waker.look(60)
    await waker.alarms.set(pull, None)
    await waker.look(2 * 86400)
    assert waker.woken == [pull, pull]
    assert await waker.alarms.due() == {}


async def test_what_is_still_due_is_woken_again_after_a_while_not_at_every_look() -> None:
    waker = Waker(one=0)
    for second in range(25):
        await waker.look(second)
    assert waker.woken == ["one"] * 3
    assert timedelta(seconds=10) == AGAIN


async def test_a_new_due_time_is_a_new_reason() -> None:
    waker = Waker(one=0)
    await waker.look(0)
    waker.due.times = {Fingerprint("one"): NOW + timedelta(seconds=1)}
    await waker.look(1)
    assert waker.woken == ["one", "one"]


async def test_what_is_no_longer_due_is_forgotten() -> None:
    waker = Waker(one=0)
    await waker.look(0)
    waker.due.times = {}
    await waker.look(1)
    waker.due.times = {Fingerprint("one"): NOW}
    await waker.look(2)
    assert waker.woken == ["one", "one"]


async def test_it_runs_for_ever_whatever_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    waker = Waker(one=0)
    slept: list[float] = []
    enough = asyncio.Event()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            enough.set()
            await asyncio.Event().wait()

    monkeypatch.setattr(clock.asyncio, "sleep", sleep)
    looks = iter([timedelta(seconds=0.5), OSError("the database is away"), timedelta(0)])

    async def look(_self: Clock) -> timedelta:
        found = next(looks)
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(Clock, "look", look)
    running = asyncio.create_task(waker.clock.run())
    await enough.wait()
    running.cancel()
    assert slept == [0.5, STEP.total_seconds(), pytest.approx(0.02)]


async def test_a_chore_comes_round_again_after_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    enough = asyncio.Event()
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def chore() -> None:
        done.append(len(done))
        if len(done) == 1:
            raise Unavailable("502")
        if len(done) == 2:
            raise ZeroDivisionError
        enough.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(clock.asyncio, "sleep", sleep)
    running = asyncio.create_task(every(timedelta(seconds=60), chore, name="look"))
    await enough.wait()
    running.cancel()
    assert done == [0, 1, 2]
    assert slept == [60, 60]


class TestOverARestart:
    async def test_a_clock_goes_on_where_it_was(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.later(minutes=14)
        await desk.restart()
        await desk.tick()
        assert desk.words() == []
        desk.later(minutes=1)
        await desk.tick()
        assert len(desk.words()) == 1

    async def test_after_a_long_outage_one_level_is_called(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.later(hours=9)
        await desk.restart()
        await desk.tick()
        assert len(desk.words()) == 1
        assert (await desk.record()).incident.clock.level == 2

    async def test_a_wake_up_that_was_lost_comes_again(self, desk: Desk) -> None:
        await desk.alert(firing())
        desk.later(minutes=15)
        desk.github.fail("get_issue", Unavailable("502"))
        await desk.tick()
        assert desk.words() == []
        desk.later(seconds=10)
        await desk.tick()
        assert len(desk.words()) == 1
        assert (await desk.records.due())[KEY] > desk.now
