"""Freezes: which hold now, the issues by which people announce them, and who is told when one begins or ends."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec
import structlog

from ghapp.core import freeze, marker
from ghapp.core.facts import Fingerprint, FreezeEvent, Issue, RepoName
from ghapp.core.freeze import FREEZING, FreezeIssue, OpenIncident, Window
from ghapp.core.freeze_issue import KIND, from_issue, to_state
from ghapp.core.github_event import conversation_of_release
from ghapp.core.incident import Incident
from ghapp.core.marker import Marker
from ghapp.core.open_incidents import open_incidents
from ghapp.core.signers import approvers
from ghapp.core.text import plain_title
from ghapp.duties.alarms import Alarms
from ghapp.duties.dated import Dated
from ghapp.duties.outbox import FREEZES
from ghapp.duties.records import Memory, Records
from ghapp.duties.texts import Markdown, TemplateTexts
from ghapp.model.names import AreaName, Severity
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

_LONGEST_REASON = 1_000

_ANNOUNCED = "announced"
"""In the memory: the freezes that the last look found announced."""

_HOLDING = "holding"
_SEV1 = "sev1"
"""In the memory: the freezes, and the incidents that are freezes, that everybody has been told of."""


class Freezes:
    """Keeps the issues of `/freeze`; one is open at a time, and says when it ends."""

    def __init__(
        self,
        *,
        dated: Dated,
        records: Records,
        memory: Memory,
        alarms: Alarms,
        texts: TemplateTexts,
        home: RepoName,
        now: Callable[[], datetime],
        wake: Callable[[str], Awaitable[None]],
        pulls: Callable[[], Awaitable[None]],
    ) -> None:
        """`wake` has a conversation handled soon, `pulls` those of all open pull requests."""
        self._dated = dated
        self._records = records
        self._memory = memory
        self._alarms = alarms
        self._texts = texts
        self._home = home
        self._now = now
        self._wake = wake
        self._pulls = pulls
        self._seen: dict[Fingerprint, frozenset[tuple[str, AreaName, Severity]]] = {}
        records.subscribe(self._noticed)

    async def windows(self, model: Model) -> tuple[Window, ...]:
        """The freezes of OWNERS.yaml and those that are announced, past and future ones too. One conditional listing.

        Those who let hotfixes through do so in spite of what was announced, besides who announced it. What is over by
        the clock, its issue not yet closed, is there with its end.

        Raises:
            GitHubError: the issues could not be listed.
        """
        found = [one for _, one in await self._announced()]
        told = freeze.announced(found, approvers(model, self._now()))
        return (*_configured(model), *told)

    async def incidents(self) -> tuple[OpenIncident, ...]:
        """The open incidents, by the index; a sev1 among them is a freeze where it is."""
        records = (await self._records.open()).values()
        return open_incidents((record.incident for record in records), self._home)

    async def touching(self, model: Model, touched: Collection[AreaName]) -> tuple[Window, ...]:
        """Every freeze for what touches these areas, those included that sev1 incidents are.

        What is announced is as the last look saw it, which has all pull requests looked at again when it changes; only
        where there was none yet it is asked for.

        Raises:
            GitHubError: the issues could not be listed.
        """
        value = await self._memory.memory_get(KIND, _ANNOUNCED)
        if value is None:
            found = [one for _, one in await self._announced()]
            await self._note(found)
        else:
            found = msgspec.convert(value, list[FreezeIssue])
        return (
            *_configured(model),
            *freeze.announced(found, approvers(model, self._now())),
            *freeze.by_incidents(await self.incidents(), touched, approvers(model, self._now())),
        )

    async def handle(self, events: Sequence[FreezeEvent], model: Model) -> None:
        """Begin, prolong or end what was announced, then see to what the clock says.

        Raises:
            GitHubError: GitHub could not be asked or told; the same may be handled again.
        """
        for event in events:
            if event.over:
                await self._end(event)
            elif event.until is None or event.until > self._now():
                await self._begin(event)
        await self.look(model)

    async def look(self, model: Model) -> None:
        """Close what is over, and have everybody look again who goes by freezes if others hold than before.

        Raises:
            GitHubError: GitHub could not be asked or told; the same may be done again.
        """
        now = self._now()
        announced = await self._announced()
        for issue, one in announced:
            if one.until is not None and one.until <= now:
                await self._close(issue, one, None)
        found = [one for _, one in announced]
        await self._note(found)
        told = freeze.announced(found)
        windows = (*_configured(model), *told)
        await self._tell(_HOLDING, _signs(windows, now))
        await self._tell(_SEV1, _sev1(await self.incidents()))
        changes = [at for one in windows for at in (one.start, one.end) if at and at > now]
        await self._alarms.set(FREEZES, min(changes, default=None))

    async def _noticed(self, key: Fingerprint, incident: Incident | None) -> None:
        """Have the gates look again when an incident opens, closes or is another one than before; cheap if not."""
        found = () if incident is None else open_incidents((incident,), self._home)
        now = frozenset((one.ref, one.area, one.severity) for one in found)
        before = self._seen.pop(key, frozenset())
        if now:
            self._seen[key] = now
        if now == before:
            return
        if any(severity == FREEZING for _, _, severity in now | before):
            await self._tell(_SEV1, _sev1(await self.incidents()))
        await self._wake(conversation_of_release(self._home))

    async def _note(self, found: list[FreezeIssue]) -> None:
        value = msgspec.to_builtins(found)
        if value != await self._memory.memory_get(KIND, _ANNOUNCED):
            await self._memory.memory_put(KIND, _ANNOUNCED, value)

    async def _tell(self, what: str, holding: list[str]) -> None:
        before = await self._memory.memory_get(KIND, what) or []
        if holding == before:
            return
        log.info("freezes_changed", what=what, holding=holding)
        await self._wake(conversation_of_release(self._home))
        await self._pulls()
        await self._memory.memory_put(KIND, what, holding)

    async def _begin(self, event: FreezeEvent) -> None:
        """Said again while a freeze stands, the new end and reason count."""
        standing, reason = await self._announced(), event.reason[:_LONGEST_REASON]
        for issue, one in standing:
            again = replace(one, until=event.until, reason=reason, by=event.by)
            await self._dated.edit(issue, self._text(again))
        if standing:
            return
        frozen = FreezeIssue(
            number=0, by=event.by, since=event.at, until=event.until, reason=reason
        )
        await self._dated.open(
            Marker(KIND, event.name),
            title=self._texts.plain("freeze_title.md", reason=Markdown(plain_title(reason))),
            body=self._text(frozen),
            since=event.at,
        )

    async def _end(self, event: FreezeEvent) -> None:
        for issue, one in await self._announced():
            if one.since <= event.at:
                await self._close(issue, one, event)

    async def _close(self, issue: Issue, one: FreezeIssue, by: FreezeEvent | None) -> None:
        log.info("freeze_ended", issue=issue.number, by=by.by if by else None)
        await self._dated.edit(issue, self._text(one, ended=True, by=by), close=True)

    async def _announced(self) -> list[tuple[Issue, FreezeIssue]]:
        issues = await self._dated.all(KIND, state="open")
        return [(issue, from_issue(issue)) for issue in issues]

    def _text(self, one: FreezeIssue, *, ended: bool = False, by: FreezeEvent | None = None) -> str:
        state = Markdown(marker.render_state(to_state(one)))
        return self._texts.plain("freeze_issue.md", freeze=one, ended=ended, ender=by, state=state)


def _configured(model: Model) -> tuple[Window, ...]:
    return () if model.release is None else freeze.configured(model.release)


def _signs(windows: Sequence[Window], now: datetime) -> list[str]:
    """What tells one state of things from another: the freezes that hold."""
    return sorted(f"{one.said_in} {one.end} {one.reason}" for one in windows if one.holds(now))


def _sev1(incidents: Sequence[OpenIncident]) -> list[str]:
    """The same of incidents: those that are freezes, and where."""
    return sorted(f"{one.ref} {one.area}" for one in incidents if one.severity == FREEZING)
