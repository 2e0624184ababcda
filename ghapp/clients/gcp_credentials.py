"""Google's Application Default Credentials, looked up and refreshed beside the event loop.

https://docs.cloud.google.com/docs/authentication/application-default-credentials
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

import google.auth
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request

READ = "https://www.googleapis.com/auth/monitoring.read"
WRITE = "https://www.googleapis.com/auth/monitoring"


class GcpError(Exception):
    """Google could not be asked, or did not answer all that was asked; the text is one line."""


class NoCredentialsError(GcpError):
    """There are no credentials, or they are not accepted any more."""


class Credentials(Protocol):
    """What authorises a request."""

    async def headers(self, url: str) -> dict[str, str]:
        """The headers that a GET of `url` needs; raises NoCredentialsError."""
        ...


class Anonymous:
    """For loopback, where nobody asks who we are."""

    async def headers(self, url: str) -> dict[str, str]:
        """None."""
        del url
        return {}


class ApplicationDefault:
    """The credentials of the machine or of the person at it; a token is refreshed by one request at a time."""

    def __init__(self, scopes: Sequence[str] = (READ,)) -> None:
        self._scopes = tuple(scopes)
        self._found: Any = None
        self._turn = asyncio.Lock()

    async def found(self) -> Any:
        """The credentials themselves, for clients that refresh them on their own.

        Raises:
            NoCredentialsError: this machine has none.
        """
        async with self._turn:
            return await _aside(self._find)

    async def headers(self, url: str) -> dict[str, str]:
        """A token that is good for some minutes, and the project that pays where one is set."""
        async with self._turn:
            headers: dict[str, str] = await _aside(self._headers, url)
            return headers

    def _find(self) -> Any:
        if self._found is None:
            self._found, _ = google.auth.default(scopes=self._scopes)
        return self._found

    def _headers(self, url: str) -> dict[str, str]:
        headers: dict[str, str] = {}
        self._find().before_request(Request(), "GET", url, headers)
        return headers


async def _aside(call: Any, *args: Any) -> Any:
    try:
        return await asyncio.to_thread(call, *args)
    except GoogleAuthError as error:
        line = " ".join(str(error).split())
        raise NoCredentialsError(f"no credentials for Google Cloud: {line}") from error
