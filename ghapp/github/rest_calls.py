"""The calls that the gateway over GitHub's REST API is made of."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from ghapp.core.facts import RepoName
from ghapp.github import fields
from ghapp.github.client import GitHubClient, Response
from ghapp.github.errors import Unavailable
from ghapp.github.priority import Priority

T = TypeVar("T")
PAGE = 100
ROUNDS = 3
"""How often a listing of several pages is read for two equal readings."""


class RestCalls:
    """One installation's API, by paths."""

    def __init__(self, client: GitHubClient) -> None:
        self._client = client

    async def _get(self, path: str, repo: RepoName, priority: Priority) -> Any:
        return (await self._client.request("GET", path, repo=repo, priority=priority)).data

    async def _write(
        self,
        method: str,
        path: str,
        repo: RepoName,
        body: Mapping[str, Any] | None,
        priority: Priority,
    ) -> Any:
        response = await self._client.request(method, path, repo=repo, body=body, priority=priority)
        return response.data

    async def _listing(self, path: str, repo: RepoName, priority: Priority) -> list[Any]:
        """Every page; several are read again until nothing has moved between them meanwhile.

        Reading again is free where nothing has changed.
        """
        pages: list[Response] = []
        for _ in range(ROUNDS):
            pages = [page async for page in self._client.pages(path, repo=repo, priority=priority)]
            if len(pages) == 1 or all(page.free for page in pages[:-1]):
                break
        return [one for page in pages for one in fields.items(page.data)]


def surely(read: Callable[[], T]) -> T:
    """Read the answer to a write: when it cannot be read, the write has happened all the same."""
    try:
        return read()
    except Unavailable as error:
        raise Unavailable(error.reason, uncertain=True) from error


def path_of(repo: RepoName, *parts: str | int, **query: str) -> str:
    """The address of something in a repository, below the API's base."""
    path = "/".join(quote(str(part), safe="") for part in ("repos", *repo.split("/"), *parts))
    return f"/{path}?{urlencode(query)}" if query else f"/{path}"
