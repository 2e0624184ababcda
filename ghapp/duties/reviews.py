"""The review standard: a pull request is looked at when it may stand otherwise, and its check says how it stands."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from ghapp import metrics
from ghapp.core import review_choice, wire
from ghapp.core.facts import PushEvent, RepoName, Sha
from ghapp.core.github_event import (
    AskEvent,
    CheckEvent,
    CommentChange,
    MergeGroupEvent,
    PullEvent,
    conversation_of_pull,
    conversation_of_release,
)
from ghapp.core.owners_check import CHECK as OWNERS
from ghapp.core.owners_file import FILE
from ghapp.core.pull_request import Pull
from ghapp.core.review import CHECK, could_not, evaluate
from ghapp.core.review import Verdict as Said
from ghapp.core.review_facts import ReviewFacts
from ghapp.core.review_latency import next_of
from ghapp.core.rule import ReviewRule
from ghapp.core.verdict import Unread
from ghapp.core.waiving import COMMAND as WAIVE
from ghapp.duties.alarms import Alarms
from ghapp.duties.checks import Checks, Verdict
from ghapp.duties.owners_checks import OwnersChecks
from ghapp.duties.pull_facts import FactsGateway, PullFacts, of_this_base, tried
from ghapp.duties.pull_states import PullState, PullStates, digest_of
from ghapp.duties.review_requests import ReviewRequests
from ghapp.duties.standards import Standard, Standards
from ghapp.duties.waivers import Waiving
from ghapp.github.errors import Gone, NotFound, Refused

log = structlog.get_logger(__name__)

LOOK_EVERY: Final = timedelta(minutes=10)
"""How long a change goes unseen at most whose event was lost."""

FIRST_RETRY: Final = timedelta(minutes=1)
LAST_RETRY: Final = timedelta(minutes=30)

_LOOKED_AT: Final = frozenset({"opened", "reopened", "reviewed", "dismissed"})
"""What changes a verdict besides what `digest_of` sees."""

_NEW_HEAD: Final = frozenset({"opened", "synchronize"})


@dataclass(frozen=True, slots=True)
class _Found:
    """What one look has found: the verdict, and the facts if there are any."""

    state: PullState
    said: Said
    facts: ReviewFacts | None = None
    standard: Standard | None = None


class Reviews:
    """Handles the conversations of pull requests."""

    def __init__(
        self,
        *,
        gateway: FactsGateway,
        standards: Standards,
        facts: PullFacts,
        states: PullStates,
        checks: Checks,
        owners: OwnersChecks,
        requests: ReviewRequests,
        waiving: Waiving,
        alarms: Alarms,
        rules: Collection[ReviewRule[Any]],
        home: RepoName,
        wake: Callable[[str], Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        self._gateway = gateway
        self._standards = standards
        self._facts = facts
        self._states = states
        self._checks = checks
        self._owners = owners
        self._requests = requests
        self._waiving = waiving
        self._alarms = alarms
        self._rules = rules
        self._home = home
        self._wake = wake
        self._now = now
        self._fresh: dict[tuple[RepoName, int], Pull] = {}
        """As a listing has just shown them."""

    async def look(self) -> None:
        """Have every open pull request looked at that has changed unseen; a conditional listing for each repository.

        Raises:
            GitHubError: GitHub could not be asked.
        """
        known = {(one.pull.repo, one.pull.number): one for one in await self._states.all()}
        listed = await self._gateway.repositories(self._home)
        for repo in listed:
            try:
                pulls = await self._gateway.list_pulls(repo)
            except Refused as refused:
                log.warning("pulls_not_listed", repo=repo, reason=str(refused))
                continue
            for pull in pulls:
                state = known.pop((repo, pull.number), None)
                if state is None or state.pull.updated_at < pull.updated_at or state.is_new:
                    self._fresh[repo, pull.number] = pull
                    await self._wake(conversation_of_pull(repo, pull.number))
            for name, number in [key for key in known if key[0] == repo]:
                del known[name, number]
                await self._wake(conversation_of_pull(name, number))
        for repo, number in known:
            if repo not in listed:
                await self._forget(repo, number)

    async def look_again(self, repo: RepoName | None = None, base: str | None = None) -> None:
        """Have open pull requests looked at whose standard has changed, of a repository and into a branch if said."""
        for one in await self._states.all():
            if repo in {None, one.pull.repo} and base in {None, one.pull.base}:
                await self._wake(conversation_of_pull(one.pull.repo, one.pull.number))

    async def pushed(self, event: PushEvent) -> None:
        """The OWNERS.yaml of a branch has changed."""
        await self._standards.pushed(event.repo, event.branch)
        await self.look_again(event.repo, event.branch)

    async def handle(self, repo: RepoName, number: int, events: Sequence[wire.Event]) -> None:
        """Bring the checks of a pull request up to date; several events become one look.

        Raises:
            GitHubError: GitHub could not be asked or told; the same may be handled again.
        """
        now, conversation = self._now(), conversation_of_pull(repo, number)
        before = await self._states.get(repo, number)
        pull = await self._pull(repo, number, events, before)
        if pull is None or not pull.open:
            await self._forget(repo, number)
            await self._waiving.too_late(_asks(events))
            return
        opened = any(_is(one, {"opened"}) for one in events)
        begun = PullState(pull=pull, waived=() if opened and before is None else None)
        state = _told((before or begun).seen(pull, now), events)
        if not _concerns(state, events, now):
            await self._rest(state)
            return
        try:
            await self._bring(state, events, before.pull if before else None)
        except Refused as refused:
            # Whoever may not write here, or writes of what is gone, is not helped by trying again soon.
            log.warning("not_published", conversation=conversation, reason=str(refused))
            await self._alarms.set(conversation, now + LAST_RETRY)

    async def _forget(self, repo: RepoName, number: int) -> None:
        await self._states.forget(repo, number)
        await self._alarms.set(conversation_of_pull(repo, number), None)

    async def _bring(
        self, state: PullState, events: Sequence[wire.Event], before: Pull | None
    ) -> None:
        found = await self._look(state, events, before)
        state = found.state
        if found.facts is not None:
            state = await self._requests.pick(state, found.facts)
        await self._publish(found, state, events)
        why = state.why
        if found.facts is not None and found.standard is not None:
            await self._look_at_owners(state, found.facts, found.standard, events)
            state = replace(state, owners_of=state.pull.head)
            state = await self._requests.on_time(state, found.facts)
            state = await self._requests.ask(state, found.facts)
        if state.why != why:
            await self._publish(found, state, ())
        state = replace(state, evaluated=digest_of(state.pull))
        await self._waiving.answer(_asks(events), state)
        if _asks(events) and state.pull.repo == self._home:
            await self._wake(conversation_of_release(self._home))
        await self._rest(self._retried(state, found.said))
        metrics.REVIEWS.labels(found.said.conclusion).inc()

    async def _look(
        self, state: PullState, events: Sequence[wire.Event], before: Pull | None
    ) -> _Found:
        """The verdict of now, the waivers of these events included."""
        pull = state.pull
        if pull.draft and not _asks(events):
            return _Found(state, Said(draft=True))
        standard = await tried(self._standards.of(pull.repo, pull.base))
        if isinstance(standard, Unread):
            why = f"OWNERS.yaml on {pull.base}: {standard.why}"
            return _Found(state, could_not(why))
        gathered = await self._facts.gather(state, standard.model)
        facts, state = self._waiving.heard(gathered.facts, gathered.state, events, before)
        facts = of_this_base(facts, state)
        said = evaluate(facts, self._rules)
        for one in said.faults:
            log.error("rule_failed", rule=one.rule, pull=pull.number, exc_info=one.error)
        return _Found(state, said, facts, standard)

    async def _publish(self, found: _Found, state: PullState, events: Sequence[wire.Event]) -> None:
        """On the head, and on that of the merge queue's group while it waits for it."""
        said, pull = found.said, state.pull
        asked = review_choice.said(state.why)
        new = _new_heads(events)
        for head in filter(None, (pull.head, state.group)):
            verdict = Verdict(
                repo=pull.repo,
                head=head,
                name=CHECK,
                conclusion=said.conclusion,
                title=said.title,
                reasons=(*said.tree, asked) if asked is not None else said.tree,
                conversation=conversation_of_pull(pull.repo, pull.number),
                file=None if found.standard is None else found.standard.file,
            )
            await self._checks.publish(
                verdict, new_head=head in new, again=_again(events, head, CHECK)
            )

    async def _look_at_owners(
        self,
        state: PullState,
        facts: ReviewFacts,
        standard: Standard,
        events: Sequence[wire.Event],
    ) -> None:
        pull = state.pull
        again = _again(events, pull.head, OWNERS)
        if isinstance(facts.files, Unread) or (state.owners_of == pull.head and not again):
            return
        if any(one.path == FILE for one in facts.files):
            new = pull.head in _new_heads(events)
            await self._owners.look(pull, standard.model, new_head=new, again=again)

    async def _pull(
        self,
        repo: RepoName,
        number: int,
        events: Sequence[wire.Event],
        before: PullState | None,
    ) -> Pull | None:
        """As it was last heard of, if there is anything to hear: asked for only where nothing is known of it."""
        known = [one.pull for one in events if isinstance(one, PullEvent)]
        fresh = self._fresh.pop((repo, number), None)
        known = [*([before.pull] if before else []), *([fresh] if fresh else []), *known]
        if known and (events or fresh):
            return max(reversed(known), key=lambda one: one.updated_at)
        try:
            return await self._gateway.get_pull(repo, number)
        except (NotFound, Gone):
            return None

    def _retried(self, state: PullState, said: Said) -> PullState:
        """With the next instant at which to look again: later and later for what cannot be read."""
        now = self._now()
        failures = state.failures + 1 if said.retries else 0
        wait = min(FIRST_RETRY * 2 ** min(failures - 1, 10), LAST_RETRY) if failures else None
        retry = None if wait is None else now + wait
        return replace(state, failures=failures, look_at=next_of((retry, said.wake_at), now))

    async def _rest(self, state: PullState) -> None:
        """Remember it all, and when to look again."""
        pull = state.pull
        await self._states.save(state)
        standard = await self._standards.remembered(pull.repo, pull.base)
        late = None if standard is None else self._requests.due(state, standard.model)
        if late is not None:
            late = max(late, self._now() + FIRST_RETRY)
        times = [at for at in (state.look_at, late) if at is not None]
        conversation = conversation_of_pull(pull.repo, pull.number)
        await self._alarms.set(conversation, min(times, default=None))


