"""Handoffs: at each shift change one issue tells who comes what there is to know."""

from collections.abc import Callable
from datetime import datetime

import structlog

from ghapp.core import handoff, load
from ghapp.core.effects import Say
from ghapp.core.facts import HandoffEvent
from ghapp.core.handoff import Takeover
from ghapp.core.marker import Marker
from ghapp.duties.dated import Dated, marker_of
from ghapp.duties.outbox import Outbox
from ghapp.duties.records import Memory, Records
from ghapp.duties.texts import TemplateTexts
from ghapp.github.gateway import Gateway
from ghapp.github.reconciler import Reconciler
from ghapp.model.names import RotationName
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

KIND = "handoff"
"""Of the marker, the label and the memory."""


class Handoffs:
    """Notices that somebody else is on call, and writes the issue; one is open for each rotation."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        reconciler: Reconciler,
        dated: Dated,
        records: Records,
        memory: Memory,
        outbox: Outbox,
        texts: TemplateTexts,
        now: Callable[[], datetime],
    ) -> None:
        self._gateway = gateway
        self._reconciler = reconciler
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

        What was missed while the app was down is written for the shift that runs now only.

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
            found = handoff.latest(name, rotation, model.people, now)
            if found is not None and await self._is_new(found):
                await self._outbox.hand_over(HandoffEvent(rotation=name, at=found.at))
            change = handoff.next_change(rotation, model.people, now)
            if change is not None:
                self._next[name] = change

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
        mark = Marker(KIND, found.key)
        await self._dated.open(
            mark,
            title=f"Handoff of {found.rotation}: {found.leaving} → {found.coming}",
            body=await self._body(found, model),
            assignees=(found.coming,),
        )
        await self._close_others(found)
        await self._memory.memory_put(KIND, found.rotation, found.at.isoformat())

    async def _body(self, found: Takeover, model: Model) -> str:
        incidents = [record.incident for record in (await self._records.open()).values()]
        closed = [record.incident for record in (await self._records.closed()).values()]
        mine = [
            incident
            for incident in (*incidents, *closed)
            if incident.area in handoff.areas_of(found.rotation, model)
        ]
        return self._texts.plain(
            "handoff_issue.md",
            takeover=found,
            pending=handoff.pending(found.rotation, incidents, model),
            particular=handoff.particular(found, model),
            loads=load.loads(mine, found.since, found.at, model),
        )

    async def _close_others(self, found: Takeover) -> None:
        """The handoffs of earlier shifts are over; each says where it goes on."""
        opened = await self._dated.all(KIND, only_open=True)
        new = next((one for one in opened if marker_of(one) == Marker(KIND, found.key)), None)
        for issue in opened:
            mark = marker_of(issue)
            if mark is None or mark.kind != KIND or mark.key == found.key:
                continue
            if mark.key.partition(":")[0] != found.rotation:
                continue
            say = Say(
                f"{KIND}:{mark.key}:over", "handoff_over", {"new": new.number if new else None}
            )
            body = self._texts.comment(say, None)
            await self._reconciler.say(issue.repo, issue.number, say, body, look=False)
            await self._gateway.edit_issue(
                issue.repo, issue.number, state="closed", state_reason="completed"
            )

    async def _is_new(self, found: Takeover) -> bool:
        """Whether this takeover came after the last that is known; the first that is seen ever is only remembered."""
        known = await self._memory.memory_get(KIND, found.rotation)
        if known is None:
            known = await self._last_written(found.rotation)
        if known is None:
            await self._memory.memory_put(KIND, found.rotation, found.at.isoformat())
            return False
        return found.at > datetime.fromisoformat(known)

    async def _last_written(self, rotation: RotationName) -> str | None:
        """A lost database: the issues themselves know the last handoff."""
        prefix = f"{rotation}:"
        keys = [mark.key for one in await self._dated.all(KIND) if (mark := marker_of(one))]
        times = [key.removeprefix(prefix) for key in keys if key.startswith(prefix)]
        return max(times, default=None)
