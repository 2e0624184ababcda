"""Finds what the senders have sent and the app has not got: each part looks at one of them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter, Gauge

from ghapp.duties.records import Memory
from ghapp.engine.inbox import InboxUnavailable
from ghapp.github.errors import GitHubError

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=5)
PATIENCE = timedelta(minutes=4)
"""How long one part may take; the others do not wait for it."""

LOOKS = Counter(
    "ghapp_reconcile_looks",
    "Looks for what was lost, by part; result: done, partial, failed.",
    ["part", "result"],
)
FOUND = Counter("ghapp_reconcile_found", "What was lost and is found again.", ["part", "what"])
LAST_DONE = Gauge(
    "ghapp_reconcile_last_done_seconds", "When a part last saw all that it looks at.", ["part"]
)

_KIND = "reconcile"
_LOOKED = "looked"


class LookFailedError(Exception):
    """A sender could not be asked, or refused; the text is one line for an operator."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a part has looked at, and what it did about it, in words for a table; not `complete`: in part only."""

    looked: int
    did: Mapping[str, int] = field(default_factory=dict)
    complete: bool = True


Part = Callable[[datetime, bool], Awaitable[Seen]]
"""part(now, dry_run): looks once; a dry run changes nothing.

Raises LookFailedError, GitHubError or InboxUnavailable.
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a part ended; `trouble` is one line that says why it could not see everything."""

    part: str
    seen: Seen | None
    trouble: str = ""

    @property
    def done(self) -> bool:
        """Whether it saw all that it looks at."""
        return self.seen is not None and self.seen.complete


class Reconcile:
    """Runs the parts beside each other; trouble with one stops no other."""

    def __init__(
        self, parts: Mapping[str, Part], memory: Memory, now: Callable[[], datetime]
    ) -> None:
        self._parts = parts
        self._memory = memory
        self._now = now
        self._began = False

    @property
    def names(self) -> tuple[str, ...]:
        """The parts that are configured."""
        return tuple(self._parts)

    async def turn(self) -> None:
        """One look of the server; of several instances one does it, but each looks when it begins."""
        now = self._now()
        last = await self._memory.memory_get(_KIND, _LOOKED)
        others = last is not None and now - datetime.fromisoformat(last) < EVERY / 2
        if others and self._began:
            return
        self._began = True
        await self._memory.memory_put(_KIND, _LOOKED, now.isoformat())
        await self.run()

    async def run(
        self, *, dry_run: bool = False, ended: Callable[[Outcome], None] = lambda _: None
    ) -> list[Outcome]:
        """Look once, with all parts; `ended` is told of each as it ends."""

        async def one(name: str, part: Part) -> Outcome:
            outcome = await self._look(name, part, dry_run)
            ended(outcome)
            return outcome

        return await asyncio.gather(*(one(name, part) for name, part in self._parts.items()))

    async def _look(self, name: str, part: Part, dry_run: bool) -> Outcome:
        now = self._now()
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                seen = await part(now, dry_run)
        except TimeoutError:
            return _failed(name, f"it takes longer than {PATIENCE.total_seconds():.0f} s")
        except (GitHubError, InboxUnavailable, LookFailedError) as error:
            return _failed(name, str(error))
        except Exception as error:
            log.exception("reconcile_failed", part=name)
            return _failed(name, str(error) or type(error).__name__)
        LOOKS.labels(name, "done" if seen.complete else "partial").inc()
        if seen.complete:
            LAST_DONE.labels(name).set(now.timestamp())
        if not dry_run:
            for what, count in seen.did.items():
                FOUND.labels(name, what).inc(count)
        if any(seen.did.values()) or not seen.complete:
            log.info(
                "reconciled", part=name, looked=seen.looked, complete=seen.complete, **seen.did
            )
        trouble = "" if seen.complete else "not all of it could be looked at"
        return Outcome(name, seen, trouble)


def _failed(name: str, trouble: str) -> Outcome:
    LOOKS.labels(name, "failed").inc()
    reason = " ".join(trouble.split())
    log.warning("reconcile_postponed", part=name, reason=reason)
    return Outcome(name, None, reason)
