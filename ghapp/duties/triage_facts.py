"""Gathers what a triage is to talk about, and what its issue tells besides."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol

from ghapp.core import agenda, agenda_items, response_times
from ghapp.core.agenda import Item, Section
from ghapp.core.agenda_items import OnCall
from ghapp.core.facts import Issue, RepoName
from ghapp.core.incident import INCIDENT, Incident
from ghapp.core.milestone import Milestone, key_of, shown
from ghapp.core.response_times import Times
from ghapp.core.triage import Meeting
from ghapp.duties.backlog_facts import BacklogFacts, BacklogSource
from ghapp.duties.paperwork import Paperwork
from ghapp.duties.records import Records
from ghapp.github.gateway import Gateway
from ghapp.github.gateway_milestones import MilestoneGateway
from ghapp.model.types import Model

_RELEASES: Final = 2
"""How many of the releases to come are told of."""


@dataclass(frozen=True, slots=True)
class NextRelease:
    """A release to come: its local date, and how much in its milestone is open."""

    name: str
    state: str
    day: date
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """All that an agenda is made of.

    `incidents` are all that are known, `times` those of the ones on the agenda, `rota` who is on call until the next
    triage, and `searches` the addresses that list a whole section.
    """

    items: Mapping[Section, Sequence[Item]]
    incidents: Sequence[Incident]
    times: Times
    releases: Sequence[NextRelease]
    rota: Sequence[OnCall]
    searches: Mapping[Section, str]


class Forge(Gateway, MilestoneGateway, Protocol):
    """What of GitHub is needed here."""


class TriageFacts:
    """Asks whoever knows; what has not changed costs nothing to ask."""

    def __init__(
        self,
        *,
        gateway: Forge,
        records: Records,
        backlog: BacklogSource,
        paperwork: Paperwork,
        home: RepoName,
        web: str,
    ) -> None:
        self._gateway = gateway
        self._records = records
        self._backlog = backlog
        self._paperwork = paperwork
        self._home = home
        self._web = web

    async def gather(self, model: Model, meeting: Meeting) -> Gathered:
        """What there is to talk about at a meeting, as things stand now. Raises GitHubError."""
        web, home = self._web, self._home
        known = [one.incident for one in (await self._records.open()).values()]
        known += [one.incident for one in (await self._records.closed()).values()]
        recent = response_times.recent(known, meeting.before, meeting.at)
        backlog = await self._backlog.facts(model)
        papers = await self._paperwork.papers(model)
        coming = await self._coming(model)
        at = as_of(backlog, meeting)
        return Gathered(
            items={
                Section.INCIDENTS: tuple(agenda_items.incidents(recent, web)),
                Section.BLOCKERS: tuple(
                    agenda_items.blockers(await self._blockers(model, coming), web)
                ),
                Section.FOLLOW_UP: tuple(agenda_items.follow_ups(papers.late, home, web)),
                Section.AGEING: tuple(agenda_items.ageing(backlog.aged, web, at)),
                Section.UNTRIAGED: tuple(agenda_items.untriaged(backlog.issues, web, at)),
                Section.WAITING: tuple(agenda_items.waiting(backlog.waiting, web, at)),
                Section.DOCS: tuple(agenda_items.docs(papers.documents, papers.links)),
                Section.NOISY: tuple(agenda_items.noisy(recent)),
                Section.BACKLOG: tuple(agenda_items.backlog(backlog.findings)),
                Section.STALE: tuple(agenda_items.stale(backlog.stale, web, at)),
            },
            incidents=known,
            times=response_times.times(recent),
            releases=tuple(_next(one) for one in coming),
            rota=agenda_items.on_call(model, meeting.at, meeting.following),
            searches={
                section: agenda.search_url(web, home, query)
                for section, query in _queries(model, meeting).items()
            },
        )

    async def _coming(self, model: Model) -> Sequence[Milestone]:
        """The milestones of the releases to come, the next one first."""
        if model.release is None:
            return ()
        found = [
            one
            for one in await self._gateway.list_milestones(self._home)
            if one.open and one.due_on is not None and key_of(one) is not None
        ]
        return sorted(found, key=lambda one: (one.due_on, one.number))[:_RELEASES]

    async def _blockers(self, model: Model, coming: Sequence[Milestone]) -> Iterable[Issue]:
        """What holds back the next release."""
        if model.release is None or not coming or not coming[0].open_issues:
            return ()
        items = await self._gateway.milestone_items(self._home, coming[0].number)
        labels = {one.casefold() for one in model.release.gate.blockers}
        return [one for one in items if labels & {label.casefold() for label in one.labels}]


def as_of(backlog: BacklogFacts, meeting: Meeting) -> datetime:
    """The instant by which ages are told: the meeting, or what has happened since.

    With every look it would be another, and the text never the same twice.
    """
    happened = (
        *(one.created_at for one in backlog.issues),
        *(one.updated_at for one in backlog.stale),
        *(one.since for one in backlog.aged),
        *(one.since for one in backlog.waiting),
    )
    return max((meeting.at, *happened))


def _next(milestone: Milestone) -> NextRelease:
    day = shown(milestone.due_on)
    assert day is not None
    done = milestone.closed_issues
    state = f"{done} of {done + milestone.open_issues} done"
    return NextRelease(milestone.title, state, day, milestone.open_issues)


def _queries(model: Model, meeting: Meeting) -> dict[Section, str]:
    """What finds a section on GitHub; some of them find a little more."""
    issues = "is:issue is:open"
    unplanned = " ".join(f'-label:"priority/p{number}"' for number in range(4))
    untriaged = 'label:"needs-triage"' if "hygiene" in model.model_fields_set else unplanned
    return {
        Section.INCIDENTS: f"is:issue label:{INCIDENT} created:>={meeting.before:%Y-%m-%d}",
        Section.FOLLOW_UP: f"{issues} label:postmortem",
        Section.AGEING: f'{issues} label:"priority/p0","priority/p1","priority/p2","priority/p3"',
        Section.UNTRIAGED: f"{issues} {untriaged}",
        Section.WAITING: "is:pr is:open draft:false -review:approved",
        Section.DOCS: f"{issues} label:docs-review",
        Section.STALE: "is:open label:stale",
    }
