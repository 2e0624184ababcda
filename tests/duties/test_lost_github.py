"""Which deliveries of GitHub's webhook are lost, and when GitHub is asked to send them again."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.duties import lost_github
from ghapp.duties.lost_github import AT_MOST, Found, Lost, find, still_lost, wanted
from ghapp.github.deliveries import Attempt, Attempts
from ghapp.github.errors import NotFound, RateLimited, Unavailable
from tests.support.values import Values

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HORIZON = NOW - lost_github.HORIZON


def attempt(number: int, guid: str = "a", *, status: int = 502, minutes: float = 0) -> Attempt:
    """An attempt `minutes` after NOW."""
    at = NOW + minutes * MINUTE
    return Attempt(id=number, guid=guid, at=at, event="issue_comment", status=status)


@dataclass
class MemoryHook:
    """A webhook of a GitHub in memory: what is asked for is attempted, and answered with `answer`."""

    made: list[Attempt] = field(default_factory=list)
    answer: int | None = 202
    asked: list[int] = field(default_factory=list)
    since: list[datetime] = field(default_factory=list)
    complete: bool = True
    refuses: dict[int, Exception] = field(default_factory=dict)
    now: datetime = NOW

    async def attempts(self, since: datetime) -> Attempts:
        self.since.append(since)
        return Attempts(tuple(one for one in self.made if one.at >= since), self.complete)

    async def redeliver(self, attempt: Attempt) -> None:
        if attempt.id in self.refuses:
            raise self.refuses[attempt.id]
        self.asked.append(attempt.id)
        if self.answer is not None:
            number = len(self.made) + 100
            again = Attempt(
                id=number, guid=attempt.guid, at=self.now, event="x", status=self.answer
            )
            self.made.append(again)


@pytest.mark.parametrize(
    ("attempts", "lost"),
    [
        pytest.param([attempt(1, status=202)], [], id="taken"),
        pytest.param([attempt(1, status=200)], [], id="nothing to do is taken as well"),
        pytest.param([attempt(1)], [(1, 1)], id="nobody answered"),
        pytest.param([attempt(1, status=0)], [(1, 1)], id="no status at all"),
        pytest.param([attempt(1, status=503)], [(1, 1)], id="could not be stored"),
        pytest.param([attempt(1, status=302)], [(1, 1)], id="sent elsewhere"),
        pytest.param([attempt(1), attempt(2, status=202, minutes=1)], [], id="taken later"),
        pytest.param([attempt(1), attempt(2, minutes=1)], [(2, 2)], id="lost twice"),
        pytest.param(
            [attempt(1), attempt(2, "b", status=202)], [(1, 1)], id="another event was taken"
        ),
        pytest.param(
            [attempt(1, minutes=-3 * 24 * 60 - 1)], [], id="too old to be repeated by GitHub"
        ),
    ],
)
def test_what_is_lost(attempts: list[Attempt], lost: list[tuple[int, int]]) -> None:
    found = still_lost({}, attempts, HORIZON)
    assert [(one.newest.id, one.failures) for one in found.values()] == lost


events = st.lists(
    st.builds(
        lambda guid, minutes, status: (guid, minutes, status),
        st.sampled_from("abc"),
        st.integers(-120, 0),
        st.sampled_from([200, 202, 401, 502]),
    ),
    max_size=12,
)


@given(events, st.integers(0, 12), st.integers(0, 12))
def test_looks_that_overlap_come_to_the_same(events: Any, first: int, back: int) -> None:
    attempts = sorted(
        (attempt(n, guid, status=s, minutes=m) for n, (guid, m, s) in enumerate(events)),
        key=lambda one: (one.at, one.id),
    )
    at_once = still_lost({}, attempts, HORIZON)
    before = still_lost({}, attempts[:first], HORIZON)
    after = still_lost(before, attempts[max(0, first - back) :], HORIZON)
    assert after.keys() == at_once.keys()
    assert {guid: one.newest for guid, one in after.items()} == {
        guid: one.newest for guid, one in at_once.items()
    }


@pytest.mark.parametrize(
    ("lost", "pause"),
    [
        pytest.param(Lost(attempt(1), NOW), timedelta(), id="at once"),
        pytest.param(Lost(attempt(1), NOW, failures=2), 4 * MINUTE, id="then in minutes"),
        pytest.param(Lost(attempt(1), NOW, failures=5), 32 * MINUTE, id="doubled"),
        pytest.param(Lost(attempt(1), NOW, failures=99), timedelta(hours=6), id="at longest"),
        pytest.param(
            Lost(attempt(1), NOW, asked_at=NOW), timedelta(hours=1), id="asked for: GitHub's turn"
        ),
    ],
)
def test_how_long_it_is_left_in_peace(lost: Lost, pause: timedelta) -> None:
    assert wanted([lost], NOW + pause - timedelta(seconds=1)) == []
    assert wanted([lost], NOW + pause) == [lost]


def test_the_oldest_are_asked_for_first_and_not_too_many() -> None:
    many = [Lost(attempt(n, f"{n}", minutes=-n), NOW - n * MINUTE) for n in range(AT_MOST + 5)]
    first = wanted(many, NOW)
    assert len(first) == AT_MOST
    assert [one.newest.id for one in first[:2]] == [AT_MOST + 4, AT_MOST + 3]


async def test_what_was_lost_is_sent_again_once() -> None:
    hook = MemoryHook([attempt(1, minutes=-60), attempt(2, "b", status=202, minutes=-50)])
    memory = Values()
    assert await find(hook, memory, NOW) == Found(looked=2, lost=1, redelivered=1)
    assert await find(hook, memory, NOW + MINUTE) == Found(looked=1, lost=0, redelivered=0)
    assert hook.asked == [1]
    assert hook.since == [HORIZON, NOW - lost_github.OVERLAP]


async def test_what_was_asked_for_is_waited_for() -> None:
    hook = MemoryHook([attempt(1, minutes=-60)], answer=None)
    memory = Values()
    for minutes in (0, 5, 10, 59):
        await find(hook, memory, NOW + minutes * MINUTE)
    assert hook.asked == [1]
    assert (await find(hook, memory, NOW + 60 * MINUTE)).redelivered == 1


async def test_what_fails_again_and_again_is_asked_for_ever_more_seldom() -> None:
    hook, memory = MemoryHook([attempt(1)], answer=400), Values()
    for turn in range(4 * 24 * 12):
        hook.now = NOW + turn * 5 * MINUTE
        await find(hook, memory, hook.now)
    assert 10 < len(hook.asked) < 25
    assert hook.made[-1].at < NOW + lost_github.HORIZON + timedelta(hours=1)


async def test_one_that_github_refuses_stops_no_other() -> None:
    hook = MemoryHook([attempt(1), attempt(2, "b")], refuses={1: NotFound()})
    assert await find(hook, Values(), NOW) == Found(looked=2, lost=2, redelivered=1)
    assert hook.asked == [2]


async def test_when_github_asks_to_wait_the_rest_waits() -> None:
    limited = RateLimited(NOW + MINUTE)
    hook = MemoryHook([attempt(1), attempt(2, "b"), attempt(3, "c")], refuses={2: limited})
    memory = Values()
    assert await find(hook, memory, NOW) == Found(3, 3, 1, complete=False)
    hook.refuses.clear()
    assert (await find(hook, memory, NOW + 5 * MINUTE)).redelivered == 2
    assert hook.asked == [1, 2, 3]


async def test_trouble_half_way_forgets_nothing() -> None:
    hook = MemoryHook([attempt(1), attempt(2, "b")], refuses={2: Unavailable("down")})
    memory = Values()
    with pytest.raises(Unavailable):
        await find(hook, memory, NOW)
    hook.refuses.clear()
    await find(hook, memory, NOW + MINUTE)
    assert hook.asked == [1, 2]


async def test_a_listing_that_fails_moves_nothing_on() -> None:
    class Down(MemoryHook):
        async def attempts(self, since: datetime) -> Attempts:
            raise Unavailable("down")

    memory = Values()
    with pytest.raises(Unavailable):
        await find(Down(), memory, NOW)
    assert memory.kept == {}


async def test_too_many_to_read_is_said() -> None:
    assert not (await find(MemoryHook(complete=False), Values(), NOW)).complete


async def test_a_dry_run_asks_for_nothing_and_remembers_nothing() -> None:
    hook, memory = MemoryHook([attempt(1)]), Values()
    assert await find(hook, memory, NOW, dry_run=True) == Found(1, 1, 1)
    assert (hook.asked, memory.kept) == ([], {})
