"""What the end-to-end tests say over and over: an alert, a look at the incidents, the end of all work."""

import asyncio
import io
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import sqlalchemy as sa

from ghapp.demo import cast
from ghapp.demo.github import GitHub
from ghapp.demo.server import Server
from ghapp.engine.database import open_engine
from ghapp.engine.tables import inbox

MARKER = "<!-- ghapp {"
POLL = 0.05
"""Seconds between looks at a database: another process's commit sends no event."""

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sender was told."""

    status: int
    text: str


async def send(
    server: Server, payload: Any = None, *, token: str | None = None, raw: bytes | None = None
) -> Answer:
    """Send a notification as Google does; `raw` bytes instead of JSON where a test breaks it."""
    secret = server.settings["GHAPP_GCP_WEBHOOK_TOKEN"] if token is None else token
    content = json.dumps(payload).encode() if raw is None else raw
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{server.url}/webhooks/gcp",
            params={"auth_token": secret},
            data=io.BytesIO(content),
            headers={"Content-Type": "application/json"},
        ) as answer,
    ):
        return Answer(answer.status, await answer.text())


async def alert(server: Server, payload: JsonObject) -> None:
    """Send a notification that is accepted, and wait until it is handled."""
    assert (await send(server, payload)).status == 202
    await handled(server)


async def deliver(servers: list[Server], payload: JsonObject) -> None:
    """Send a notification until some server has it: senders try again after errors and silence."""
    while True:
        try:
            answer = await send(random.choice(servers), payload)
        except (aiohttp.ClientError, OSError, TimeoutError):
            await asyncio.sleep(POLL)
            continue
        assert answer.status in {200, 202, 503}, answer
        if answer.status != 503:
            return
        await asyncio.sleep(POLL)


async def handled(server: Server, *, within: float = 15) -> None:
    """Wait until no accepted delivery waits for its work any more.

    Raises:
        AssertionError: Some still do; it says which and why.
    """
    db = open_engine(server.settings["GHAPP_DATABASE_URL"])
    waiting = sa.select(inbox.c.conversation, inbox.c.kind, inbox.c.reason).where(
        inbox.c.state == "waiting"
    )
    try:
        async with asyncio.timeout(within):
            while left := await asyncio.to_thread(_read, db, waiting):  # noqa: ASYNC110
                await asyncio.sleep(POLL)
    except TimeoutError:
        raise AssertionError(f"still waiting after {within} s: {left}") from None
    finally:
        db.dispose()


async def until(check: Callable[[], Any], *, within: float = 10) -> None:
    """Wait for something of which the harness sends no event."""
    async with asyncio.timeout(within):
        while not check():  # noqa: ASYNC110
            await asyncio.sleep(POLL)


async def rows(server: Server) -> list[Any]:
    """All deliveries in the inbox: source, delivery_id, conversation, kind, state, reason."""
    db = open_engine(server.settings["GHAPP_DATABASE_URL"])
    try:
        return await asyncio.to_thread(_read, db, sa.select(inbox).order_by(inbox.c.id))
    finally:
        db.dispose()


def _read(db: sa.Engine, query: sa.Select[Any]) -> list[Any]:
    with db.connect() as connection:
        return list(connection.execute(query))


@asynccontextmanager
async def noticed(
    github: GitHub,
    server: Server,
    event: str = "issue_comment",
    *,
    count: int = 1,
    within: float = 15,
) -> AsyncIterator[None]:
    """What people do inside, `count` events, is told to the server and handled at the end of the block."""
    hooks = github.proxy.hooks

    def by_people() -> int:
        """The App's own doings are told too, at any time."""
        return sum(
            delivery.event == event and delivery.payload["sender"]["type"] == "User"
            for delivery in hooks.deliveries
        )

    wanted = by_people() + count
    yield
    async with asyncio.timeout(within):
        while by_people() < wanted:
            await hooks.received(len(hooks.deliveries) + 1)
        await hooks.idle()
    await handled(server, within=within)


async def incidents(github: GitHub, *, state: str = "all") -> list[JsonObject]:
    """The incident issues of the home repository, the oldest first."""
    found = await github.person("alice").issues("incident", state=state)
    return sorted(found, key=lambda issue: int(issue["number"]))


async def the_incident(github: GitHub) -> JsonObject:
    """The only incident there is."""
    (found,) = await incidents(github)
    return found


async def when(
    github: GitHub, check: Callable[[JsonObject], bool], *, within: float = 10
) -> JsonObject:
    """The only incident, once it is as it should be."""

    async def probe() -> JsonObject | None:
        found = await incidents(github)
        return found[0] if len(found) == 1 and check(found[0]) else None

    return await github.proxy.eventually(probe, within=within)


async def said(github: GitHub, number: int, *, repo: str = cast.HOME) -> list[str]:
    """What the app has written below an issue, the oldest first."""
    comments = await github.person("alice").comments(number, repo=repo)
    return [one["body"] for one in comments if one["user"]["login"] == cast.APP_LOGIN]


def labels(issue: JsonObject) -> set[str]:
    """The names of its labels."""
    return {label["name"] for label in issue["labels"]}


def assignees(issue: JsonObject) -> set[str]:
    """The logins of those assigned."""
    return {user["login"] for user in issue["assignees"]}


def marker(body: str) -> JsonObject:
    """The marker, which is the last line of a body and the only one in it."""
    found = [line for line in body.splitlines() if MARKER in line]
    assert found == [body.splitlines()[-1]]
    parsed: JsonObject = json.loads(found[0].removeprefix("<!-- ghapp ").removesuffix(" -->"))
    return parsed


def fingerprints(issues: list[JsonObject]) -> list[str]:
    """The keys of incidents, sorted; one that is there twice was doubled."""
    return sorted(marker(issue["body"])["key"] for issue in issues)


async def page(server: Server, path: str) -> Answer:
    """GET one of the server's own pages."""
    async with aiohttp.ClientSession() as session, session.get(f"{server.url}{path}") as answer:
        return Answer(answer.status, await answer.text())


async def looked(server: Server, part: str, *, within: float = 15) -> None:
    """Wait until the server's own first look for what a sender has lost is over; the next is minutes away."""
    counted = f'ghapp_reconcile_looks_total{{part="{part}"'
    async with asyncio.timeout(within):
        while counted not in (await page(server, "/metrics")).text:  # noqa: ASYNC110
            await asyncio.sleep(POLL)


async def alive(server: Server, *, within: float = 20) -> None:
    """Wait until a server that need not become ready answers."""
    async with asyncio.timeout(within):
        while True:
            try:
                await page(server, "/healthz")
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(POLL)
            else:
                return
