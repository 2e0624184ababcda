"""The one place that applies effects: in order, each at most once, whatever was lost on the way."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import structlog

from ghapp.core import marker
from ghapp.core.effects import (
    AddLabels,
    Assign,
    Decision,
    Effect,
    Open,
    React,
    RemoveLabel,
    Say,
    Stick,
    Unassign,
    Write,
    occasion,
)
from ghapp.core.facts import Issue, RepoName
from ghapp.core.incident import Incident
from ghapp.core.marker import Marker
from ghapp.engine.store import Done, Intended
from ghapp.github.errors import Gone, NotFound, Refused
from ghapp.github.gateway import Gateway, StateReason
from ghapp.github.once import Ledger, Once
from ghapp.github.priority import Priority
from ghapp.model.names import same_login

log = structlog.get_logger(__name__)

NOTE = "note"
"""The kind of the marker on comments; its key is the occasion on which the comment was written."""


class Texts(Protocol):
    """How effects read to people; the duties render them from templates."""

    def title(self, incident: Incident) -> str:
        """The title of a new incident."""
        ...

    def body(self, effect: Open) -> str:
        """The body of a new incident, with its state and marker."""
        ...

    def updated(self, body: str, incident: Incident) -> str:
        """A body with status and state brought up to the incident; what people wrote stays."""
        ...

    def carrier(self, incident: Incident) -> str:
        """The comment that carries status, state and marker when the issue is a person's own."""
        ...

    def comment(self, say: Say, incident: Incident | None) -> str:
        """A comment, without its marker; None where no incident is talked about."""
        ...


def opening(incident: Incident) -> str:
    """The idempotency key of opening an incident's issue; one that follows an old issue is another opening."""
    return occasion(incident.key, "open", incident.previous or 0)


def carrying(incident: Incident) -> str:
    """The idempotency key of the comment that carries an incident."""
    return occasion(incident.key, "carrier")


@dataclass(frozen=True, slots=True)
class Applied:
    """The incident and its issue after the effects; `wrote` is when its own text was last written, if it was."""

    incident: Incident
    issue: Issue
    wrote: datetime | None


