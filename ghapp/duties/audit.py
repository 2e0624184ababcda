"""The auditor: looks every minute for what should have happened and has not, mends it, and says when all is well."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from prometheus_client import Counter, Gauge

from ghapp.core.audit import Finding, Kind, findings
from ghapp.core.facts import Fingerprint
from ghapp.core.routing import conversation_of
from ghapp.duties.records import Record, Records
from ghapp.engine.store import Store
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=1)
STUCK_AFTER = timedelta(minutes=10)
"""How long a message may wait that could be handled; the longest handling takes so long."""

MISSED_ROUNDS = 3
"""So many rounds of a chore may fail, or never come, before it counts as dead."""

FINDINGS = Counter("ghapp_audit_findings", "What the auditor found to be late, by kind", ["kind"])
WELL = Gauge("ghapp_audit_well_timestamp_seconds", "When the auditor last found all to be well")


class Switch(Protocol):
    """A dead man's switch."""

    async def ping(self) -> bool:
        """Say that all is well; whether that was heard."""
        ...


class Audit:
    """Checks the work of the others from what is stored, so that it depends on none of them."""

    def __init__(
        self,
        *,
        records: Records,
        store: Store,
        model: Callable[[], Model],
        wake: Callable[[str], Awaitable[None]],
        now: Callable[[], datetime],
        switch: Switch | None = None,
    ) -> None:
        """`switch` is told when all is well, at most once a minute."""
        self._records = records
        self._store = store
        self._model = model
        self._wake = wake
        self._now = now
        self._switch = switch
        self._began: datetime | None = None
        self._chores: dict[str, datetime] = {}

    def watched(
        self, name: str, interval: timedelta, chore: Callable[[], Awaitable[None]]
    ) -> Callable[[], Awaitable[None]]:
        """The chore, which has to come round at such intervals from now on; a round that fails does not count."""

        def note() -> None:
            self._chores[name] = self._now() + MISSED_ROUNDS * interval + EVERY

        async def turn() -> None:
            await chore()
            note()

        note()
        return turn

    async def turn(self) -> None:
        """Look once."""
        now = self._now()
        self._began = self._began or now
        model, records = self._model(), await self._records.open()
        found = findings(
            (record.incident for record in records.values()),
            model,
            now,
            since=self._began,
            stuck=await self._store.stuck(STUCK_AFTER),
            chores=self._chores,
        )
        for finding in found:
            FINDINGS.labels(finding.kind.value).inc()
            await self._mend(finding, records.get(Fingerprint(finding.what)), model, now)
        if not found:
            WELL.set(now.timestamp())
            if self._switch is not None:
                await self._switch.ping()

    async def _mend(
        self, finding: Finding, record: Record | None, model: Model, now: datetime
    ) -> None:
        """Wake whoever should have done it; a chore that hangs can only be told of."""
        late = None if finding.due is None else round((now - finding.due).total_seconds())
        issue = None if record is None else f"{record.incident.repo}#{record.incident.number}"
        log.error(
            "audit_overdue", kind=finding.kind.value, what=finding.what, seconds=late, issue=issue
        )
        if record is not None and finding.kind in {Kind.STEP, Kind.PAGE}:
            await self._records.schedule(record, model)
            await self._wake(conversation_of(record.incident.key))
        elif finding.kind is Kind.QUEUE:
            await self._wake(finding.what)
