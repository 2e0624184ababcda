"""One pass over what is due: in order, to its end, and alone."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from ghapp.engine import single_pass as module
from ghapp.engine.inbox import Inbox
from ghapp.engine.lease import DatabaseBusyError
from ghapp.engine.queue import Retry
from ghapp.engine.rows import Row
from ghapp.engine.single_pass import SinglePass
from ghapp.engine.store import Store
from tests.engine.rig import Recorder, delivery


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def once(db: sa.Engine, inbox: Inbox, store: Store) -> SinglePass:
    return SinglePass(db, inbox, store, now=now, patience=0.5)


async def test_what_is_woken_is_handled_with_its_rows_and_what_is_not_waits(
    once: SinglePass, inbox: Inbox
) -> None:
    recorder = Recorder()
    await inbox.put(delivery("1", "a"))
    await inbox.put(delivery("2", "b"))
    async with once.alone():
        await once.wake("a")
        await once.wake("empty")
        await once.run(recorder)
        assert await once.waiting() == ["b"]
    assert dict(recorder.seen) == {"a": [["1"]], "empty": [[]]}


async def test_what_a_handler_brings_about_is_handled_too(once: SinglePass, inbox: Inbox) -> None:
    order = []

    async def handle(conversation: str, rows: Sequence[Row]) -> None:
        order.append((conversation, [row.delivery_id for row in rows]))
        if conversation == "first":
            await inbox.put(delivery("page", "second"))
            await once.wake("third")

    async with once.alone():
        await once.wake("first")
        await once.run(handle)
    assert sorted(order) == [("first", []), ("second", ["page"]), ("third", [])]
    assert order[0] == ("first", [])


async def test_a_short_wait_is_waited_for_and_a_long_one_is_told(
    once: SinglePass, inbox: Inbox
) -> None:
    tries: list[str] = []

    async def handle(conversation: str, _rows: Sequence[Row]) -> None:
        tries.append(conversation)
        if conversation == "short" and tries.count("short") == 1:
            raise Retry(0.01, "a moment")
        if conversation == "rowless" and tries.count("rowless") == 1:
            raise Retry(0.01, "a moment")
        if conversation == "long":
            raise Retry(3600, "an hour")

    for name in ("short", "long"):
        await inbox.put(delivery(name, name))
    async with once.alone():
        for name in ("short", "long", "rowless"):
            await once.wake(name)
        await once.run(handle)
    assert sorted(tries) == ["long", "rowless", "rowless", "short", "short"]
    assert once.postponed == ["long"]


async def test_a_failure_stops_no_other_and_is_counted(once: SinglePass) -> None:
    handled = []

    async def handle(conversation: str, _rows: Sequence[Row]) -> None:
        if conversation == "broken":
            raise ValueError("broken")
        handled.append(conversation)

    async with once.alone():
        await once.wake("broken")
        await once.wake("sound")
        await once.run(handle)
    assert (handled, once.counts.failures) == (["sound"], 1)


async def test_what_never_comes_to_rest_is_a_mistake(
    once: SinglePass, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROUNDS", 3)

    async def handle(conversation: str, _rows: Sequence[Row]) -> None:
        await once.wake(conversation)

    async with once.alone():
        await once.wake("restless")
        with pytest.raises(RuntimeError, match="restless"):
            await once.run(handle)


@pytest.fixture
def other(db: sa.Engine, inbox: Inbox, store: Store) -> SinglePass:
    return SinglePass(db, inbox, store, now=now, patience=0)


async def test_nothing_is_handled_that_another_instance_has(
    once: SinglePass, other: SinglePass, store: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ghapp.engine.lease.HANDOVER", 0.05)
    recorder = Recorder()
    async with once.alone():
        if url.startswith("sqlite"):
            with pytest.raises(DatabaseBusyError):
                async with other.alone():
                    pass
            return
        assert await store.run(once._lease.hold, "mine")
        async with other.alone():
            await other.wake("mine")
            await other.wake("free")
            await other.run(recorder)
    assert (other.postponed, list(recorder.seen)) == (["mine"], ["free"])
