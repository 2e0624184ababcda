"""The branch and the pull request of a release: opened when its window opens, and kept current."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Protocol

import structlog

from ghapp.core.facts import RepoName, Sha
from ghapp.core.incident import Incident
from ghapp.core.pull_request import Pull
from ghapp.core.release import BRANCHES
from ghapp.core.release_notes import safe
from ghapp.core.release_pull import among
from ghapp.duties.records import Records
from ghapp.duties.release_texts import (
    ReleaseTexts,
    Trouble,
    is_kept,
    notes_in,
    resolved_since,
    shown,
)
from ghapp.duties.release_view import Seen
from ghapp.github.errors import AlreadyThere, Refused
from ghapp.github.gateway import Gateway
from ghapp.github.gateway_milestones import MilestoneGateway
from ghapp.github.gateway_pulls import PullGateway
from ghapp.github.gateway_releases import ReleaseGateway
from ghapp.model.types import Model

log = structlog.get_logger(__name__)


class Forge(Gateway, PullGateway, ReleaseGateway, MilestoneGateway, Protocol):
    """What of GitHub is needed here."""


class ReleasePulls:
    """Opens them as the App, so that workflows run on them."""

    def __init__(
        self,
        gateway: Forge,
        records: Records,
        texts: ReleaseTexts,
        home: RepoName,
        default: Callable[[], Awaitable[str]],
    ) -> None:
        """`default` gives the name of the default branch."""
        self._gateway = gateway
        self._records = records
        self._texts = texts
        self._home = home
        self._default = default

    async def target(self, model: Model) -> str:
        """The branch that releases are merged into."""
        assert model.release is not None
        return model.release.branch or await self._default()

    async def source(self) -> str:
        """The branch that releases are cut from."""
        return await self._default()

    async def head(self) -> Sha | None:
        """The commit that a release begun now is cut at."""
        return await self._gateway.branch_head(self._home, await self._default())

    async def begin(self, seen: Seen, model: Model) -> Sha | None:
        """Begin the release branch where the default branch is; one that exists is taken as it is.

        Where it is merged into the default branch again, it begins with a commit that changes nothing: GitHub opens
        no pull request between two equal branches.

        Raises:
            GitHubError: GitHub could not be told.
        """
        sha = await self.head()
        if sha is None:
            return None
        if await self.target(model) == await self._default():
            message = self._texts.pull_title(seen)
            sha = await self._gateway.commit_nothing(self._home, sha, message=message)
        branch = f"{BRANCHES}{seen.tag}"
        try:
            await self._gateway.begin_branch(self._home, branch, sha)
        except AlreadyThere:
            return await self._gateway.branch_head(self._home, branch)
        log.info("release_branch_begun", key=seen.key, branch=branch)
        return sha

    async def open(self, seen: Seen, model: Model, head: Sha) -> Pull | None:
        """Open the pull request, or find the one that is there; None when it can't be opened.

        Raises:
            GitHubError: GitHub could not be told.
        """
        target, branch = await self.target(model), f"{BRANCHES}{seen.tag}"
        body = await self._body(seen, model, "", head)
        try:
            made = await self._gateway.propose(
                self._home, title=self._texts.pull_title(seen), body=body, head=branch, base=target
            )
        except AlreadyThere:
            return await self.of_branch(seen, model)
        except Refused as refused:
            if refused.status != 422:
                raise
            log.warning("release_pull_refused", key=seen.key, reason=str(refused))
            return None
        log.info("release_pull_opened", key=seen.key, pull=made.number)
        return made

    async def of_branch(self, seen: Seen, model: Model) -> Pull | None:
        """The newest pull request of its branch, open or not."""
        branch = f"{BRANCHES}{seen.tag}"
        found = await self._gateway.list_pulls(
            self._home, state="all", head=branch, base=await self.target(model)
        )
        return found[-1] if found else None

    async def keep(self, seen: Seen, model: Model) -> None:
        """Bring the app's part of an open pull request up to date; what it does not keep is left alone.

        Raises:
            GitHubError: GitHub could not be told.
        """
        pull = seen.pull
        if pull is None or not pull.open or not is_kept(pull.body):
            return
        body = await self._body(seen, model, pull.body, pull.head)
        if body.rstrip() != pull.body.replace("\r\n", "\n").rstrip():
            await self._gateway.edit_pull(self._home, pull.number, body=body)

    async def release_notes(self, seen: Seen, model: Model) -> str:
        """The text of the release: what its pull request says, as far as the app wrote it."""
        pull = seen.pull
        notes, _ = notes_in(pull.body) if pull is not None else ("", None)
        target = await self.target(model) if pull is None else pull.merge_commit or pull.head
        if not notes:
            notes = await self._generated(seen, target)
        return self._texts.notes(seen, notes, await self._trouble(seen, model))

    async def _body(self, seen: Seen, model: Model, body: str, head: Sha) -> str:
        """GitHub is asked for its notes again only when the head is another."""
        notes, of = notes_in(body)
        if of != head:
            notes = await self._generated(seen, head)
        return self._texts.pull(seen, body, notes, await self._trouble(seen, model), head)

    async def _generated(self, seen: Seen, target: str) -> str:
        """GitHub's notes; where it makes none, the release goes without."""
        try:
            made = await self._gateway.generated_notes(
                self._home, tag=seen.tag, target=target, previous=seen.state.since or None
            )
        except Refused as refused:
            if refused.status not in {404, 422}:
                raise
            log.warning("release_notes_refused", key=seen.key, reason=str(refused))
            return ""
        return safe(made.body)

    async def _trouble(self, seen: Seen, model: Model) -> Trouble:
        assert model.release is not None
        opened = [one.incident for one in (await self._records.open()).values()]
        closed = [one.incident for one in (await self._records.closed()).values()]
        return Trouble(
            resolved=tuple(self._here(resolved_since(closed, seen.state.since_at))),
            open=tuple(self._here(shown(opened))),
            blockers=await self._blockers(seen, model.release.gate.blockers),
        )

    def _here(self, incidents: Sequence[Incident]) -> Sequence[Incident]:
        return [one for one in incidents if one.repo.casefold() == self._home.casefold()]

    async def _blockers(self, seen: Seen, labels: Sequence[str]) -> tuple[int, ...]:
        milestone = seen.milestone
        if milestone is None or not milestone.open_issues:
            return ()
        items = await self._gateway.milestone_items(self._home, milestone.number)
        blocking = (one for one in items if any(among(label, one.labels) for label in labels))
        return tuple(one.number for one in blocking if not one.is_pull)


def with_pull(seen: Seen, pull: Pull | None) -> None:
    """Take note of the pull request of a release."""
    seen.pull = pull
    if pull is not None:
        seen.state = replace(seen.state, pull=pull.number)
