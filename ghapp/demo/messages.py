"""A request and its answer as the proxy sees them, and the two put together: a call."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, Self


class Caller(StrEnum):
    """Whose token a request bears."""

    APP = "app"
    """The App itself, by its JSON web token."""
    INSTALLATION = "installation"
    """The App on one account, by an installation token."""
    PERSON = "person"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request to GitHub; `path` is what follows the API's address, `query` holds single values."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    caller: Caller = Caller.NOBODY
    login: str = ""

    @property
    def body(self) -> Any:
        """The JSON that was sent; None when there is none or it is not JSON."""
        return _parse(self.content)

    @property
    def by_app(self) -> bool:
        """Whether the App made it, with either of its tokens."""
        return self.caller in {Caller.APP, Caller.INSTALLATION}

    def at(self, path: str) -> "Request":
        """The same request to another path."""
        return replace(self, path=path)

    def matches(self, method: str, pattern: str) -> bool:
        """Whether it is `method` (`*`: any) on a path like `/repos/*/*/issues`; `*` is one segment."""
        if method not in {"*", self.method}:
            return False
        segments, wanted = self.path.split("/"), pattern.split("/")
        return len(segments) == len(wanted) and all(map(fnmatchcase, segments, wanted))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of GitHub."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""

    @classmethod
    def of(cls, status: int, data: Any = None, headers: Mapping[str, str] | None = None) -> Self:
        """An answer that carries `data` as JSON; None is an empty one."""
        if data is None:
            return cls(status=status, headers=headers or {})
        content = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
        typed = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        return cls(status=status, headers=typed, content=content)

    @classmethod
    def refusal(cls, status: int, message: str, **more: Any) -> Self:
        """A refusal in GitHub's shape."""
        docs = "https://docs.github.com/rest"
        body = {"message": message, **more, "documentation_url": docs, "status": str(status)}
        return cls.of(status, body)

    @property
    def json(self) -> Any:
        """The JSON that it carries; None when there is none or it is not JSON."""
        return _parse(self.content)


@dataclass(slots=True, kw_only=True)
class Call:
    """A request that the proxy has seen; `answer` is None while it runs and when it was dropped.

    `seq` counts from 1, `at` is the time of arrival (UTC), `took` is in seconds, `fault` names what
    was done to it on purpose.
    """

    seq: int
    request: Request
    at: datetime
    answer: Answer | None = None
    took: float | None = None
    fault: str = ""

    @property
    def method(self) -> str:
        """The request's method."""
        return self.request.method

    @property
    def path(self) -> str:
        """The request's path."""
        return self.request.path

    @property
    def query(self) -> Mapping[str, str]:
        """The request's query parameters."""
        return self.request.query

    @property
    def body(self) -> Any:
        """The JSON that was sent."""
        return self.request.body

    @property
    def by_app(self) -> bool:
        """Whether the App made it."""
        return self.request.by_app

    @property
    def status(self) -> int | None:
        """The status that GitHub answered with, even if the answer never arrived."""
        return None if self.answer is None else self.answer.status

    @property
    def counts(self) -> bool:
        """Whether it spends the App's budget: not a 304, not the making of a token."""
        token = self.request.matches("POST", "/app/installations/*/access_tokens")
        return self.by_app and self.status != 304 and not token

    def matches(self, method: str, pattern: str) -> bool:
        """Whether it is `method` on a path like `/repos/*/*/issues`; `*` is one segment."""
        return self.request.matches(method, pattern)

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.query.items())
        target = f"{self.path}?{query}" if query else self.path
        fault = f" [{self.fault}]" if self.fault else ""
        who = self.request.login or self.request.caller
        return f"#{self.seq} {who}: {self.method} {target} -> {self.status}{fault}"


def replaced(request: Request, body: Any) -> Request:
    """The request with another body, in JSON."""
    return replace(request, content=json.dumps(body, ensure_ascii=False).encode())


def _parse(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
