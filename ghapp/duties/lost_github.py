"""Finds the deliveries of GitHub's webhook that the app has not taken, and has GitHub send them again.

GitHub does not try again by itself, and lets what it sent in the last three days be repeated:
https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from ghapp.duties.records import Memory
from ghapp.github.deliveries import Attempt, Hook
from ghapp.github.errors import RateLimited, Refused

log = structlog.get_logger(__name__)

HORIZON = timedelta(days=3)
"""How long after its first attempt GitHub delivers an event again."""

AT_MOST = 100
"""Deliveries asked for in one look."""

OVERLAP = timedelta(minutes=10)
"""Each look reaches back behind the last one, for attempts that GitHub lists late."""

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
"""An event that is refused again and again is asked for ever more seldom."""

UNANSWERED = timedelta(hours=1)
"""What was asked for and has not been attempted after this is asked for again."""

_KIND = "lost-github"
_STATE = "state"


@dataclass(frozen=True, slots=True)
class Lost:
    """An event that every attempt has failed to deliver: the newest of them, and how many there were. Times are UTC.

    `asked_at` is when GitHub was asked to make another one, if it has not been made yet.
    """

    newest: Attempt
    first_at: datetime
    failures: int = 1
    asked_at: datetime | None = None

    def due_at(self) -> datetime:
        """When to ask GitHub for another attempt."""
        if self.asked_at is not None:
            return self.asked_at + UNANSWERED
        if self.failures == 1:
            return self.newest.at
        doubled = FIRST_PAUSE * (1 << min(self.failures, 16))
        return self.newest.at + min(doubled, LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class Found:
    """What a look has come to: attempts looked at, events that are lost, and those asked for again.

    Not `complete` when GitHub listed too many attempts, or let no more be asked for now.
    """

    looked: int
    lost: int
    redelivered: int
    complete: bool = True


async def find(hook: Hook, memory: Memory, now: datetime, *, dry_run: bool = False) -> Found:
    """Look at what GitHub has sent since the last look, and have it send again what was not taken.

    What the app had taken nevertheless, for its answer was lost, is known by its guid and stored once.

    Raises:
        GitHubError: GitHub could not be asked; the next look begins where this one did.
    """
    since, known = _remembered(await memory.memory_get(_KIND, _STATE))
    horizon = now - HORIZON
    listed = await hook.attempts(horizon if since is None else max(horizon, since - OVERLAP))
    lost = still_lost(known, listed.found, horizon)
    due = wanted(lost.values(), now)
    found = Found(len(listed.found), len(lost), 0, listed.complete)
    if dry_run:
        return replace(found, redelivered=len(due))
    if not listed.complete:
        log.warning("github_deliveries_not_all_read", looked=found.looked)
    try:
        for event in due:
            asked = await _ask_for(hook, event.newest)
            lost[event.newest.guid] = replace(event, asked_at=now)
            found = replace(found, redelivered=found.redelivered + asked)
    except RateLimited as limited:
        log.info("github_redelivery_postponed", reason=str(limited))
        found = replace(found, complete=False)
    finally:
        await memory.memory_put(_KIND, _STATE, _state(now, lost))
    return found


async def _ask_for(hook: Hook, attempt: Attempt) -> bool:
    """Whether GitHub will; it may be too old after all, which says nothing of the others."""
    about = {"guid": attempt.guid, "delivery": attempt.id, "github_event": attempt.event}
    try:
        await hook.redeliver(attempt)
    except Refused as refused:
        log.warning("github_redelivery_refused", reason=str(refused), **about)
        return False
    log.info("github_redelivery", status=attempt.status, **about)
    return True


def still_lost(
    known: Mapping[str, Lost], attempts: Iterable[Attempt], horizon: datetime
) -> dict[str, Lost]:
    """The events that no attempt has delivered, by guid; `attempts` are in order, and some may be known already."""
    lost = dict(known)
    for attempt in attempts:
        before = lost.get(attempt.guid)
        if attempt.taken:
            lost.pop(attempt.guid, None)
        elif before is None:
            lost[attempt.guid] = Lost(attempt, attempt.at)
        elif (attempt.at, attempt.id) > (before.newest.at, before.newest.id):
            lost[attempt.guid] = Lost(attempt, before.first_at, before.failures + 1)
    return {guid: event for guid, event in lost.items() if event.first_at >= horizon}


def wanted(lost: Iterable[Lost], now: datetime) -> list[Lost]:
    """Those to be asked for now, the oldest first."""
    due = [event for event in lost if event.due_at() <= now]
    return sorted(due, key=lambda event: (event.first_at, event.newest.id))[:AT_MOST]


def _state(now: datetime, lost: Mapping[str, Lost]) -> dict[str, Any]:
    return {
        "since": now.isoformat(),
        "lost": [
            {
                "id": event.newest.id,
                "guid": guid,
                "at": event.newest.at.isoformat(),
                "event": event.newest.event,
                "status": event.newest.status,
                "first_at": event.first_at.isoformat(),
                "failures": event.failures,
                "asked_at": event.asked_at.isoformat() if event.asked_at else None,
            }
            for guid, event in lost.items()
        ],
    }


def _remembered(state: Any) -> tuple[datetime | None, dict[str, Lost]]:
    if state is None:
        return None, {}
    return datetime.fromisoformat(state["since"]), {
        one["guid"]: _lost(one) for one in state["lost"]
    }


def _lost(one: Mapping[str, Any]) -> Lost:
    return Lost(
        newest=Attempt(
            id=one["id"],
            guid=one["guid"],
            at=datetime.fromisoformat(one["at"]),
            event=one["event"],
            status=one["status"],
        ),
        first_at=datetime.fromisoformat(one["first_at"]),
        failures=one["failures"],
        asked_at=datetime.fromisoformat(one["asked_at"]) if one["asked_at"] else None,
    )
