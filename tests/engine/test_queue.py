import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from ghapp.engine import chores, failures, queue, queue_dbos, rows
from ghapp.engine.database import open_engine
from ghapp.engine.inbox import Inbox, InboxUnavailable
from ghapp.engine.lease import FileLease, SessionLease
from ghapp.engine.queue import DatabaseBusyError, Engine, Retry, Row
from ghapp.engine.store import Store
from tests.engine.rig import Recorder, delivery


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "FIRST_BACKOFF", 0.01)
    monkeypatch.setattr(chores, "SWEEP", 0.2)
    monkeypatch.setattr(chores, "SWEEP_AGE", 0.1)


@pytest.fixture
def never_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "SWEEP", 3600.0)


pytestmark = pytest.mark.filterwarnings("ignore:unclosed.*socket:ResourceWarning")


async def test_a_delivery_is_handled_soon_and_once(running, never_swept) -> None:
    async with running() as rig:
        began = time.monotonic()
        await rig.put("1")
        await rig.recorder.until(lambda: rig.recorder.handled() == ["1"])
        assert time.monotonic() - began < 1.0
        await rig.idle()
        assert not await rig.inbox.put(delivery("1"))
        await asyncio.sleep(0.1)
        assert rig.recorder.handled() == ["1"]
        assert rig.engine.counts.rows == 1


async def test_what_arrives_during_a_drain_is_folded_into_the_next_round(
    running, never_swept
) -> None:
    recorder = Recorder(react=lambda *_: asyncio.sleep(0.2))
    async with running(recorder) as rig:
        await rig.put("0")
        await asyncio.sleep(0.1)
        for n in range(1, 50):
            await rig.put(str(n))
        await rig.idle()
        assert recorder.handled() == [str(n) for n in range(50)]
        assert len(recorder.seen["c"]) <= 4


async def test_many_conversations_run_side_by_side_each_in_order(running, never_swept) -> None:
    recorder = Recorder(react=lambda *_: asyncio.sleep(0.1))
    async with running(recorder) as rig:
        for n in range(20):
            await asyncio.gather(*(rig.put(f"{c}-{n}", conversation=f"c{c}") for c in range(40)))
        await rig.idle()
        for c in range(40):
            assert recorder.handled(f"c{c}") == [f"{c}-{n}" for n in range(20)]
        assert not recorder.overlaps
        assert 1 < recorder.most <= queue.CONCURRENCY


async def test_a_busy_conversation_lets_others_run(running, never_swept, monkeypatch) -> None:
    monkeypatch.setattr(queue, "CONCURRENCY", 1)
    monkeypatch.setattr(queue, "TURN", 0.05)
    recorder = Recorder(react=lambda *_: asyncio.sleep(0.03))
    async with running(recorder) as rig:

        async def flood() -> None:
            for n in range(1000):
                await rig.put(f"f{n}", conversation="busy")
                await asyncio.sleep(0.005)

        flooding = asyncio.create_task(flood())
        await asyncio.sleep(0.1)
        await rig.put("1", conversation="quiet")
        await recorder.until(lambda: recorder.handled("quiet") == ["1"], within=5)
        assert not flooding.done()
        flooding.cancel()


async def test_more_rows_than_a_batch_holds(running, never_swept) -> None:
    async with running() as rig:
        await rig.put(*(str(n) for n in range(rows.LIMIT * 2 + 7)))
        await rig.idle()
        assert len(rig.recorder.handled()) == rows.LIMIT * 2 + 7
        assert max(len(batch) for batch in rig.recorder.seen["c"]) <= rows.LIMIT


async def test_trouble_outside_is_waited_for_without_counting(running, never_swept) -> None:
    calls: list[list[str]] = []

    def react(_: str, batch: Sequence[Row]) -> None:
        calls.append([row.delivery_id for row in batch])
        assert all(row.attempts == 0 for row in batch)
        if len(calls) <= 7:
            raise Retry(0.02, "GitHub answers 503")

    async with running(Recorder(react=react)) as rig:
        await rig.put("1", "2")
        await rig.idle()
        await rig.recorder.until(lambda: len(rig.recorder.handled()) == 2)
        assert rig.recorder.handled() == ["1", "2"]
        assert await rig.store.parked() == []
        assert rig.engine.counts.retries == 7


async def test_nothing_overtakes_rows_that_wait_for_trouble_to_end(running, never_swept) -> None:
    tries: list[float] = []

    def react(_: str, __: Sequence[Row]) -> None:
        tries.append(time.monotonic())
        if len(tries) == 1:
            raise Retry(0.5, "limit reached")

    async with running(Recorder(react=react)) as rig:
        await rig.put("1")
        await asyncio.sleep(0.2)
        await rig.put("2")
        await rig.put("3")
        await rig.idle()
        assert rig.recorder.handled() == ["1", "2", "3"]
        assert len(tries) == 2
        assert tries[1] - tries[0] >= 0.5


