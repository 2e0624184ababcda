"""What people waive by `/waive`, and what they take back; each command gets one answer."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from ghapp.core import wire
from ghapp.core.facts import Sha
from ghapp.core.github_event import AskEvent, CommentChange, PullEvent
from ghapp.core.pull_request import Pull
from ghapp.core.review_facts import ReviewFacts, Waiver
from ghapp.core.rule import ReviewRule
from ghapp.core.waiving import COMMAND, found_in, reason_of, rule_of, why_not
from ghapp.duties.pull_states import PullState, Waived
from ghapp.duties.replies import Replies

CLOSED = "The pull request is not open."


class Waiving:
    """Waivers are remembered with their comment, and are gone when that is."""

    def __init__(self, replies: Replies, rules: Collection[ReviewRule[Any]]) -> None:
        self._replies = replies
        self._rules = rules
        self._refused: dict[str, str] = {}
        """Why a command was refused, by its key, until it is answered."""

    def heard(
        self,
        facts: ReviewFacts,
        state: PullState,
        events: Sequence[wire.Event],
        before: Pull | None,
    ) -> tuple[ReviewFacts, PullState]:
        """The facts and what is remembered, with what these events waive and take back.

        `before` is how the pull request was before them: what is said between two pushes is said of the first.
        """
        if state.waived is None:
            return facts, state
        waived = _left(state.waived, events)
        for ask in events:
            if isinstance(ask, AskEvent) and ask.name == COMMAND and not _is_known(waived, ask):
                rule = rule_of(ask.args)
                refused = why_not(rule, ask.sender, facts, self._rules)
                self._refused[ask.key] = refused
                if not refused:
                    head = _head_at(ask, facts.pull, events, before)
                    waived = (*waived, _waived(ask, rule, head))
        state = replace(state, waived=waived)
        return replace(facts, waivers=tuple(one.waiver for one in waived)), state

    async def answer(self, asks: Iterable[AskEvent], state: PullState) -> None:
        """Say what became of each command, once it is remembered and shown.

        Raises:
            GitHubError: GitHub could not be told; the same may be answered again.
        """
        for ask in asks:
            refused = self._refused.pop(ask.key, "")
            if state.waived is None:
                refused = "The comments could not be read. Try again in a minute."
            if refused:
                await self._replies.refused(ask, refused)
            else:
                await self._replies.done(ask)

    async def too_late(self, asks: Iterable[AskEvent]) -> None:
        """Refuse what is asked of a pull request that is closed."""
        for ask in asks:
            await self._replies.refused(ask, CLOSED)


def _left(waived: tuple[Waived, ...], events: Sequence[wire.Event]) -> tuple[Waived, ...]:
    """Without those whose comment says so no more."""
    for event in events:
        if isinstance(event, CommentChange):
            still = {rule for rule, _ in found_in(event.body)}
            waived = tuple(
                one for one in waived if one.comment != event.comment_id or one.waiver.rule in still
            )
    return waived


def _is_known(waived: Iterable[Waived], ask: AskEvent) -> bool:
    return any(
        (one.comment, one.waiver.rule, one.waiver.reason)
        == (ask.comment_id, rule_of(ask.args), reason_of(ask.text))
        for one in waived
    )


def _head_at(ask: AskEvent, pull: Pull, events: Iterable[wire.Event], before: Pull | None) -> Sha:
    """The head that somebody saw who asked; that of now where nothing older is known."""
    heard = [one.pull for one in events if isinstance(one, PullEvent)]
    known = [one for one in (before, *heard) if one and one.updated_at <= ask.asked_at]
    return max(known, key=lambda one: one.updated_at, default=pull).head


def _waived(ask: AskEvent, rule: str, head: Sha) -> Waived:
    waiver = Waiver(
        rule=rule,
        by=ask.sender,
        reason=reason_of(ask.text),
        at=ask.asked_at,
        head=head,
    )
    return Waived(ask.comment_id, waiver)
