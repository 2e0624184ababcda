import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from ghapp.engine import lease
from ghapp.engine.lease import FileLease, SessionLease, lock_key, open_lease

on_postgres = [
    pytest.mark.postgres,
    pytest.mark.enable_socket,
    pytest.mark.parametrize("url", ["postgresql"], indirect=True),
]


async def test_a_file_is_served_by_one_at_a_time(tmp_path: Path) -> None:
    first, second = FileLease(tmp_path / "a.sqlite"), FileLease(tmp_path / "a.sqlite")
    await first.take()
    assert first.held
    assert first.hold("a")
    waiting = asyncio.create_task(second.take())
    await asyncio.sleep(0.15)
    assert not waiting.done()
    first.release("a")
    await first.give_back()
    await waiting
    assert second.held
    assert not first.hold("a")
    await second.give_back()
    await second.give_back()


def test_the_same_file_has_always_the_same_name(db: sa.Engine) -> None:
    one, other = open_lease(db, lambda: None), open_lease(db, lambda: None)
    assert (one.name == other.name) == (db.dialect.name == "sqlite")


def test_lock_keys_fit_postgresql() -> None:
    keys = {lock_key(f"conversation {n}") for n in range(1000)}
    assert len(keys) == 1000
    assert all(-(2**63) <= key < 2**63 for key in keys)


class TestSessions:
    pytestmark = on_postgres

    @pytest.fixture
    async def take(self, db: sa.Engine) -> AsyncIterator[Callable[..., object]]:
        taken: list[SessionLease] = []

        async def take(on_lost: Callable[[], None] = lambda: None) -> SessionLease:
            one = SessionLease(db, on_lost)
            await one.take()
            taken.append(one)
            return one

        yield take
        for one in taken:
            await one.give_back()

    async def test_a_conversation_is_held_by_one_instance(self, take) -> None:
        first, second = await take(), await take()
        assert await asyncio.to_thread(first.hold, "a")
        assert not await asyncio.to_thread(second.hold, "a")
        assert await asyncio.to_thread(second.hold, "b")
        await asyncio.to_thread(first.release, "a")
        assert await asyncio.to_thread(second.hold, "a")

    async def test_what_is_given_back_is_free(self, take) -> None:
        first, second = await take(), await take()
        await asyncio.to_thread(first.hold, "a")
        await first.give_back()
        assert not first.held
        assert not await asyncio.to_thread(first.hold, "x")
        await asyncio.to_thread(first.release, "x")
        assert await asyncio.to_thread(second.hold, "a")

    async def test_a_broken_session_is_noticed_at_once_and_regained(
        self, take, db: sa.Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lease, "HEARTBEAT", 0.2)
        lost = asyncio.Event()
        one = await take(lost.set)
        await asyncio.to_thread(one.hold, "a")
        monkeypatch.setattr(lease, "HEARTBEAT", 0.5)
        await asyncio.sleep(0.3)
        await asyncio.to_thread(_break_others, db)
        await asyncio.wait_for(lost.wait(), 0.4)
        assert not one.held
        assert not await asyncio.to_thread(one.hold, "a")
        async with asyncio.timeout(5):
            while not one.held:  # noqa: ASYNC110 - regained without a bell
                await asyncio.sleep(0.05)
        assert await asyncio.to_thread(one.hold, "a")


def _break_others(db: sa.Engine) -> None:
    with db.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_locks"
            " WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
        )
