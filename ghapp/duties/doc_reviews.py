"""Carries `/reviewed` out: a pull request that sets the date of one document, for its owner to approve."""

from dataclasses import replace
from hashlib import sha256
from typing import Final

import structlog

from ghapp.core import marker
from ghapp.core.docs_review import KIND
from ghapp.core.effects import Say
from ghapp.core.facts import RepoName
from ghapp.core.front_matter import UnreadableError, with_review
from ghapp.core.github_event import AskEvent
from ghapp.core.marker import Marker
from ghapp.core.routine_asks import NewReview
from ghapp.duties.doc_facts import Forge
from ghapp.duties.edits import NOT_ALLOWED
from ghapp.duties.replies import Replies
from ghapp.duties.texts import TemplateTexts
from ghapp.github.errors import Protected, Refused, Stale, Unavailable, Unreadable

log = structlog.get_logger(__name__)

NO_FILE: Final = "There is no such file on the default branch."
SAID_ALREADY: Final = "It bears that date already."


class DocReviews:
    """Proposes dates, each once, in a branch of its own."""

    def __init__(
        self, gateway: Forge, replies: Replies, texts: TemplateTexts, home: RepoName
    ) -> None:
        self._gateway = gateway
        self._replies = replies
        self._texts = texts
        self._home = home

    async def propose(self, ask: AskEvent, new: NewReview) -> None:
        """Open the pull request, and say which it is.

        Raises:
            GitHubError: GitHub could not be asked or told; the same may be done again.
        """
        try:
            pull = await self._propose(ask, new)
        except UnreadableError as error:
            await self._replies.refused(ask, f"The date cannot be set: {error.why}.")
        except Unreadable as error:
            await self._replies.refused(ask, f"The file cannot be read: {error.reason}.")
        except Stale as stale:
            raise Unavailable(f"the branch has just changed: {stale}") from stale
        except Refused as refused:
            if refused.status != 403 and not isinstance(refused, Protected):
                raise
            log.warning("review_not_proposed", reason=str(refused))
            await self._replies.refused(ask, NOT_ALLOWED)
        else:
            if isinstance(pull, str):
                await self._replies.refused(ask, pull)
            else:
                say = Say(f"{ask.key}:made", "docs_review_made", {"pull": pull, "to": new.owner})
                await self._replies.done(ask, say)

    async def _propose(self, ask: AskEvent, new: NewReview) -> int | str:
        """The number of the pull request, or why there is none."""
        home, path = self._home, new.path
        file = await self._gateway.read_file(home, path)
        if file is None:
            return NO_FILE
        if with_review(file.text, new.day) == file.text:
            return SAID_ALREADY
        branch = f"ghapp/reviewed-{sha256(ask.key.encode()).hexdigest()[:10]}"
        title = self._texts.plain("docs_review_pull_title.md", path=path, day=new.day)
        base = await self._gateway.default_branch(home)
        await self._gateway.create_branch(home, branch, base=base)
        there = await self._gateway.read_file(home, path, ref=branch)
        if there is None:
            return NO_FILE
        text = with_review(there.text, new.day)
        if text != there.text:
            await self._gateway.commit_file(
                home, path, replace(there, text=text), message=title, branch=branch
            )
        body = self._texts.plain("docs_review_pull.md", to=new.owner, by=ask.sender, path=path)
        sealed = f"{body}\n\n{marker.render(Marker(KIND, ask.key))}"
        pull = await self._gateway.open_pull(home, title=title, body=sealed, head=branch, base=base)
        await self._request(pull, new)
        return pull

    async def _request(self, pull: int, new: NewReview) -> None:
        """The text calls the owner as well, so it is no harm when GitHub does not let them be asked."""
        try:
            await self._gateway.request_reviewers(self._home, pull, [new.owner])
        except Refused as refused:
            log.info("owner_not_requested", pull=pull, reason=str(refused))
