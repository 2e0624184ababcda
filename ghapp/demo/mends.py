"""What makes the emulator's answers GitHub's: each mend stands before one route."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from ghapp.demo import cast
from ghapp.demo.messages import Answer, Request

Forward = Callable[[Request], Awaitable[Answer]]
"""Passes a request on to the next mend, in the end to the emulator."""

Handle = Callable[[Request, Forward], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Mend:
    """Answers requests of `method` (`*`: any) on paths like `pattern`, alone or with what follows."""

    method: str
    pattern: str
    handle: Handle


def read(request: Request, path: str, **query: str) -> Request:
    """A GET of `path` with the rights of `request`."""
    return replace(request, method="GET", path=path, query=query, content=b"")


def chain(mends: list[Mend], emulator: Forward) -> Forward:
    """One function that passes a request through every mend of its route, then to the emulator."""
    forward = emulator
    for mend in reversed(mends):
        forward = _before(forward, mend)
    return forward


def _before(onward: Forward, mend: Mend) -> Forward:
    async def forward(request: Request) -> Answer:
        if request.matches(mend.method, mend.pattern):
            return await mend.handle(request, onward)
        return await onward(request)

    return forward


def attribute(data: Any, address: str) -> Any:
    """Say on each issue and comment that the App wrote it, where the emulator says null.

    https://docs.github.com/rest/issues/issues: `performed_via_github_app`.
    """
    if isinstance(data, list):
        return [attribute(item, address) for item in data]
    if not isinstance(data, dict):
        return data
    mended = {name: attribute(value, address) for name, value in data.items()}
    author = mended.get("user") or {}
    if "performed_via_github_app" in mended and author.get("login") == cast.APP_LOGIN:
        mended["performed_via_github_app"] = cast.app_object(address)
    return mended