async def test_the_guilty_row_is_parked_and_the_others_go_on(running, quick) -> None:
    tried: list[str] = []

    def react(_: str, batch: Sequence[Row]) -> None:
        if any(row.delivery_id == "bad" for row in batch):
            if len(batch) == 1:
                tried.append("bad")
            raise ValueError("no such field")

    async with running(Recorder(react=react)) as rig:
        await rig.put("1", "2", "bad", "3", "4")
        await rig.put("x", conversation="d")
        await rig.idle()
        assert rig.recorder.handled() == ["1", "2", "3", "4"]
        assert rig.recorder.handled("d") == ["x"]
        assert tried == ["bad"] * failures.ATTEMPTS
        (row,) = await rig.store.parked()
        assert (row.delivery_id, row.attempts, row.reason) == (
            "bad",
            5,
            "ValueError: no such field",
        )
        rig.recorder.react = None
        await rig.store.unpark([row.id])
        await rig.recorder.until(lambda: "bad" in rig.recorder.handled())


async def test_a_handler_that_hangs_is_a_failure(running, quick) -> None:
    recorder = Recorder(react=lambda *_: asyncio.sleep(60))
    async with running(recorder, handler_limit=0.05) as rig:
        await rig.put("1")
        await rig.idle()
        (row,) = await rig.store.parked()
        assert row.reason == "TimeoutError"


async def test_waking_runs_the_handler_without_rows(running, never_swept) -> None:
    async with running() as rig:
        await rig.engine.wake("tick")
        await rig.recorder.until(lambda: rig.recorder.seen["tick"] == [[]])


async def test_a_wake_is_satisfied_by_the_rows_that_wait(running, never_swept) -> None:
    recorder = Recorder(react=lambda *_: asyncio.sleep(0.1))
    async with running(recorder) as rig:
        await asyncio.gather(rig.put("1"), rig.engine.wake("c"))
        await rig.idle()
        assert recorder.seen["c"] in ([["1"]], [[], ["1"]])


async def test_a_handler_may_wake_its_own_conversation(running, never_swept) -> None:
    async with running() as rig:

        async def react(conversation: str, batch: Sequence[Row]) -> None:
            if batch:
                await rig.engine.wake(conversation)

        rig.recorder.react = react
        await rig.put("1")
        await rig.recorder.until(lambda: rig.recorder.seen["c"] == [["1"], []])


async def test_a_wake_that_meets_trouble_comes_again(running, never_swept) -> None:
    calls: list[int] = []

    def react(_: str, batch: Sequence[Row]) -> None:
        calls.append(len(batch))
        if len(calls) < 3:
            raise Retry(0.05, "GitHub is away")

    async with running(Recorder(react=react)) as rig:
        await rig.engine.wake("tick")
        await rig.recorder.until(lambda: rig.recorder.seen["tick"] == [[]])
        assert len(calls) == 3


async def test_a_wake_that_fails_is_left_to_the_next(running, never_swept) -> None:
    async with running(Recorder(react=lambda *_: 1 / 0)) as rig:
        await rig.engine.wake("tick")
        await rig.recorder.until(lambda: rig.engine.counts.failures == 1)
        rig.recorder.react = None
        await rig.engine.wake("tick")
        await rig.recorder.until(lambda: rig.recorder.seen["tick"] == [[]])


async def test_a_wake_does_not_overtake_rows_that_wait(running, never_swept) -> None:
    calls: list[int] = []

    def react(_: str, batch: Sequence[Row]) -> None:
        calls.append(len(batch))
        if len(calls) == 1:
            raise Retry(0.4, "limit reached")

    async with running(Recorder(react=react)) as rig:
        await rig.put("1")
        await rig.recorder.until(lambda: len(calls) == 1)
        await rig.engine.wake("c")
        await rig.idle()
        assert rig.recorder.seen["c"] == [["1"]]


async def test_a_rerouted_row_is_handled_where_it_went(running, never_swept) -> None:
    async with running() as rig:

        async def react(conversation: str, batch: Sequence[Row]) -> None:
            if conversation == "c":
                await rig.store.reroute([row.id for row in batch], "target")

        rig.recorder.react = react
        await rig.put("1", "2")
        await rig.recorder.until(lambda: len(rig.recorder.handled("target")) == 2)
        assert rig.recorder.handled("target") == ["1", "2"]
        await rig.idle()


