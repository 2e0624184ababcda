"""Keeps the index of incidents true: rebuilds it from GitHub when it is new, and compares it every minute."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from ghapp.core.facts import Fingerprint, Issue, RepoName
from ghapp.core.incident import INCIDENT, Phase
from ghapp.core.routing import conversation_of, support_fingerprint
from ghapp.duties.asks import find_carrier
from ghapp.duties.incidents import Incidents
from ghapp.duties.records import Memory, Record, Records, adopt, key_of
from ghapp.engine.store import Store
from ghapp.github.errors import Refused
from ghapp.github.gateway import Gateway
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

_INDEX = "index"
_BUILT = "built"


class Watch:
    """Looks at the open incidents of the home repository in one conditional listing.

    Elsewhere are support requests that `/escalate` made incidents: the index knows them, a new one looks for them.
    """

    def __init__(
        self,
        *,
        gateway: Gateway,
        records: Records,
        incidents: Incidents,
        store: Store,
        memory: Memory,
        home: RepoName,
        now: Callable[[], datetime],
        wake: Callable[[str], Awaitable[None]],
    ) -> None:
        self._gateway = gateway
        self._records = records
        self._incidents = incidents
        self._store = store
        self._memory = memory
        self._home = home
        self._now = now
        self._wake = wake
        self._not_ours: dict[tuple[RepoName, int], datetime] = {}

    async def rebuild(self, model: Model) -> None:
        """Fill a new index from the issues of the installation; an index that is complete is left alone.

        Raises:
            GitHubError: GitHub could not be asked; the index is not complete.
        """
        if await self._memory.memory_get(_INDEX, _BUILT):
            return
        issues = await self._gateway.list_issues(self._home, labels=[INCIDENT], state="all")
        issues += await self._elsewhere()
        for issue in sorted(issues, key=lambda found: (found.open, found.number)):
            record = await self._adopt(issue, model)
            if record is None:
                continue
            await self._records.save(record, model)
            await self._claim(record, model)
        await self._memory.memory_put(_INDEX, _BUILT, self._now().isoformat())
        log.info("index_rebuilt", issues=len(issues))

    async def _elsewhere(self) -> list[Issue]:
        """The open incidents of the other repositories; one that can't be asked keeps nobody waiting."""
        found: list[Issue] = []
        try:
            for repo in await self._gateway.repositories(self._home):
                if repo.lower() != self._home.lower():
                    found += await self._open_in(repo)
        except Refused as refused:
            log.warning("repositories_unknown", reason=str(refused))
        return found

    async def _open_in(self, repo: RepoName) -> list[Issue]:
        try:
            return await self._gateway.list_issues(repo, labels=[INCIDENT])
        except Refused as refused:
            log.warning("repository_unreadable", repo=repo, reason=str(refused))
            return []

    async def look(self, model: Model) -> None:
        """Compare the open incidents with the index; wake whatever differs, as after a lost webhook.

        Raises:
            GitHubError: GitHub could not be asked; nothing is concluded.
        """
        records = await self._records.open()
        listed: set[Fingerprint] = set()
        for issue in await self._gateway.list_issues(self._home, labels=[INCIDENT]):
            key = key_of(issue) or support_fingerprint(issue.repo, issue.number)
            listed.add(key)
            record = records.get(key) or await self._records.get(key)
            if record is None or _takes_over(issue, record):
                adopted = await self._adopt(issue, model)
                if adopted is not None:
                    await self._records.save(adopted, model)
                    await self._wake(conversation_of(key))
            elif issue.number == record.incident.number:
                await self._compare(issue, record)
        for key, record in records.items():
            here = record.incident.repo.lower() == self._home.lower()
            if here and key not in listed:
                self._incidents.missing.add(key)
                await self._wake(conversation_of(key))

    async def _compare(self, issue: Issue, record: Record) -> None:
        """Wake an incident that is otherwise than the index says; what counts as closed is read, not believed."""
        key = record.incident.key
        if record.incident.phase is Phase.CLOSED:
            self._incidents.missing.add(key)
        elif record.issue.updated_at < issue.updated_at:
            self._incidents.fresh[key] = issue
        else:
            return
        await self._wake(conversation_of(key))

    async def _adopt(self, issue: Issue, model: Model) -> Record | None:
        key = key_of(issue)
        if key is not None:
            return adopt(issue, key, issue.body, model, None)
        place = (issue.repo, issue.number)
        if not issue.open or self._not_ours.get(place) == issue.updated_at:
            return None
        key = support_fingerprint(issue.repo, issue.number)
        carrier = await find_carrier(self._gateway, issue, key)
        if carrier is None:
            self._not_ours[place] = issue.updated_at
            return None
        return adopt(issue, key, carrier.body, model, carrier.id)

    async def _claim(self, record: Record, model: Model) -> None:
        """What opened just now still counts towards a storm."""
        incident, storm = record.incident, model.incidents.storm
        if incident.backlog or incident.maintenance:
            return
        if incident.phase is Phase.OPEN and incident.opened_at > self._now() - storm.window:
            for key in incident.members or (incident.key,):
                await self._store.claim_slot(
                    INCIDENT,
                    key,
                    incident.source,
                    incident.opened_at,
                    storm.window,
                    storm.threshold,
                )


def _takes_over(issue: Issue, record: Record) -> bool:
    """Whether somebody has reopened an old issue of an alert whose latest one is closed."""
    return record.incident.phase is Phase.CLOSED and issue.number != record.incident.number
