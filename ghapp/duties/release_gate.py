"""What the duty of releases asks of the gate, and how it reads the gate's verdict off GitHub."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from ghapp.core.facts import Issue, RepoName
from ghapp.core.gate import CHECK
from ghapp.core.milestone import Milestone
from ghapp.core.pull_request import Pull
from ghapp.core.release_state import GateSaid
from ghapp.core.wire import Event
from ghapp.github.gateway_checks import CheckGateway
from ghapp.model.types import Model

UNSAID: Final = "The gate has said nothing of this head"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated:
    """An open pull request of a release or a hotfix; `since` is the tag of the release before it, if there is one.

    `issue` is its release issue with the checklist, `milestone` what it releases.
    """

    pull: Pull
    hotfix: bool
    milestone: Milestone | None
    issue: Issue | None
    since: str = ""


class GateKeeper(Protocol):
    """Keeps the check of every release pull request up to date."""

    async def look(
        self, gated: Sequence[Gated], events: Sequence[Event], model: Model
    ) -> datetime | None:
        """Bring the checks to where they should be; when time alone may change one of them (UTC).

        Raises:
            GitHubError: GitHub could not be told.
        """
        ...

    async def verdict(self, pull: Pull) -> GateSaid:
        """What the gate said last of the head of a pull request; not passed where it said nothing."""
        ...


class CheckRead:
    """Goes by the check run on the head, whoever keeps it; for whoever keeps none."""

    def __init__(self, gateway: CheckGateway, home: RepoName) -> None:
        self._gateway = gateway
        self._home = home

    async def look(
        self, gated: Sequence[Gated], events: Sequence[Event], model: Model
    ) -> datetime | None:
        """There is nothing to keep."""
        del gated, events, model
        return None

    async def verdict(self, pull: Pull) -> GateSaid:
        """What the newest check run says."""
        runs = await self._gateway.own_checks(self._home, pull.head, CHECK)
        if not runs:
            return GateSaid(passed=False, title=UNSAID, head=pull.head)
        said = runs[0]
        return GateSaid(
            passed=said.conclusion == "success", title=said.title or UNSAID, head=pull.head
        )