async def test_the_sweep_finds_rows_whose_wake_up_was_lost(db, running, quick) -> None:
    async with running() as rig:
        deaf = Inbox(db)
        await deaf.start()
        await deaf.put(delivery("1"))
        await deaf.stop()
        await rig.recorder.until(lambda: rig.recorder.handled() == ["1"])


async def test_rows_of_an_earlier_process_are_handled_at_the_start(inbox, running, never_swept):
    await inbox.put(delivery("1"))
    async with running() as rig:
        await rig.recorder.until(lambda: rig.recorder.handled() == ["1"])


async def test_stopping_lets_a_handler_finish(inbox: Inbox, running) -> None:
    recorder = Recorder(react=lambda *_: asyncio.sleep(0.3))
    async with running(recorder) as rig:
        await rig.put("1")
        await asyncio.sleep(0.15)
        await rig.put("2")
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert recorder.handled() == ["1"]
    recorder.react = None
    async with running(recorder) as rig:
        await recorder.until(lambda: recorder.handled() == ["1", "2"])


async def test_stopping_hands_back_what_does_not_finish(running, store: Store) -> None:
    recorder = Recorder(react=lambda *_: asyncio.sleep(60))
    async with running(recorder) as rig:
        await rig.put("1")
        await recorder.until(lambda: "c" in recorder.running)
        began = time.monotonic()
        await rig.engine.stop(timeout=4.5)
        assert time.monotonic() - began < 4.5
        assert not rig.engine.running
    assert (await store.waiting_stats())[0] == 1
    recorder.react = None
    async with running(recorder) as rig:
        await recorder.until(lambda: recorder.handled() == ["1"])
        await rig.idle()
    assert await store.parked() == []


async def test_what_cannot_be_marked_done_is_handled_again(running, never_swept, monkeypatch):
    async with running() as rig:
        finish, failed = rig.inbox.finish, []

        async def broken(ids: Sequence[int], conversation: str) -> None:
            if not failed:
                failed.append(ids)
                raise InboxUnavailable("the disk is full")
            await finish(ids, conversation)

        monkeypatch.setattr(rig.inbox, "finish", broken)
        await rig.put("1")
        await rig.recorder.until(lambda: rig.recorder.handled() == ["1", "1"])
        await rig.idle()


async def test_two_processes_do_not_serve_from_one_sqlite_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ghapp.engine.lease.HANDOVER", 0.3)
    db = open_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    other = FileLease(tmp_path / "a.sqlite")
    await other.take()
    inbox, store = Inbox(db), Store(db)
    engine = Engine(db, inbox, store)
    with pytest.raises(DatabaseBusyError, match="another ghapp"):
        await engine.start(Recorder())
    await other.give_back()
    assert not other.held
    await store.create()
    await engine.start(Recorder())
    await engine.stop()
    store.close()
    db.dispose()


async def test_the_record_of_drains_does_not_grow(running, never_swept) -> None:
    async with running() as rig:
        for n in range(30):
            await rig.put(str(n), conversation=f"c{n}")
        await rig.idle()
        await asyncio.to_thread(_no_drain_is_unfinished, rig.db)
        now = datetime.now(UTC)
        assert await asyncio.to_thread(queue_dbos.forget_over, now) == 0
        later = now + queue_dbos.KEEP_OVER + timedelta(seconds=5)
        assert await asyncio.to_thread(queue_dbos.forget_over, later) == 30
        assert await asyncio.to_thread(_drains, rig.db) == 0


def _drains(db: sa.Engine, where: str = "1 = 1") -> int:
    table = "workflow_status" if db.dialect.name == "sqlite" else "dbos.workflow_status"
    with db.connect() as connection:
        return connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE {where}").scalar()


def _no_drain_is_unfinished(db: sa.Engine) -> None:
    deadline = time.monotonic() + 5
    while _drains(db, "status <> 'SUCCESS'") and time.monotonic() < deadline:
        time.sleep(0.02)


@pytest.mark.postgres
@pytest.mark.enable_socket
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_what_a_vanished_instance_was_running_runs_elsewhere(running, never_swept) -> None:
    async with running() as rig:
        await rig.engine.wake("tick")
        await rig.recorder.until(lambda: len(rig.recorder.seen["tick"]) == 1)
        await asyncio.to_thread(_no_drain_is_unfinished, rig.db)
        neighbour = SessionLease(rig.db, lambda: None)
        await neighbour.take()

        def look(suspects: set[str]) -> set[str]:
            return queue_dbos.resume_vanished(rig.db, "me", suspects)

        await asyncio.to_thread(_was_left_running, rig.db, neighbour.name)
        assert await asyncio.to_thread(look, {neighbour.name}) == set()
        await neighbour.give_back()
        assert await asyncio.to_thread(look, set()) == {neighbour.name}
        assert _drains(rig.db, "status = 'PENDING'") == 1
        assert await asyncio.to_thread(look, {neighbour.name}) == {neighbour.name}
        await rig.recorder.until(lambda: len(rig.recorder.seen["tick"]) == 2)
        await asyncio.to_thread(_no_drain_is_unfinished, rig.db)
        assert await asyncio.to_thread(look, {neighbour.name}) == set()


