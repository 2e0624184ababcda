"""Finds alerts of Google Cloud that the app was not told of, and ends that it was not: policies on logs never tell.

The listing of a project's open alerts is compared with the open incidents of that project; what is found goes
through the inbox, as if Google had sent it. A listing that failed, or is not whole, says nothing.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

import aiohttp
import structlog

from ghapp.clients.gcp_alerts import URL_VARIABLE, Alert, Alerts
from ghapp.clients.gcp_credentials import READ, GcpError
from ghapp.clients.gcp_monitoring import TARGET_VARIABLE, Policy, connected
from ghapp.core.facts import Fingerprint, Signal, Status
from ghapp.core.incident import Incident
from ghapp.core.routing import gathers
from ghapp.core.source import Accepted
from ghapp.core.strict_json import Malformed
from ghapp.duties.intake import deliveries
from ghapp.duties.records import Record
from ghapp.engine.inbox import Delivery
from ghapp.sources.gcp import SOURCE, Condition, alert_signal

log = structlog.get_logger(__name__)

Put = Callable[[Delivery], Awaitable[bool]]
Policies = Callable[[str], Awaitable[Sequence[Policy]]]
"""Every alerting policy of a project; raises GcpError."""

_PROJECT = re.compile(r"(?:[a-z0-9.-]{1,64}:)?[a-z][a-z0-9-]{0,62}", re.IGNORECASE)


class Listing(Protocol):
    """What knows which alerts are open: whole, or GcpError."""

    async def open(self, project: str) -> list[Alert]:
        """Every open alert."""
        ...

    async def still_open(self, project: str, name: str) -> bool:
        """Whether this one is open."""
        ...


class Index(Protocol):
    """The records that are read here."""

    async def open(self) -> Mapping[Fingerprint, Record]:
        """Of all incidents that are not closed."""
        ...

    async def get(self, key: Fingerprint) -> Record | None:
        """Of one incident, open or closed."""
        ...


@dataclass(frozen=True, slots=True)
class Clients:
    """What Google is asked with; without `policies` an alert's condition cannot be told."""

    alerts: Listing
    policies: Policies | None = None

    @classmethod
    def from_variables(cls, variables: Mapping[str, str], session: aiohttp.ClientSession) -> Self:
        """The clients that the environment describes.

        Raises:
            GcpError: GHAPP_GCP_API_URL is no address to send a token to.
        """

        async def policies(project: str) -> list[Policy]:
            async with connected(variables, (READ,)) as monitoring:
                return await monitoring.policies(project)

        # Whoever stands in for Google's REST API does not stand in for the rest of it.
        alone = URL_VARIABLE in variables and TARGET_VARIABLE not in variables
        return cls(Alerts.from_variables(variables, session), None if alone else policies)


@dataclass(frozen=True, slots=True)
class Found:
    """How many open alerts were looked at, opened here, and closed; `complete` says that no project failed."""

    looked: int = 0
    opened: int = 0
    closed: int = 0
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Over:
    """An episode that fires here and is no longer among the open alerts of its project."""

    incident: Incident
    occurrence: str
    fired: datetime


@dataclass(frozen=True, slots=True)
class Compared:
    """What a listing has that the incidents have not, and the other way round."""

    missing: tuple[Alert, ...] = ()
    over: tuple[Over, ...] = ()


def compare(
    project: str, alerts: Iterable[Alert], listed_at: datetime, incidents: Iterable[Incident]
) -> Compared:
    """Compare a whole listing, begun at `listed_at` (UTC), with the incidents that are not closed.

    What fired after the listing was begun is not yet in it, which says nothing. In a storm the project of an episode
    is not known, so none of them is over by a listing.
    """
    known = {id_of(alert): alert for alert in alerts}
    held: set[str] = set()
    over = []
    for incident in incidents:
        several = gathers(incident.key)
        ours = not several and incident.source == SOURCE.name and incident.scope == project
        for name, episode in incident.episodes.items():
            if not episode.firing:
                continue
            occurrence = name.partition("\n")[2] if several else name
            held.add(occurrence)
            fired = episode.fired
            if ours and fired is not None and fired < listed_at and occurrence not in known:
                over.append(Over(incident, occurrence, fired))
    missing = tuple(alert for name, alert in known.items() if name not in held)
    return Compared(missing, tuple(over))


def id_of(alert: Alert) -> str:
    """The alert's id, which is the incident's id in notifications."""
    return str(alert["name"]).rpartition("/")[2]


