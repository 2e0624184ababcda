import pytest
import sqlalchemy as sa

from ghapp.engine import rows
from ghapp.engine.inbox import Inbox
from ghapp.engine.tables import inbox as table
from tests.engine.rig import delivery

NOW = 2e9


def keys(due: rows.Due) -> list[str]:
    return [row.delivery_id for row in due.rows]


@pytest.fixture
async def three(inbox: Inbox) -> Inbox:
    for key in "123":
        await inbox.put(delivery(key))
    return inbox


def ids(db: sa.Engine) -> list[int]:
    with db.connect() as connection:
        return list(connection.execute(sa.select(table.c.id).order_by(table.c.id)).scalars())


async def test_rows_of_one_conversation_come_in_order(db: sa.Engine, three: Inbox) -> None:
    await three.put(delivery("other", "another"))
    assert keys(rows.due(db, "c", NOW)) == ["1", "2", "3"]
    assert rows.due(db, "nobody", NOW) == rows.Due(())


async def test_nobody_overtakes_a_row_that_has_to_wait(db: sa.Engine, three: Inbox) -> None:
    first, second, _ = ids(db)
    rows.postpone(db, [second], NOW + 5, "later")
    assert keys(rows.due(db, "c", NOW)) == ["1"]
    rows.postpone(db, [first], NOW + 9, "much later")
    assert rows.due(db, "c", NOW) == rows.Due((), gate=NOW + 9)
    assert keys(rows.due(db, "c", NOW + 9)) == ["1", "2", "3"]


async def test_a_batch_is_bounded_by_count(db: sa.Engine, inbox: Inbox) -> None:
    for n in range(rows.LIMIT + 5):
        await inbox.put(delivery(str(n)))
    assert len(rows.due(db, "c", NOW).rows) == rows.LIMIT


async def test_a_batch_is_bounded_by_bytes_but_never_empty(db: sa.Engine, inbox: Inbox) -> None:
    await inbox.put(delivery("huge", payload=bytes(rows.MAX_BYTES + 1)))
    await inbox.put(delivery("small"))
    assert keys(rows.due(db, "c", NOW)) == ["huge"]


async def test_a_failure_is_counted_and_a_park_is_final(db: sa.Engine, three: Inbox) -> None:
    first = ids(db)[0]
    rows.count_failure(db, first, NOW + 1, "ValueError")
    (row, *_) = rows.due(db, "c", NOW + 1).rows
    assert (row.attempts, row.reason) == (1, "ValueError")
    rows.park(db, first, "ValueError again")
    assert keys(rows.due(db, "c", NOW)) == ["2", "3"]
    (parked,) = rows.parked(db, 10)
    assert (parked.delivery_id, parked.attempts, parked.reason) == ("1", 2, "ValueError again")
    assert parked.payload == b"1"
    assert rows.parked_count(db) == 1


async def test_unparked_rows_begin_anew_in_their_place(db: sa.Engine, three: Inbox) -> None:
    first, second, _ = ids(db)
    rows.park(db, first, "x")
    assert rows.unpark(db, [first, second]) == ["c"]
    found = rows.due(db, "c", NOW)
    assert keys(found) == ["1", "2", "3"]
    assert found.rows[0].attempts == 0


async def test_rerouted_rows_keep_their_place_in_time(db: sa.Engine, three: Inbox) -> None:
    await three.put(delivery("4", "d"))
    rows.reroute(db, ids(db)[1:2], "d")
    assert keys(rows.due(db, "c", NOW)) == ["1", "3"]
    assert keys(rows.due(db, "d", NOW)) == ["2", "4"]


async def test_overdue_finds_conversations_whose_first_row_is_due(
    db: sa.Engine, three: Inbox
) -> None:
    await three.put(delivery("4", "d"))
    await three.put(delivery("5", "gated"))
    await three.put(delivery("6", "gated"))
    *_, gated, _ = ids(db)
    rows.postpone(db, [gated], NOW + 5, "later")
    assert rows.overdue(db, NOW, 0, 10) == ["c", "d"]
    assert rows.overdue(db, NOW, 0, 1) == ["c"]
    assert rows.overdue(db, NOW + 5, 0, 10) == ["c", "d", "gated"]
    assert rows.overdue(db, 1.0, 0, 10) == []


async def test_old_done_rows_are_forgotten_and_others_kept(db: sa.Engine, three: Inbox) -> None:
    first, second, third = ids(db)
    await three.finish([first, second], "c")
    with db.begin() as connection:
        connection.execute(table.update().where(table.c.id != second).values(received_at=100.0))
    assert rows.prune(db, 200.0, chunk=1) == 1
    assert ids(db) == [second, third]
    assert rows.prune(db, NOW, chunk=1) == 1
    assert ids(db) == [third]


async def test_waiting_stats(db: sa.Engine, three: Inbox) -> None:
    rows.park(db, ids(db)[0], "x")
    depth, oldest = rows.waiting_stats(db)
    assert depth == 2
    assert oldest is not None
    rows.reroute(db, [], "nowhere")
    await three.finish(ids(db), "c")
    assert rows.waiting_stats(db) == (0, None)
