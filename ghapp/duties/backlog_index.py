"""The index of the backlogs: what is open in each repository, with its history where that is known.

It is fed by listings and webhooks. Losing it loses calls, nothing else: all of it is on GitHub.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import msgspec

from ghapp.core.backlog import Finding, Titled
from ghapp.core.blocking import Blocker, Ref, Standing, blockers
from ghapp.core.facts import RepoName
from ghapp.core.github_event import ItemEvent
from ghapp.core.item import Item
from ghapp.core.milestone import Milestone
from ghapp.core.tracked import Tracked
from ghapp.duties.records import Memory
from ghapp.github.gateway_backlog import Listed

CHUNK: Final = 200
"""How many items are in memory at a time."""
CLOSED_KEPT: Final = timedelta(days=90)


class PagedMemory(Memory, Protocol):
    """A memory of which a part can be read at a time."""

    async def memory_some(self, kind: str, keys: Sequence[str]) -> dict[str, Any]:
        """Those values of a kind that there are, by key."""
        ...

    async def memory_page(self, kind: str, after: str, limit: int) -> list[tuple[str, Any]]:
        """Some values of a kind, by their keys, from behind a key on."""
        ...

    async def memory_put_many(self, kind: str, values: Mapping[str, Any]) -> None:
        """Replace several values."""
        ...

    async def memory_delete_many(self, kind: str, keys: Sequence[str]) -> None:
        """Forget several values."""
        ...


@dataclass(frozen=True, slots=True)
class Planned:
    """An item that is to be written on, with what the surveys have found of it."""

    number: int
    surveyed: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What is remembered of a backlog as a whole; instants are UTC.

    `upto` is GitHub's time of the latest change that a listing has shown, `full_at` when all was listed. `milestones`
    are the open ones and `assignees`, in lower case, whom something can be assigned to, None where that is not known.
    `blockers` are those that are not in the index. `plan` is what is still to be written, `agenda` what the surveys
    have found for the triage, `wakes` are the items that are to be looked at again, and when.
    """

    upto: datetime | None = None
    full_at: datetime | None = None
    around_at: datetime | None = None
    milestones: tuple[Milestone, ...] = ()
    assignees: frozenset[str] | None = None
    blockers: Mapping[str, tuple[datetime, Blocker]] = field(default_factory=dict)
    plan: tuple[Planned, ...] = ()
    agenda: tuple[Finding, ...] = ()
    wakes: Mapping[int, datetime] = field(default_factory=dict)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"no form for {type(value).__name__}")


_encoder: Final = msgspec.json.Encoder(enc_hook=_plain)
_tracked: Final = msgspec.json.Decoder(Tracked)
_titled: Final = msgspec.json.Decoder(Titled)
_book: Final = msgspec.json.Decoder(Book)
_BOOK: Final = "backlog-book"


