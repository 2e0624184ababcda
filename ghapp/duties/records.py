"""The index of incidents: what the database remembers of each, so that most decisions need no call to GitHub."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec

from ghapp.core import marker
from ghapp.core.decide import next_due
from ghapp.core.facts import Fingerprint, Issue
from ghapp.core.incident import Episode, Incident, Phase, from_labels, from_state
from ghapp.model.types import Model

_OPEN = "incident"
_CLOSED = "closed-incident"
_DUE = "due"
_ENDED = "ended"

TEXT_EVERY = timedelta(minutes=1)
"""An issue's own text is brought up to date at most this often, unless something has turned."""


class Memory(Protocol):
    """Small values by kind and key that outlive the process; losing them loses nothing but time."""

    async def memory_get(self, kind: str, key: str) -> Any | None:
        """One value."""
        ...

    async def memory_all(self, kind: str) -> dict[str, Any]:
        """All values of a kind."""
        ...

    async def memory_put(self, kind: str, key: str, value: Any) -> None:
        """Remember a value."""
        ...

    async def memory_delete(self, kind: str, key: str) -> None:
        """Forget a value."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An incident, its issue as last seen, and whether the issue's own text is `behind` since `written_at` (UTC).

    `cold` says that it was made from GitHub alone, so a comment that seems new may be there already.
    """

    incident: Incident
    issue: Issue
    written_at: datetime
    behind: bool = False
    cold: bool = False

    def due(self, model: Model) -> datetime | None:
        """When somebody has to look at it next (UTC)."""
        times = [next_due(self.incident, model)]
        if self.behind:
            times.append(self.written_at + TEXT_EVERY)
        return min((time for time in times if time is not None), default=None)


class Records:
    """Reads and writes records; the database decides, so several instances agree."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._told: list[Callable[[Fingerprint, Incident | None], Awaitable[None]]] = []

    def subscribe(self, told: Callable[[Fingerprint, Incident | None], Awaitable[None]]) -> None:
        """Have somebody told of each incident that is remembered, changed or not, and with None of one that is gone."""
        self._told.append(told)

    async def get(self, key: Fingerprint) -> Record | None:
        """The record of an incident, open or closed."""
        found = [
            msgspec.convert(value, Record)
            for kind in (_OPEN, _CLOSED)
            if (value := await self._memory.memory_get(kind, key)) is not None
        ]
        return max(found, key=lambda record: record.incident.revision, default=None)

    async def open(self) -> Mapping[Fingerprint, Record]:
        """The records of all incidents that are not closed."""
        values = await self._memory.memory_all(_OPEN)
        return {Fingerprint(key): msgspec.convert(value, Record) for key, value in values.items()}

    async def closed(self) -> Mapping[Fingerprint, Record]:
        """The records of the incidents that are closed, as far back as they are kept."""
        values = await self._memory.memory_all(_CLOSED)
        return {Fingerprint(key): msgspec.convert(value, Record) for key, value in values.items()}

    async def save(self, record: Record, model: Model) -> None:
        """Remember a record and when it is due; at every instant between these writes it can be found."""
        await self.schedule(record, model)
        key, closed = record.incident.key, record.incident.phase is Phase.CLOSED
        value = msgspec.to_builtins(record)
        await self._memory.memory_put(_CLOSED if closed else _OPEN, key, value)
        await self._memory.memory_delete(_OPEN if closed else _CLOSED, key)
        await self._tell(key, record.incident)

    async def schedule(self, record: Record, model: Model) -> None:
        """Note when a record is due; again after the model has changed."""
        due = record.due(model)
        if due is None:
            await self._memory.memory_delete(_DUE, record.incident.key)
        else:
            await self._memory.memory_put(_DUE, record.incident.key, due.isoformat())

    async def due(self) -> Mapping[Fingerprint, datetime]:
        """When each incident is due (UTC)."""
        times = await self._memory.memory_all(_DUE)
        return {Fingerprint(key): datetime.fromisoformat(time) for key, time in times.items()}

    async def forget(self, key: Fingerprint) -> None:
        """The issue is gone."""
        await self._memory.memory_delete(_DUE, key)
        await self._memory.memory_delete(_OPEN, key)
        await self._memory.memory_delete(_CLOSED, key)
        await self._tell(key, None)

    async def ends(self, key: Fingerprint) -> Mapping[str, Episode]:
        """What is remembered of a fingerprint that has ended without ever having had an issue."""
        value = await self._memory.memory_get(_ENDED, key)
        return msgspec.convert(value, dict[str, Episode]) if value is not None else {}

    async def remember_ends(self, key: Fingerprint, episodes: Mapping[str, Episode]) -> None:
        """Remember ends whose opening may still arrive."""
        await self._memory.memory_put(_ENDED, key, msgspec.to_builtins(dict(episodes)))

    async def _tell(self, key: Fingerprint, incident: Incident | None) -> None:
        for told in self._told:
            await told(key, incident)


def key_of(issue: Issue) -> Fingerprint | None:
    """The fingerprint in the marker of an issue of the app's."""
    if not issue.author_is_app:
        return None
    found = marker.find(issue.body)
    return Fingerprint(found.key) if found is not None and found.kind == "incident" else None


def adopt(issue: Issue, key: Fingerprint, text: str, model: Model, carrier: int | None) -> Record:
    """A record made from GitHub alone: from the state that `text` carries, else from the labels."""
    state = marker.find_state(text)
    found = from_state(state) if state is not None else None
    if found is None or found.key != key:
        source = key.partition(":")[0]
        found = from_labels(issue, key=key, fallback_area=model.fallback_area, source=source)
    incident = replace(found, repo=issue.repo, number=issue.number, carrier=carrier)
    return Record(incident=incident, issue=issue, written_at=issue.updated_at, cold=True)


def newer(record: Record, issue: Issue, model: Model) -> Record:
    """The record with the issue as it is now, and the state of whichever of the two is newer."""
    key = record.incident.key
    if record.incident.carrier is not None or key_of(issue) != key:
        return replace(record, issue=issue)
    adopted = adopt(issue, key, issue.body, model, None)
    if adopted.incident.revision > record.incident.revision:
        return replace(adopted, behind=record.behind, cold=True)
    return replace(record, issue=issue)


def closed_for(record: Record, now: datetime) -> timedelta | None:
    """How long an incident has been closed; None while it is not."""
    if record.incident.phase is not Phase.CLOSED:
        return None
    return now - (record.incident.closed_at or record.issue.updated_at)