def _was_left_running(db: sa.Engine, executor: str) -> None:
    with db.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE dbos.workflow_status SET status = 'PENDING', completed_at = NULL,"
            f" executor_id = '{executor}'"
        )


@pytest.mark.postgres
@pytest.mark.enable_socket
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_conversation_that_another_instance_handles_is_waited_for(
    running, never_swept
) -> None:
    async with running() as rig:
        neighbour = SessionLease(rig.db, lambda: None)
        await neighbour.take()
        assert await asyncio.to_thread(neighbour.hold, "c")
        await rig.put("1")
        await rig.put("2", conversation="d")
        await rig.recorder.until(lambda: rig.recorder.handled("d") == ["2"])
        await asyncio.sleep(queue.ELSEWHERE)
        assert rig.recorder.handled("c") == []
        await asyncio.to_thread(neighbour.release, "c")
        await rig.recorder.until(lambda: rig.recorder.handled("c") == ["1"])
        await neighbour.give_back()


async def test_a_drain_that_was_running_when_the_process_died_runs_again(
    running, never_swept
) -> None:
    recorder = Recorder()
    async with running(recorder) as rig:
        await rig.engine.wake("tick")
        await recorder.until(lambda: len(recorder.seen["tick"]) == 1)
    if rig.db.dialect.name == "sqlite":
        with rig.db.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE workflow_status SET status = 'PENDING', completed_at = NULL"
            )
        async with running(recorder) as rig:
            await rig.engine.wake("tick")
            await recorder.until(lambda: len(recorder.seen["tick"]) == 3)
            await asyncio.to_thread(_no_drain_is_unfinished, rig.db)
            assert not recorder.overlaps


async def test_a_drain_that_cannot_be_started_is_tried_again(
    running, never_swept, monkeypatch
) -> None:
    start, failures_left = queue_dbos.start, [ValueError("x"), sa.exc.DBAPIError("x", {}, None)]

    def broken(*words: object) -> None:
        if failures_left:
            raise failures_left.pop()
        start(*words)

    monkeypatch.setattr(queue_dbos, "start", broken)
    async with running() as rig:
        await rig.put("1")
        await rig.recorder.until(lambda: rig.recorder.handled() == ["1"])


async def test_an_engine_that_cannot_begin_lets_others(running, monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no DBOS here")

    with monkeypatch.context() as patch:
        patch.setattr(queue_dbos, "launch", broken)
        with pytest.raises(RuntimeError, match="no DBOS here"):
            async with running():
                pass
    async with running() as rig:
        await rig.put("1")
        await rig.recorder.until(lambda: rig.recorder.handled() == ["1"])


async def test_a_chore_that_fails_is_tried_again(running, quick, monkeypatch) -> None:
    overdue, left = rows.overdue, [ValueError("x"), sa.exc.DBAPIError("x", {}, None)]

    def broken(*words: object) -> list[str]:
        if left:
            raise left.pop()
        return overdue(*words)

    monkeypatch.setattr(rows, "overdue", broken)
    async with running() as rig:
        deaf = Inbox(rig.db)
        await deaf.start()
        await deaf.put(delivery("1"))
        await deaf.stop()
        await rig.recorder.until(lambda: rig.recorder.handled() == ["1"])


async def test_a_lost_lease_stops_handlers_uncounted(running, quick) -> None:
    recorder = Recorder(react=lambda *_: asyncio.sleep(60))
    async with running(recorder) as rig:
        await rig.put("1")
        await recorder.until(lambda: "c" in recorder.running)
        recorder.react = None
        rig.engine._on_lease_lost()
        await recorder.until(lambda: recorder.handled() == ["1"])
        assert rig.engine.counts.failures == 0


async def test_the_queue_logs_like_everything_else(running, caplog) -> None:
    with caplog.at_level(logging.DEBUG):
        async with running() as rig:
            await rig.put("1")
            await rig.idle()
    assert [record for record in caplog.records if record.name == "dbos"] == []
    assert logging.getLogger("dbos").propagate
