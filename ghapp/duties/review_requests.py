"""Asks people for their reviews when a pull request is ready, reminds them once, and then asks somebody else too."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog

from ghapp.core.effects import Say
from ghapp.core.github_event import conversation_of_pull
from ghapp.core.review_choice import Choice, choose, loads
from ghapp.core.review_facts import ReviewFacts
from ghapp.core.review_latency import deadlines
from ghapp.duties.pull_states import PullState, PullStates
from ghapp.duties.texts import TemplateTexts
from ghapp.github.errors import Refused
from ghapp.github.gateway_pulls import PullGateway
from ghapp.github.reconciler import Reconciler
from ghapp.model.names import Login, same_login
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

_UNPROCESSABLE: Final = 422


class ReviewRequests:
    """Whom the app is about to ask is remembered before it asks, so that a crash leads to nobody else."""

    def __init__(
        self,
        gateway: PullGateway,
        states: PullStates,
        reconciler: Reconciler,
        texts: TemplateTexts,
        now: Callable[[], datetime],
    ) -> None:
        self._gateway = gateway
        self._states = states
        self._reconciler = reconciler
        self._texts = texts
        self._now = now

    async def pick(self, state: PullState, facts: ReviewFacts) -> PullState:
        """Settle whom to ask, once for each time that the pull request becomes ready; nobody is asked yet."""
        if state.picked or state.asking or state.ready_at is None or not _known(facts):
            return state
        choice = await self._choice(state, facts)
        return replace(state, asking=choice.logins, why=choice.lines, picked=True)

    async def ask(self, state: PullState, facts: ReviewFacts) -> PullState:
        """Ask those; whoever is refused by GitHub is passed over, and the next one is asked.

        Raises:
            GitHubError: GitHub could not be told; the same people are asked again.
        """
        while state.asking:
            await self._states.save(state)
            pull = state.pull
            try:
                after = await self._gateway.request_reviewers(pull.repo, pull.number, state.asking)
            except Refused as refused:
                if refused.status != _UNPROCESSABLE:
                    raise
                state = await self._one_by_one(state)
                choice = await self._choice(state, replace(facts, pull=state.pull))
                state = replace(state, asking=choice.logins, why=_merged(state, choice))
                continue
            log.info("reviews_requested", pull=f"{pull.repo}#{pull.number}", of=state.asking)
            state = replace(state.seen(after, self._now()), asking=())
        return state

    async def on_time(self, state: PullState, facts: ReviewFacts) -> PullState:
        """Remind who is late, and settle whom to ask besides those who are late twice over.

        Raises:
            GitHubError: GitHub could not be told; the same may be done again.
        """
        if state.ready_at is None:
            return state
        now = self._now()
        for one in deadlines(_since(state), facts.model):
            if one.remind_at <= now and not _among(one.login, state.reminded):
                await self._remind(state, one.login)
                state = replace(state, reminded=(*state.reminded, one.login))
            if one.backup_at <= now and not _among(one.login, state.backed) and _known(facts):
                late = (*state.backed, one.login)
                choice = await self._choice(state, facts, late=late)
                why = (*state.why, *(f"{line}; {one.login} is late" for line in choice.lines))
                state = replace(state, backed=late, asking=choice.logins, why=why)
        return state

    def due(self, state: PullState, model: Model) -> datetime | None:
        """When somebody is late next (UTC)."""
        if state.ready_at is None:
            return None
        instants = [
            at
            for one in deadlines(_since(state), model)
            for at, done in ((one.remind_at, state.reminded), (one.backup_at, state.backed))
            if not _among(one.login, done)
        ]
        return min(instants, default=None)

    async def _choice(
        self, state: PullState, facts: ReviewFacts, late: tuple[Login, ...] | None = None
    ) -> Choice:
        others = [
            one.pull.requested
            for one in await self._states.all()
            if (one.pull.repo, one.pull.number) != (state.pull.repo, state.pull.number)
            and not one.pull.draft
        ]
        late = state.backed if late is None else late
        return choose(facts, loads(others), refused=state.refused, late=late)

    async def _one_by_one(self, state: PullState) -> PullState:
        """GitHub has refused to ask somebody, and thereby all of them: one by one, it tells who that is."""
        asking = state.asking
        if len(asking) == 1:
            return replace(state, refused=(*state.refused, *asking), asking=())
        for one in asking:
            try:
                after = await self._gateway.request_reviewers(
                    state.pull.repo, state.pull.number, (one,)
                )
            except Refused as refused:
                if refused.status != _UNPROCESSABLE:
                    raise
                state = replace(state, refused=(*state.refused, one))
            else:
                state = state.seen(after, self._now())
        return replace(state, asking=())

    async def _remind(self, state: PullState, login: Login) -> None:
        pull = state.pull
        key = f"{conversation_of_pull(pull.repo, pull.number)}:remind:{login}"
        since = _since(state)[login]
        say = Say(key, "review_due", {"to": login, "since": since})
        body = self._texts.comment(say, None)
        await self._reconciler.say(pull.repo, pull.number, say, body, look=True)


def _known(facts: ReviewFacts) -> bool:
    """Whether enough could be read to say who may approve."""
    return isinstance(facts.files, tuple) and isinstance(facts.reviews, tuple)


def _since(state: PullState) -> Mapping[Login, datetime]:
    """Since when each person's review is waited for: not before the pull request was ready."""
    ready = state.ready_at
    return {one: max(at, ready or at) for one, at in state.asked_at.items()}


def _merged(state: PullState, choice: Choice) -> tuple[str, ...]:
    gone = {one.casefold() for one in state.refused}
    kept = [line for line in state.why if line.partition(":")[0].casefold() not in gone]
    return tuple(dict.fromkeys((*kept, *choice.lines)))


def _among(login: Login, logins: tuple[Login, ...]) -> bool:
    return any(same_login(login, one) for one in logins)
