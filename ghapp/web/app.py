"""The aiohttp application: which address is answered by what."""

from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from aiohttp import web

from ghapp.core.source import Oidc, Source
from ghapp.duties.calendar import PATH as CALENDAR
from ghapp.duties.calendar import SECRET as CALENDAR_SECRET
from ghapp.engine.inbox import Delivery
from ghapp.model.types import Model
from ghapp.settings import Settings
from ghapp.web import calendar, doors, github_door, health, heartbeat_door, pages
from ghapp.web.answers import Handler
from ghapp.web.github_events import NOTHING_MORE
from ghapp.web.github_route import Wanted
from ghapp.web.identity import Connected


class Inbox(Protocol):
    """Where accepted deliveries go."""

    async def put(self, delivery: Delivery) -> bool:
        """Store durably; False when it was seen before. Raises InboxUnavailable."""
        ...

    async def park(self, delivery: Delivery, reason: str) -> bool:
        """Store what can't be used for an operator to look at; otherwise as `put`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """All that the web room needs of the others.

    `ready` says whether work can be accepted, and if not, why. `bot_login` is the App's own login, once
    known. `heartbeats` has the names of those in OWNERS.yaml, once that was read. `page` renders the dashboard.
    `model` gives the model in force, once there is one. `wanted` says which of GitHub's events have
    a duty now.
    """

    settings: Settings
    sources: Mapping[str, Source]
    inbox: Inbox
    ready: Callable[[], tuple[bool, Sequence[str]]]
    bot_login: Callable[[], str | None] = lambda: None
    heartbeats: Callable[[], Container[str] | None] = lambda: None
    page: Callable[[], Awaitable[str]] | None = None
    model: Callable[[], Model | None] = lambda: None
    wanted: Callable[[], Wanted] = lambda: NOTHING_MORE
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


def create_app(deps: Deps) -> web.Application:
    """Build the application. A sender without a secret has no address, so that it answers 404.

    Run it without an access log: it would write the tokens that some senders put into addresses.
    There is no middleware, because the doors are the hot path.
    """
    # Each door bounds the body itself, by its own measure.
    app = web.Application(client_max_size=github_door.MAX_BYTES)
    secrets = deps.settings.github_webhook_secrets
    if secrets:
        handler = github_door.door(
            secrets=secrets,
            home=deps.settings.home_repo,
            put=deps.inbox.put,
            bot_login=deps.bot_login,
            now=deps.now,
            source=deps.sources.get(github_door.SOURCE),
            wanted=deps.wanted,
        )
        app.router.add_post("/webhooks/github", handler)
    connected = Connected()
    app.on_cleanup.append(connected.close)
    for source in deps.sources.values():
        if source.name == github_door.SOURCE:
            continue  # its events come through GitHub's own door
        if (found := _handler(source, deps, connected)) is not None:
            app.router.add_post(f"/webhooks/{source.path}", found)
    if jobs := heartbeat_door.Secrets.of(deps.settings):
        handler = heartbeat_door.door(jobs, put=deps.inbox.put, names=deps.heartbeats, now=deps.now)
        app.router.add_post(heartbeat_door.PATH, handler)
    app.router.add_get("/healthz", health.healthz)
    app.router.add_get("/readyz", health.readyz(deps.ready))
    app.router.add_get("/metrics", health.metrics_page)
    if signed := deps.settings.secrets_of(CALENDAR_SECRET):
        app.router.add_get(CALENDAR, calendar.oncall(signed, deps.model, deps.now))
    if deps.page is not None:
        app.router.add_get("/", pages.dashboard(deps.page))
    return app


def _handler(source: Source, deps: Deps, connected: Connected) -> Handler | None:
    """The door of an alert sender; None when the environment does not say who may come in."""
    put, park = deps.inbox.put, deps.inbox.park
    if isinstance(source.verify, Oidc):
        identity = connected.identity(source.verify, deps.settings)
        if identity is None:
            return None
        return doors.door(source, (), put=put, park=park, now=deps.now, identity=identity)
    secrets = deps.settings.secrets_of(source.secret_variable)
    return doors.door(source, secrets, put=put, park=park, now=deps.now) if secrets else None
