"""Proving who we are: the App's JWT, and for each repository the token of its installation.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from ghapp.core.facts import RepoName
from ghapp.github.answers import decode, refusal
from ghapp.github.errors import Denied, NotFound, Refused, Unavailable
from ghapp.github.headers import request_headers
from ghapp.github.transport import Ask, Transport

SKEW = timedelta(seconds=60)
JWT_LIFE = timedelta(minutes=9)
"""GitHub takes ten at most, from an `iat` that is set back for clocks that run ahead."""

EARLY = timedelta(minutes=5)
APP = "app"
"""The subject of calls that the App makes in its own name."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The App's id (or client id) and its private key in PEM."""

    app_id: str
    private_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """What to authorize a call with, and whose limits it counts against."""

    subject: str
    authorization: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    expires_at: datetime


class Auth:
    """Hands out grants, asking GitHub as seldom as it can."""

    def __init__(
        self,
        transport: Transport,
        credentials: Credentials,
        *,
        base_url: str,
        now: Callable[[], datetime],
    ) -> None:
        self._transport = transport
        self._credentials = credentials
        self._base_url = base_url
        self._now = now
        self._jwt: _Token | None = None
        self._installations: dict[str, int] = {}
        self._tokens: dict[int, _Token] = {}
        self._locks: defaultdict[object, asyncio.Lock] = defaultdict(asyncio.Lock)

    def app(self) -> Grant:
        """The App itself. Raises `Denied` when the key is none."""
        now = self._now()
        if self._jwt is None or self._jwt.expires_at - now < SKEW:
            claims = {
                "iat": int((now - SKEW).timestamp()),
                "exp": int((now - SKEW + JWT_LIFE).timestamp()),
                "iss": self._credentials.app_id,
            }
            try:
                signed = jwt.encode(claims, self._credentials.private_key, algorithm="RS256")
            except (jwt.PyJWTError, ValueError) as error:
                raise Denied("the App's private key cannot be used") from error
            self._jwt = _Token(signed, now - SKEW + JWT_LIFE)
        return Grant(APP, f"Bearer {self._jwt.value}")

    async def installation(self, repo: RepoName) -> Grant:
        """The App as installed on `repo`.

        Raises `Denied` when it is not installed there, besides what any call raises: not `NotFound`,
        which speaks of what was asked for.
        """
        try:
            installation, token = await self._installed(repo)
        except Refused as refused:
            raise Denied(f"no access to {repo}: {refused}") from refused
        return Grant(_subject(installation), f"token {token.value}")

    def subject_of(self, repo: RepoName) -> str | None:
        """Whose limits calls to `repo` count against, as far as known without asking."""
        installation = self._installations.get(repo.casefold())
        return None if installation is None else _subject(installation)

    def reject(self, grant: Grant) -> None:
        """GitHub no longer takes this grant: the next one will be new."""
        for installation, token in list(self._tokens.items()):
            if grant.authorization == f"token {token.value}":
                del self._tokens[installation]
        if grant.subject == APP:
            self._jwt = None

    async def _installed(self, repo: RepoName) -> tuple[int, _Token]:
        installation = await self._installation_of(repo)
        try:
            return installation, await self._token(installation)
        except NotFound:
            # Uninstalled, and perhaps installed again under another id.
            self._installations.pop(repo.casefold(), None)
            installation = await self._installation_of(repo)
            return installation, await self._token(installation)

    async def _installation_of(self, repo: RepoName) -> int:
        key = repo.casefold()
        async with self._locks[key]:
            if key not in self._installations:
                found = await self._ask("GET", f"/repos/{repo}/installation")
                self._installations[key] = _id(found)
            return self._installations[key]

    async def _token(self, installation: int) -> _Token:
        async with self._locks[installation]:
            token = self._tokens.get(installation)
            if token is None or token.expires_at - self._now() <= EARLY:
                token = await self._new_token(installation)
                self._tokens[installation] = token
            return token

    async def _new_token(self, installation: int) -> _Token:
        made = await self._ask("POST", f"/app/installations/{installation}/access_tokens")
        try:
            expires_at = datetime.fromisoformat(made["expires_at"]).astimezone(UTC)
            return _Token(str(made["token"]), expires_at)
        except (KeyError, TypeError, ValueError) as error:
            raise Unavailable("GitHub gave no usable token") from error

    async def _ask(self, method: str, path: str) -> Any:
        grant = self.app()
        answer = await self._transport.send(
            Ask(
                method=method,
                url=f"{self._base_url}{path}",
                headers=request_headers(grant.authorization),
                subject=grant.subject,
                kind="auth",
            )
        )
        if answer.status >= 400:
            self.reject(grant)
            raise refusal(answer)
        data, _ = decode(answer)
        return data


def _subject(installation: int) -> str:
    return f"installation:{installation}"


def _id(found: Any) -> int:
    try:
        return int(found["id"])
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable("GitHub named no installation") from error