class BacklogIndex:
    """Reads and writes it, a repository at a time."""

    def __init__(self, memory: PagedMemory) -> None:
        self._memory = memory

    async def book(self, repo: RepoName) -> Book:
        """What is known of the whole."""
        text = await self._memory.memory_get(_BOOK, repo)
        return Book() if text is None else _book.decode(text)

    async def keep(self, repo: RepoName, book: Book) -> None:
        """Remember it."""
        await self._memory.memory_put(_BOOK, repo, _encoder.encode(book).decode())

    async def repositories(self) -> set[RepoName]:
        """Those of which there is one."""
        return {RepoName(repo) for repo in await self._memory.memory_all(_BOOK)}

    async def drop(self, repo: RepoName) -> None:
        """Forget all of a repository."""
        for kind in (_open(repo), _closed(repo)):
            while page := await self._memory.memory_page(kind, "", CHUNK):
                await self._memory.memory_delete_many(kind, [key for key, _ in page])
        await self._memory.memory_delete(_BOOK, repo)

    async def get(self, repo: RepoName, number: int) -> Tracked | None:
        """One open item."""
        text = await self._memory.memory_get(_open(repo), _key(number))
        return None if text is None else _tracked.decode(text)

    async def put(self, one: Tracked) -> None:
        """Remember one."""
        await self.put_all(one.item.repo, [one])

    async def put_all(self, repo: RepoName, tracked: Iterable[Tracked]) -> None:
        """Remember several, at most a page of them."""
        values = {_key(one.item.number): _encoder.encode(one).decode() for one in tracked}
        await self._memory.memory_put_many(_open(repo), values)

    async def chunks(self, repo: RepoName) -> AsyncIterator[Sequence[Tracked]]:
        """All that is open, by number, some at a time."""
        after = ""
        while page := await self._memory.memory_page(_open(repo), after, CHUNK):
            yield [_tracked.decode(text) for _, text in page]
            after = page[-1][0]

    async def listed(self, repo: RepoName, page: Sequence[Listed]) -> None:
        """A listing has shown these."""
        still = [_slim(one.item) for one in page if one.closed_at is None]
        texts = await self._memory.memory_some(_open(repo), [_key(one.number) for one in still])
        before = {int(key): _tracked.decode(text) for key, text in texts.items()}
        now_open = [Tracked.listed(item, before.get(item.number)) for item in still]
        await self.put_all(repo, [one for one in now_open if one != before.get(one.item.number)])
        await self.shut(repo, [one for one in page if one.closed_at is not None])

    async def shut(self, repo: RepoName, closed: Sequence[Listed]) -> None:
        """These are closed."""
        await self.forget(repo, [one.item.number for one in closed])
        titles = {
            _key(one.item.number): _encoder.encode(
                Titled(one.item.number, one.item.title, one.item.created_at, one.closed_at)
            ).decode()
            for one in closed
        }
        await self._memory.memory_put_many(_closed(repo), titles)

    async def heard(self, event: ItemEvent) -> bool:
        """A webhook tells of an item; whether it is open and has to be looked at."""
        repo, number = event.item.repo, event.item.number
        if event.gone:
            await self.forget(repo, [number])
            await self._memory.memory_delete(_closed(repo), _key(number))
        elif event.closed_at is not None:
            await self.shut(repo, [Listed(event.item, event.closed_at)])
        else:
            slim = replace(event, item=_slim(event.item))
            await self.put(Tracked.heard(slim, await self.get(repo, number)))
            await self._memory.memory_delete(_closed(repo), _key(number))
            return True
        return False

    async def standing(self, repo: RepoName, number: int) -> Blocker | None:
        """How something in the repository stands that an item waits for; None when it is not known."""
        if await self._memory.memory_get(_open(repo), _key(number)) is not None:
            return Blocker(Standing.OPEN)
        text = await self._memory.memory_get(_closed(repo), _key(number))
        return None if text is None else shut_blocker(_titled.decode(text))

    async def forget(self, repo: RepoName, numbers: Sequence[int]) -> None:
        """These are not open any more."""
        await self._memory.memory_delete_many(_open(repo), [_key(number) for number in numbers])

    async def keep_only(self, repo: RepoName, numbers: frozenset[int]) -> None:
        """Forget whatever a listing of all that is open has not shown."""
        gone = [
            one.item.number
            async for chunk in self.chunks(repo)
            for one in chunk
            if one.item.number not in numbers
        ]
        await self.forget(repo, gone)

    async def closed(self, repo: RepoName, now: datetime) -> tuple[Titled, ...]:
        """What was closed in the last 90 days; the rest is forgotten."""
        texts = await self._memory.memory_all(_closed(repo))
        found = [_titled.decode(text) for text in texts.values()]
        old = [one for one in found if one.closed_at is None or now - one.closed_at > CLOSED_KEPT]
        await self._memory.memory_delete_many(_closed(repo), [_key(one.number) for one in old])
        return tuple(one for one in found if one not in old)


def shut_blocker(one: Titled) -> Blocker:
    """What an issue that is closed means to those that waited for it."""
    return Blocker(Standing.CLOSED, one.closed_at)


def named(one: Ref) -> str:
    """A reference as a key."""
    return f"{one.repo}#{one.number}"


def _slim(item: Item) -> Item:
    """Without a text that names no blocker: nothing else of it counts."""
    return item if blockers(item.repo, item.body) else replace(item, body="")


def _open(repo: RepoName) -> str:
    return f"backlog {repo}"


def _closed(repo: RepoName) -> str:
    return f"backlog-closed {repo}"


def _key(number: int) -> str:
    """Of a width, so that keys are in the order of the numbers."""
    return f"{number:010}"
