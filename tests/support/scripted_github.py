"""A loopback server that answers as a test tells it, for what happens on the wire."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Handler = Callable[["Request"], "Reply | dict[str, Any] | list[Any]"]


@dataclass(frozen=True, slots=True)
class Request:
    """What the server was sent."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Reply:
    """What it answers; `drop` closes the connection instead."""

    status: int = 200
    data: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False
    raw: bytes | None = None


DROP = Reply(drop=True)


class ScriptedGitHub:
    """Answers the App's authentication by itself; the rest is said with `on`."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.base_url = ""
        self._answers: dict[tuple[str, str], list[Any]] = {}
        self._tokens = 0
        self.on("GET", "/app", {"id": 1, "slug": "ghapp", "name": "ghapp"})
        self.on("GET", "/repos/acme/api/installation", {"id": 7})
        self.on("POST", "/app/installations/7/access_tokens", self._token)

    def on(self, method: str, path: str, *answers: Any) -> None:
        """Answer in this order, the last one for ever; an answer is data, a Reply or a function."""
        self._answers[method, path] = list(answers)

    def asked(self, method: str, path: str) -> list[Request]:
        """The requests of one kind so far."""
        return [r for r in self.requests if (r.method, r.path) == (method, path)]

    @property
    def api_requests(self) -> list[Request]:
        """The requests that were not for authentication."""
        return [
            r
            for r in self.requests
            if r.path != "/app" and not r.path.endswith(("/installation", "/access_tokens"))
        ]

    def app(self) -> web.Application:
        """The server."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        return app

    def _token(self, _: Request) -> Reply:
        self._tokens += 1
        expires_at = f"2026-01-05T{9 + self._tokens:02}:00:00Z"
        return Reply(201, {"token": f"t{self._tokens}", "expires_at": expires_at})

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        seen = Request(
            request.method,
            request.rel_url.raw_path.removeprefix("/api/v3"),
            dict(request.query),
            {name.lower(): value for name, value in request.headers.items()},
            json.loads(raw) if raw else None,
        )
        self.requests.append(seen)
        queue = self._answers.get((seen.method, seen.path), [Reply(404, {"message": "Not Found"})])
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        if callable(answer):
            answer = answer(seen)
        reply = answer if isinstance(answer, Reply) else Reply(200, answer)
        if reply.drop:
            assert request.transport is not None
            request.transport.close()
        body = reply.raw if reply.raw is not None else json.dumps(reply.data).encode()
        headers = {"content-type": "application/json; charset=utf-8", **reply.headers}
        return web.Response(
            status=reply.status,
            body=b"" if reply.status in {204, 304} else body,
            headers=headers,
        )
