"""Actions: what somebody is to do until a date has an issue of its own, and a line in the postmortem it came from."""

from collections.abc import Sequence

import structlog

from ghapp.core.action_list import line_of, with_line, with_ticks
from ghapp.core.effects import Say
from ghapp.core.facts import Issue, RepoName
from ghapp.core.github_event import AskEvent
from ghapp.core.marker import Marker
from ghapp.core.postmortem import actions
from ghapp.core.postmortem_state import ACTION
from ghapp.core.routine_asks import NewAction
from ghapp.duties.dated import Dated
from ghapp.duties.postmortem_texts import PostmortemTexts
from ghapp.duties.replies import Replies
from ghapp.duties.texts import LONGEST_BODY
from ghapp.github.gateway import Gateway

log = structlog.get_logger(__name__)


class Actions:
    """Opens the issues of actions, and keeps the lists of postmortems in step with them."""

    def __init__(
        self,
        gateway: Gateway,
        dated: Dated,
        replies: Replies,
        texts: PostmortemTexts,
        home: RepoName,
    ) -> None:
        self._gateway = gateway
        self._dated = dated
        self._replies = replies
        self._texts = texts
        self._home = home

    async def all(self) -> Sequence[Issue]:
        """The issues of actions, open and closed."""
        return await self._dated.all(ACTION)

    async def make(self, ask: AskEvent, action: NewAction, of: Issue | None) -> Issue | None:
        """Open the issue of an action, and list it in the postmortem that it is `of`; that postmortem afterwards."""
        mark = Marker(ACTION, ask.key)
        issue = await self._dated.open(
            mark,
            title=self._texts.action_title(action),
            body=self._texts.action(action, ask),
            assignees=(action.owner,),
            since=ask.asked_at,
        )
        issue = issue or await self._dated.find(mark, since=ask.asked_at)
        if issue is None:
            await self._replies.done(ask)
            return of
        if of is not None:
            of = await self._list(of, issue, action)
        facts = {"issue": issue.number, "owner": action.owner, "due": action.due}
        await self._replies.done(ask, Say(f"{ask.key}:made", "action_made", facts))
        return of

    async def tick(self, postmortem: Issue, done: set[int]) -> Issue:
        """Tick the boxes of those actions whose issue is done."""
        if not any(not one.done and one.issue in done for one in actions(postmortem.body)):
            return postmortem
        fresh = await self._gateway.get_issue(self._home, postmortem.number)
        return await self._write(fresh, with_ticks(fresh.body, done))

    async def _list(self, postmortem: Issue, issue: Issue, action: NewAction) -> Issue:
        fresh = await self._gateway.get_issue(self._home, postmortem.number)
        if any(one.issue == issue.number for one in actions(fresh.body)):
            return fresh
        line = line_of(action.owner, action.due, issue.number, action.text)
        return await self._write(fresh, with_line(fresh.body, line))

    async def _write(self, issue: Issue, body: str) -> Issue:
        if body == issue.body:
            return issue
        if len(body) > LONGEST_BODY:
            log.warning("postmortem_full", issue=issue.number)
            return issue
        return await self._gateway.edit_issue(self._home, issue.number, body=body)
