"""A write is sent once: an intention without success is looked after, never guessed about."""

from datetime import timedelta

import pytest

from ghapp.engine.store import Done, Intended
from ghapp.github.errors import Unavailable
from ghapp.github.once import IN_FLIGHT, Once
from tests.support.builders import NOW


class Notes:
    """A ledger in memory."""

    def __init__(self) -> None:
        self.known: dict[str, Intended | Done] = {}

    async def ledger_state(self, key: str) -> Intended | Done | None:
        return self.known.get(key)

    async def ledger_intend(self, key: str) -> None:
        self.known[key] = Intended(NOW)

    async def ledger_done(self, key: str, result: str) -> None:
        self.known[key] = Done(result, NOW)


@pytest.fixture
def notes() -> Notes:
    return Notes()


def process(notes: Notes, **later: float) -> Once:
    """Whoever looks at the ledger, so much later."""
    return Once(notes, lambda: NOW + timedelta(**later))


async def test_what_nobody_has_begun_may_be_sent(notes: Notes) -> None:
    assert await process(notes).settle("a") is None


async def test_ones_own_intention_is_no_hindrance(notes: Notes) -> None:
    own = process(notes)
    await own.intend("a")
    assert await own.settle("a") == Intended(NOW)
    await own.done("a", "7")
    assert await own.settle("a") == Done("7", NOW)


@pytest.mark.parametrize(
    ("seconds", "rest"),
    [(0.0, 10.0), (9.5, 0.5), (-10.0, 20.0)],
    ids=["just now", "nearly landed", "by a clock that is a little ahead"],
)
async def test_what_a_process_that_is_gone_has_begun_is_waited_for(
    notes: Notes, seconds: float, rest: float
) -> None:
    await process(notes).intend("a")
    with pytest.raises(Unavailable) as raised:
        await process(notes, seconds=seconds).settle("a")
    assert raised.value.after == rest


@pytest.mark.parametrize(
    "seconds",
    [IN_FLIGHT.total_seconds(), -10.1, -1e6],
    ids=["it has landed", "by a clock that was ahead", "by one that was far ahead"],
)
async def test_no_longer_than_it_takes(notes: Notes, seconds: float) -> None:
    await process(notes).intend("a")
    assert await process(notes, seconds=seconds).settle("a") == Intended(NOW)
