"""All that stands between a call and GitHub: holds, the content budget, and the number in flight."""

import asyncio

import pytest

from ghapp.github.errors import RateLimited
from ghapp.github.limits import Gate, Limits
from ghapp.github.priority import Priority
from tests.support.limit_store import FakeClock, MemoryLimitStore


class Inside:
    """Who is inside a gate, held there until let out."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.entered: list[str] = []
        self.out = asyncio.Event()

    async def enter(self, name: str, priority: Priority = Priority.NORMAL) -> None:
        async with self.gate.place(priority):
            self.entered.append(name)
            await self.out.wait()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_the_gate_lets_in_so_many_and_keeps_places_for_the_urgent() -> None:
    inside = Inside(Gate(places=2, urgent_places=3))
    tasks = [asyncio.create_task(inside.enter(f"normal {n}")) for n in range(4)]
    await settle()
    tasks.append(asyncio.create_task(inside.enter("sev1", Priority.SEV1)))
    tasks.append(asyncio.create_task(inside.enter("late sev1", Priority.SEV1)))
    await settle()
    assert inside.entered == ["normal 0", "normal 1", "sev1"]
    inside.out.set()
    await asyncio.gather(*tasks)
    assert inside.entered[3:] == ["late sev1", "normal 2", "normal 3"]


async def test_who_stops_waiting_takes_no_place() -> None:
    inside = Inside(Gate(places=1, urgent_places=1))
    first, second, third = (asyncio.create_task(inside.enter(n)) for n in ("a", "b", "c"))
    await settle()
    second.cancel()
    inside.out.set()
    await asyncio.gather(first, third)
    assert inside.entered == ["a", "c"]


async def test_who_is_cancelled_at_the_door_gives_the_place_back() -> None:
    inside = Inside(Gate(places=1, urgent_places=1))
    first = asyncio.create_task(inside.enter("a"))
    await settle()
    second = asyncio.create_task(inside.enter("b"))
    await settle()
    first.cancel()
    await asyncio.sleep(0)
    second.cancel()
    await settle()
    inside.out.set()
    await asyncio.wait_for(inside.enter("c"), 1)
    assert inside.entered[-1] == "c"


async def test_a_hold_that_begins_while_a_call_waits_stops_it() -> None:
    clock, store = FakeClock(), MemoryLimitStore()
    limits = Limits(store, now=clock.now, sleep=clock.sleep)
    limits.gate = Gate(places=1, urgent_places=1)

    async def second() -> None:
        async with limits.turn("installation:1", Priority.NORMAL):
            pytest.fail("it was sent during the hold")

    async with limits.turn("installation:1", Priority.NORMAL):
        waiting = asyncio.create_task(second())
        await settle()
        await limits.hold.learn("installation:1", 429, {"retry-after": "30"}, "", clock.now())
    with pytest.raises(RateLimited):
        await waiting


async def test_a_call_that_is_held_spends_nothing() -> None:
    clock, store = FakeClock(), MemoryLimitStore()
    limits = Limits(store, now=clock.now, sleep=clock.sleep)
    await limits.hold.learn("app", 429, {"retry-after": "30"}, "", clock.now())
    with pytest.raises(RateLimited):
        async with limits.turn("app", Priority.SEV1, spends=True):
            pytest.fail("it was sent during the hold")
    assert store.spent == []
