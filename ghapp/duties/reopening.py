"""`/reopen` on what was closed as forgotten: it is open again, and its time begins anew."""

from typing import Final

from ghapp.core import marker, stale
from ghapp.core.facts import RepoName
from ghapp.core.github_event import AskEvent
from ghapp.duties.replies import Replies
from ghapp.github.gateway import Gateway, StateReason

COMMAND: Final = "reopen"
NOT_FORGOTTEN: Final = (
    "This was not closed for want of an answer. Whoever may write here can reopen it by hand."
)


class Reopening:
    """Opens again what the app has closed."""

    def __init__(self, gateway: Gateway, replies: Replies) -> None:
        self._gateway = gateway
        self._replies = replies

    async def answer(self, ask: AskEvent) -> None:
        """Carry out a command; once more it changes nothing.

        Raises:
            GitHubError: GitHub could not be asked or told.
        """
        if ask.name != COMMAND:
            return
        repo, number = ask.repo, ask.number
        issue = await self._gateway.get_issue(repo, number)
        if not issue.open:
            if not await self._was_forgotten(repo, number):
                await self._replies.refused(ask, NOT_FORGOTTEN)
                return
            reason: StateReason | None = None if issue.is_pull else "reopened"
            await self._gateway.edit_issue(repo, number, state="open", state_reason=reason)
        label = next((one for one in issue.labels if one.casefold() == stale.LABEL), None)
        if label is not None:
            await self._gateway.remove_label(repo, number, label)
        await self._replies.done(ask)

    async def _was_forgotten(self, repo: RepoName, number: int) -> bool:
        """Whether the app has said that it closes it."""
        start = stale.closing_key(repo, number)
        for comment in await self._gateway.list_comments(repo, number):
            mark = marker.find(comment.body) if comment.author_is_app else None
            if mark is not None and mark.key.startswith(start):
                return True
        return False
