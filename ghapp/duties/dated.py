"""Issues that there must be exactly one of for ever: known by their marker, opened once whatever crashes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from ghapp.core import marker
from ghapp.core.facts import Issue, RepoName
from ghapp.core.marker import Marker
from ghapp.engine.store import Done, Intended
from ghapp.github.errors import Unavailable
from ghapp.github.gateway import Gateway
from ghapp.github.reconciler import IN_FLIGHT
from ghapp.model.names import Login

log = structlog.get_logger(__name__)


class Ledger(Protocol):
    """Which effects were begun and finished."""

    async def ledger_state(self, key: str) -> Intended | Done | None:
        """What is known of one."""
        ...

    async def ledger_intend(self, key: str) -> None:
        """It is about to be made."""
        ...

    async def ledger_done(self, key: str, result: str) -> None:
        """It was made."""
        ...


class Dated:
    """Opens and finds issues by kind and key, in the home repository; the kind is their label."""

    def __init__(
        self, gateway: Gateway, ledger: Ledger, home: RepoName, now: Callable[[], datetime]
    ) -> None:
        self._gateway = gateway
        self._ledger = ledger
        self._home = home
        self._now = now
        self._own: set[str] = set()

    async def open(
        self, mark: Marker, *, title: str, body: str, assignees: Sequence[Login] = ()
    ) -> Issue | None:
        """Open the issue of this kind and key; None when there is, or ever was, one.

        Raises:
            Unavailable: a process that is gone may have sent it, and GitHub may not have carried it out yet.
            GitHubError: GitHub could not be asked or told.
        """
        name = f"{mark.kind}:{mark.key}"
        state = await self._ledger.ledger_state(name)
        if isinstance(state, Done):
            return None
        if isinstance(state, Intended) and name not in self._own:
            rest = (state.at + IN_FLIGHT - self._now()).total_seconds()
            if rest > 0:
                raise Unavailable("an earlier write may still be on its way", after=rest)
        known = next((one for one in await self.all(mark.kind) if marker_of(one) == mark), None)
        if known is not None:
            await self._ledger.ledger_done(name, str(known.number))
            return None
        self._own.add(name)
        await self._ledger.ledger_intend(name)
        issue = await self._gateway.create_issue(
            self._home,
            title=title,
            body=f"{body.strip()}\n\n{marker.render(mark)}",
            labels=[mark.kind],
            assignees=assignees,
        )
        await self._ledger.ledger_done(name, str(issue.number))
        self._own.discard(name)
        log.info("dated_issue_opened", kind=mark.kind, key=mark.key, issue=issue.number)
        return issue

    async def all(self, kind: str, *, only_open: bool = False) -> list[Issue]:
        """The app's issues of a kind, the oldest first."""
        issues = await self._gateway.list_issues(
            self._home, labels=[kind], state="open" if only_open else "all"
        )
        return [issue for issue in issues if marker_of(issue) is not None]


def marker_of(issue: Issue) -> Marker | None:
    """The marker of an issue that the app opened."""
    return marker.find(issue.body) if issue.author_is_app else None
