import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest
import sqlalchemy as sa

from ghapp.engine import rows
from ghapp.engine.database import open_engine
from ghapp.engine.inbox import Inbox, InboxUnavailable
from ghapp.engine.tables import create_tables
from ghapp.engine.tables import inbox as table
from tests.engine.rig import delivery


def stored(db: sa.Engine) -> list[sa.Row[tuple[object, ...]]]:
    with db.connect() as connection:
        return list(connection.execute(sa.select(table).order_by(table.c.id)))


async def test_a_delivery_is_new_once(db: sa.Engine, inbox: Inbox) -> None:
    assert await inbox.put(delivery("1"))
    assert not await inbox.put(delivery("1"))
    assert await inbox.put(delivery("1", source="stripe"))
    assert [(row.source, row.delivery_id, row.payload) for row in stored(db)] == [
        ("gcp", "1", b"1"),
        ("stripe", "1", b"1"),
    ]


async def test_what_was_stored_is_what_was_put(db: sa.Engine, inbox: Inbox) -> None:
    one = delivery("1", payload=bytes(range(256)) * 50, conversation="inc 🔥 'x'", request_id="r")
    await inbox.put(one)
    (row,) = rows.due(db, one.conversation, 2e9).rows
    assert (row.payload, row.conversation, row.kind, row.request_id) == (
        one.payload,
        one.conversation,
        one.kind,
        one.request_id,
    )
    assert row.received_at.utcoffset() is not None


async def test_of_equal_deliveries_at_one_time_one_is_new(inbox: Inbox) -> None:
    for wave in range(5):
        answers = await asyncio.gather(*(inbox.put(delivery(f"{wave}-{n % 7}")) for n in range(70)))
        assert sum(answers) == 7


async def test_rows_are_numbered_in_the_order_of_arrival(db: sa.Engine, inbox: Inbox) -> None:
    await asyncio.gather(*(inbox.put(delivery(str(n))) for n in range(300)))
    assert [row.delivery_id for row in stored(db)] == [str(n) for n in range(300)]


async def test_many_deliveries_share_few_transactions(db: sa.Engine, inbox: Inbox) -> None:
    await asyncio.gather(*(inbox.put(delivery(str(n))) for n in range(500)))
    assert len({row.received_at for row in stored(db)}) < 50


@pytest.mark.parametrize("text", ["a\0b", "lone \ud800 surrogate"], ids=["NUL", "lone surrogate"])
async def test_text_that_no_database_stores_costs_nobody_a_delivery(
    db: sa.Engine, inbox: Inbox, text: str
) -> None:
    odd = delivery("odd", conversation=text)
    answers = await asyncio.gather(
        inbox.put(delivery("1")), inbox.put(odd), inbox.put(delivery("2")), inbox.put(odd)
    )
    assert answers == [True, True, True, False]
    assert {row.delivery_id for row in stored(db)} == {"1", "odd", "2"}


async def test_a_parked_delivery_waits_for_an_operator(db: sa.Engine, inbox: Inbox) -> None:
    heard: list[str] = []
    inbox.subscribe(heard.extend)
    assert await inbox.park(delivery("1"), "no incident in it")
    assert [(row.delivery_id, row.reason) for row in rows.parked(db, 10)] == [
        ("1", "no incident in it")
    ]
    assert not rows.due(db, "c", 2e9).rows
    assert not heard


async def test_listeners_hear_of_conversations_after_the_commit(
    db: sa.Engine, inbox: Inbox
) -> None:
    heard: list[str] = []

    def listen(conversations: Iterable[str]) -> None:
        for one in conversations:
            assert rows.due(db, one, 2e9).rows
            heard.append(one)

    inbox.subscribe(listen)
    await inbox.put(delivery("1", "a"))
    await inbox.put(delivery("2", "b"))
    await inbox.put(delivery("2", "b"))
    assert heard == ["a", "b"]


