from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from ghapp.engine.inbox import Inbox
from ghapp.engine.store import Done, Intended, Store
from tests.engine.rig import delivery

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(db: sa.Engine, clock: Clock) -> Iterator[Store]:
    store = Store(db, clock=clock)
    yield store
    store.close()


async def test_memory(store: Store) -> None:
    assert await store.memory_get("incident", "a") is None
    await store.memory_put("incident", "a", {"issue": 7, "seen": [1.5, None, "é"]})
    await store.memory_put_many("incident", {"b": 2, "a": {"issue": 8}})
    await store.memory_put_many("incident", {})
    await store.memory_put("other", "a", True)
    assert await store.memory_get("incident", "a") == {"issue": 8}
    assert await store.memory_all("incident") == {"a": {"issue": 8}, "b": 2}
    assert await store.memory_some("incident", ["a", "c"]) == {"a": {"issue": 8}}
    assert await store.memory_page("incident", "", 1) == [("a", {"issue": 8})]
    assert await store.memory_page("incident", "a", 5) == [("b", 2)]
    assert await store.memory_page("incident", "b", 5) == []
    await store.memory_delete("incident", "a")
    await store.memory_delete("incident", "a")
    assert await store.memory_all("incident") == {"b": 2}
    assert await store.memory_all("none") == {}


async def test_an_effect_is_intended_then_done(store: Store, clock: Clock) -> None:
    assert await store.ledger_state("open:x") is None
    await store.ledger_intend("open:x")
    assert await store.ledger_state("open:x") == Intended(NOW)
    clock.now += HOUR
    await store.ledger_intend("open:x")
    assert await store.ledger_state("open:x") == Intended(NOW + HOUR)
    await store.ledger_done("open:x", "42")
    assert await store.ledger_state("open:x") == Done("42", NOW + HOUR)
    await store.ledger_intend("open:x")
    assert await store.ledger_state("open:x") == Done("42", NOW + HOUR)


async def test_an_effect_may_be_done_without_an_intention(store: Store) -> None:
    await store.ledger_done("comment:y", "")
    assert await store.ledger_state("comment:y") == Done("", NOW)


async def test_spending_is_counted_by_instants(store: Store) -> None:
    berlin = NOW.astimezone(timezone(timedelta(hours=1)))
    for minutes in (3, 1, 2):
        await store.spend_add(berlin - timedelta(minutes=minutes))
    assert await store.spend_since(NOW - timedelta(minutes=2, seconds=30)) == [
        NOW - timedelta(minutes=2),
        NOW - timedelta(minutes=1),
    ]


async def test_parked_rows_are_listed_and_tried_again(store: Store, inbox: Inbox) -> None:
    heard: list[str] = []
    store.subscribe(heard.extend)
    await inbox.park(delivery("1"), "unreadable")
    (row,) = await store.parked()
    assert (row.delivery_id, row.reason) == ("1", "unreadable")
    await store.unpark([row.id])
    assert await store.parked() == []
    assert heard == ["c"]
    await store.reroute([row.id], "d")
    assert heard == ["c", "d"]


async def test_depth_and_age_of_what_waits(store: Store, inbox: Inbox, clock: Clock) -> None:
    assert await store.waiting_stats() == (0, 0.0)
    await inbox.put(delivery("1"))
    clock.now = datetime.now(UTC) + HOUR
    depth, age = await store.waiting_stats()
    assert depth == 1
    assert age == pytest.approx(3600, abs=30)


async def test_what_is_old_is_forgotten(store: Store, inbox: Inbox, clock: Clock) -> None:
    await inbox.put(delivery("old"))
    await inbox.put(delivery("waiting", "d"))
    await inbox.finish([1], "c")
    await store.ledger_intend("never finished")
    await store.ledger_done("finished", "1")
    await store.spend_add(NOW)
    claim = {"now": NOW, "window": HOUR, "threshold": 1}
    assert await store.claim_slot("incident", "a", "gcp", **claim)
    assert not await store.claim_slot("incident", "b", "gcp", **claim)
    clock.now = max(datetime.now(UTC), NOW) + timedelta(days=31)
    await store.prune()
    assert await inbox.put(delivery("old"))
    assert not await inbox.put(delivery("waiting", "d"))
    assert await store.ledger_state("finished") is None
    assert await store.ledger_state("never finished") == Intended(NOW)
    assert await store.spend_since(NOW - HOUR) == []
    assert await store.claim_slot("incident", "b", "gcp", **claim)


async def test_pruning_keeps_what_may_still_matter(store: Store, clock: Clock) -> None:
    await store.ledger_done("finished", "1")
    await store.spend_add(NOW)
    clock.now += timedelta(minutes=59)
    await store.prune()
    assert await store.ledger_state("finished") == Done("1", NOW)
    assert await store.spend_since(NOW - HOUR) == [NOW]


@pytest.mark.parametrize(
    ("kind", "days"),
    [
        pytest.param("ended", 8, id="ends that never had an issue"),
        pytest.param("rate", 8, id="counted events"),
        pytest.param("closed-incident", 90, id="closed incidents"),
    ],
)
async def test_what_grows_with_what_happens_is_forgotten(
    store: Store, clock: Clock, kind: str, days: int
) -> None:
    await store.memory_put(kind, "gcp:1", {})
    await store.memory_put("incident", "gcp:1", {})
    clock.now += timedelta(days=days)
    await store.prune()
    assert await store.memory_all(kind) == {"gcp:1": {}}
    clock.now += timedelta(seconds=1)
    await store.prune()
    assert await store.memory_all(kind) == {}
    assert await store.memory_all("incident") == {"gcp:1": {}}


async def test_ping_raises_what_the_database_says(store: Store, db: sa.Engine) -> None:
    await store.ping()
    sa.event.listen(db, "before_cursor_execute", _away)
    with pytest.raises(sa.exc.OperationalError, match="gone"):
        await store.ping()


def _away(*_: object) -> None:
    raise sa.exc.OperationalError("SELECT 1", {}, Exception("gone"))
