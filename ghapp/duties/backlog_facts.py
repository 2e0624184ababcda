"""What of the backlog a triage talks about, as GitHub's listings show it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from ghapp.core.agenda_items import Aged, Waiting
from ghapp.core.backlog import Finding
from ghapp.core.facts import Issue, RepoName
from ghapp.core.pull_request import Pull
from ghapp.github.gateway import Gateway
from ghapp.github.gateway_pulls import PullGateway
from ghapp.model.types import Model

STALE: Final = "stale"
BELIEVED: Final = timedelta(hours=1)
"""How long a listing is believed: in a busy repository it costs a call for each hundred items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogFacts:
    """The open issues, those that have had their priority for too long or are marked as stale, and pulls that wait.

    `findings` are what surveys of the whole have found, such as too much work in progress.
    """

    issues: Sequence[Issue] = ()
    aged: Sequence[Aged] = ()
    stale: Sequence[Issue] = ()
    waiting: Sequence[Waiting] = ()
    findings: Sequence[Finding] = ()


class BacklogSource(Protocol):
    """Whoever knows the backlog."""

    async def facts(self, model: Model) -> BacklogFacts:
        """How it stands, at most an hour ago. Raises GitHubError."""
        ...


class Forge(Gateway, PullGateway, Protocol):
    """What of GitHub is needed here."""


class ListedBacklog:
    """Goes by the listings of the home repository; since when an issue has its priority they do not tell."""

    def __init__(self, gateway: Forge, home: RepoName, now: Callable[[], datetime]) -> None:
        self._gateway = gateway
        self._home = home
        self._now = now
        self._known: tuple[datetime, BacklogFacts] | None = None

    async def facts(self, _model: Model) -> BacklogFacts:
        """How it stands, at most an hour ago. Raises GitHubError."""
        now = self._now()
        if self._known is None or now - self._known[0] >= BELIEVED:
            issues = await self._gateway.list_issues(self._home, labels=[])
            pulls = await self._gateway.list_pulls(self._home)
            found = BacklogFacts(
                issues=issues,
                stale=[one for one in issues if STALE in one.labels],
                waiting=[_waiting(one) for one in pulls if one.requested and not one.draft],
            )
            self._known = now, found
        return self._known[1]


def _waiting(pull: Pull) -> Waiting:
    return Waiting(pull.repo, pull.number, pull.title, pull.created_at, pull.requested)
