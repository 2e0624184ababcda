"""The incident duty: everything that concerns one incident, one thing after the other."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

import structlog

from ghapp.core.attention import word
from ghapp.core.decide import next_due, on_first_signals, on_signals, on_time, settle
from ghapp.core.effects import Decision, Open, Say, Write
from ghapp.core.facts import (
    CommentEvent,
    Fingerprint,
    Issue,
    IssueEvent,
    MaintenanceEvent,
    Page,
    PageReport,
    RepoName,
    Signal,
)
from ghapp.core.incident import INCIDENT, Incident, Phase, bare
from ghapp.core.lifecycle import ends
from ghapp.core.maintenance import begin, prolong
from ghapp.core.observe import observe
from ghapp.core.paged import on_report
from ghapp.core.paging import wanted
from ghapp.core.routing import BACKLOG, gathers, is_wanted, route
from ghapp.duties.asks import Asks
from ghapp.duties.folding import folding, needs_the_issue, unfolded
from ghapp.duties.gathering import Gathering
from ghapp.duties.rates import Event, Rates
from ghapp.duties.records import TEXT_EVERY, Record, Records, adopt, closed_for, key_of, newer
from ghapp.engine.store import Row, Store
from ghapp.github.errors import Gone, NotFound, RateLimited, Unavailable
from ghapp.github.gateway import Gateway
from ghapp.github.priority import Priority
from ghapp.github.reconciler import Reconciler, opening
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

_OF_THE_KEY = (Signal, PageReport, MaintenanceEvent)
"""Events that concern an incident whatever issue it has."""

_TURNING = "turning"
"""Kind of memory: incidents whose issue is being closed or reopened at this moment."""

_MARGIN = timedelta(hours=1)


class Incidents:
    """Handles the conversation of one incident: what waits is folded into as few decisions as its order allows."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        reconciler: Reconciler,
        records: Records,
        asks: Asks,
        store: Store,
        home: RepoName,
        now: Callable[[], datetime],
        page: Callable[[Page | None], Awaitable[None]],
        over: Callable[[Incident, Model], Awaitable[None]],
    ) -> None:
        """`page` takes note, durably, of people who must be told outside GitHub; `over` is told of what has ended."""
        self._page = page
        self._over = over
        self._gateway = gateway
        self._reconciler = reconciler
        self._records = records
        self._asks = asks
        self._store = store
        self._home = home
        self._now = now
        self._rates = Rates(store)
        self._gathering = Gathering(records, store, now)
        self.fresh: dict[Fingerprint, Issue] = {}
        """Issues that a listing has just shown, so that they need not be read again."""
        self.missing: set[Fingerprint] = set()
        """Incidents that a listing of the open ones did not show: closed, moved or deleted unseen."""

    async def handle(
        self, key: Fingerprint, events: Sequence[Event], rows: Sequence[Row], model: Model
    ) -> None:
        """Bring an incident up to date with what has happened and with the clock.

        Raises:
            GitHubError: GitHub could not be asked or told; nothing is lost, the same may be handled again.
        """
        if await self._store.memory_get(_TURNING, key) is not None:
            # Closed or reopened, perhaps, by a process that died before it noted it.
            self.missing.add(key)
        events, rows = await self._rates.count(events, rows, model)
        record = await self._records.get(key)
        if record is None:
            await self._begin(key, events, rows, model)
        else:
            await self._go_on(record, events, rows, model)

    async def _begin(
        self, key: Fingerprint, events: Sequence[Event], rows: Sequence[Row], model: Model
    ) -> None:
        """Handle what is said of an incident that is not known: a first alert, or words on an ordinary issue."""
        announced = [event for event in events if isinstance(event, MaintenanceEvent)]
        if announced:
            record = await self._announced(key, announced[-1], model)
            await self._go_on(record, events, rows, model)
            return
        said = [event for event in events if isinstance(event, Signal)]
        if not said:
            await self._ordinary_issue(key, events, model)
            return
        signals = [signal for signal in said if is_wanted(signal, model)]
        if not signals:
            return
        several = gathers(key)
        if not several:
            place = await self._gathering.place_of(key, signals, model)
            if place is not None:
                await self._gathering.send(rows, place)
                return
        known = {} if several else dict(await self._records.ends(key))
        decision = on_first_signals(key, self._home, signals, model, self._now(), episodes=known)
        if decision is None:
            begun = await self._begun(key, signals[0], model)
            if begun is None:
                await self._remember_ends(signals)
            else:
                await self._go_on(begun, events, rows, model)
            return
        shared = await self._gathering.shared_for(decision.incident, signals, rows, model)
        if shared is not None:
            await self._gathering.send(rows, shared)
            return
        found = await self._find(key, decision.incident, model)
        if found is not None:
            await self._go_on(found, events, rows, model)
            return
        await self._open(decision, rows, model)

    async def _announced(self, key: Fingerprint, event: MaintenanceEvent, model: Model) -> Record:
        decision = begin(event, key, self._home, self._now())
        found = await self._find(key, decision.incident, model)
        return found if found is not None else await self._open(decision, (), model)

    async def _go_on(
        self,
        record: Record,
        events: Sequence[Event],
        rows: Sequence[Row],
        model: Model,
    ) -> None:
        """Handle what has happened to an incident that has an issue."""
        try:
            record = await self._refreshed(record, events, model)
        except (NotFound, Gone):
            log.warning("incident_gone", key=record.incident.key, issue=record.incident.number)
            await self._records.forget(record.incident.key)
            signals = [event for event in events if isinstance(event, Signal)]
            if signals:
                await self._begin(record.incident.key, signals, rows, model)
            return
        if await self._starts_anew(record, events, rows, model):
            return
        fresh = unfolded(record.incident, events, rows)
        here = await self._said_here(record.incident, fresh)
        decision = await self._decide(record, here, rows, model)
        try:
            await self._carry_out(record, decision, model)
        except (NotFound, Gone) as gone:
            self.missing.add(record.incident.key)
            raise Unavailable(f"the issue may have been deleted: {gone}") from gone

    async def _said_here(self, incident: Incident, events: Sequence[Event]) -> Sequence[Event]:
        """The events that concern the incident's own issue, not an old one of the same alert."""
        here: list[Event] = []
        for event in events:
            if isinstance(event, _OF_THE_KEY) or event.number == incident.number:
                here.append(event)
            elif isinstance(event, CommentEvent):
                await self._asks.redirect(event, incident)
        return here

    async def _decide(
        self, record: Record, events: Sequence[Event], rows: Sequence[Row], model: Model
    ) -> Decision:
        now = self._now()
        by_hand = [event for event in events if isinstance(event, IssueEvent)]
        decision = observe(
            record.incident,
            record.issue,
            model,
            now,
            by=by_hand[-1].sender if by_hand else None,
            reassigned=any(event.action == "assigned" for event in by_hand),
        )
        rest = [event for event in events if not isinstance(event, IssueEvent)]
        for kind, group in groupby(rest, key=type):
            if kind is Signal:
                signals = [event for event in group if isinstance(event, Signal)]
                decision = decision.then(on_signals(decision.incident, signals, model, now))
                continue
            for event in group:
                if isinstance(event, PageReport):
                    following = on_report(decision.incident, event, model, now)
                elif isinstance(event, MaintenanceEvent):
                    following = prolong(decision.incident, event, now)
                else:
                    assert isinstance(event, CommentEvent)
                    spoken = word(decision.incident, event.at)
                    following = await self._asks.answer(event, record.issue, spoken, model, now)
                decision = decision.then(following)
        decision = decision.then(on_time(decision.incident, model, now))
        decision = replace(decision, incident=folding(decision.incident, rows))
        return settle(record.issue, record.incident, decision)

    async def _carry_out(self, record: Record, decision: Decision, model: Model) -> None:
        if decision.incident != record.incident:
            revised = replace(decision.incident, revision=record.incident.revision + 1)
            decision = replace(decision, incident=revised)
        turns = any(
            isinstance(effect, Write) and (effect.close or effect.reopen)
            for effect in decision.effects
        )
        if turns:
            await self._store.memory_put(_TURNING, record.incident.key, self._now().isoformat())
        applied = await self._reconciler.apply(record.issue, decision, cold=record.cold)
        after = Record(
            incident=applied.incident,
            issue=applied.issue,
            written_at=applied.wrote or record.written_at,
            behind=applied.wrote is None and (record.behind or decision.later),
            cold=record.cold and not any(isinstance(effect, Say) for effect in decision.effects),
        )
        if after.behind and self._now() >= after.written_at + TEXT_EVERY:
            after = await self._write_text(after)
        if after.incident.clock != record.incident.clock:
            # Whom a process that died had turned to, and not yet paged, before the clock went on.
            await self._page(wanted(record.incident, model, self._now()))
        await self._page(wanted(after.incident, model, self._now()))
        ended = after.incident.phase is Phase.CLOSED and record.incident.phase is not Phase.CLOSED
        if ended:
            await self._gathering.release(after.incident)
        await self._records.save(after, model)
        if ended:
            await self._over(after.incident, model)
        if turns:
            await self._store.memory_delete(_TURNING, record.incident.key)

    async def _write_text(self, record: Record) -> Record:
        """Bring the issue's own text up to date; it may wait, so trouble with it stops nothing else."""
        decision = Decision(record.incident, (Write(),))
        try:
            applied = await self._reconciler.apply(
                record.issue, decision, cold=False, priority=Priority.REPEAT
            )
        except (RateLimited, Unavailable) as trouble:
            log.info("text_postponed", key=record.incident.key, reason=str(trouble))
            return replace(record, written_at=self._now())
        return replace(record, issue=applied.issue, written_at=self._now(), behind=False)

    async def _refreshed(self, record: Record, events: Sequence[Event], model: Model) -> Record:
        """The record with the issue as it is now: read before acting for people or by the clock.

        For signals the index is fresh enough: webhooks feed it, and every minute a listing of all open incidents.
        """
        key = record.incident.key
        listed = self.fresh.pop(key, None)
        due = next_due(record.incident, model)
        missing = key in self.missing
        self.missing.discard(key)
        if (
            missing
            or (due is not None and due <= self._now())
            or any(needs_the_issue(event) for event in events)
        ):
            issue = await self._gateway.get_issue(
                record.incident.repo,
                record.incident.number,
                priority=Priority.of(record.incident.severity),
            )
            return newer(record, issue, model)
        if listed is not None and listed.updated_at > record.issue.updated_at:
            return newer(record, listed, model)
        return record

    async def _starts_anew(
        self, record: Record, events: Sequence[Event], rows: Sequence[Row], model: Model
    ) -> bool:
        """Open a new issue that links the old one when it fires again too long after it was closed."""
        now = self._now()
        closed = closed_for(record, now)
        signals = [event for event in events if isinstance(event, Signal)]
        if closed is None or closed <= model.incidents.reopen_within or not signals:
            return False
        old = record.incident
        decision = on_first_signals(
            old.key,
            self._home,
            signals,
            model,
            now,
            previous=old.number,
            episodes=old.episodes,
        )
        if decision is None:
            begun = await self._begun(old.key, signals[0], model, previous=old.number)
            if begun is None or begun.issue.number == old.number:
                return False
            await self._go_on(begun, events, rows, model)
            return True
        if self._gathering.is_old(decision.incident, signals, rows, model):
            await self._gathering.send(rows, BACKLOG)
            return True
        found = await self._find(old.key, decision.incident, model)
        if found is not None and found.issue.number != old.number:
            await self._go_on(found, events, rows, model)
        else:
            await self._open(decision, rows, model)
        return True

    async def _open(self, decision: Decision, rows: Sequence[Row], model: Model) -> Record:
        incident = folding(decision.incident, rows)
        effects = tuple(
            replace(effect, incident=incident)
            for effect in decision.effects
            if isinstance(effect, Open)
        )
        applied = await self._reconciler.open(Decision(incident, effects))
        record = Record(incident=applied.incident, issue=applied.issue, written_at=self._now())
        await self._page(wanted(record.incident, model, self._now()))
        await self._records.save(record, model)
        return record

    async def _begun(
        self, key: Fingerprint, signal: Signal, model: Model, previous: int | None = None
    ) -> Record | None:
        """An issue whose opening was begun, and may have happened, before the alert was over."""
        found = route(signal, model)
        wanted = bare(
            signal,
            key=key,
            repo=self._home,
            area=found.area,
            severity=found.severity,
            now=self._now(),
        )
        wanted = replace(wanted, previous=previous)
        if await self._reconciler.settle(opening(wanted)) is None:
            return None
        return await self._find(key, wanted, model)

    async def _find(self, key: Fingerprint, wanted: Incident, model: Model) -> Record | None:
        """Look for the marker among the issues of late: an answer may have been lost after GitHub did the work.

        What is older is in the index, which is rebuilt from GitHub whenever the database is new.
        """
        await self._reconciler.settle(opening(wanted))
        await self._gateway.room(Priority.of(wanted.severity))
        issues = await self._gateway.list_issues(
            self._home,
            labels=[INCIDENT, f"source/{wanted.source}"],
            state="all",
            since=self._now() - model.incidents.reopen_within - _MARGIN,
            priority=Priority.of(wanted.severity),
        )
        same = [issue for issue in issues if key_of(issue) == key]
        if not same:
            return None
        issue = max(same, key=lambda found: (found.open, found.number))
        return adopt(issue, key, issue.body, model, None)

    async def _remember_ends(self, signals: Sequence[Signal]) -> None:
        """It is over before it had an issue: a late opening stays shut, and it counts towards no storm."""
        for key in {signal.fingerprint: None for signal in signals}:
            known = await self._records.ends(key)
            mine = [signal for signal in signals if signal.fingerprint == key]
            await self._records.remember_ends(key, ends(mine, known))
            await self._store.release_slot(key)

    async def _ordinary_issue(
        self, key: Fingerprint, events: Sequence[Event], model: Model
    ) -> None:
        """Answer commands on an issue that is no incident; `/escalate` makes it one."""
        for index, event in enumerate(events):
            if not isinstance(event, CommentEvent):
                continue
            made = await self._asks.answer_ordinary(event, key, model, self._now())
            if made is not None:
                await self._page(wanted(made.incident, model, self._now()))
                await self._records.save(made, model)
                await self._go_on(made, events[index:], (), model)
                return
