"""The part of GitHub's REST API that is about a backlog as a whole."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ghapp.core.facts import RepoName
from ghapp.core.history import What
from ghapp.core.item import Item
from ghapp.github import fields, wire_backlog
from ghapp.github.client import Response
from ghapp.github.errors import Refused, Unavailable
from ghapp.github.gateway import ListState
from ghapp.github.gateway_backlog import Listed, Past
from ghapp.github.gateway_pulls import Listing
from ghapp.github.priority import Priority
from ghapp.github.rest_calls import PAGE, RestCalls, path_of, stamp
from ghapp.model.names import Login

_LAST = re.compile(r'<([^>]+)>\s*;[^,]*\brel="last"')


class RestBacklog(RestCalls):
    """`BacklogGateway`."""

    async def open_items(
        self, repo: RepoName, *, priority: Priority = Priority.NORMAL
    ) -> AsyncIterator[Sequence[Item]]:
        """Every open issue and pull request, a page at a time.

        The oldest first, but from the last page back: what is closed meanwhile moves the others forward, to pages that
        are still to be read. The first page, which leads to the last, is read once more at the end; that is free as
        long as it is the same.
        """
        bot = await self._bot()
        query = {"state": "open", "sort": "created", "direction": "asc", "per_page": str(PAGE)}
        path = path_of(repo, "issues", **query)
        first = await self._client.request("GET", path, repo=repo, priority=priority)
        found = _items(first.data, repo, bot)
        pulls = any(one.is_pull for one in found)
        yield found
        last = _last_page(first)
        for number in range(last, 0, -1) if last > 1 else ():
            at = path if number == 1 else f"{path}&page={number}"
            page = await self._client.request("GET", at, repo=repo, priority=priority)
            found = _items(page.data, repo, bot)
            pulls = pulls or any(one.is_pull for one in found)
            yield found
        if not pulls:  # GitHub lists them with the issues, some servers do not
            yield await self._open_pulls(repo, bot, priority)

    async def changed_items(
        self,
        repo: RepoName,
        since: datetime,
        *,
        state: ListState = "all",
        pages: int = 1,
        priority: Priority = Priority.NORMAL,
    ) -> Listing[Listed]:
        """What was changed at or after an instant, the latest first."""
        bot = await self._bot()
        query = {"state": state, "sort": "updated", "direction": "desc", "per_page": str(PAGE)}
        path = path_of(repo, "issues", **query, since=stamp(since))
        found: list[Listed] = []
        read = 0
        async for page in self._client.pages(path, repo=repo, priority=priority):
            read += 1
            found += [wire_backlog.listed(one, repo, bot) for one in fields.items(page.data)]
            if page.next is None:
                return Listing(tuple(found))
            if read >= pages:
                break
        return Listing(tuple(found), complete=False)

    async def get_item(
        self, repo: RepoName, number: int, *, priority: Priority = Priority.NORMAL
    ) -> Listed:
        """An issue or pull request as it is now."""
        bot = await self._bot()
        data = await self._get(path_of(repo, "issues", number), repo, priority)
        return wire_backlog.listed(data, repo, bot)

    async def past(self, item: Item, *, priority: Priority = Priority.NORMAL) -> Past:
        """What has happened to an item; where the timeline has no comments they are read by themselves."""
        bot = await self._bot()
        path = path_of(item.repo, "issues", item.number, "timeline", per_page=str(PAGE))
        entries, calls = await self._read_all(path, item.repo, priority)
        found = list(wire_backlog.happenings(entries, item, bot))
        if sum(one.what is What.COMMENTED for one in found) < item.comments:
            path = path_of(item.repo, "issues", item.number, "comments", per_page=str(PAGE))
            comments, more = await self._read_all(path, item.repo, priority)
            found += [wire_backlog.comment(fields.object_of(one), bot) for one in comments]
            calls += more
        return Past(tuple(found), calls)

    async def assignees_of(
        self, repo: RepoName, *, priority: Priority = Priority.NORMAL
    ) -> frozenset[str] | None:
        """Whom issues can be assigned to, in lower case."""
        path = path_of(repo, "assignees", per_page=str(PAGE))
        try:
            people = await self._listing(path, repo, priority, whole=True)
        except Refused as refused:
            if refused.status not in {403, 404}:
                raise
            return None
        return frozenset(fields.login(one).casefold() for one in people)

    async def _read_all(
        self, path: str, repo: RepoName, priority: Priority
    ) -> tuple[list[Any], int]:
        pages = await self._pages(path, repo, priority)
        return [one for page in pages for one in fields.items(page.data)], len(pages)

    async def _open_pulls(self, repo: RepoName, bot: Login, priority: Priority) -> Sequence[Item]:
        query = {"state": "open", "sort": "created", "direction": "asc", "per_page": str(PAGE)}
        found = await self._listing(path_of(repo, "pulls", **query), repo, priority)
        return [wire_backlog.listed(one, repo, bot, is_pull=True).item for one in found]


def _items(data: Any, repo: RepoName, bot: Login) -> Sequence[Item]:
    return [wire_backlog.listed(one, repo, bot).item for one in fields.items(data)]


def _last_page(page: Response) -> int:
    """The number of a listing's last page, as its first one tells.

    Raises:
        Unavailable: there are more pages, and it does not tell.
    """
    found = _LAST.search(page.headers.get("link", ""))
    number = parse_qs(urlsplit(found[1]).query).get("page", [""])[0] if found else ""
    if page.next is not None and not number.isdecimal():
        raise Unavailable("GitHub does not tell how many pages a listing has")
    return int(number) if number.isdecimal() else 1
