"""Pages: tells the people whose turn it is outside GitHub, channel after channel, until it is known who was reached.

Each page is a conversation of its own. Between tries its row waits in the inbox and no drain is held; how far it got
is in the memory, and what a channel has confirmed is in the ledger, so that a crash repeats only what was not.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import structlog
from prometheus_client import Counter

from ghapp.clients.pager import NoChannel, NotTaken, Pager
from ghapp.core import escalation
from ghapp.core.facts import Issue, Page, PageReport
from ghapp.core.incident import Incident
from ghapp.core.observe import observe
from ghapp.core.page_tries import Attempt, Progress, begin
from ghapp.core.paging import is_ahead, name_of, still_wanted
from ghapp.duties.outbox import Outbox
from ghapp.duties.page_texts import PageTexts
from ghapp.duties.records import Records
from ghapp.engine.failures import Retry
from ghapp.engine.store import Done, Store
from ghapp.github.errors import GitHubError, Gone, NotFound
from ghapp.github.gateway import Gateway
from ghapp.github.priority import Priority
from ghapp.model.names import Login, Severity
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

KIND = "page"
GITHUB_WITHIN = 3.0
"""Seconds after which a page goes by what is known instead of what GitHub shows."""

UNTIL_STORED = 0.2
"""Seconds after which to look again for an incident that is just being stored; longer when it has taken long."""

ABOUT_TO_BE = timedelta(minutes=10)
"""How long an incident may take to be stored after a crash; one that is not by then is gone."""

UNTIL_AGREED = 5.0
"""Seconds after which to look again whether the incident has taken over what its issue shows."""

_TAKEN, _REFUSED = "taken", "refused"
_URGENT = frozenset({Severity.SEV1, Severity.SEV2})

PAGES = Counter("ghapp_pages", "Pages, by what became of each person's", ["outcome"])
TRIES = Counter(
    "ghapp_page_tries", "Messages sent to channels, by what became of each", ["outcome"]
)


class Pages:
    """Handles the conversation of one page."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        records: Records,
        store: Store,
        outbox: Outbox,
        pager: Pager,
        texts: PageTexts,
        now: Callable[[], datetime],
    ) -> None:
        self._gateway = gateway
        self._records = records
        self._store = store
        self._outbox = outbox
        self._pager = pager
        self._texts = texts
        self._now = now

    async def handle(self, page: Page, model: Model) -> None:
        """Try whatever is due of a page.

        Raises:
            Retry: something is due later.
        """
        name = name_of(page)
        progress = await self._progress(name)
        while True:
            live = await self._live(page, model)
            if live is None:
                await self._stop(page, progress)
                return
            incident, issue = live
            now = self._now()
            opens = escalation.may_page(incident, model, now)
            if opens > now:
                raise Retry((opens - now).total_seconds(), "it may wait until business opens")
            progress = progress or begin(page, incident.area, model, now)
            progress = await self._round(progress, page, incident, issue, model)
            if progress.reached() and not progress.reported:
                progress = await self._report(page, progress)
            await self._store.memory_put(KIND, name, msgspec.to_builtins(progress))
            next_at = progress.next_at()
            if next_at is None:
                await self._store.memory_delete(KIND, name)
                return
            wait = (next_at - self._now()).total_seconds()
            if wait > 0:
                raise Retry(wait, "a channel did not take it, and is tried again")

    async def _progress(self, name: str) -> Progress | None:
        value = await self._store.memory_get(KIND, name)
        return msgspec.convert(value, Progress) if value is not None else None

    async def _live(self, page: Page, model: Model) -> tuple[Incident, Issue] | None:
        """The incident as it is at this moment, at GitHub too if that answers; None when nobody needs to be told.

        Raises:
            Retry: GitHub shows that nobody needs to be told, of which the incident does not know yet, or the
                incident itself is not there yet.
        """
        record = await self._records.get(page.key)
        if is_ahead(page, record.incident if record is not None else None):
            age = self._now() - page.position.since
            if age < ABOUT_TO_BE:
                wait = max(UNTIL_STORED, age.total_seconds() / 2)
                raise Retry(wait, "the incident is about to be stored")
            return None
        assert record is not None
        if not still_wanted(page, record.incident):
            return None
        incident, issue = record.incident, record.issue
        try:
            async with asyncio.timeout(GITHUB_WITHIN):
                issue = await self._gateway.get_issue(
                    incident.repo, incident.number, priority=Priority.of(incident.severity)
                )
        except (NotFound, Gone):
            return None
        except (GitHubError, TimeoutError) as trouble:
            log.warning("page_without_github", key=page.key, reason=str(trouble) or "no answer yet")
            return incident, issue
        seen = observe(incident, issue, model, self._now()).incident
        if not still_wanted(page, seen):
            # GitHub may show what was before this page: only the record, which follows it, decides.
            raise Retry(UNTIL_AGREED, "the issue says that somebody has it already")
        return seen, issue

    async def _round(
        self, progress: Progress, page: Page, incident: Incident, issue: Issue, model: Model
    ) -> Progress:
        """Try everything that is due, all at the same time."""
        due = progress.due(self._now())

        async def one(attempt: Attempt) -> Attempt:
            person = attempt not in progress.announcements
            to = Login(attempt.who) if person else None
            message = self._texts.page(page, incident, issue, model, to)
            key = f"{name_of(page)}:{attempt.who}:{attempt.channel}"
            return await self._try(attempt, key, message.subject, message.body, incident.severity)

        tried = await asyncio.gather(*(one(attempt) for attempt in due))
        return progress.after(dict(zip(due, tried, strict=True)))

    async def _try(
        self, attempt: Attempt, key: str, subject: str, body: str, severity: Severity
    ) -> Attempt:
        """Send once, unless the ledger knows already what became of it."""
        known = await self._store.ledger_state(key)
        if isinstance(known, Done):
            return attempt.taken(known.at) if known.result == _TAKEN else attempt.given_up(known.at)
        await self._store.ledger_intend(key)
        context = {"to": attempt.who, "channel": attempt.channel, "ledger": key}
        try:
            await self._pager.send(attempt.channel, subject, body, urgent=severity in _URGENT)
        except NoChannel as missing:
            log.warning("page_channel_missing", reason=str(missing), **context)
            after = attempt.given_up(self._now())
        except NotTaken as refusal:
            log.warning("page_not_taken", reason=str(refusal), **context)
            after = attempt.refused(self._now())
        else:
            log.info("page_taken", **context)
            after = attempt.taken(self._now())
        TRIES.labels("taken" if after.through else "not_taken").inc()
        if after.channels != attempt.channels:
            await self._store.ledger_done(key, _TAKEN if after.through else _REFUSED)
        return after

    async def _report(self, page: Page, progress: Progress) -> Progress:
        """Let the incident know, once, what became of everybody whose attempt is over."""
        results = progress.results()
        if not results:
            return progress
        for result in results:
            reached = "unreached" if result.failed else "no_channel"
            PAGES.labels("reached" if result.channel else reached).inc()
        await self._outbox.report(PageReport(key=page.key, position=page.position, results=results))
        return replace(progress, reported=True)

    async def _stop(self, page: Page, progress: Progress | None) -> None:
        """Somebody has it, or it is over: whoever was reached until then is put on record."""
        log.info("page_not_wanted", key=page.key, page=name_of(page))
        if progress is not None:
            if not progress.reported:
                await self._report(page, progress)
            await self._store.memory_delete(KIND, name_of(page))