def _told(state: PullState, events: Iterable[wire.Event]) -> PullState:
    """With the heads that the merge queue waits for."""
    for event in events:
        if isinstance(event, MergeGroupEvent):
            state = replace(state, group=event.head)
    return state


def _concerns(state: PullState, events: Sequence[wire.Event], now: datetime) -> bool:
    """Whether the verdict may be another one; without an event, the clock or a freeze asks."""
    due = state.look_at is not None and state.look_at <= now
    changed = state.evaluated != digest_of(state.pull)
    return not events or due or changed or any(map(_may_change, events))


def _may_change(event: wire.Event) -> bool:
    return _is(event, _LOOKED_AT) or isinstance(
        event, CheckEvent | MergeGroupEvent | AskEvent | CommentChange
    )


def _is(event: wire.Event, actions: Collection[str]) -> bool:
    return isinstance(event, PullEvent) and event.action in actions


def _asks(events: Iterable[wire.Event]) -> list[AskEvent]:
    return [one for one in events if isinstance(one, AskEvent) and one.name == WAIVE]


def _new_heads(events: Iterable[wire.Event]) -> set[Sha]:
    """The commits that have only just come up."""
    pushed = {
        one.pull.head for one in events if isinstance(one, PullEvent) and one.action in _NEW_HEAD
    }
    return pushed | {one.head for one in events if isinstance(one, MergeGroupEvent)}


def _again(events: Iterable[wire.Event], head: Sha, name: str) -> bool:
    """Whether somebody has asked for a check once more."""
    return any(
        isinstance(one, CheckEvent) and one.head == head and one.name in {"", name}
        for one in events
    )
