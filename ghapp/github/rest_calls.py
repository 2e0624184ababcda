"""The calls that the gateway over GitHub's REST API is made of."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from ghapp.core.facts import RepoName
from ghapp.github import fields, wire
from ghapp.github.client import GitHubClient, Response
from ghapp.github.errors import AlreadyThere, Refused, Unavailable
from ghapp.github.gateway import AppIdentity
from ghapp.github.priority import Priority
from ghapp.model.names import Login

T = TypeVar("T")
PAGE = 100
ROUNDS = 3
"""How often a listing of several pages is read for two equal readings."""


class RestCalls:
    """One installation's API, by paths. `app` says who we are; it is asked at most once."""

    def __init__(
        self, client: GitHubClient, app: Callable[[], Awaitable[AppIdentity]] | None = None
    ) -> None:
        self._client = client
        self._app = app or Identity(client)

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

    async def _listing(
        self, path: str, repo: RepoName, priority: Priority, *, whole: bool = False
    ) -> list[Any]:
        """Every page; several are read again until nothing has moved between them meanwhile.

        Reading again is free where nothing has changed. If it never comes to rest, `whole` raises `Unavailable`.
        """
        pages: list[Response] = []
        for _ in range(ROUNDS):
            pages = await self._pages(path, repo, priority)
            if len(pages) == 1 or all(page.free for page in pages[:-1]):
                break
        else:
            if whole:
                raise Unavailable("a listing changes faster than it can be read")
        return [one for page in pages for one in fields.items(page.data)]

    async def _once(self, path: str, repo: RepoName, priority: Priority) -> list[Any]:
        """Every page, read once: of a listing whose members keep their places."""
        pages = await self._pages(path, repo, priority)
        return [one for page in pages for one in fields.items(page.data)]

    async def _pages(self, path: str, repo: RepoName, priority: Priority) -> list[Response]:
        """A listing page by page.

        An unchanged last page that is full may have got a successor since: its own content does not tell.
        """
        pages = [page async for page in self._client.pages(path, repo=repo, priority=priority)]
        while pages[-1].free and len(fields.items(pages[-1].data)) == PAGE:
            further = f"{path}&page={len(pages) + 1}"
            more = [one async for one in self._client.pages(further, repo=repo, priority=priority)]
            if not fields.items(more[0].data):
                break
            pages += more
        return pages

    async def _bot(self) -> Login:
        """Known before a write is sent: nothing may fail between the write and its result."""
        return (await self._app()).bot_login

    async def _counted(
        self, path: str, key: str, repo: RepoName, priority: Priority
    ) -> tuple[list[Any], bool]:
        """The members of a listing that is an object with a count, and whether they are all of them."""
        pages = [page.data async for page in self._client.pages(path, repo=repo, priority=priority)]
        found = [one for page in pages for one in fields.items(fields.object_of(page).get(key))]
        totals = [fields.number(page, "total_count") for page in pages]
        return found, len(found) >= max(totals)


class Identity:
    """Who the App is, by `GET /app`; remembered once it is known."""

    def __init__(self, client: GitHubClient) -> None:
        self._client = client
        self._known: AppIdentity | None = None

    async def __call__(self) -> AppIdentity:
        """Ask, unless it is known."""
        if self._known is None:
            self._known = wire.identity((await self._client.request("GET", "/app", repo=None)).data)
        return self._known


def already_there(refused: Refused) -> Refused:
    """The refusal, as `AlreadyThere` if GitHub refuses for what is there already.

    https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed
    """
    told = refused.message.casefold()
    codes = [error.get("code") for error in refused.errors if isinstance(error, dict)]
    words = [str(error.get("message")) for error in refused.errors if isinstance(error, dict)]
    said = "already exists" in " ".join([told, *words]).casefold()
    if refused.status == 422 and (said or "already_exists" in codes):
        return AlreadyThere(refused.status, refused.message, refused.errors)
    return refused


def stamp(at: datetime) -> str:
    """An instant as GitHub takes it, in whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def surely(read: Callable[[], T]) -> T:
    """Read the answer to a write: when it cannot be read, the write has happened all the same."""
    try:
        return read()
    except Unavailable as error:
        raise Unavailable(error.reason, uncertain=True) from error


def path_of(repo: RepoName, *parts: str | int, **query: str) -> str:
    """The address of something in a repository, below the API's base."""
    return below("repos", *repo.split("/"), *parts, **query)


def below(*parts: str | int, **query: str) -> str:
    """An address below the API's base."""
    path = "/".join(quote(str(part), safe="") for part in parts)
    return f"/{path}?{urlencode(query)}" if query else f"/{path}"
