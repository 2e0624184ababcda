"""Gathers what a report rests on: what happened since the cycle before began."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

from ghapp.core import milestone
from ghapp.core.facts import Issue, RepoName
from ghapp.core.milestone import Milestone
from ghapp.core.release_state import HOTFIX, ReleaseState
from ghapp.core.release_state import KIND as RELEASE
from ghapp.core.report import Facts, Released
from ghapp.core.version import tag_of
from ghapp.duties.dated import Dated
from ghapp.duties.paperwork import Paperwork
from ghapp.duties.records import Records
from ghapp.duties.release_view import remembered
from ghapp.duties.report_pulls import ReportPulls
from ghapp.github.gateway import Gateway
from ghapp.github.gateway_milestones import MilestoneGateway
from ghapp.github.gateway_releases import ReleaseGateway
from ghapp.model.types import Model


class Forge(Gateway, MilestoneGateway, ReleaseGateway, Protocol):
    """What of GitHub is needed here."""


class ReportFacts:
    """Asks whoever knows."""

    def __init__(
        self,
        *,
        gateway: Forge,
        dated: Dated,
        records: Records,
        paperwork: Paperwork,
        pulls: ReportPulls,
        home: RepoName,
    ) -> None:
        self._gateway = gateway
        self._dated = dated
        self._records = records
        self._paperwork = paperwork
        self._pulls = pulls
        self._home = home

    async def gather(self, model: Model, since: datetime) -> Facts:
        """What is known of the time since an instant (UTC), and how things stand now. Raises GitHubError."""
        open_, closed = await self._records.open(), await self._records.closed()
        papers = await self._paperwork.papers(model)
        pulls = await self._pulls.since(since)
        return Facts(
            incidents=[one.incident for one in (*open_.values(), *closed.values())],
            issues=await self._issues(since),
            pulls=pulls.facts,
            releases=await self._released(model, since, pulls.closed),
            docs=papers.documents,
            actions=papers.actions,
        )

    async def _issues(self, since: datetime) -> Sequence[Issue]:
        """Those that are open, and those that were touched since: whatever was opened or closed then is among them."""
        listed = (
            *await self._gateway.list_issues(self._home, labels=[]),
            *await self._gateway.list_issues(self._home, labels=[], state="all", since=since),
        )
        return list({one.number: one for one in listed}.values())

    async def _released(
        self, model: Model, since: datetime, closed: Mapping[int, datetime]
    ) -> Sequence[Released]:
        """Of those that shipped since, also when what is in them was merged."""
        if model.release is None:
            return ()
        told = remembered(await self._dated.all(RELEASE))
        shipped = {
            one.tag: one.published_at
            for one in await self._gateway.list_releases(self._home)
            if one.published_at is not None and not one.draft
        }
        milestones = {one.number: one for one in await self._gateway.list_milestones(self._home)}
        found = released(told.states, shipped, milestones)
        for key, one in found.items():
            before = told.states[key].since
            if before and one.shipped_at >= since:
                merged = await self._pulls.merged(before, tag_of(one.name), closed)
                found[key] = replace(one, merged=tuple(merged))
        return list(found.values())


def released(
    told: Mapping[str, ReleaseState],
    shipped: Mapping[str, datetime],
    milestones: Mapping[int, Milestone],
) -> dict[str, Released]:
    """The releases that have shipped, by their keys: what issues remember, and when tags were published (UTC)."""
    return {
        key: Released(
            name=state.name,
            shipped_at=at,
            due=_due(key, state, milestones),
            hotfix=key.startswith(HOTFIX),
            rolled_back=state.rolled_back is not None,
            repaired_at=_repaired(state, shipped.values()),
        )
        for key, state in sorted(told.items())
        if state.name and (at := shipped.get(tag_of(state.name))) is not None
    }


def _due(key: str, state: ReleaseState, milestones: Mapping[int, Milestone]) -> date | None:
    """Its date as it was last set; as it was planned where its milestone is gone, and none of a hotfix."""
    if key.startswith(HOTFIX):
        return None
    own = None if state.milestone is None else milestones.get(state.milestone)
    moved = None if own is None else milestone.shown(own.due_on)
    return moved or milestone.day_of(key)


def _repaired(state: ReleaseState, shipped: Iterable[datetime]) -> datetime | None:
    """When the first release after a rollback shipped."""
    back = state.rolled_back
    if back is None:
        return None
    return min((at for at in shipped if at > back.at), default=None)
