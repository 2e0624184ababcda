"""Handoffs: at each shift change one issue tells who comes what there is to know."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from ghapp.core import handoff, load
from ghapp.core.facts import HandoffEvent, Issue
from ghapp.core.handoff import Takeover
from ghapp.core.marker import Marker
from ghapp.duties.dated import Dated, generated, marker_of
from ghapp.duties.outbox import Outbox
from ghapp.duties.records import Memory, Records
from ghapp.duties.texts import TemplateTexts
from ghapp.model.names import RotationName
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

KIND = "handoff"
"""Of the marker, the label and the memory."""

_NEXT = timedelta(microseconds=1)

_LOOK_AGAIN = timedelta(hours=1)
"""Where no change of person is in sight."""


class Handoffs:
    """Notices that somebody else is on call, and writes the issue; one is open for each rotation."""

    def __init__(
        self,
        *,
        dated: Dated,
        records: Records,
        memory: Memory,
        outbox: Outbox,
        texts: TemplateTexts,
        now: Callable[[], datetime],
    ) -> None:
        self._dated = dated
        self._records = records
        self._memory = memory
        self._outbox = outbox
        self._texts = texts
        self._now = now
        self._model: Model | None = None
        self._next: dict[RotationName, datetime] = {}

    async def look(self, model: Model) -> None:
        """Have a handoff written for each rotation in which somebody has taken over since the last look.

        What was missed while the app was down is written for the shift that runs now only. Between changes this
        asks nobody anything, so it may be called as often as the handoff is to be exact.

        Raises:
            GitHubError: a rotation is new here, and GitHub could not be asked for its handoffs.
        """
        now = self._now()
        if model is not self._model:
            self._model = model
            self._next.clear()
        for name, rotation in model.rotations.items():
            if now < self._next.get(name, now):
                continue
            since = await self._unwritten_since(name)
            found = handoff.latest(name, rotation, model.people, now)
            if since is not None and found is not None and found.at >= since:
                await self._outbox.hand_over(HandoffEvent(rotation=name, at=found.at))
            change = handoff.next_change(rotation, model.people, now)
            self._next[name] = min(change or now + _LOOK_AGAIN, now + _LOOK_AGAIN)

    async def handle(self, event: HandoffEvent, model: Model) -> None:
        """Write the issue of a takeover, and close the one before; nothing when it is no longer the latest.

        Raises:
            GitHubError: GitHub could not be asked or told; the same may be handled again.
        """
        rotation = model.rotations.get(event.rotation)
        found = (
            handoff.latest(event.rotation, rotation, model.people, self._now())
            if rotation is not None
            else None
        )
        if found is None or found.at != event.at:
            return
        made = await self._dated.open(
            Marker(KIND, found.key),
            title=self._texts.plain("handoff_title.md", takeover=found),
            body=await self._body(found, model),
            assignees=(found.coming,),
            since=found.at,
        )
        await self._close_others(found, made)
        await self._memory.memory_put(KIND, found.rotation, found.at.isoformat())

    async def _body(self, found: Takeover, model: Model) -> str:
        incidents = [record.incident for record in (await self._records.open()).values()]
        closed = [record.incident for record in (await self._records.closed()).values()]
        areas = handoff.areas_of(found.rotation, model)
        return self._texts.plain(
            "handoff_issue.md",
            takeover=found,
            pending=handoff.pending(found.rotation, incidents, model),
            particular=handoff.particular(found, model),
            loads=load.loads(
                [incident for incident in (*incidents, *closed) if incident.area in areas],
                found.since,
                found.at,
                model,
                served=handoff.served(model.rotations[found.rotation], found.since, found.at),
            ),
        )

    async def _close_others(self, found: Takeover, made: Issue | None) -> None:
        """The handoffs of earlier shifts are over; each says where it goes on."""
        mark = Marker(KIND, found.key)
        opened = await self._dated.all(KIND, state="open")
        new = made or next((issue for issue in opened if marker_of(issue) == mark), None)
        over = self._texts.plain("handoff_over.md", new=new.number if new else None)
        for issue in opened:
            at = _moment(issue, found.rotation)
            if at is not None and at < found.at:
                await self._dated.edit(issue, f"{generated(issue.body)}\n\n{over}", close=True)

    async def _unwritten_since(self, rotation: RotationName) -> datetime | None:
        """From when on takeovers are to be written: after the last that is; None of a rotation that is new here.

        With a lost database the last one is seen to again: the one before it may still be open.
        """
        known = await self._memory.memory_get(KIND, rotation)
        if known is not None:
            return datetime.fromisoformat(known) + _NEXT
        last = await self._last_written(rotation)
        if last is None:
            await self._memory.memory_put(KIND, rotation, self._now().isoformat())
        return last

    async def _last_written(self, rotation: RotationName) -> datetime | None:
        """A lost database: the issues themselves know the last handoff."""
        times = (_moment(issue, rotation) for issue in await self._dated.all(KIND))
        return max((time for time in times if time is not None), default=None)


def _moment(issue: Issue, rotation: RotationName) -> datetime | None:
    mark = marker_of(issue)
    return handoff.moment_of(mark.key, rotation) if mark is not None else None
