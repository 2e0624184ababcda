"""When GitHub says wait, nothing is sent before the wait is over, not even after a restart."""

from datetime import UTC, datetime, timedelta

import pytest

from ghapp.github.errors import RateLimited
from ghapp.github.hold import Held, Hold, retry_after, wanted_wait
from tests.support.limit_store import FakeClock, MemoryLimitStore

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes."


@pytest.mark.parametrize(
    ("status", "headers", "text", "seconds"),
    [
        pytest.param(403, {"retry-after": "30"}, "whatever", 30, id="403 with Retry-After"),
        pytest.param(429, {"retry-after": "7"}, "", 7, id="429 with Retry-After"),
        pytest.param(503, {"retry-after": "9"}, "", 9, id="503 with Retry-After"),
        pytest.param(429, {}, "", 60, id="429 that names no time"),
        pytest.param(403, {}, SECONDARY, 60, id="secondary limit that names no time"),
        pytest.param(403, {}, "abuse detection", 60, id="secondary limit by its old name"),
        pytest.param(403, {}, "", 60, id="403 that says nothing is not GitHub's refusal"),
        pytest.param(403, {}, "Resource not accessible by integration", None, id="no permission"),
        pytest.param(500, {}, "", None, id="broken is not limited"),
        pytest.param(200, {"retry-after": "30"}, "", None, id="a success asks for nothing"),
        pytest.param(200, {"x-ratelimit-remaining": "12"}, "", None, id="some calls left"),
        pytest.param(
            200,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(EPOCH + 90)},
            "",
            90,
            id="the last call of the hour succeeds, and no more follow",
        ),
        pytest.param(
            403,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(EPOCH + 90)},
            "API rate limit exceeded",
            90,
            id="hour exhausted",
        ),
        pytest.param(
            403,
            {
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": str(EPOCH - 500),
                "date": "Mon, 05 Jan 2026 08:50:00 GMT",
            },
            "API rate limit exceeded",
            100,
            id="reset is measured on GitHub's clock, ours is 10 minutes ahead",
        ),
        pytest.param(
            403,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"},
            "API rate limit exceeded",
            60,
            id="hour exhausted, reset unreadable",
        ),
        pytest.param(
            200,
            {
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": str(EPOCH + 9),
                "x-ratelimit-resource": "search",
            },
            "",
            None,
            id="another resource's limit is not ours",
        ),
        pytest.param(
            200,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(EPOCH + 10**8)},
            "",
            65 * 60,
            id="an absurd reset is cut to an hour",
        ),
    ],
)
def test_what_an_answer_asks_for(
    status: int, headers: dict[str, str], text: str, seconds: int | None
) -> None:
    held = wanted_wait(status, headers, text, NOW)
    assert (held and (held.until - NOW).total_seconds()) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 1),
        (" 12 ", 12),
        ("99999999999999", 24 * 3600),
        ("Mon, 05 Jan 2026 09:02:00 GMT", 120),
        ("Mon, 05 Jan 2026 08:00:00 GMT", 1),
        ("-5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: int | None) -> None:
    wait = retry_after(value, NOW)
    assert (wait and wait.total_seconds()) == seconds


@pytest.mark.parametrize("value", [None, 3, {}, {"until": "x", "reason": "", "strikes": 0}])
def test_a_memory_that_is_no_hold_holds_nothing(value: object) -> None:
    assert Held.from_json(value) is None


class TestHold:
    clock: FakeClock
    store: MemoryLimitStore

    @pytest.fixture(autouse=True)
    def hold(self) -> Hold:
        self.clock = FakeClock(NOW)
        self.store = MemoryLimitStore()
        return Hold(self.store, self.clock.now)

    async def limited(self, hold: Hold, sent: datetime | None = None) -> Held | None:
        return await hold.learn("installation:1", 403, {}, SECONDARY, sent or self.clock.now())

    async def test_holds_every_subject_until_the_time_is_over(self, hold: Hold) -> None:
        await hold.learn("installation:1", 429, {"retry-after": "30"}, "", NOW)
        self.clock.pass_(29.9)
        with pytest.raises(RateLimited) as told:
            await hold.check("installation:2")
        assert told.value.until == NOW + timedelta(seconds=30)
        self.clock.pass_(0.1)
        await hold.check("installation:2")

    async def test_an_exhausted_hour_holds_its_own_installation_only(self, hold: Hold) -> None:
        gone = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(EPOCH + 90)}
        await hold.learn("installation:1", 200, gone, "", NOW)
        await hold.check("installation:2")
        with pytest.raises(RateLimited):
            await hold.check("installation:1")

    async def test_survives_a_restart_and_is_known_to_other_instances(self, hold: Hold) -> None:
        await hold.learn("app", 403, {"retry-after": "30"}, "", NOW)
        with pytest.raises(RateLimited):
            await Hold(self.store, self.clock.now).check("installation:1")

    async def test_doubles_while_the_limit_persists_up_to_a_quarter_of_an_hour(
        self, hold: Hold
    ) -> None:
        waits = []
        for _ in range(6):
            held = await self.limited(hold)
            assert held is not None
            waits.append((held.until - self.clock.now()).total_seconds())
            self.clock.at = held.until
        assert waits == [60, 120, 240, 480, 900, 900]

    async def test_answers_to_calls_of_before_the_hold_do_not_double_it(self, hold: Hold) -> None:
        first = await self.limited(hold, sent=NOW)
        self.clock.pass_(1)
        assert await self.limited(hold, sent=NOW) == first

    async def test_a_success_after_the_hold_ends_the_doubling(self, hold: Hold) -> None:
        await self.limited(hold)
        self.clock.pass_(60)
        await hold.learn("installation:1", 200, {}, "", self.clock.now())
        held = await self.limited(hold)
        assert held is not None
        assert held.until - self.clock.now() == timedelta(seconds=60)

    async def test_a_late_success_of_before_the_hold_does_not_end_it(self, hold: Hold) -> None:
        await self.limited(hold)
        self.clock.pass_(1)
        await hold.learn("installation:1", 200, {}, "", NOW)
        with pytest.raises(RateLimited):
            await hold.check("installation:1")

    async def test_a_shorter_wait_does_not_shorten_a_longer_one(self, hold: Hold) -> None:
        await hold.learn("app", 429, {"retry-after": "100"}, "", NOW)
        await hold.learn("app", 429, {"retry-after": "1"}, "", NOW)
        self.clock.pass_(50)
        with pytest.raises(RateLimited):
            await hold.check("app")
