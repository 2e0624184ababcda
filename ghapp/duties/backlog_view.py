"""What a triage talks about of a backlog, as the index knows it; where there is none, GitHub's listings tell."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final, cast

from ghapp.core.agenda_items import Aged, Waiting
from ghapp.core.facts import Issue, RepoName
from ghapp.core.item import Item, priorities_of
from ghapp.core.pull_request import Pull
from ghapp.core.reviewers import waiting
from ghapp.core.stale import LABEL as STALE
from ghapp.duties.backlog_facts import BacklogFacts, BacklogSource
from ghapp.duties.backlog_index import BacklogIndex
from ghapp.github.gateway_pulls import PullGateway
from ghapp.model.hygiene import Priority
from ghapp.model.types import Model

RECENT: Final = timedelta(days=2)
"""After so long without a full sweep the index is not believed."""


class IndexedBacklog:
    """Goes by the index of the home repository, which also knows since when an issue has its priority."""

    def __init__(
        self,
        index: BacklogIndex,
        gateway: PullGateway,
        otherwise: BacklogSource,
        home: RepoName,
        now: Callable[[], datetime],
    ) -> None:
        self._index = index
        self._gateway = gateway
        self._otherwise = otherwise
        self._home = home
        self._now = now

    async def facts(self, model: Model) -> BacklogFacts:
        """How it stands. Raises GitHubError."""
        book = await self._index.book(self._home)
        swept = book.full_at
        if swept is None or abs(self._now() - swept) > RECENT:
            return await self._otherwise.facts(model)
        issues: list[Issue] = []
        aged: list[Aged] = []
        since: dict[int, datetime] = {}
        async for chunk in self._index.chunks(self._home):
            for one in chunk:
                if one.item.is_pull:
                    since |= _since(one.item)
                else:
                    issues.append(_issue(one.item))
                    aged += _aged(one.item, model, self._now())
        pulls = await self._gateway.list_pulls(self._home)
        return BacklogFacts(
            issues=issues,
            aged=aged,
            stale=[one for one in issues if STALE in one.labels],
            waiting=[_waiting(one, since) for one in pulls if one.requested and not one.draft],
            findings=book.agenda,
        )


def _aged(item: Item, model: Model, now: datetime) -> Iterator[Aged]:
    """An item that has had its priority for too long, as far as is known since when."""
    priority, label = next(iter(priorities_of(item).items()), ("", ""))
    limit = model.hygiene.limits.get(cast("Priority", priority))
    mark = None if item.known is None else item.known.labeled_at(label)
    if limit is not None and mark is not None and now >= mark.at + limit:
        yield Aged(_issue(item), priority, mark.at, limit)


def _since(item: Item) -> dict[int, datetime]:
    """Since when a pull request waits for its first reviewer."""
    times = [] if item.known is None else [at for _, at in waiting(item, item.known)]
    return {item.number: min(times)} if times else {}


def _waiting(pull: Pull, since: dict[int, datetime]) -> Waiting:
    at = since.get(pull.number, pull.created_at)
    return Waiting(pull.repo, pull.number, pull.title, at, pull.requested)


def _issue(item: Item) -> Issue:
    return Issue(
        repo=item.repo,
        number=item.number,
        title=item.title,
        body=item.body,
        open=True,
        labels=item.labels,
        assignees=item.assignees,
        author=item.author,
        author_is_app=item.author_is_app,
        created_at=item.created_at,
        updated_at=item.updated_at,
        comments=item.comments,
        url=item.url,
    )
