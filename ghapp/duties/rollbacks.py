"""Releases that were taken back: recorded where people look for them, and never called the same again."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Final

import structlog

from ghapp.core.facts import RepoName
from ghapp.core.github_event import AskEvent
from ghapp.core.release import Phase, Tell
from ghapp.core.release_state import RolledBack, pull_of
from ghapp.duties.release_texts import ReleaseTexts
from ghapp.duties.release_view import Remembered, Seen
from ghapp.duties.release_work import ReleaseWork, Round
from ghapp.duties.replies import Replies
from ghapp.github.gateway_releases import ReleaseGateway

log = structlog.get_logger(__name__)

NOT_HERE: Final = "Say it on the issue or the pull request of a release."
NOT_OUT: Final = "This release is not out, so there is nothing to roll back."


class Rollbacks:
    """Carries `/rollback` out."""

    def __init__(
        self,
        *,
        gateway: ReleaseGateway,
        work: ReleaseWork,
        texts: ReleaseTexts,
        replies: Replies,
        home: RepoName,
    ) -> None:
        self._gateway = gateway
        self._work = work
        self._texts = texts
        self._replies = replies
        self._home = home

    async def handle(
        self,
        ask: AskEvent,
        told: Remembered,
        view: Callable[[str], Awaitable[Seen]],
        round_: Round,
    ) -> None:
        """Record it, once however often it is asked for; `view` gathers what is known of the release of a key.

        Raises:
            GitHubError: GitHub could not be asked or told; the same may be handled again.
        """
        key = self._key(ask, told)
        if key is None:
            await self._replies.refused(ask, NOT_HERE)
            return
        seen = await view(key)
        if Phase.ROLLED_BACK not in seen.state.recorded:
            if not seen.facts.published:
                await self._replies.refused(ask, NOT_OUT)
                return
            await self._take_back(ask, seen, round_)
        await self._replies.done(ask)

    async def turn_away(self, asks: Iterable[AskEvent]) -> None:
        """There are no releases at all."""
        for ask in asks:
            await self._replies.refused(ask, NOT_HERE)

    async def _take_back(self, ask: AskEvent, seen: Seen, round_: Round) -> None:
        """The release first, the issue that remembers it last: whatever was interrupted is done again."""
        back = RolledBack(reason=ask.text.strip(), by=ask.sender, at=ask.asked_at)
        seen.state = replace(seen.state, rolled_back=back)
        release = await self._gateway.release_of_tag(self._home, seen.tag)
        if release is not None:
            body = self._texts.taken_back(seen, release.body)
            await self._gateway.edit_release(self._home, release.id, body=body, prerelease=True)
        await self._work.do(Tell(Phase.ROLLED_BACK), seen, round_)
        await self._work.write(seen)
        log.info("release_rolled_back", key=seen.key, by=ask.sender)

    def _key(self, ask: AskEvent, told: Remembered) -> str | None:
        if ask.repo.casefold() != self._home.casefold():
            return None
        for key, issue in told.issues.items():
            if ask.number in {issue.number, told.states[key].pull, pull_of(key)}:
                return key
        return None
