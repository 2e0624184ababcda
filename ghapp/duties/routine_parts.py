"""Builds the duties that come round by themselves: the triage and the report."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from ghapp.core.facts import RepoName
from ghapp.duties.dated import Dated
from ghapp.duties.hygiene_parts import known_backlog
from ghapp.duties.paperwork import Paperwork
from ghapp.duties.records import Records
from ghapp.duties.report_facts import ReportFacts
from ghapp.duties.report_pulls import ReportPulls
from ghapp.duties.reports import Reports
from ghapp.duties.texts import TemplateTexts
from ghapp.duties.triage import Triages
from ghapp.duties.triage_facts import TriageFacts
from ghapp.duties.zones import Zones
from ghapp.engine.store import Store
from ghapp.github.github import GitHub


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """What both are built over."""

    github: GitHub
    store: Store
    dated: Dated
    records: Records
    paperwork: Paperwork
    texts: TemplateTexts
    home: RepoName
    web: str
    wake: Callable[[str], Awaitable[None]]
    now: Callable[[], datetime]


def triages(over: Routine) -> Triages:
    """The duty of the weekly triage."""
    facts = TriageFacts(
        gateway=over.github,
        records=over.records,
        backlog=known_backlog(over.github, over.store, over.home, over.now),
        paperwork=over.paperwork,
        home=over.home,
        web=over.web,
    )
    return Triages(
        gateway=over.github,
        dated=over.dated,
        facts=facts,
        memory=over.store,
        texts=over.texts,
        home=over.home,
        wake=over.wake,
        now=over.now,
    )


def reports(over: Routine) -> Reports:
    """The duty of the reports."""
    facts = ReportFacts(
        gateway=over.github,
        dated=over.dated,
        records=over.records,
        paperwork=over.paperwork,
        pulls=ReportPulls(over.github, over.home),
        home=over.home,
    )
    return Reports(
        dated=over.dated,
        facts=facts,
        zones=Zones(over.store, over.now),
        memory=over.store,
        texts=over.texts,
        home=over.home,
        wake=over.wake,
        now=over.now,
    )
