"""The weekly triage: one issue for each week, kept up to date until the next, with what was left of the one before."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from ghapp.core import agenda, agenda_items, marker, triage
from ghapp.core.agenda import Part
from ghapp.core.facts import Issue, RepoName
from ghapp.core.marker import Marker
from ghapp.core.triage import KIND, Lead, Meeting
from ghapp.duties.dated import Dated, generated, marker_of
from ghapp.duties.outbox import TRIAGE
from ghapp.duties.records import Memory
from ghapp.duties.texts import LONGEST_BODY, TemplateTexts
from ghapp.duties.triage_facts import Gathered, TriageFacts
from ghapp.github.gateway import Gateway
from ghapp.model.names import Login
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

LOOK_EVERY: Final = timedelta(minutes=1)
UPDATE_EVERY: Final = timedelta(minutes=10)
"""How often the agenda is compared with how things stand."""

_LONGEST: Final = 58_000
_SPARE: Final = 2_000
"""Characters for the marks, the state and the marker, beside the agenda and what people have written."""
_LAST: Final = "last"
"""Of the memory: when the last meeting began that was seen to."""


@dataclass(frozen=True, slots=True)
class _Week:
    """A meeting, the issues of those before it, the oldest first, and what there is to talk about."""

    meeting: Meeting
    before: Sequence[Issue]
    gathered: Gathered


class Triages:
    """Brings about the triage of the week; all of them are one conversation."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        dated: Dated,
        facts: TriageFacts,
        memory: Memory,
        texts: TemplateTexts,
        home: RepoName,
        wake: Callable[[str], Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        self._gateway = gateway
        self._dated = dated
        self._facts = facts
        self._memory = memory
        self._texts = texts
        self._conversation = f"{TRIAGE}{home}"
        self._wake = wake
        self._now = now
        self._next: tuple[str, datetime] | None = None

    async def look(self, model: Model) -> None:
        """Have the triage seen to when its week has begun, and every ten minutes; asks nobody anything."""
        now = self._now()
        meeting = triage.current(model.triage, now)
        if meeting is None:
            return
        if self._next is None or self._next[0] != meeting.key or now >= self._next[1]:
            await self._wake(self._conversation)

    async def handle(self, model: Model) -> None:
        """Open the issue of the week if it is due, bring its agenda up to date, and close those before.

        Raises:
            GitHubError: GitHub could not be asked or told; the same may be handled again.
        """
        now = self._now()
        meeting = triage.current(model.triage, now)
        if meeting is None:
            return
        known = by_week(await self._dated.all(KIND))
        if max(known, default="") <= meeting.key:
            await self._see_to(meeting, known, model, now)
        self._next = meeting.key, now + UPDATE_EVERY

    async def _see_to(
        self, meeting: Meeting, known: Mapping[str, Issue], model: Model, now: datetime
    ) -> None:
        issue = known.get(meeting.key)
        before = [one for key, one in sorted(known.items()) if key < meeting.key]
        if issue is not None and issue.open:
            await self._update(issue, meeting, before, model)
        elif issue is None and await self._is_due(model, now):
            issue = await self._open(meeting, before, model)
        elif issue is None:
            return
        await self._close(before, issue)
        await self._memory.memory_put(KIND, _LAST, meeting.at.isoformat())

    async def _is_due(self, model: Model, now: datetime) -> bool:
        """Whether the issue of this week is still to be opened; weeks for which it is too late are told in the log."""
        said = await self._memory.memory_get(KIND, _LAST)
        last = None if said is None else datetime.fromisoformat(said)
        found = triage.due(model.triage, last, now)
        if found.missed:
            log.warning("triages_missed", weeks=found.missed)
            latest = triage.current(model.triage, now)
            if found.meeting is None and latest is not None:
                await self._memory.memory_put(KIND, _LAST, latest.at.isoformat())
        return found.meeting is not None

    async def _open(self, meeting: Meeting, before: Sequence[Issue], model: Model) -> Issue | None:
        """The new issue; None where there is nothing to talk about, and when there ever was one."""
        week = await self._week(meeting, before, model)
        if not _parts(week) and model.triage.skip_when_empty:
            log.info("triage_skipped", week=meeting.key)
            return None
        led = triage.lead(model, meeting.at, _queue(before))
        return await self._dated.open(
            Marker(KIND, meeting.key),
            title=self._texts.plain("triage_title.md", meeting=meeting),
            body=self._text(week, led),
            below=self._texts.plain("triage_notes.md"),
            assignees=(led.facilitator,),
        )

    async def _update(
        self, issue: Issue, meeting: Meeting, before: Sequence[Issue], model: Model
    ) -> None:
        """What people have ticked and written stays: it is read again right before it is written."""
        week = await self._week(meeting, before, model)
        led, was = _led(issue, week, model)
        if was is not None and led.facilitator != was.facilitator:
            await self._reassign(issue, led, was)
        if self._text(week, led, issue.body) == generated(issue.body):
            return
        fresh = await self._gateway.get_issue(issue.repo, issue.number)
        if fresh.open and marker_of(fresh) == marker_of(issue):
            await self._dated.edit(fresh, self._text(week, led, fresh.body))

    async def _week(self, meeting: Meeting, before: Sequence[Issue], model: Model) -> _Week:
        return _Week(meeting, before, await self._facts.gather(model, meeting))

    def _text(self, week: _Week, led: Lead, here: str = "") -> str:
        """The agenda, with as many items as fit beside what people have written, and who leads."""

        def render(shown: tuple[Part, ...]) -> str:
            return self._texts.plain(
                "triage_issue.md",
                to=led.facilitator,
                why=led.why,
                meeting=week.meeting,
                parts=shown,
                times=week.gathered.times,
                releases=week.gathered.releases,
                rota=week.gathered.rota,
                previous=week.before[-1].number if week.before else None,
            )

        others = len(here) - len(generated(here))
        text = agenda.fitting(
            _parts(week, here), render, min(_LONGEST, LONGEST_BODY - others - _SPARE)
        )
        return f"{text.strip()}\n\n{marker.render_state(triage.to_state(led))}"

    async def _reassign(self, issue: Issue, led: Lead, was: Lead) -> None:
        """The issue is told last who leads, so that a crash in between is made up for."""
        if led.facilitator not in issue.assignees:
            await self._gateway.add_assignees(issue.repo, issue.number, (led.facilitator,))
        if was.facilitator in issue.assignees:
            await self._gateway.remove_assignees(issue.repo, issue.number, (was.facilitator,))
        log.info(
            "triage_lead_changed", issue=issue.number, was=was.facilitator, now=led.facilitator
        )

    async def _close(self, before: Iterable[Issue], new: Issue | None) -> None:
        """The triages before are over; each says where it goes on."""
        over = self._texts.plain("triage_over.md", new=None if new is None else new.number)
        for issue in before:
            if issue.open:
                fresh = await self._gateway.get_issue(issue.repo, issue.number)
                if fresh.open and marker_of(fresh) == marker_of(issue):
                    text = f"{generated(fresh.body)}\n\n{over}"
                    await self._dated.edit(fresh, text, close=True)


def by_week(issues: Iterable[Issue]) -> dict[str, Issue]:
    """The triages by their weeks; of several of one week, which there never should be, the first."""
    found: dict[str, Issue] = {}
    for issue in issues:
        mark = marker_of(issue)
        if mark is not None:
            found.setdefault(mark.key, issue)
    return found


def told(issue: Issue) -> Lead | None:
    """Who leads a triage, as its issue remembers."""
    return triage.from_state(marker.find_state(generated(issue.body) or issue.body))


def _queue(before: Iterable[Issue]) -> tuple[Login, ...]:
    """Who is next, as the latest triage that still knows it says."""
    known = [led for issue in before if (led := told(issue)) is not None]
    return known[-1].queue if known else ()


def _parts(week: _Week, here: str = "") -> tuple[Part, ...]:
    """The agenda; `here` is the body of this triage's issue, whose ticks stay."""
    left = week.before[-1].body if week.before else ""
    return agenda.assemble(
        week.gathered.items,
        here=here,
        before=left,
        settled=agenda_items.settled(agenda.unfinished(left), week.gathered.incidents),
        searches=week.gathered.searches,
    )


def _led(issue: Issue, week: _Week, model: Model) -> tuple[Lead, Lead | None]:
    """Who leads this triage now, and who it was; the reason for whoever stays stays, too."""
    was = told(issue)
    current = was.facilitator if was is not None else next(iter(issue.assignees), None)
    led = triage.lead(model, week.meeting.at, _queue(week.before), current)
    if was is not None and was.facilitator == led.facilitator and not led.why:
        led = replace(led, why=was.why)
    return led, was
