"""What a report has to know of pull requests: when each was opened, marked as ready, reviewed, and merged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

import structlog

from ghapp.core.facts import RepoName
from ghapp.core.history import Happening, What
from ghapp.core.item import Item
from ghapp.core.release_notes import landed
from ghapp.core.report import Given, PullFacts
from ghapp.github.errors import NotFound
from ghapp.github.gateway_backlog import BacklogGateway
from ghapp.github.gateway_releases import ReleaseGateway

log = structlog.get_logger(__name__)

PAGES: Final = 50
"""So many hundreds of what was touched are looked through."""
MOST_READ: Final = 300
"""Of so many pull requests the timeline is read, those that were touched last first."""


class Forge(BacklogGateway, ReleaseGateway, Protocol):
    """What of GitHub is needed here."""


@dataclass(frozen=True, slots=True)
class Pulls:
    """Pull requests, and by number when each was closed (UTC): of those in a release that is when it was merged."""

    facts: Sequence[PullFacts] = ()
    closed: Mapping[int, datetime] = field(default_factory=dict)


class ReportPulls:
    """Reads them from GitHub, for one report."""

    def __init__(self, gateway: Forge, home: RepoName) -> None:
        self._gateway = gateway
        self._home = home

    async def since(self, since: datetime) -> Pulls:
        """Those that were touched at or after an instant; the app's own are no work that waits. Raises GitHubError."""
        found = await self._gateway.changed_items(self._home, since, pages=PAGES)
        pulls = [one for one in found.items if one.item.is_pull and not one.item.author_is_app]
        if not found.complete or len(pulls) > MOST_READ:
            log.warning("report_incomplete", pulls=len(pulls), read=MOST_READ)
        return Pulls(
            facts=[await self._facts(one.item) for one in pulls[:MOST_READ]],
            closed={one.item.number: one.closed_at for one in pulls if one.closed_at is not None},
        )

    async def merged(
        self, since: str, tag: str, closed: Mapping[int, datetime]
    ) -> Sequence[datetime]:
        """When each pull request was merged that a tag has and the tag before it has not. Raises GitHubError."""
        try:
            found = await self._gateway.compare(self._home, since, tag)
        except NotFound:
            return ()
        commits = landed((one.sha, one.message) for one in found.commits)
        numbers = dict.fromkeys(one.pull for one in commits if one.pull is not None)
        return [closed[number] for number in numbers if number in closed]

    async def _facts(self, item: Item) -> PullFacts:
        try:
            past = (await self._gateway.past(item)).happenings
        except NotFound:  # transferred since it was listed
            past = ()
        return PullFacts(
            author=item.author,
            opened_at=item.created_at,
            readied=tuple(one.at for one in past if one.what is What.READY),
            reviews=tuple(_given(one) for one in past if one.what is What.REVIEWED),
        )


def _given(one: Happening) -> Given:
    return Given(one.at, one.by, one.by_bot, one.about)
