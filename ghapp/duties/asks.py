"""Slash commands as they are asked: who may, what becomes of them, and the one answer each gets."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

import structlog

from ghapp.core import marker, slash
from ghapp.core.command import (
    Announced,
    Answered,
    Command,
    Converted,
    Edited,
    Misused,
    Outcome,
    Passed,
    Refused,
    Request,
)
from ghapp.core.effects import AddLabels, Assign, Decision, Effect, React, Reaction, Say, occasion
from ghapp.core.facts import Comment, CommentEvent, Fingerprint, Issue, Permission
from ghapp.core.github_event import AskEvent
from ghapp.core.incident import INCIDENT, Incident
from ghapp.duties.edits import Edits
from ghapp.duties.outbox import Outbox
from ghapp.duties.records import Record, adopt
from ghapp.github.gateway import Gateway
from ghapp.github.reconciler import Reconciler, Texts, carrying
from ghapp.model.names import same_login
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

HANDLED_KEPT = 30

NOT_ALLOWED = (
    "Commands are for people named in OWNERS.yaml and for those with write permission here."
)
NOT_KNOWN = "GitHub could not tell whether you have write permission. Try again in a minute."
NO_INCIDENT = "This issue is not an incident. `/escalate` makes it one."


class Asks:
    """Answers the commands of a comment."""

    def __init__(
        self,
        gateway: Gateway,
        reconciler: Reconciler,
        texts: Texts,
        commands: Mapping[str, Command],
        *,
        edits: Edits,
        outbox: Outbox,
    ) -> None:
        self._gateway = gateway
        self._reconciler = reconciler
        self._texts = texts
        self._commands = commands
        self._edits = edits
        self._outbox = outbox

    async def answer(
        self, event: CommentEvent, issue: Issue, incident: Incident, model: Model, now: datetime
    ) -> Decision:
        """What the commands of a comment on an incident bring about, the reaction included."""
        decision = Decision(incident)
        refused = False
        asked = 0
        for typed in self._typed(event):
            incident = decision.incident
            key = _key(event, typed)
            if key in incident.handled:
                continue
            name = occasion(incident.key, "command", key)
            request = _request(event, typed, issue, incident, model=model, now=now, key=name)
            outcome = await self._outcome(request)
            asked += not isinstance(outcome, Passed)
            refused = refused or isinstance(outcome, Refused | Misused)
            decision = decision.then(self._as_decision(outcome, request))
            kept = (*incident.handled, key)[-HANDLED_KEPT:]
            decision = replace(decision, incident=replace(decision.incident, handled=kept))
        if not asked:
            return decision
        react = React(event.comment_id, Reaction.REFUSED if refused else Reaction.DONE)
        # Whether somebody else may command costs a call, and /ack has four: then the text follows in its minute.
        soon = decision.later and model.is_named(event.sender)
        return replace(decision, effects=(*decision.effects, react), soon=soon)

    async def redirect(self, event: CommentEvent, incident: Incident) -> None:
        """Answer the commands of a comment on an old issue of an incident that goes on in another one."""
        asked = self._typed(event)
        if not asked:
            return
        name = occasion(incident.key, "command", _key(event, asked[0]))
        why = f"The newest issue of this alert is #{incident.number}."
        say = Say(name, "refused", {"name": asked[0].name, "why": why})
        body = self._texts.comment(say, None)
        await self._reconciler.say(event.repo, event.number, say, body, look=False)
        await self._gateway.react(event.repo, event.comment_id, Reaction.REFUSED.value)

    async def answer_ordinary(
        self, event: CommentEvent, key: Fingerprint, model: Model, now: datetime
    ) -> Record | None:
        """Answer the commands of a comment on an issue that is no incident; the record if one made it one.

        The commands behind that one are left for the incident to answer. So are all when the issue turns out to be an
        incident that the index has lost.
        """
        asked = self._typed(event)
        if not asked:
            return None
        issue = await self._gateway.get_issue(event.repo, event.number)
        if INCIDENT in issue.labels:
            carrier = await find_carrier(self._gateway, issue, key)
            if carrier is not None:
                return adopt(issue, key, carrier.body, model, carrier.id)
        refused, answered = False, False
        handled: tuple[str, ...] = ()
        for typed in asked:
            handled = (*handled, _key(event, typed))
            name = occasion(key, "command", handled[-1])
            request = _request(event, typed, issue, None, model=model, now=now, key=name)
            outcome = await self._outcome(request)
            if isinstance(outcome, Converted):
                incident = replace(outcome.incident, handled=handled)
                return await self._convert(event, issue, replace(outcome, incident=incident), model)
            answered = answered or not isinstance(outcome, Passed)
            refused = refused or isinstance(outcome, Refused | Misused)
            for effect in self._as_effects(outcome, request):
                if isinstance(effect, Say):
                    body = self._texts.comment(effect, None)
                    await self._reconciler.say(issue.repo, issue.number, effect, body, look=False)
        if answered:
            reaction = Reaction.REFUSED if refused else Reaction.DONE
            await self._gateway.react(event.repo, event.comment_id, reaction.value)
        return None

    def _typed(self, event: CommentEvent) -> Sequence[slash.Command]:
        return slash.commands(event.body, event.previous, known=self._commands.keys())

    async def _outcome(self, request: Request) -> Outcome:
        command = self._commands[request.typed.name]
        own = request.incident is None and same_login(request.sender, request.issue.author)
        permission = (
            Permission.YES if own and command.by_author else await self._permission(request)
        )
        if permission is not Permission.YES:
            return Refused(NOT_ALLOWED if permission is Permission.NO else NOT_KNOWN)
        if request.incident is None and not command.anywhere:
            return Refused(NO_INCIDENT)
        log.info("command", name=request.typed.name, by=request.sender, issue=request.issue.number)
        # What was begun goes on as it was meant: the model may have it already, and would be read differently.
        outcome = await self._edits.begun(request.key) or command.run(request)
        match outcome:
            case Edited():
                return await self._edits.make(outcome, request)
            case Announced(event, answer):
                await self._outbox.announce(event, request.key)
                return answer
            case Passed(conversation):
                await self._outbox.pass_on(_ask(request), conversation)
                return outcome
            case _:
                return outcome

    async def _permission(self, request: Request) -> Permission:
        if request.model.is_named(request.sender):
            return Permission.YES
        return await self._gateway.permission(request.issue.repo, request.sender)

    def _as_decision(self, outcome: Outcome, request: Request) -> Decision:
        if isinstance(outcome, Decision):
            return outcome
        assert request.incident is not None
        return Decision(request.incident, self._as_effects(outcome, request))

    def _as_effects(self, outcome: Outcome, request: Request) -> tuple[Effect, ...]:
        name = request.typed.name
        match outcome:
            case Answered(say):
                return (say,)
            case Refused(why):
                return (Say(request.key, "refused", {"name": name, "why": why}),)
            case Misused():
                facts = {"name": name, "usage": self._commands[name].usage}
                return (Say(request.key, "misused", facts),)
            case Passed():
                return ()
            case _:
                raise AssertionError(f"/{name} changed what is no incident")

    async def _convert(
        self, event: CommentEvent, issue: Issue, outcome: Converted, model: Model
    ) -> Record:
        """Make an issue an incident; a carrier that is there already is adopted, never written twice."""
        incident = outcome.incident
        await self._reconciler.settle(carrying(incident))
        carrier = await find_carrier(self._gateway, issue, incident.key)
        if carrier is not None:
            record = adopt(issue, incident.key, carrier.body, model, carrier.id)
            incident = record.incident
        else:
            made = await self._reconciler.carry(issue, incident)
            incident = replace(incident, carrier=made)
        effects: tuple[Effect, ...] = (
            AddLabels(tuple(sorted(incident.labels - issue.labels))),
            Assign(outcome.notified),
            React(event.comment_id, Reaction.DONE),
        )
        applied = await self._reconciler.apply(issue, Decision(incident, effects), cold=False)
        return Record(incident=incident, issue=applied.issue, written_at=incident.opened_at)


async def find_carrier(gateway: Gateway, issue: Issue, key: Fingerprint) -> Comment | None:
    """The app's comment that makes a person's issue an incident, if there is one."""
    for comment in await gateway.list_comments(issue.repo, issue.number):
        found = marker.find(comment.body) if comment.author_is_app else None
        if found == marker.Marker("incident", key):
            return comment
    return None


def _request(
    event: CommentEvent,
    typed: slash.Command,
    issue: Issue,
    incident: Incident | None,
    *,
    model: Model,
    now: datetime,
    key: str,
) -> Request:
    return Request(
        typed=typed,
        sender=event.sender,
        comment_id=event.comment_id,
        issue=issue,
        incident=incident,
        model=model,
        now=now,
        asked_at=event.at,
        key=key,
    )


def _ask(request: Request) -> AskEvent:
    typed = request.typed
    return AskEvent(
        repo=request.issue.repo,
        number=request.issue.number,
        comment_id=request.comment_id,
        name=typed.name,
        args=typed.args,
        text=typed.text,
        sender=request.sender,
        asked_at=request.asked_at,
        key=request.key,
    )


def _key(event: CommentEvent, typed: slash.Command) -> str:
    digest = sha256(typed.text.encode()).hexdigest()[:8]
    return f"{event.comment_id}.{typed.name}.{digest}"
