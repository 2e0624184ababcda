"""What there is to release: everything since the release before, and what that raises."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import structlog

from ghapp.core.facts import RepoName, Sha
from ghapp.core.release_notes import Landed, landed
from ghapp.core.version import Bump, Change, bump_of_all
from ghapp.github.errors import NotFound
from ghapp.github.gateway_pulls import PullGateway
from ghapp.github.gateway_releases import Release, ReleaseGateway

log = structlog.get_logger(__name__)

MOST_ASKED: Final = 100
"""Of so many pull requests the labels are asked for; of the others the title of their commit counts."""


class Forge(PullGateway, ReleaseGateway, Protocol):
    """What of GitHub is needed here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What has changed since the tag `since`, which was released at an instant (UTC); both are of the last good one.

    Without one before it, whatever there is is to be released.
    """

    bump: Bump
    since: str = ""
    since_at: datetime | None = None

    @property
    def ships(self) -> bool:
        """Whether there is anything to release."""
        return self.bump is not Bump.NONE


async def previous(gateway: ReleaseGateway, home: RepoName) -> Release | None:
    """The last release that stands: no draft, and neither a preview nor taken back, which are both prereleases."""
    found = await gateway.list_releases(home)
    return next((one for one in found if not one.draft and not one.prerelease), None)


async def changes(gateway: Forge, home: RepoName, head: Sha) -> Changes:
    """What a commit has that the release before it has not.

    Raises:
        GitHubError: GitHub could not be asked.
    """
    before = await previous(gateway, home)
    if before is None:
        return Changes(bump=Bump.MINOR)
    since = {"since": before.tag, "since_at": before.published_at}
    try:
        found = await gateway.compare(home, before.tag, head)
    except NotFound:
        log.warning("release_without_tag", tag=before.tag)
        return Changes(bump=Bump.MINOR, since_at=before.published_at)
    commits = landed((one.sha, one.message) for one in found.commits)
    bump = bump_of_all(await _changes(gateway, home, commits))
    if bump is Bump.NONE and not found.complete:
        bump = Bump.PATCH
    return Changes(bump=bump, **since)  # type: ignore[arg-type]


async def _changes(gateway: Forge, home: RepoName, commits: Sequence[Landed]) -> list[Change]:
    """The pull requests that were merged, and the commits that belong to none of them."""
    numbers = list(dict.fromkeys(one.pull for one in commits if one.pull is not None))
    known: dict[int, Change] = {}
    inside: set[Sha] = set()
    for number in numbers[:MOST_ASKED]:
        try:
            pull = await gateway.get_pull(home, number)
        except NotFound:
            continue
        known[number] = Change(number, pull.title, pull.labels, pull.body)
        if _joined(number, commits):
            inside |= {one.sha for one in (await gateway.pull_commits(pull)).items}
    alone = [one.change for one in commits if one.pull not in known and one.sha not in inside]
    return [*known.values(), *alone]


def _joined(number: int, commits: Iterable[Landed]) -> bool:
    """Whether a pull request was merged by a merge commit, so that its own commits are listed as well."""
    return any(one.pull == number and one.merge for one in commits)
