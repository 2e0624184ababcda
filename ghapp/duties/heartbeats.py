"""The heartbeat duty: notes what jobs report, and raises the silence of those that do not."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import msgspec
import structlog

from ghapp.core import wire
from ghapp.core.facts import Fingerprint, Signal
from ghapp.core.heartbeat import (
    SOURCE,
    Expectation,
    Outage,
    Pulse,
    Silence,
    expect,
    fold,
    is_withdrawn,
    name_of,
    next_silence,
    silent,
    span,
    withdrawn,
)
from ghapp.core.incident import Phase
from ghapp.core.routing import conversation_of
from ghapp.duties.incidents import Incidents
from ghapp.duties.rates import Event
from ghapp.duties.records import Memory as Memories
from ghapp.duties.records import Record, Records
from ghapp.engine.inbox import Delivery, InboxUnavailable
from ghapp.engine.store import Row
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

STEP = timedelta(seconds=1)
"""How long a changed OWNERS.yaml, or what another instance has heard of a silent job, may go unseen."""

MARGIN = timedelta(seconds=0.25)
"""A beat that arrives in the last moment has been stored so long after its deadline."""

LONGEST = timedelta(days=1)
"""Until the next look, when nothing is expected before."""

ALIVE_EVERY = timedelta(seconds=30)
DEAF_AFTER = timedelta(seconds=60)
"""Between two marks of being alive there is an outage when they are further apart."""

_PULSES = "heartbeat"
"""Written by the drains, so by one at a time for each name."""
_EXPECTED = "heartbeat-expected"
_OUTAGES = "heartbeat-outage"
_ALIVE = "alive"
_MARK = "mark"
_EVER = datetime.min.replace(tzinfo=UTC)
_SOONEST = 0.02


class Memory(Memories, Protocol):
    """Memory that takes many values in one write."""

    async def memory_put_many(self, kind: str, values: Mapping[str, Any]) -> None:
        """Remember values by key."""
        ...


class Heartbeats:
    """Beats and silences are signals in the inbox; this decides which of them concern the incident."""

    def __init__(
        self,
        *,
        memory: Memory,
        records: Records,
        incidents: Incidents,
        put: Callable[[Delivery], Awaitable[bool]],
        model: Callable[[], Model | None],
        now: Callable[[], datetime],
    ) -> None:
        self._memory = memory
        self._records = records
        self._incidents = incidents
        self._put = put
        self._model = model
        self._now = now
        self._marked: datetime | None = None
        self._known: Model | None = None
        self._next = _EVER
        self._told: dict[str, Silence] = {}

    # In the conversation of an incident.

    async def handle(
        self, key: Fingerprint, events: Sequence[Event], rows: Sequence[Row], model: Model
    ) -> None:
        """Note beats, and hand on what matters to the incident; while none is open, that is nothing.

        Raises:
            GitHubError: as `Incidents.handle`; what was heard is not noted, and comes again.
        """
        signals = [event for event in events if isinstance(event, Signal)]
        if not signals:
            await self._incidents.handle(key, events, rows, model)
            return
        name = name_of(key)
        assert name is not None
        heartbeat = model.heartbeats.get(name)
        noted = await self._pulse(name)
        record = await self._records.get(key)
        pulse, meant = fold(_standing(noted, record), signals, heartbeat)
        left = _left(events, rows, meant)
        if left or (record is not None and record.incident.phase is Phase.OPEN):
            if record is not None and _raised_and_ended(meant):
                self._incidents.missing.add(key)
            happened, waiting = [event for event, _ in left], [row for _, row in left]
            await self._incidents.handle(key, happened, waiting, model)
        if heartbeat is None:
            await self._memory.memory_delete(_PULSES, name)
        elif pulse != noted:
            await self._memory.memory_put(_PULSES, name, msgspec.to_builtins(pulse))

    async def _pulse(self, name: str) -> Pulse:
        value = await self._memory.memory_get(_PULSES, name)
        return msgspec.convert(value, Pulse) if value is not None else Pulse()

    # By the clock.

    async def run(self) -> None:
        """Raise what falls silent, for ever."""
        while True:
            try:
                wait = await self.look()
            except Exception:
                log.exception("heartbeats_failed")
                wait = STEP
            await asyncio.sleep(max(wait.total_seconds(), _SOONEST))

    async def mark(self) -> None:
        """Note that beats can be heard and, after a time in which they could not, since when and until when."""
        now = self._now()
        if self._marked is not None and now - self._marked < ALIVE_EVERY:
            return
        text = await self._memory.memory_get(_ALIVE, _MARK)
        if text is not None and now - datetime.fromisoformat(text) > DEAF_AFTER:
            await self._memory.memory_put(_OUTAGES, text, now.isoformat())
            log.warning("heartbeats_unheard", since=text, until=now.isoformat())
        await self._memory.memory_put(_ALIVE, _MARK, now.isoformat())
        self._marked = now

    async def look(self) -> timedelta:
        """Raise the silence of jobs that are late now; how long until something else may be.

        Deadlines only move on as beats arrive, so until the next one that is known there is nothing to read.
        """
        await self.mark()
        model, now = self._model(), self._now()
        if model is None:
            return STEP
        if model is not self._known:
            await self._adopt(model, now)
        if now >= self._next:
            self._next = await self._raise_silences(model, now)
        return min(STEP, self._next - now)

    async def _raise_silences(self, model: Model, now: datetime) -> datetime:
        """Raise those that are late, each once; when to look again."""
        again = now + LONGEST
        if not model.heartbeats:
            return again
        pulses, expected = await self._pulses(), await self._expected()
        outages = await self._outages(model, now)
        for name, heartbeat in model.heartbeats.items():
            if name not in expected:
                continue  # another instance has read an OWNERS.yaml without it, and so shall we
            pulse = pulses.get(name, Pulse())
            silence = next_silence(heartbeat, pulse, expected[name], outages)
            late = pulse.silence is not None or silence.due + MARGIN <= now
            again = min(again, now + STEP if late else silence.due + MARGIN)
            if late and pulse.silence is None and self._told.get(name) != silence:
                signal = silent(name, heartbeat, pulse, silence)
                if await self._send(f"silence:{name}:{silence.due.isoformat()}", signal):
                    self._told[name] = silence
        return again

    async def _adopt(self, model: Model, now: datetime) -> None:
        """Take over what a new OWNERS.yaml expects; what is silent by the old one only is so no longer."""
        pulses, known = await self._pulses(), await self._expected()
        for name, silence in (await self._silences(pulses)).items():
            if is_withdrawn(model.heartbeats.get(name), known.get(name), silence, now):
                signal = withdrawn(name, now)
                if not await self._send(f"withdrawn:{name}:{silence.due.isoformat()}", signal):
                    return
        expected = {
            name: expect(heartbeat, known.get(name), now)
            for name, heartbeat in model.heartbeats.items()
        }
        changed = {name: one for name, one in expected.items() if one != known.get(name)}
        await self._memory.memory_put_many(_EXPECTED, msgspec.to_builtins(changed))
        for name in known.keys() - expected.keys():
            await self._memory.memory_delete(_EXPECTED, name)
        self._known, self._next = model, now

    async def _silences(self, pulses: Mapping[str, Pulse]) -> dict[str, Silence]:
        """Every silence that stands: by what was noted, else by the incidents that are open."""
        found = {
            name: silence
            for key, record in (await self._records.open()).items()
            if (name := name_of(key)) is not None
            and (silence := _standing(Pulse(), record).silence) is not None
        }
        return found | {name: one.silence for name, one in pulses.items() if one.silence}

    async def _pulses(self) -> dict[str, Pulse]:
        return msgspec.convert(await self._memory.memory_all(_PULSES), dict[str, Pulse])

    async def _expected(self) -> dict[str, Expectation]:
        return msgspec.convert(await self._memory.memory_all(_EXPECTED), dict[str, Expectation])

    async def _outages(self, model: Model, now: datetime) -> list[Outage]:
        """The outages that still matter; the others are forgotten."""
        longest = max(map(span, model.heartbeats.values()))
        found = await self._memory.memory_all(_OUTAGES)
        outages = [msgspec.convert({"down": down, "up": up}, Outage) for down, up in found.items()]
        for outage in outages:
            if outage.up + longest < now:
                await self._memory.memory_delete(_OUTAGES, outage.down.isoformat())
        return outages

    async def _send(self, delivery_id: str, signal: Signal) -> bool:
        """Let a signal take the way of all signals; whether it is there, new or not."""
        delivery = Delivery(
            source=SOURCE,
            id=delivery_id,
            conversation=conversation_of(signal.fingerprint),
            kind=wire.kind_of(signal),
            payload=wire.encode(signal),
            request_id=uuid.uuid4().hex,
        )
        try:
            new = await self._put(delivery)
        except InboxUnavailable as unavailable:
            log.warning("heartbeat_signal_postponed", id=delivery_id, reason=unavailable.reason)
            return False
        if new:
            log.info("heartbeat_signal", id=delivery_id, request_id=delivery.request_id)
        return True


def _standing(pulse: Pulse, record: Record | None) -> Pulse:
    """The pulse with the silence that stands by the incident, where a lost database has forgotten it."""
    if pulse.silence is not None or record is None:
        return pulse
    fired = [one.fired for one in record.incident.episodes.values() if one.firing and one.fired]
    return replace(pulse, silence=Silence(_EVER, max(fired))) if fired else pulse


def _raised_and_ended(meant: Iterable[Signal | None]) -> bool:
    """Whether a silence and its end waited together: a process may have raised it and died before noting so."""
    return len({signal.status for signal in meant if signal is not None}) > 1


def _left(
    events: Sequence[Event], rows: Sequence[Row], meant: Iterable[Signal | None]
) -> list[tuple[Event, Row]]:
    """What is to be handed on, with the rows that it came in."""
    signals = iter(meant)
    said = [next(signals) if isinstance(event, Signal) else event for event in events]
    return [(event, row) for event, row in zip(said, rows, strict=True) if event is not None]
