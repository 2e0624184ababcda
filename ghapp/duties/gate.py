"""The release gate: whether each open release pull request may be merged, published as a check run of its head."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import msgspec

from ghapp.core.facts import RepoName, Sha
from ghapp.core.gate import CHECK, Gate, could_not, evaluate
from ghapp.core.github_event import AskEvent, CheckEvent, conversation_of_release
from ghapp.core.pull_request import Pull
from ghapp.core.said import GO, NO_GO
from ghapp.core.verdict import Reason, State, Unread
from ghapp.core.wire import Event
from ghapp.duties.checks import Checks, Verdict
from ghapp.duties.gate_answers import GateAnswers
from ghapp.duties.gate_reads import GateReads, tried, why
from ghapp.duties.models import Models
from ghapp.duties.records import Memory
from ghapp.duties.replies import Replies
from ghapp.github.errors import GitHubError
from ghapp.github.gateway_checks import CheckGateway, CheckRun
from ghapp.model.types import Model

KIND: Final = "gate"
"""Of the memory: what the gate last said of each release pull request."""

_NO_RELEASE: Final = "This is no open release pull request."
_FIRST_RETRY: Final = timedelta(seconds=15)
_LAST_RETRY: Final = timedelta(minutes=15)
_DOUBLINGS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Last:
    """What was last said, of which head, and how often in a row something could not be read."""

    number: int
    head: Sha
    gate: Gate
    tries: int = 0
    open: bool = True


class Gates:
    """Evaluates, publishes and remembers. Whatever cannot be read speaks against a release."""

    def __init__(
        self,
        *,
        gateway: CheckGateway,
        reads: GateReads,
        checks: Checks,
        answers: GateAnswers,
        replies: Replies,
        models: Models,
        memory: Memory,
        home: RepoName,
    ) -> None:
        self._gateway = gateway
        self._reads = reads
        self._checks = checks
        self._answers = answers
        self._replies = replies
        self._models = models
        self._memory = memory
        self._home = home

    async def look(
        self, model: Model, now: datetime, events: Sequence[Event] = ()
    ) -> datetime | None:
        """Evaluate and publish the gate of every open release pull request; when to look again (UTC), if ever.

        Among `events` may be the wish that a check be made again, and commands on what is no release.

        Raises:
            GitHubError: the pull requests could not be listed, or one of them not be told. What could be told is
                told: where nothing can be read, the gates that are known fail.
        """
        release = model.release
        if release is None:
            await self._turn_away(events, ())
            return None
        known = await self._known()
        try:
            pulls = await self._reads.gated(release)
        except GitHubError as error:
            await self._fail(known.values(), could_not(why(error)), now)
            raise
        milestones = await self._reads.milestones() if pulls else ()
        times, troubles = list[datetime](), list[GitHubError]()
        for pull in pulls:
            last = known.pop(pull.number, None)
            again = _is_asked_again(pull.head, events)
            try:
                seen = await self._reads.seen(pull, milestones, model, release)
                gate = evaluate(seen.facts, release, now)
                times += await self._publish(pull.number, pull.head, gate, last, now, again=again)
                await self._answers.answer(pull, seen.words, seen.facts, release)
            except GitHubError as error:
                troubles.append(error)
        await self._turn_away(events, pulls)
        for gone in known.values():
            await self._remember(replace(gone, open=False))
        if troubles:
            raise troubles[0]
        return min(times, default=None)

    async def verdict(self, pull: Pull) -> Gate | None:
        """What the gate last said of a head, be it merged since; None if it has never been asked.

        With a lost database the check run itself tells.

        Raises:
            GitHubError: GitHub could not be asked.
        """
        known = await self._last(pull.number)
        if known is not None and known.head == pull.head:
            return known.gate
        runs = await self._gateway.own_checks(pull.repo, pull.head, CHECK)
        return _as_told(runs[0]) if runs else None

    async def _turn_away(self, events: Sequence[Event], gated: Sequence[Pull]) -> None:
        """Answer those who speak of a release where there is none; others are answered by their words' standing."""
        there = {(one.repo, one.number) for one in gated}
        for event in events:
            if not isinstance(event, AskEvent) or event.name not in {GO, NO_GO}:
                continue
            if (event.repo, event.number) not in there:
                await self._replies.refused(event, _NO_RELEASE)

    async def _publish(
        self,
        number: int,
        head: Sha,
        gate: Gate,
        last: _Last | None,
        now: datetime,
        *,
        again: bool = False,
    ) -> list[datetime]:
        """Publish and remember; the instants at which to look again."""
        tries = (1 if last is None else last.tries + 1) if gate.retries else 0
        file = await tried(self._models.file())
        await self._checks.publish(
            Verdict(
                repo=self._home,
                head=head,
                name=CHECK,
                conclusion=gate.conclusion,
                title=gate.title,
                reasons=gate.reasons,
                conversation=conversation_of_release(self._home),
                file=None if isinstance(file, Unread) else file,
            ),
            again=again,
        )
        told = _Last(number=number, head=head, gate=gate, tries=tries)
        if told != last:
            await self._remember(told)
        times = [] if gate.wake_at is None else [gate.wake_at]
        return [*times, now + _wait(tries)] if tries else times

    async def _fail(self, known: Iterable[_Last], gate: Gate, now: datetime) -> None:
        """Nothing can be read, so nothing that was said before is to be relied on."""
        for last in known:
            if last.gate.passes:
                await self._publish(last.number, last.head, gate, last, now)

    async def _known(self) -> dict[int, _Last]:
        """By the number of the pull request; those that are open, as far as is known."""
        found = [
            msgspec.convert(value, _Last)
            for value in (await self._memory.memory_all(KIND)).values()
        ]
        return {one.number: one for one in found if one.open}

    async def _last(self, number: int) -> _Last | None:
        value = await self._memory.memory_get(KIND, str(number))
        return None if value is None else msgspec.convert(value, _Last)

    async def _remember(self, last: _Last) -> None:
        await self._memory.memory_put(KIND, str(last.number), msgspec.to_builtins(last))


def _wait(tries: int) -> timedelta:
    doublings: int = min(tries - 1, _DOUBLINGS)
    return min(_FIRST_RETRY * (1 << doublings), _LAST_RETRY)


def _is_asked_again(head: Sha, events: Sequence[Event]) -> bool:
    return any(
        isinstance(one, CheckEvent)
        and one.action == "rerequested"
        and one.name in {"", CHECK}
        and one.head == head
        for one in events
    )


def _as_told(run: CheckRun) -> Gate:
    """A verdict of which only the check run is left."""
    state = State.SATISFIED if run.conclusion == "success" else State.REFUSED
    return Gate((Reason("gate", state, run.title, run.title),))