async def find(
    clients: Clients,
    records: Index,
    put: Put,
    projects: Sequence[str],
    now: datetime,
    *,
    dry_run: bool = False,
) -> Found:
    """Look once at every project; trouble with one stops no other. A dry run puts nothing.

    Two that look at once find the same, and it is stored once: the deliveries' ids are those of the alerts.

    Raises:
        InboxUnavailable: what was found cannot be stored now.
    """
    if dry_run:
        put = _always

    async def one(project: str) -> Found:
        try:
            return await _Look(clients, records, put, project, now).run()
        except GcpError as error:
            log.warning("gcp_listing_failed", project=project, reason=str(error))
            return Found(complete=False)

    founds = await asyncio.gather(*map(one, dict.fromkeys(projects)))
    return Found(
        sum(found.looked for found in founds),
        sum(found.opened for found in founds),
        sum(found.closed for found in founds),
        all(found.complete for found in founds),
    )


async def _always(_delivery: Delivery) -> bool:
    return True


class _Look:
    """One look at one project."""

    def __init__(
        self, clients: Clients, records: Index, put: Put, project: str, now: datetime
    ) -> None:
        self._clients = clients
        self._records = records
        self._put = put
        self._project = project
        self._now = now

    async def run(self) -> Found:
        if not _PROJECT.fullmatch(self._project):
            raise GcpError("not the id of a project (its number or name is none)")
        alerts = await self._clients.alerts.open(self._project)
        # The records are read after the listing: what the app learned meanwhile is not missing.
        incidents = [record.incident for record in (await self._records.open()).values()]
        compared = compare(self._project, alerts, self._now, incidents)
        opened = await self._open(compared.missing)
        closed, complete = 0, True
        for over in compared.over:
            ended = await self._end(over)
            closed += ended is True
            complete = complete and ended is not None
        return Found(len(alerts), opened, closed, complete)

    async def _open(self, missing: Sequence[Alert]) -> int:
        policies = await self._policies() if missing else {}
        opened = 0
        for alert in missing:
            policy = policies.get(_last(alert.get("policy")))
            try:
                signal = self._signal(alert, policy, policy.conditions if policy else ())
                known = await self._over_here(signal, alert, policy)
            except Malformed as error:
                log.warning("gcp_alert_unreadable", project=self._project, reason=str(error))
                continue
            if not known:
                began = int(signal.started_at.timestamp()) if signal.started_at else 0
                opened += await self._feed(signal, f"alert:{signal.occurrence}:open:{began}")
        return opened

    def _signal(
        self, alert: Alert, policy: Policy | None, conditions: Sequence[Condition]
    ) -> Signal:
        return alert_signal(
            {**alert, "state": "OPEN"},  # by which it was asked for
            project=self._project,
            conditions=conditions,
            documentation=policy.documentation if policy else "",
            now=self._now,
        )

    async def _over_here(self, signal: Signal, alert: Alert, policy: Policy | None) -> bool:
        """Whether the app knows the alert and calls it over, as when a person has resolved the incident.

        Where the alert's condition cannot be told, it may be known as one of any of them.
        """
        keys = [signal.fingerprint]
        keys += [
            self._signal(alert, policy, (condition,)).fingerprint
            for condition in (policy.conditions if policy else ())
        ]
        for key in dict.fromkeys(keys):
            record = await self._records.get(key)
            episode = record.incident.episodes.get(signal.occurrence) if record else None
            if episode and episode.ended is not None and episode.ended >= signal.at:
                return True
        return False

    async def _end(self, over: Over) -> bool | None:
        """Whether the end was new; None when Google could not confirm it."""
        try:
            # A listing may lag behind a notification, and an end believed in error would lose the page.
            if await self._clients.alerts.still_open(self._project, over.occurrence):
                return False
        except GcpError as error:
            log.warning("gcp_alert_unconfirmed", project=self._project, reason=str(error))
            return None
        signal = Signal(
            source=SOURCE.name,
            fingerprint=over.incident.key,
            occurrence=over.occurrence,
            status=Status.RESOLVED,
            at=self._now,
            summary=over.incident.summary,
            scope=self._project,
        )
        return await self._feed(
            signal, f"alert:{over.occurrence}:over:{int(over.fired.timestamp())}"
        )

    async def _feed(self, signal: Signal, delivery_id: str) -> bool:
        (delivery,) = deliveries(SOURCE, Accepted((signal,), delivery_id), delivery_id)
        return await self._put(delivery)

    async def _policies(self) -> Mapping[str, Policy]:
        if self._clients.policies is None:
            return {}
        try:
            found = await self._clients.policies(self._project)
        except GcpError as error:
            # Better an issue of its own for the alert than none.
            log.warning("gcp_policies_unknown", project=self._project, reason=str(error))
            return {}
        return {_last({"name": policy.name}): policy for policy in found}


def _last(named: object) -> str:
    """The id at the end of a resource's name: what comes before it may hold the project's id or its number."""
    name = named.get("name") if isinstance(named, Mapping) else None
    return name.rpartition("/")[2] if isinstance(name, str) else ""
