"""A proxy on loopback before the emulated GitHub: records, mends, and injects faults."""

import asyncio
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from ghapp.demo import cast, manners, milestones
from ghapp.demo.app_routes import AppRoutes
from ghapp.demo.checks import Checks, owned, pulls_of
from ghapp.demo.faults import Delay, Drop, Faults, Refuse
from ghapp.demo.happenings import Happenings
from ghapp.demo.hooks import Hooks
from ghapp.demo.mends import attribute, chain
from ghapp.demo.messages import Answer, Call, Caller, Request
from ghapp.demo.pages import Pages
from ghapp.demo.pulls import Pulls, as_issue
from ghapp.demo.reactions import Reactions
from ghapp.demo.recording import Recorder
from ghapp.demo.releases import Releases

_HOOKS = "/_hooks"
_NOT_PASSED_ON = {
    "host",
    "content-length",
    "if-none-match",
    "accept-encoding",
    "connection",
    "transfer-encoding",
    "content-encoding",
    "keep-alive",
    "date",
    "server",
    "vary",
}


class Proxy(Recorder):
    """What stands between the app and the emulated GitHub.

    `base_path` puts the API under a path, as GitHub Enterprise does (`/api/v3`). `etags` answers
    conditional requests as GitHub does. `faults` and `hooks.faults` are for tests to fill.
    """

    def __init__(self, *, webhook_secret: str, base_path: str = "") -> None:
        super().__init__()
        self.base_path = base_path.rstrip("/")
        self.faults = Faults()
        self.hooks = Hooks(webhook_secret)
        self.reactions = Reactions()
        self.pulls = Pulls(self.hooks)
        self.checks = Checks(self.hooks)
        self.happenings = Happenings(self.hooks)
        self.releases = Releases()
        self.etags = True
        self.upstream = ""
        self.origin = ""
        self._people: dict[str, str] = {}
        self._installation_tokens: set[str] = set()
        self._session: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None
        app_routes = AppRoutes(self.hooks)
        mends = [
            *self.reactions.mends(),
            *app_routes.mends(),
            *manners.mends(self.hooks),
            *milestones.mends(),
            *self.checks.mends(),
            *self.releases.mends(),
            *self.pulls.mends(),
            *self.happenings.mends(),
        ]
        self._answer = chain(mends, self._forward)

    @property
    def api_url(self) -> str:
        """The address of the API, without a slash at the end."""
        return f"{self.origin}{self.base_path}"

    @property
    def webhook_url(self) -> str:
        """Where the emulator is to send its deliveries."""
        return f"{self.origin}{_HOOKS}"

    async def start(self) -> None:
        """Listen on a free loopback port; `upstream` may be set later."""
        # Node closes a connection after 5 s of silence; one that is about to close must not be used.
        connector = aiohttp.TCPConnector(keepalive_timeout=2, limit=0)
        self._session = aiohttp.ClientSession(connector=connector, auto_decompress=True)
        application = web.Application(client_max_size=32 * 1024 * 1024)
        application.router.add_post(_HOOKS, self._take_delivery)
        Pages(self.look_up, self.base_path).add_to(application.router)
        application.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.origin = f"http://{host}:{port}"
        self.hooks.address = self.api_url
        await self.hooks.start()

    async def stop(self) -> None:
        """Close everything."""
        await self.hooks.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()

    def admit(self, tokens: Mapping[str, str]) -> None:
        """Let these people in: their tokens by login."""
        self._people = {token: login for login, token in tokens.items()}

    def expire_tokens(self) -> None:
        """Make every installation token given out so far invalid, as after an hour."""
        self._installation_tokens.clear()

    async def look_up(self, path: str, query: dict[str, str] | None = None) -> Answer:
        """What a member of the organisation sees, unrecorded."""
        login = cast.MEMBERS[0]
        return await self._answer(
            Request(
                method="GET",
                path=path,
                query=query or {},
                headers={"authorization": f"Bearer {cast.token(login)}"},
                caller=Caller.PERSON,
                login=login,
            )
        )

    async def _take_delivery(self, request: web.Request) -> web.Response:
        event, payload = request.headers["X-GitHub-Event"], await request.json()
        if "repository" in payload:
            self.happenings.note(event, payload)
        if event in {"check_run", "check_suite"}:
            payload = await self._of_check(event, payload)
        if event == "issue_comment":
            payload = await self._of_comment(payload)
        self.hooks.receive(event, payload)
        return web.Response(status=202)

    async def _of_comment(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Say that what is commented on is a pull request, where it is one."""
        repo, number = payload["repository"]["full_name"], payload["issue"]["number"]
        pull = await self.look_up(f"/repos/{repo}/pulls/{number}")
        if pull.status != 200:
            return payload
        said = as_issue(pull.json)["pull_request"]
        return {**payload, "issue": {**payload["issue"], "pull_request": said}}

    async def _of_check(self, event: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Name the App and the pull requests, of which the emulator tells nothing."""
        repo = payload["repository"]["full_name"]
        pulls = (await self.look_up(f"/repos/{repo}/pulls", {"per_page": "100"})).json or []
        subject = owned(payload[event], self.api_url)
        subject["pull_requests"] = pulls_of(subject, pulls)
        return {**payload, event: subject}

    async def _serve(self, arrived: web.Request) -> web.Response:
        if not arrived.path.startswith(f"{self.base_path}/"):
            return _response(Answer.refusal(404, "Not Found"))
        request = self._read(arrived, await arrived.read())
        call = self.begin(request)
        answer = await self._treat(call)
        self.finish(call, answer)
        if call.fault.startswith("dropped") or answer is None:
            assert arrived.transport is not None
            arrived.transport.close()
            return web.Response()
        return _response(answer)

    async def _treat(self, call: Call) -> Answer | None:
        lost: Answer | None = None
        for action in self.faults.strike(call.request):
            call.fault = action.name
            match action:
                case Delay():
                    await asyncio.sleep(action.seconds)
                case Refuse():
                    return action.answer()
                case Drop(after=False):
                    return lost
        if call.request.caller is Caller.NOBODY and call.request.headers.get("authorization"):
            return Answer.refusal(401, "Bad credentials")
        answer = await self._answer(call.request)
        return self._condition(call.request, answer) if self.etags else answer

    def _read(self, arrived: web.Request, content: bytes) -> Request:
        headers = {name.lower(): value for name, value in arrived.headers.items()}
        caller, login = self._who(headers.get("authorization", ""))
        return Request(
            method=arrived.method,
            path=arrived.rel_url.raw_path.removeprefix(self.base_path),
            query=dict(arrived.query),
            headers=headers,
            content=content,
            caller=caller,
            login=login,
        )

    def _who(self, authorization: str) -> tuple[Caller, str]:
        token = authorization.partition(" ")[2].strip()
        if token in self._people:
            return Caller.PERSON, self._people[token]
        if token in self._installation_tokens:
            return Caller.INSTALLATION, cast.APP_LOGIN
        if token.startswith("eyJ"):
            return Caller.APP, cast.APP_SLUG
        return Caller.NOBODY, ""

    async def _forward(self, request: Request) -> Answer:
        assert self._session is not None
        headers = {
            name: value for name, value in request.headers.items() if name not in _NOT_PASSED_ON
        }
        url = URL(f"{self.upstream}{request.path}", encoded=True)
        async with self._session.request(
            request.method,
            url.with_query(request.query) if request.query else url,
            headers=headers,
            data=request.content or None,
            allow_redirects=False,
        ) as got:
            content = await got.read()
            kept = {
                name: value.replace(self.upstream, self.api_url)
                for name, value in got.headers.items()
                if name.lower() not in _NOT_PASSED_ON and not name.lower().startswith("access-")
            }
            answer = Answer(status=got.status, headers=kept, content=content)
        if request.matches("POST", "/app/installations/*/access_tokens") and answer.status == 201:
            self._installation_tokens.add(answer.json["token"])
        return self._attribute(answer)

    def _attribute(self, answer: Answer) -> Answer:
        if b"performed_via_github_app" not in answer.content:
            return answer
        mended = attribute(answer.json, self.api_url)
        return replace(answer, content=json.dumps(mended, ensure_ascii=False).encode())

    def _condition(self, request: Request, answer: Answer) -> Answer:
        """https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api."""
        if request.method != "GET" or answer.status != 200:
            return answer
        tag = f'W/"{hashlib.sha256(answer.content).hexdigest()}"'
        headers = {**answer.headers, "ETag": tag}
        known = {known.strip() for known in request.headers.get("if-none-match", "").split(",")}
        if {tag, tag.removeprefix("W/")} & known:
            headers.pop("Content-Type", None)
            return Answer(status=304, headers=headers)
        return replace(answer, headers=headers)


def _response(answer: Answer) -> web.Response:
    limits = {
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": "4999",
        "X-RateLimit-Reset": str(int(time.time()) + 3600),
        "X-RateLimit-Resource": "core",
        "X-GitHub-Request-Id": "0000:0000:0000000:0000000:00000000",
    }
    given = {name.lower() for name in answer.headers}
    missing = {name: value for name, value in limits.items() if name.lower() not in given}
    headers = {**missing, **answer.headers}
    return web.Response(status=answer.status, body=answer.content or None, headers=headers)
