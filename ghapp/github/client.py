"""GitHub's REST API for the duties: authorized, within its limits, and free where nothing changed."""

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp

from ghapp.core.facts import RepoName
from ghapp.github.answers import Answer, decode, refusal
from ghapp.github.auth import Auth, Credentials, Grant
from ghapp.github.errors import Denied, Refused
from ghapp.github.etags import Etags, Remembered
from ghapp.github.headers import request_headers
from ghapp.github.limits import Limits, LimitStore
from ghapp.github.priority import Priority
from ghapp.github.transport import TIMEOUT, Ask, Transport

MAX_PAGES = 100


@dataclass(frozen=True, slots=True)
class Response:
    """A success; `free` when GitHub said that nothing has changed since the last time."""

    status: int
    data: Any
    headers: Mapping[str, str]
    next: str | None = None
    free: bool = False


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class GitHubClient:
    """One for the process; `session` is the caller's, who closes it."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        credentials: Credentials,
        store: LimitStore,
        base_url: str = "https://api.github.com",
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._limits = Limits(store, now=now, sleep=sleep)
        self._transport = Transport(
            session,
            self._limits,
            base_url=self._base_url,
            now=now,
            sleep=sleep,
            jitter=jitter,
            timeout=timeout,
        )
        self._auth = Auth(self._transport, credentials, base_url=self._base_url, now=now)
        self._etags = Etags()

    async def room(self, priority: Priority) -> None:
        """Raises `RateLimited` when a write of this priority would have to wait; see `Budget.check`."""
        await self._limits.budget.check(priority)

    async def request(
        self,
        method: str,
        path: str,
        *,
        repo: RepoName | None,
        body: Mapping[str, Any] | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Response:
        """One call, as the installation on `repo`, or as the App itself when that is None.

        `path` is below the API's base, quoted, with its query. Reads are conditional and retried;
        writes are sent once.

        Raises:
            RateLimited: not before its `until`; nothing happened.
            Unavailable: no answer, or 5xx; a write may have happened if `uncertain`.
            Denied: the App is not let in; an `Unavailable`, for nothing else can be done but wait.
            Refused: any other 4xx, `NotFound` and `Gone` among them.
        """
        return await self._request(method, self._base_url + path, repo, body, priority)

    async def pages(
        self, path: str, *, repo: RepoName | None, priority: Priority = Priority.NORMAL
    ) -> AsyncGenerator[Response, None]:
        """A listing page by page, each conditional; raises `Refused` if it never ends."""
        url = self._base_url + path
        for _ in range(MAX_PAGES):
            response = await self._request("GET", url, repo, None, priority)
            yield response
            if response.next is None:
                return
            url = response.next
            if not self._transport.is_ours(url):
                raise Refused(response.status, "the next page is on another host")
        raise Refused(200, f"a listing of more than {MAX_PAGES} pages")

    def remembers(self, path: str, *, repo: RepoName) -> bool:
        """Whether a GET of `path` would be conditional."""
        subject = self._auth.subject_of(repo)
        return subject is not None and self._etags.get(subject, self._base_url + path) is not None

    async def _request(
        self,
        method: str,
        url: str,
        repo: RepoName | None,
        body: Mapping[str, Any] | None,
        priority: Priority,
    ) -> Response:
        grant = await self._grant(repo)
        response = await self._send(method, url, grant, body, priority)
        if response is None:
            self._auth.reject(grant)
            response = await self._send(method, url, await self._grant(repo), body, priority)
        if response is None:
            raise Denied("GitHub does not accept the App's key or token")
        return response

    async def _grant(self, repo: RepoName | None) -> Grant:
        return self._auth.app() if repo is None else await self._auth.installation(repo)

    async def _send(
        self,
        method: str,
        url: str,
        grant: Grant,
        body: Mapping[str, Any] | None,
        priority: Priority,
    ) -> Response | None:
        """None when the grant was not accepted, so that nothing happened."""
        reads = method == "GET"
        known = self._etags.get(grant.subject, url) if reads else None
        headers = request_headers(grant.authorization, etag=known.etag if known else None)
        payload = None
        if body is not None:
            payload = json.dumps(body).encode()
            headers["content-type"] = "application/json; charset=utf-8"
        answer = await self._transport.send(
            Ask(
                method=method,
                url=url,
                headers=headers,
                subject=grant.subject,
                kind="read" if reads else "content",
                body=payload,
                priority=priority,
            )
        )
        if answer.status == 401:
            return None
        if answer.status == 304 and known is not None:
            return self._unchanged(answer, known)
        if answer.status >= 400:
            raise refusal(answer)
        data, following = decode(answer, wrote=not reads)
        if reads and "etag" in answer.headers:
            self._etags.put(grant.subject, url, _remember(answer))
        return Response(answer.status, data, answer.headers, following)

    @staticmethod
    def _unchanged(answer: Answer, known: Remembered) -> Response:
        headers = {"content-type": known.content_type, "link": known.link}
        data, following = decode(Answer(200, headers, known.body))
        return Response(200, data, {**answer.headers, "link": known.link}, following, free=True)


def _remember(answer: Answer) -> Remembered:
    return Remembered(
        etag=answer.headers["etag"],
        body=answer.body,
        content_type=answer.headers.get("content-type", ""),
        link=answer.headers.get("link", ""),
    )
