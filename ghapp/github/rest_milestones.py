"""The part of GitHub's REST API that is about milestones."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from ghapp.core.facts import Issue, RepoName
from ghapp.core.gate_facts import MovedAway
from ghapp.core.milestone import Milestone
from ghapp.github import fields, wire
from ghapp.github.errors import Refused, Unavailable
from ghapp.github.gateway import ListState, State
from ghapp.github.priority import Priority
from ghapp.github.rest_calls import PAGE, RestCalls, already_there, path_of, stamp, surely
from ghapp.github.wire_milestones import demilestoned, milestone, reaches

_MOST_PAGES = 10
"""A thousand events: GitHub lists those of all issues together."""


class RestMilestones(RestCalls):
    """`MilestoneGateway`."""

    async def list_milestones(
        self, repo: RepoName, *, priority: Priority = Priority.NORMAL
    ) -> Sequence[Milestone]:
        """All milestones, open and closed, by number."""
        path = path_of(repo, "milestones", state="all", per_page=str(PAGE))
        found = [milestone(one) for one in await self._listing(path, repo, priority)]
        by_number = {one.number: one for one in found}
        return [by_number[number] for number in sorted(by_number)]

    async def create_milestone(
        self,
        repo: RepoName,
        *,
        title: str,
        description: str,
        due_on: datetime | None,
        priority: Priority = Priority.NORMAL,
    ) -> Milestone:
        """A new milestone; `AlreadyThere` when one of this title exists, open or closed."""
        body: dict[str, Any] = {"title": title, "description": description}
        if due_on is not None:
            body["due_on"] = stamp(due_on)
        try:
            made = await self._write("POST", path_of(repo, "milestones"), repo, body, priority)
        except Refused as refused:
            raise already_there(refused) from refused
        return surely(lambda: milestone(made))

    async def edit_milestone(
        self,
        repo: RepoName,
        number: int,
        *,
        title: str | None = None,
        description: str | None = None,
        due_on: datetime | None = None,
        state: State | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Milestone:
        """Change what is given, in one call; `NotFound` when it has been deleted."""
        day = None if due_on is None else stamp(due_on)
        given = {"title": title, "description": description, "due_on": day, "state": state}
        body = {name: value for name, value in given.items() if value is not None}
        path = path_of(repo, "milestones", number)
        try:
            data = await self._write("PATCH", path, repo, body, priority)
        except Refused as refused:
            raise already_there(refused) from refused
        return surely(lambda: milestone(data))

    async def milestone_items(
        self,
        repo: RepoName,
        number: int,
        *,
        state: ListState = "open",
        priority: Priority = Priority.NORMAL,
    ) -> Sequence[Issue]:
        """The issues and pull requests in a milestone, by number."""
        bot = await self._bot()
        query = {"milestone": str(number), "state": state, "sort": "created", "direction": "asc"}
        path = path_of(repo, "issues", **query, per_page=str(PAGE))
        found = await self._listing(path, repo, priority, whole=True)
        items = {one.number: one for one in (wire.issue(one, repo, bot) for one in found)}
        return [items[key] for key in sorted(items)]

    async def set_milestone(
        self,
        repo: RepoName,
        number: int,
        milestone: int | None,
        *,
        priority: Priority = Priority.NORMAL,
    ) -> Issue:
        """Put an issue or pull request into a milestone, or with None out of any."""
        bot = await self._bot()
        path = path_of(repo, "issues", number)
        data = await self._write("PATCH", path, repo, {"milestone": milestone}, priority)
        return surely(lambda: wire.issue(data, repo, bot))

    async def moved_away(
        self,
        repo: RepoName,
        title: str,
        since: datetime,
        *,
        priority: Priority = Priority.NORMAL,
    ) -> Sequence[MovedAway]:
        """What was taken out of the milestone of a title at or after an instant, the oldest first."""
        found: list[MovedAway] = []
        path = path_of(repo, "issues", "events", per_page=str(PAGE))
        pages = 0
        async for page in self._client.pages(path, repo=repo, priority=priority):
            pages += 1
            events = fields.items(page.data)
            found += demilestoned(events, title)
            if page.next is None or reaches(events, since):
                break
            if pages == _MOST_PAGES:
                raise Unavailable("too much has happened to tell what left a milestone")
        return sorted((one for one in found if one.at >= since), key=attrgetter("at"))
