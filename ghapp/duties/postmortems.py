"""Postmortems: one issue for each incident that asks for it, kept in mind until its actions are fit to be closed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from ghapp.core import wire
from ghapp.core.agenda_items import FollowUp
from ghapp.core.command import Misused, Refused
from ghapp.core.effects import Say
from ghapp.core.facts import Issue, RepoName
from ghapp.core.github_event import AskEvent
from ghapp.core.incident import Incident
from ghapp.core.marker import Marker
from ghapp.core.postmortem import (
    KIND,
    actions,
    asks,
    due_on,
    incomplete,
    is_late,
    key_of,
    late,
    lead,
    next_reminder,
    recently,
    reminder,
)
from ghapp.core.postmortem_state import State
from ghapp.core.routine_asks import ONLY_INCIDENTS, POSTMORTEMS, Asked, action_in
from ghapp.core.slash import Command
from ghapp.core.who import area_of
from ghapp.duties.actions import Actions
from ghapp.duties.alarms import Alarms
from ghapp.duties.dated import Dated, marker_of
from ghapp.duties.paperwork import Papers
from ghapp.duties.postmortem_texts import PostmortemTexts, due_of, state_of
from ghapp.duties.records import Memory, Record, Records
from ghapp.duties.replies import Replies
from ghapp.duties.texts import TemplateTexts
from ghapp.github.errors import Refused as RefusedByGitHub
from ghapp.github.gateway import Gateway
from ghapp.github.reconciler import Reconciler
from ghapp.model.names import Login
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

LOOK_EVERY: Final = timedelta(minutes=5)
"""How long a change goes unseen at most whose event was lost."""

ACTION_USAGE: Final = "/action @login 2w text"


@dataclass(slots=True)
class _Found:
    """What GitHub and the index hold: postmortems and incidents by key, and the actions whose issue is closed."""

    postmortems: dict[str, Issue]
    incidents: dict[str, Record]
    done: set[int]


class Postmortems:
    """The conversation of all postmortems of the home repository and their actions."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        dated: Dated,
        records: Records,
        memory: Memory,
        reconciler: Reconciler,
        replies: Replies,
        texts: TemplateTexts,
        alarms: Alarms,
        home: RepoName,
        wake: Callable[[str], Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        self._gateway = gateway
        self._dated = dated
        self._records = records
        self._memory = memory
        self._reconciler = reconciler
        self._replies = replies
        self._comments = texts
        self._texts = PostmortemTexts(texts, home)
        self._actions = Actions(gateway, dated, replies, self._texts, home)
        self._alarms = alarms
        self._home = home
        self._wake = wake
        self._now = now

    async def look(self) -> None:
        """Have the postmortems looked at soon."""
        await self._wake(POSTMORTEMS)

    async def over(self, incident: Incident, model: Model) -> None:
        """An incident has just ended."""
        if asks(incident, model):
            await self.look()

    async def papers(self, model: Model) -> Papers:
        """The open postmortems and actions with what is late of each, and all actions; two conditional listings.

        Raises:
            GitHubError: GitHub could not be asked.
        """
        now, zone = self._now(), model.timezone
        postmortems, issues = await self._dated.all(KIND), await self._actions.all()
        late_ones = []
        for issue in (*postmortems, *issues):
            due = due_of(issue)
            listed = actions(issue.body) if KIND in issue.labels else ()
            is_over = due is not None and is_late(due, now, zone)
            if issue.open:
                found = late(listed, now, zone)
                late_ones.append(FollowUp(issue.number, issue.title, is_over, found))
        every = [one for issue in postmortems for one in actions(issue.body)]
        return Papers(late=late_ones, actions=every)

    async def handle(self, events: Sequence[wire.Event], model: Model) -> None:
        """Carry out what was asked, bring every postmortem up to date, and say when to look again.

        Raises:
            GitHubError: GitHub could not be asked or told; the same may be handled again.
        """
        found = await self._gather()
        for event in events:
            if isinstance(event, AskEvent):
                await _unless_refused(event.key, self._answer(event, found, model))
        for key, record in found.incidents.items():
            if asks(record.incident, model) and recently(record.incident, self._now()):
                await _unless_refused(key, self._open(record, None, found, model))
        for key in found.postmortems:
            await _unless_refused(key, self._bring(key, found, model))
        await self._alarms.set(POSTMORTEMS, self._next(found, model))

    async def _gather(self) -> _Found:
        records = [
            *(await self._records.closed()).values(),
            *(await self._records.open()).values(),
        ]
        issues = [(marker_of(issue), issue) for issue in await self._dated.all(KIND)]
        return _Found(
            postmortems={
                mark.key.casefold(): issue for mark, issue in reversed(issues) if mark is not None
            },
            incidents={key_of(record.incident).casefold(): record for record in records},
            done={issue.number for issue in await self._actions.all() if not issue.open},
        )

    async def _answer(self, ask: AskEvent, found: _Found, model: Model) -> None:
        if ask.name == "action":
            await self._answer_action(ask, found, model)
            return
        record = found.incidents.get(_place_of(ask))
        if record is None:
            await self._replies.refused(ask, ONLY_INCIDENTS.why)
            return
        await self._open(record, ask.asked_at, found, model)
        await self._replies.done(ask)

    async def _answer_action(self, ask: AskEvent, found: _Found, model: Model) -> None:
        typed = Command(ask.name, ask.args, ask.text)
        action = action_in(Asked(typed, ask.sender, ask.asked_at, model))
        match action:
            case Refused(why):
                await self._replies.refused(ask, why)
            case Misused():
                await self._replies.misused(ask, ACTION_USAGE)
            case _:
                key = self._asked_on(ask, found)
                of = await self._actions.make(ask, action, found.postmortems.get(key))
                if of is not None:
                    found.postmortems[key] = of

    def _asked_on(self, ask: AskEvent, found: _Found) -> str:
        """The key of the postmortem on whose issue, or on whose incident's, something was asked for."""
        if ask.repo.casefold() == self._home.casefold():
            for key, issue in found.postmortems.items():
                if issue.number == ask.number:
                    return key
        return _place_of(ask)

    async def _open(
        self, record: Record, asked_at: datetime | None, found: _Found, model: Model
    ) -> None:
        """Open the postmortem of an incident, unless there is or ever was one."""
        key = key_of(record.incident)
        if key.casefold() in found.postmortems:
            return
        who = (lead(record.incident, model),)
        state = State(due_on(record.incident, model, asked_at), asked_at)
        issue = await self._dated.open(
            Marker(KIND, key),
            title=self._texts.title(record.incident),
            body=await self._body(record, state, who),
            below=self._texts.sections(),
            assignees=who,
            since=record.issue.created_at,
        )
        if issue is not None:
            found.postmortems[key.casefold()] = issue
            await self._memory.memory_put(KIND, key.casefold(), record.incident.revision)

    async def _body(self, record: Record, state: State, who: Sequence[Login]) -> str:
        incident = record.incident
        comments = await self._gateway.list_comments(incident.repo, incident.number)
        return self._texts.body(record, comments, state, who)

    async def _bring(self, key: str, found: _Found, model: Model) -> None:
        """Bring one postmortem to where it should be."""
        issue = found.postmortems[key]
        if issue.open:
            issue = await self._rewrite(key, issue, found.incidents.get(key), model)
            issue = await self._actions.tick(issue, found.done)
            await self._remind(key, issue, model)
        elif incomplete(actions(issue.body)):
            issue = await self._open_again(key, issue)
        found.postmortems[key] = issue

    async def _rewrite(self, key: str, issue: Issue, record: Record | None, model: Model) -> Issue:
        """Tell the incident as it is known now, where more is known than was told."""
        if record is None:
            return issue
        revision = record.incident.revision
        if await self._memory.memory_get(KIND, key) == revision:
            return issue
        before = state_of(issue)
        asked_at = None if before is None else before.asked_at
        state = State(due_on(record.incident, model, asked_at), asked_at)
        who = issue.assignees or (lead(record.incident, model),)
        issue = await self._dated.edit(issue, await self._body(record, state, who))
        await self._memory.memory_put(KIND, key, revision)
        return issue

    async def _remind(self, key: str, issue: Issue, model: Model) -> None:
        due = due_of(issue)
        number = None if due is None else reminder(due, self._now(), model.timezone)
        if number is None:
            return
        facts = {
            "notified": issue.assignees or (area_of(model.fallback_area, model).owner,),
            "due": due,
            "number": number,
            "incomplete": len(incomplete(actions(issue.body))),
        }
        await self._say(issue, Say(f"{KIND}:{key}:due:{due}:{number}", "postmortem_due", facts))

    async def _open_again(self, key: str, listed: Issue) -> Issue:
        """A listing may be older than what somebody has just mended, so the issue is read before it is opened."""
        issue = await self._gateway.get_issue(self._home, listed.number)
        lacking = incomplete(actions(issue.body))
        if issue.open or not lacking:
            return issue
        closed_at = issue.closed_at or issue.updated_at
        facts = {"incomplete": lacking, "example": due_of(issue) or closed_at.date()}
        name = f"{KIND}:{key}:again:{closed_at.isoformat()}"
        await self._say(issue, Say(name, "postmortem_open_again", facts))
        return await self._gateway.edit_issue(
            self._home, issue.number, state="open", state_reason="reopened"
        )

    async def _say(self, issue: Issue, say: Say) -> None:
        body = self._comments.comment(say, None)
        await self._reconciler.say(issue.repo, issue.number, say, body, look=True)

    def _next(self, found: _Found, model: Model) -> datetime | None:
        """When the next reminder is due."""
        days = [due_of(issue) for issue in found.postmortems.values() if issue.open]
        now, zone = self._now(), model.timezone
        return min((next_reminder(day, now, zone) for day in days if day is not None), default=None)


async def _unless_refused(key: str, doing: Awaitable[None]) -> None:
    """What GitHub refuses for good, such as words on an issue that is gone, stops nothing else."""
    try:
        await doing
    except RefusedByGitHub as refused:
        if refused.status in {401, 403}:
            raise
        log.exception("postmortem_refused", key=key)


def _place_of(ask: AskEvent) -> str:
    """The key of the postmortem of the issue on which something was asked for."""
    return f"{ask.repo}#{ask.number}".casefold()
