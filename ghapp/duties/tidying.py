"""Writes on the items of a backlog what was decided, each thing once, whatever was lost on the way."""

from collections.abc import Callable, Iterable
from datetime import datetime

import structlog

from ghapp.core.effects import AddLabels, CloseIssue, RemoveLabel, Say, Stick, Unassign
from ghapp.core.hygiene import Act
from ghapp.core.tracked import Tracked
from ghapp.duties.backlog_index import BacklogIndex
from ghapp.duties.texts import TemplateTexts
from ghapp.github.errors import Gone, NotFound
from ghapp.github.gateway import Gateway
from ghapp.github.priority import Priority
from ghapp.github.reconciler import Reconciler

log = structlog.get_logger(__name__)

RANK = Priority.REPEAT
"""An incident never waits for it."""


class Tidier:
    """Carries acts out; the index knows afterwards what was done."""

    def __init__(
        self,
        gateway: Gateway,
        index: BacklogIndex,
        reconciler: Reconciler,
        texts: TemplateTexts,
        now: Callable[[], datetime],
    ) -> None:
        self._gateway = gateway
        self._index = index
        self._reconciler = reconciler
        self._texts = texts
        self._now = now

    async def write(self, one: Tracked, acts: Iterable[Act]) -> None:
        """Write it, in order; what has gone meanwhile is left alone.

        Raises:
            Refused: the app may not write there, such as in an archived repository.
            GitHubError: the rest can be written later; nothing is written twice.
        """
        repo, number = one.item.repo, one.item.number
        written = tuple(acts)
        try:
            for act in written:
                await self._one(one, act)
        except (NotFound, Gone) as gone:
            log.info("item_gone", repo=repo, number=number, reason=str(gone))
            await self._index.forget(repo, [number])
            return
        if any(isinstance(act, CloseIssue) for act in written):
            await self._index.forget(repo, [number])
        else:
            await self._index.put(one.wrote(written, self._now()))

    async def _one(self, one: Tracked, act: Act) -> None:
        item, gateway = one.item, self._gateway
        match act:
            case Say():
                await self._reconciler.say(
                    item.repo,
                    item.number,
                    act,
                    self._texts.comment(act, None),
                    look=item.known is None and item.comments > 0,
                    priority=RANK,
                )
            case Stick(key, template, facts):
                body = self._texts.comment(Say(key, template, facts), None)
                known = item.known
                look = item.comments > 0 and (known is None or known.asks is not None)
                await self._reconciler.stick(
                    item.repo, item.number, act, body, look=look, priority=RANK
                )
            case AddLabels(labels):
                await gateway.add_labels(item.repo, item.number, labels, priority=RANK)
            case RemoveLabel(label):
                await gateway.remove_label(item.repo, item.number, label, priority=RANK)
            case Unassign(logins):
                await gateway.remove_assignees(item.repo, item.number, logins, priority=RANK)
            case CloseIssue():
                await self._close(one)

    async def _close(self, one: Tracked) -> None:
        """A pull request is closed without a reason: GitHub has none for it."""
        item = one.item
        await self._gateway.edit_issue(
            item.repo,
            item.number,
            state="closed",
            state_reason=None if item.is_pull else "not_planned",
            priority=RANK,
        )