async def test_finished_rows_lose_their_payload_and_keep_their_identity(
    db: sa.Engine, inbox: Inbox
) -> None:
    await inbox.put(delivery("1"))
    await inbox.put(delivery("2"))
    first, second = rows.due(db, "c", 2e9).rows
    rows.reroute(db, [second.id], "elsewhere")
    await inbox.finish([first.id, second.id], "c")
    assert [(row.state, row.payload) for row in stored(db)] == [("done", None), ("waiting", b"2")]
    assert not await inbox.put(delivery("1"))


async def test_a_closed_inbox_refuses(inbox: Inbox) -> None:
    await inbox.stop()
    with pytest.raises(InboxUnavailable) as error:
        await inbox.put(delivery("1"))
    assert error.value.retry_after > 0


async def test_what_waits_at_the_end_is_still_committed(db: sa.Engine) -> None:
    inbox = Inbox(db)
    await inbox.start()
    puts = [asyncio.create_task(inbox.put(delivery(str(n)))) for n in range(200)]
    await asyncio.sleep(0)
    await inbox.stop()
    assert all(await asyncio.gather(*puts))
    assert len(stored(db)) == 200


async def test_the_waiting_line_is_bounded(db: sa.Engine) -> None:
    inbox = Inbox(db, max_waiting=10, max_bytes=10_000)
    await inbox.start()
    answers = await asyncio.gather(
        *(inbox.put(delivery(str(n))) for n in range(50)), return_exceptions=True
    )
    refused = [one for one in answers if isinstance(one, InboxUnavailable)]
    assert len(refused) == 40
    large = [inbox.put(delivery(f"l{n}", payload=b"x" * 4000)) for n in range(4)]
    answers = await asyncio.gather(*large, return_exceptions=True)
    assert [isinstance(one, InboxUnavailable) for one in answers] == [False, False, True, True]
    assert await inbox.put(delivery("huge", payload=b"x" * 50_000))
    await inbox.stop()


async def test_a_request_that_was_cancelled_harms_nobody(db: sa.Engine, inbox: Inbox) -> None:
    task = asyncio.create_task(inbox.put(delivery("1")))
    await asyncio.sleep(0)
    task.cancel()
    assert await inbox.put(delivery("2"))
    assert {row.delivery_id for row in stored(db)} == {"1", "2"}
    assert inbox.waiting == 0


async def test_while_another_writer_holds_the_database_senders_are_asked_to_come_again(
    tmp_path: Path,
) -> None:
    db = open_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    create_tables(db)
    inbox = Inbox(db, patience=0.1)
    await inbox.start()
    await inbox.put(delivery("1"))
    with db.begin() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(InboxUnavailable, match="locked"):
            await inbox.put(delivery("2"))
    assert await inbox.put(delivery("2"))
    await inbox.stop()
    db.dispose()


async def test_a_database_that_is_away_is_tried_again(db: sa.Engine, inbox: Inbox) -> None:
    with db.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE inbox RENAME TO away")
    with pytest.raises(InboxUnavailable):
        await inbox.put(delivery("1"))
    assert inbox.trouble is not None
    with db.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO inbox")
    assert await inbox.put(delivery("1"))
    assert inbox.trouble is None


async def test_rows_that_cannot_be_marked_done_are_said_to_wait(
    db: sa.Engine, inbox: Inbox
) -> None:
    await inbox.put(delivery("1"))
    (row,) = rows.due(db, "c", 2e9).rows
    with db.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE inbox RENAME TO away")
    with pytest.raises(InboxUnavailable):
        await inbox.finish([row.id], "c")
    with db.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO inbox")
    assert rows.due(db, "c", 2e9).rows == (row,)


async def test_the_writer_outlives_what_nobody_foresaw(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(inbox._writer, "insert", broken)
        with pytest.raises(InboxUnavailable, match="a bug"):
            await inbox.put(delivery("1"))
    assert await inbox.put(delivery("1"))
