"""When GitHub says wait, nothing is sent before the wait is over, not even after a restart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

from ghapp.github import metrics
from ghapp.github.errors import RateLimited

KIND = "github-hold"
EVERYTHING = "all"
"""The subject of a hold on all calls; others are one installation's, or the App's own."""

FIRST_BACKOFF = timedelta(minutes=1)
LONGEST_BACKOFF = timedelta(minutes=15)
LONGEST_RETRY_AFTER = timedelta(hours=24)
LONGEST_RESET = timedelta(minutes=65)
SHORTEST = timedelta(seconds=1)


class HoldMemory(Protocol):
    """Where holds outlive the process."""

    async def memory_get(self, kind: str, key: str, /) -> Any:
        """What was put, or None."""
        ...

    async def memory_put(self, kind: str, key: str, value: Any, /) -> None:
        """Keep JSON-able `value`."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """Until when (UTC) and why; `strikes` counts the waits of our own choosing in a row."""

    until: datetime
    reason: str
    strikes: int = 0

    def as_json(self) -> dict[str, Any]:
        """As the memory keeps it."""
        return {"until": self.until.isoformat(), "reason": self.reason, "strikes": self.strikes}

    @classmethod
    def from_json(cls, value: Any) -> "Held | None":
        """What `as_json` gave; None for anything else."""
        try:
            until = datetime.fromisoformat(value["until"]).astimezone(UTC)
            return cls(until, str(value["reason"]), int(value["strikes"]))
        except (KeyError, TypeError, ValueError):
            return None


def wanted_wait(status: int, headers: Mapping[str, str], text: str, now: datetime) -> Held | None:
    """How long GitHub wants no more calls, told by one answer; None when it asks for no wait.

    A hold with `strikes` is one that GitHub set no time for: the caller decides how long.
    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    refused = status in {403, 429}
    if refused or status >= 500:
        asked = retry_after(headers.get("retry-after", ""), now)
        if asked is not None:
            return Held(now + asked, "retry-after")
    if _exhausted(headers) and (refused or status < 400):
        reset = _until_reset(headers, now)
        if reset is not None:
            return Held(now + reset, "hourly limit")
    if status == 429 or (status == 403 and _sounds_like_a_limit(text)):
        return Held(now + FIRST_BACKOFF, "secondary limit", strikes=1)
    return None


def retry_after(value: str, now: datetime) -> timedelta | None:
    """A Retry-After header in seconds or as a date (RFC 9110 §10.2.3); None when it is neither."""
    if value.strip().isascii() and value.strip().isdigit():
        seconds = min(int(value.strip()[:9]), int(LONGEST_RETRY_AFTER.total_seconds()))
        return max(timedelta(seconds=seconds), SHORTEST)
    wait = _date(value)
    return None if wait is None else min(max(wait - now, SHORTEST), LONGEST_RETRY_AFTER)


def _exhausted(headers: Mapping[str, str]) -> bool:
    core = headers.get("x-ratelimit-resource", "core") == "core"
    return core and headers.get("x-ratelimit-remaining", "").strip() == "0"


def _until_reset(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Measured on GitHub's own clock where it tells the time, since ours may be wrong."""
    try:
        reset = datetime.fromtimestamp(int(headers["x-ratelimit-reset"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None
    wait = reset - (_date(headers.get("date", "")) or now)
    return min(max(wait, SHORTEST), LONGEST_RESET)


def _date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _sounds_like_a_limit(text: str) -> bool:
    """Limits speak of rates or abuse; a 403 that says nothing comes from something before GitHub."""
    lowered = text.lower()
    return not text or any(word in lowered for word in ("rate limit", "rate-limit", "abuse"))


class Hold:
    """All the holds in force, shared through the memory by whoever uses the same database."""

    def __init__(self, memory: HoldMemory, now: Callable[[], datetime]) -> None:
        self._memory = memory
        self._now = now
        self._held: dict[str, Held] = {}

    async def check(self, subject: str) -> None:
        """Raises `RateLimited` while a hold on everything or on this subject lasts."""
        for key in (EVERYTHING, subject):
            self._adopt(key, Held.from_json(await self._memory.memory_get(KIND, key)))
        self.check_again(subject)

    def check_again(self, subject: str) -> None:
        """The same by what this process knows, in the instant before a call is sent."""
        for key in (EVERYTHING, subject):
            held = self._held.get(key)
            if held is not None and held.until > self._now():
                raise RateLimited(held.until, held.reason)

    async def learn(
        self, subject: str, status: int, headers: Mapping[str, str], text: str, sent: datetime
    ) -> Held | None:
        """Take in an answer to a call that was sent at `sent`; the hold that it calls for, if any."""
        wanted = wanted_wait(status, headers, text, self._now())
        if wanted is None:
            await self._forgive(sent)
            return None
        key = subject if wanted.reason == "hourly limit" else EVERYTHING
        if wanted.strikes:
            wanted = self._backed_off(wanted, sent)
        metrics.HOLDS.labels(wanted.reason).inc()
        self._adopt(key, wanted)
        await self._memory.memory_put(KIND, key, self._held[key].as_json())
        return self._held[key]

    def _backed_off(self, wanted: Held, sent: datetime) -> Held:
        """Twice as long as last time; answers to calls of before the last hold say nothing new."""
        last = self._held.get(EVERYTHING)
        if last is None:
            return wanted
        if last.strikes and sent < last.until:
            return last
        wait = min(FIRST_BACKOFF * 2 ** min(last.strikes, 10), LONGEST_BACKOFF)
        return Held(self._now() + wait, wanted.reason, last.strikes + 1)

    async def _forgive(self, sent: datetime) -> None:
        last = self._held.get(EVERYTHING)
        if last is not None and last.strikes and sent >= last.until:
            self._held[EVERYTHING] = Held(last.until, last.reason)
            await self._memory.memory_put(KIND, EVERYTHING, self._held[EVERYTHING].as_json())

    def _adopt(self, key: str, held: Held | None) -> None:
        """The longer of what is known here and what is told; of equal ones, the told."""
        known = self._held.get(key)
        if held is not None and (known is None or held.until >= known.until):
            self._held[key] = held