class Reconciler:
    """Applies decisions to GitHub."""

    def __init__(
        self, gateway: Gateway, ledger: Ledger, texts: Texts, now: Callable[[], datetime]
    ) -> None:
        self._gateway = gateway
        self._once = Once(ledger, now)
        self._texts = texts
        self._now = now

    async def open(self, decision: Decision) -> Applied:
        """Create the issue of an incident; the caller has let `settle` wait, and then looked for its marker."""
        effect = next(effect for effect in decision.effects if isinstance(effect, Open))
        incident = effect.incident
        name = opening(incident)
        await self._once.intend(name)
        issue = await self._gateway.create_issue(
            incident.repo,
            title=self._texts.title(incident),
            body=self._texts.body(effect),
            labels=sorted(incident.labels),
            assignees=effect.assignees,
            priority=Priority.of(incident.severity),
        )
        await self._once.done(name, str(issue.number))
        log.info(
            "incident_opened",
            key=incident.key,
            repo=issue.repo,
            issue=issue.number,
            severity=incident.severity.label,
        )
        return Applied(replace(incident, number=issue.number), issue, self._now())

    async def apply(
        self, issue: Issue, decision: Decision, *, cold: bool, priority: Priority | None = None
    ) -> Applied:
        """Apply every effect to an issue.

        `cold` says that the app's own memory of this issue is new, so that comments are looked for on GitHub
        before they are written.
        """
        incident = decision.incident
        rank = priority or Priority.of(incident.severity)
        wrote = None
        for effect in decision.effects:
            issue = await self._one(effect, issue, incident, rank, cold)
            wrote = self._now() if isinstance(effect, Write) else wrote
        return Applied(incident, issue, wrote)

    async def carry(self, issue: Issue, incident: Incident) -> int:
        """Write the comment that carries the state of an incident on a person's issue; its id.

        The caller has let `settle` wait for `carrying`, and then looked for the marker.
        """
        name = carrying(incident)
        await self._once.intend(name)
        body = self._texts.carrier(incident)
        made = await self._gateway.create_comment(
            issue.repo, issue.number, body, priority=Priority.of(incident.severity)
        )
        await self._once.done(name, str(made.id))
        return made.id

    async def say(
        self,
        repo: RepoName,
        number: int,
        say: Say,
        body: str,
        *,
        look: bool,
        priority: Priority = Priority.NORMAL,
    ) -> None:
        """Write a comment once for its occasion; look for it first when it may be there already."""
        state = await self.settle(say.key)
        if isinstance(state, Done):
            return
        if state is not None or look:
            for comment in await self._gateway.list_comments(repo, number, priority=priority):
                if comment.author_is_app and marker.find(comment.body) == Marker(NOTE, say.key):
                    await self._once.done(say.key, str(comment.id))
                    return
        await self._once.intend(say.key)
        signed = f"{body.rstrip()}\n\n{marker.render(Marker(NOTE, say.key))}"
        made = await self._gateway.create_comment(repo, number, signed, priority=priority)
        await self._once.done(say.key, str(made.id))

    async def stick(
        self,
        repo: RepoName,
        number: int,
        stick: Stick,
        body: str,
        *,
        look: bool,
        priority: Priority = Priority.NORMAL,
    ) -> None:
        """Let the one comment of a key say so; `look` for it when it may be there and the ledger does not know."""
        mark = Marker(NOTE, stick.key)
        lines = [body.rstrip(), "", marker.render_state(stick.state), marker.render(mark)]
        text = "\n".join(lines)
        state = await self.settle(stick.key)
        there = int(state.result) if isinstance(state, Done) else None
        if not isinstance(state, Done) and (state is not None or look):
            comments = await self._gateway.list_comments(repo, number, priority=priority)
            mine = [
                one.id for one in comments if one.author_is_app and marker.find(one.body) == mark
            ]
            there = min(mine, default=None)
        if there is not None:
            try:
                await self._gateway.edit_comment(repo, there, text, priority=priority)
            except (NotFound, Gone):
                log.info("comment_gone", repo=repo, number=number, key=stick.key)
        else:
            await self._once.intend(stick.key)
            there = (await self._gateway.create_comment(repo, number, text, priority=priority)).id
        await self._once.done(stick.key, str(there))

    async def settle(self, name: str) -> Intended | Done | None:
        """What is known of an effect; see `Once.settle`."""
        return await self._once.settle(name)

    async def _one(
        self, effect: Effect, issue: Issue, incident: Incident, rank: Priority, cold: bool
    ) -> Issue:
        match effect:
            case Say():
                body = self._texts.comment(effect, incident)
                await self.say(issue.repo, issue.number, effect, body, look=cold, priority=rank)
            case AddLabels(labels):
                await self._gateway.add_labels(issue.repo, issue.number, labels, priority=rank)
                return replace(issue, labels=issue.labels | set(labels))
            case RemoveLabel(label):
                await self._gateway.remove_label(issue.repo, issue.number, label, priority=rank)
                return replace(issue, labels=issue.labels - {label})
            case Assign() | Unassign():
                return await self._assign(effect, issue, rank)
            case React(comment_id, reaction):
                await self._gateway.react(issue.repo, comment_id, reaction.value, priority=rank)
            case Write():
                return await self._write(effect, issue, incident, rank)
            case Open():
                raise AssertionError("an incident that has an issue is not opened again")
        return issue

    async def _assign(self, effect: Assign | Unassign, issue: Issue, rank: Priority) -> Issue:
        """Change the assignees; a login that GitHub does not know must not stop the page that follows."""
        there = [
            login
            for login in effect.logins
            if any(same_login(login, other) for other in issue.assignees)
        ]
        try:
            if isinstance(effect, Assign):
                new = [login for login in effect.logins if login not in there]
                if not new:
                    return issue
                after = await self._gateway.add_assignees(
                    issue.repo, issue.number, new, priority=rank
                )
            else:
                if not there:
                    return issue
                after = await self._gateway.remove_assignees(
                    issue.repo, issue.number, there, priority=rank
                )
        except Refused as refused:
            log.warning("assignees_refused", issue=issue.number, reason=str(refused))
            return issue
        return replace(issue, assignees=after)

    async def _write(
        self, effect: Write, issue: Issue, incident: Incident, rank: Priority
    ) -> Issue:
        """Bring the issue's own text and state up to the incident, in one call where one will do."""
        if incident.carrier is not None:
            await self._edit_carrier(issue, incident, incident.carrier, rank)
            if not effect.close and not effect.reopen:
                return issue
        body = None if incident.carrier is not None else self._texts.updated(issue.body, incident)
        reason: StateReason | None = "completed" if effect.close else None
        return await self._gateway.edit_issue(
            issue.repo,
            issue.number,
            body=body,
            state="closed" if effect.close else "open" if effect.reopen else None,
            state_reason=reason,
            priority=rank,
        )

    async def _edit_carrier(
        self, issue: Issue, incident: Incident, carrier: int, rank: Priority
    ) -> None:
        """Somebody who deleted the comment must not stop the incident with it."""
        text = self._texts.carrier(incident)
        try:
            await self._gateway.edit_comment(issue.repo, carrier, text, priority=rank)
        except (NotFound, Gone):
            log.warning("carrier_gone", issue=issue.number, key=incident.key)
