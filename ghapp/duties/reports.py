"""The report of a cycle: one issue for each date of its cadence, written once, from figures that are counted."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from ghapp.core import cadence, report, report_cycle, report_lines
from ghapp.core.facts import Issue, RepoName
from ghapp.core.marker import Marker
from ghapp.core.report import Figures
from ghapp.core.report_cycle import KIND, Cycle
from ghapp.duties.dated import Dated, generated, marker_of
from ghapp.duties.outbox import REPORT
from ghapp.duties.records import Memory
from ghapp.duties.report_facts import ReportFacts
from ghapp.duties.texts import TemplateTexts
from ghapp.duties.zones import Zones
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

LOOK_EVERY: Final = timedelta(minutes=1)

_LONGEST: Final = 60_000
_SHOWN: Final = (100, 25, 5)
"""How many releases its table lists: the first number with which the whole is short enough."""
_LAST: Final = "last"
"""Of the memory: when the last report was due that was seen to."""


class Reports:
    """Writes the report that is due; nothing while OWNERS.yaml wants none."""

    def __init__(
        self,
        *,
        dated: Dated,
        facts: ReportFacts,
        zones: Zones,
        memory: Memory,
        texts: TemplateTexts,
        home: RepoName,
        wake: Callable[[str], Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        self._dated = dated
        self._facts = facts
        self._zones = zones
        self._memory = memory
        self._texts = texts
        self._conversation = f"{REPORT}{home}"
        self._wake = wake
        self._now = now

    async def look(self, model: Model) -> None:
        """Have the report written once its date has come; asks nobody anything."""
        await self._zones.note(model)
        if model.report is None:
            return
        latest, last = cadence.latest(model.report, self._now()), await self._last()
        if latest is not None and (last is None or last < latest.at):
            await self._wake(self._conversation)

    async def handle(self, model: Model) -> None:
        """Write the report that is due, and close those before it.

        Raises:
            GitHubError: GitHub could not be asked or told; the same may be handled again.
        """
        now = self._now()
        latest = None if model.report is None else cadence.latest(model.report, now)
        if model.report is None or latest is None:
            return
        found = report_cycle.due(model.report, await self._last(), now)
        if found.missed:
            log.warning("reports_missed", cycles=found.missed)
        if found.cycle is not None:
            await self._bring(found.cycle, model)
        await self._memory.memory_put(KIND, _LAST, latest.at.isoformat())

    async def _bring(self, cycle: Cycle, model: Model) -> None:
        known = await self._dated.all(KIND)
        keys = {mark.key: issue for issue in known if (mark := marker_of(issue)) is not None}
        if max(keys, default="") > cycle.key:
            return
        if cycle.key not in keys:
            await self._dated.open(
                Marker(KIND, cycle.key),
                title=self._texts.plain("report_title.md", cycle=cycle),
                body=await self._body(cycle, model),
            )
        await self._close(issue for key, issue in keys.items() if key < cycle.key)

    async def _body(self, cycle: Cycle, model: Model) -> str:
        assert model.report is not None
        earlier = report_cycle.previous(model.report, cycle)
        facts = await self._facts.gather(model, (earlier or cycle).start)
        zone_of = report.zones(await self._zones.history(model), model)
        figures = report.figures(facts, cycle, model, zone_of)
        before = None
        if earlier is not None:
            before = report.figures(replace(facts, docs=()), earlier, model, zone_of)
        return self._text(cycle, figures, before)

    def _text(self, cycle: Cycle, figures: Figures, before: Figures | None) -> str:
        """All of it; of very many releases some, and no charts where those are what is too long."""
        charts = report_lines.charts(figures, before)
        text = ""
        for shown, drawn in (*((number, charts) for number in _SHOWN), (_SHOWN[-1], ())):
            text = self._texts.whole(
                "report.md",
                cycle=cycle,
                figures=figures,
                lines=report_lines.lines(figures, before),
                charts=drawn,
                has_before=before is not None,
                shown=shown,
            )
            if len(text) <= _LONGEST:
                break
        return text

    async def _close(self, before: Iterable[Issue]) -> None:
        """There is a newer one; all the text of those before stays."""
        for issue in before:
            if issue.open:
                await self._dated.edit(issue, generated(issue.body), close=True)

    async def _last(self) -> datetime | None:
        said = await self._memory.memory_get(KIND, _LAST)
        return None if said is None else datetime.fromisoformat(said)
