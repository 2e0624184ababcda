"""Which alerts share one issue with many others: those of a storm, and those that were old when they arrived."""

from collections.abc import Callable, Sequence
from datetime import datetime

from ghapp.core.facts import Fingerprint, Signal, Status
from ghapp.core.incident import INCIDENT, Incident, Phase
from ghapp.core.maintenance import planned_until, under_way
from ghapp.core.routing import (
    BACKLOG,
    conversation_of,
    gathers,
    maintenance_fingerprint,
    route,
    storm_fingerprint,
)
from ghapp.duties.records import Records
from ghapp.engine.store import Row, Store
from ghapp.model.names import AreaName
from ghapp.model.types import Model


class Gathering:
    """Decides between an issue of its own and a shared one; asked again, it gives the same answer."""

    def __init__(self, records: Records, store: Store, now: Callable[[], datetime]) -> None:
        self._records = records
        self._store = store
        self._now = now

    async def place_of(
        self, key: Fingerprint, signals: Sequence[Signal], model: Model
    ) -> Fingerprint | None:
        """The incident that lists what has no issue; None when none does."""
        source = signals[0].source
        area = route(signals[0], model).area
        if await self._in_maintenance(key, area, model):
            return maintenance_fingerprint(area)
        if await self._in_storm(key, source):
            return storm_fingerprint(source)
        if any(signal.status is Status.FIRING for signal in signals):
            return None
        backlog = await self._records.get(BACKLOG)
        return BACKLOG if backlog is not None and key in backlog.incident.members else None

    async def shared_for(
        self, incident: Incident, signals: Sequence[Signal], rows: Sequence[Row], model: Model
    ) -> Fingerprint | None:
        """The shared incident that lists what was about to open; None when it has one of its own."""
        if self.is_old(incident, signals, rows, model):
            return BACKLOG
        if gathers(incident.key) or await self._own_issue(incident, rows, model):
            return None
        return storm_fingerprint(incident.source)

    def is_old(
        self, incident: Incident, signals: Sequence[Signal], rows: Sequence[Row], model: Model
    ) -> bool:
        """Whether all that fires was too old on arrival for an issue of its own."""
        if gathers(incident.key):
            return False
        arrived = rows[0].received_at if rows else self._now()
        oldest = arrived - model.incidents.max_age
        return all(signal.at < oldest for signal in signals if signal.status is Status.FIRING)

    async def _own_issue(self, incident: Incident, rows: Sequence[Row], model: Model) -> bool:
        """Ask for one of the issues that a source may open at a time."""
        storm = model.incidents.storm
        at = rows[0].received_at if rows else self._now()
        return await self._store.claim_slot(
            INCIDENT, incident.key, incident.source, at, storm.window, storm.threshold
        )

    async def send(self, rows: Sequence[Row], place: Fingerprint) -> None:
        """Let the incident that lists them handle these rows."""
        await self._store.reroute([row.id for row in rows], conversation_of(place))

    async def release(self, incident: Incident) -> None:
        """It is over, so it counts towards no storm any more."""
        for key in incident.members or (incident.key,):
            await self._store.release_slot(key)

    async def _in_maintenance(self, key: Fingerprint, area: AreaName, model: Model) -> bool:
        """Whether planned work goes on at the area, or the issue of it lists this fingerprint and is still open."""
        now = self._now()
        if planned_until(area, model, now) is not None:
            return True
        record = await self._records.get(maintenance_fingerprint(area))
        if record is None or record.incident.phase is Phase.CLOSED:
            return False
        return under_way(record.incident, now) or key in record.incident.members

    async def _in_storm(self, key: Fingerprint, source: str) -> bool:
        """Whether the storm's issue lists this fingerprint, or will: what was sent there may still wait."""
        storm = await self._records.get(storm_fingerprint(source))
        raging = storm is not None and storm.incident.phase is not Phase.CLOSED
        if storm is not None and raging and key in storm.incident.members:
            return True
        return await self._store.own_slot(key) is False
