"""What GitHub has sent to the App's webhook and how it was answered; and to have it sent again.

https://docs.github.com/en/rest/apps/webhooks
"""

from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from ghapp.github.client import GitHubClient
from ghapp.github.errors import Unavailable
from ghapp.github.priority import Priority

PAGE = 100
PAGES = 50
"""So many pages are read at most, the newest first."""

_LISTING = "/app/hook/deliveries"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to deliver an event; those of one event share the `guid`, its X-GitHub-Delivery. `at` is UTC.

    `status` is the app's HTTP status; GitHub's own 502 or 504, or 0, when it had no answer.
    """

    id: int
    guid: str
    at: datetime
    event: str
    status: int

    @property
    def taken(self) -> bool:
        """Whether the app has answered that it has it."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Attempts:
    """Attempts, the oldest first; not `complete` when there were too many to read them all."""

    found: tuple[Attempt, ...]
    complete: bool = True


class Hook(Protocol):
    """The App's webhook; raises what the gateway raises."""

    async def attempts(self, since: datetime) -> Attempts:
        """The attempts at or after `since`."""
        ...

    async def redeliver(self, attempt: Attempt) -> None:
        """Have GitHub deliver the same event again, under the same guid; it does so soon, not at once."""
        ...


class RestHook:
    """The App's webhook over GitHub's REST API, asked in the App's own name."""

    def __init__(self, client: GitHubClient) -> None:
        self._client = client

    async def attempts(self, since: datetime) -> Attempts:
        """The attempts at or after `since`; a page that has not changed costs nothing."""
        found: list[Attempt] = []
        count = 0
        # Not `status=failure`: it covers the statuses 400 to 599 only, and hides which events arrived later.
        listing = self._client.pages(f"{_LISTING}?per_page={PAGE}", repo=None)
        async with aclosing(listing) as pages:
            async for page in pages:
                read = _read(page.data)
                found += [one for one in read if one.at >= since]
                count += 1
                if any(one.at < since for one in read):
                    break
                if count == PAGES and page.next is not None:
                    return Attempts(_in_order(found), complete=False)
        return Attempts(_in_order(found))

    async def redeliver(self, attempt: Attempt) -> None:
        """Have GitHub deliver the same event again; the least urgent of all writes."""
        path = f"{_LISTING}/{attempt.id}/attempts"
        await self._client.request("POST", path, repo=None, priority=Priority.REPEAT)


def _in_order(found: list[Attempt]) -> tuple[Attempt, ...]:
    return tuple(sorted(found, key=lambda one: (one.at, one.id)))


def _read(page: Any) -> list[Attempt]:
    try:
        return [
            Attempt(
                id=int(one["id"]),
                guid=str(one["guid"]),
                at=datetime.fromisoformat(one["delivered_at"]).astimezone(UTC),
                event=str(one["event"]),
                status=int(one["status_code"] or 0),
            )
            for one in page
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable("GitHub's list of deliveries is not of the documented form") from error
