"""How much the app may write: GitHub's limits on content, with the most urgent writes first."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.github.budget import CROWD, PATIENCE, Budget, ceilings, earliest
from ghapp.github.errors import RateLimited
from ghapp.github.priority import Priority
from ghapp.model.names import Severity
from tests.support.limit_store import FakeClock, MemoryLimitStore

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def ago(*seconds: float) -> list[datetime]:
    return [NOW - timedelta(seconds=one) for one in seconds]


@pytest.mark.parametrize(
    ("spent", "priority", "wait"),
    [
        pytest.param([], Priority.REPEAT, 0, id="nothing written yet"),
        pytest.param(ago(0) * 49, Priority.NORMAL, 0, id="a burst of 50 goes at once"),
        pytest.param(ago(0) * 50, Priority.NORMAL, 1, id="after a burst, one a second"),
        pytest.param(ago(0.4) * 50, Priority.NORMAL, 0.6, id="one a second since the last"),
        pytest.param(ago(0) * 50, Priority.SEV2, 0, id="urgent writes are not paced"),
        pytest.param(ago(5) * 60, Priority.REPEAT, 56, id="repeats leave 20 of the minute's 80"),
        pytest.param(ago(5) * 60, Priority.SEV4, 0, id="where repeats wait, others go"),
        pytest.param(ago(5) * 70, Priority.SEV3, 56, id="the last 10 are for sev1 and sev2"),
        pytest.param(ago(5) * 79, Priority.SEV1, 0, id="sev1 may use the last"),
        pytest.param(ago(5) * 80, Priority.SEV1, 56, id="never an 81st in a minute"),
        pytest.param(ago(61) * 80, Priority.SEV1, 0, id="a minute later all is free again"),
        pytest.param(
            ago(50, *[20] * 79), Priority.SEV1, 11, id="the first place frees with the oldest"
        ),
        pytest.param(ago(1801) * 499, Priority.SEV1, 0, id="sev1 may use the hour's last"),
        pytest.param(ago(1801) * 500, Priority.SEV1, 1800, id="never a 501st in an hour"),
        pytest.param(ago(1801) * 450, Priority.NORMAL, 1800, id="50 an hour for sev1 and sev2"),
        pytest.param(ago(1801) * 400, Priority.REPEAT, 1800, id="repeats leave 100 an hour"),
        pytest.param(ago(3601) * 500, Priority.REPEAT, 0, id="an hour later all is free again"),
    ],
)
def test_earliest(spent: Sequence[datetime], priority: Priority, wait: float) -> None:
    assert (earliest(spent, NOW, priority) - NOW).total_seconds() == wait


TIMES = st.lists(st.floats(0, 4000).map(lambda s: NOW - timedelta(seconds=s)), max_size=600)


@given(TIMES, st.sampled_from(Priority))
def test_writing_at_the_earliest_time_keeps_every_limit(
    spent: list[datetime], priority: Priority
) -> None:
    at = earliest(spent, NOW, priority)
    after = [*spent, at]
    per_minute, per_hour = ceilings(priority)
    assert at >= NOW
    assert sum(at - one <= timedelta(seconds=60) for one in after) <= per_minute
    assert sum(at - one <= timedelta(hours=1) for one in after) <= per_hour


@given(TIMES)
def test_who_is_more_urgent_never_waits_longer(spent: list[datetime]) -> None:
    waits = [earliest(spent, NOW, priority) for priority in Priority]
    assert waits == sorted(waits)


def test_an_incident_s_calls_have_its_severity_s_priority() -> None:
    assert [Priority.of(severity) for severity in Severity] == [
        Priority.SEV1,
        Priority.SEV2,
        Priority.SEV3,
        Priority.SEV4,
    ]


class TestBudget:
    clock: FakeClock
    store: MemoryLimitStore

    @pytest.fixture(autouse=True)
    def budget(self) -> Budget:
        self.clock = FakeClock(NOW)
        self.store = MemoryLimitStore()
        return Budget(self.store, self.clock.now, self.clock.sleep)

    async def test_counts_what_goes(self, budget: Budget) -> None:
        await budget.spend(Priority.NORMAL)
        assert self.store.spent == [NOW]

    async def test_waits_a_few_seconds_for_a_place(self, budget: Budget) -> None:
        self.store.spent = ago(*[58.0] * 80)
        await budget.spend(Priority.SEV1)
        assert self.store.spent[-1] == NOW + timedelta(seconds=3)

    async def test_a_longer_wait_is_left_to_the_queue(self, budget: Budget) -> None:
        self.store.spent = ago(*[10.0] * 80)
        with pytest.raises(RateLimited) as told:
            await budget.spend(Priority.SEV1)
        assert told.value.until == NOW + timedelta(seconds=51)
        assert len(self.store.spent) == 80

    async def test_the_most_urgent_of_those_who_wait_goes_first(self, budget: Budget) -> None:
        self.store.spent = ago(*[58.0] * 80)
        went: list[Priority] = []

        async def write(priority: Priority) -> None:
            await budget.spend(priority)
            went.append(priority)

        wanted = [Priority.NORMAL, Priority.SEV4, Priority.SEV1, Priority.SEV2, Priority.SEV3]
        await asyncio.gather(*map(write, wanted))
        assert went == sorted(wanted)

    async def test_a_newcomer_who_is_urgent_does_not_wait_behind_others(
        self, budget: Budget
    ) -> None:
        self.store.spent = ago(*[58.0] * 70)
        other = asyncio.create_task(budget.spend(Priority.REPEAT))
        await asyncio.sleep(0)
        await budget.spend(Priority.SEV1)
        assert self.store.spent[-1] == NOW
        await other

    async def test_a_crowd_is_sent_away_at_once_each_with_a_time_of_its_own(
        self, budget: Budget
    ) -> None:
        self.store.spent = ago(*[58.0] * 70)
        told = await asyncio.gather(
            *(budget.spend(Priority.SEV3) for _ in range(10)), return_exceptions=True
        )
        times = [one.until for one in told if isinstance(one, RateLimited)]
        assert len(times) == 10 - CROWD
        assert len(set(times)) == len(times)

    async def test_a_crowd_for_whom_there_is_room_goes_at_once(self, budget: Budget) -> None:
        await asyncio.gather(*(budget.spend(Priority.SEV3) for _ in range(40)))
        assert self.store.spent == [NOW] * 40

    async def test_asking_for_room_counts_nothing(self, budget: Budget) -> None:
        await budget.check(Priority.SEV3)
        assert self.store.spent == []

    async def test_without_room_each_that_asks_gets_its_own_time(self, budget: Budget) -> None:
        self.store.spent = ago(*[10.0] * 70)
        times = []
        for _ in range(3):
            with pytest.raises(RateLimited) as told:
                await budget.check(Priority.SEV3)
            times.append(told.value.until)
        assert times == sorted(set(times))
        await budget.check(Priority.SEV1)

    async def test_two_instances_together_keep_the_limit(self, budget: Budget) -> None:
        self.store.spent = ago(*[5.0] * 70)
        other = Budget(self.store, self.clock.now, self.clock.sleep)
        done = await asyncio.gather(
            *(b.spend(Priority.SEV1) for b in (budget, other) for _ in range(10)),
            return_exceptions=True,
        )
        assert sum(one is None for one in done) <= 10
        assert all(one is None or isinstance(one, RateLimited) for one in done)

    async def test_six_hundred_writes_take_more_than_an_hour(self, budget: Budget) -> None:
        went: list[datetime] = []
        while len(went) < 600:
            try:
                await budget.spend(Priority.NORMAL)
            except RateLimited as limited:
                self.clock.at = max(self.clock.at, limited.until)
            else:
                went.append(self.clock.at)
        assert went == sorted(went)
        for place, at in enumerate(went):
            later = went[place:]
            assert sum(one - at <= timedelta(seconds=60) for one in later) <= 80
            assert sum(one - at <= timedelta(hours=1) for one in later) <= 500
        assert went[-1] - went[0] > timedelta(minutes=60)

    async def test_one_who_gives_up_leaves_the_line(self, budget: Budget) -> None:
        self.store.spent = ago(*[58.0] * 80)
        first = asyncio.create_task(budget.spend(Priority.SEV1))
        second = asyncio.create_task(budget.spend(Priority.SEV2))
        await asyncio.sleep(0)
        first.cancel()
        await second
        assert first.cancelled()
        assert self.clock.at - NOW <= PATIENCE
