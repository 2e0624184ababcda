"""The servers that are compared, one of them in this process. Arguments: name, database file.

Prints its port when it listens, and after it an OpenID Connect token where it takes one; ends on SIGTERM.
"""

import asyncio
import hashlib
import hmac
import logging
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import gidgethub.routing
import gidgethub.sansio
import structlog
from aiohttp import web
from deliveries import HOME, SECRET
from doors import STANDARD_SECRET

from ghapp import plugins
from ghapp.core.facts import RepoName
from ghapp.engine.database import open_engine, prepare_sqlite, sqlite_module
from ghapp.engine.inbox import Inbox
from ghapp.engine.queue import Engine
from ghapp.engine.rows import Row
from ghapp.engine.store import Store
from ghapp.settings import Settings
from ghapp.web.app import Deps, create_app
from tests.support import issuer

MAX_BYTES = 26 * 2**20
Handler = Callable[[web.Request], Awaitable[web.Response]]


VARIABLES = {
    "GHAPP_GCP_WEBHOOK_TOKEN": SECRET,
    "GHAPP_GCP_PUBSUB_AUDIENCE": issuer.AUDIENCE,
    "GHAPP_GCP_PUBSUB_EMAIL": issuer.EMAIL,
    "GHAPP_STRIPE_WEBHOOK_SECRET": SECRET,
    "GHAPP_ALERTMANAGER_TOKEN": SECRET,
    "GHAPP_SENTRY_SECRET": SECRET,
    "GHAPP_ALERTS_SECRET": STANDARD_SECRET,
    "GHAPP_HEARTBEAT_TOKEN": SECRET,
}


@asynccontextmanager
async def ghapp(database: Path) -> AsyncIterator[web.Application]:
    """The product with every door open, its own inbox and engine; only GitHub is missing behind the handler."""
    certificates = issuer.Issuer(issuer.key())
    db = open_engine(f"sqlite:///{database}")
    store = Store(db)
    await store.create()
    inbox = Inbox(db)
    await inbox.start()
    engine = Engine(db, inbox, store)

    async def handler(_conversation: str, _rows: Sequence[Row]) -> None:
        """Handling is measured by nobody here, but the queue runs and marks the rows done."""

    await engine.start(handler)
    async with certificates.serving():
        settings = Settings(
            app_id="1",
            private_key="",
            home_repo=RepoName(HOME),
            github_webhook_secrets=(SECRET,),
            variables={**VARIABLES, "GHAPP_GCP_OIDC_CERTS_URL": certificates.url},
        )
        sources = plugins.sources()
        yield create_app(
            Deps(settings=settings, sources=sources, inbox=inbox, ready=lambda: (True, ()))
        )
    await engine.stop()
    await inbox.stop()
    store.close()
    db.dispose()


@asynccontextmanager
async def ceiling(_database: Path) -> AsyncIterator[web.Application]:
    """aiohttp that only checks the signature."""

    async def handle(request: web.Request) -> web.Response:
        await verified(request)
        return web.Response(status=202)

    yield application(handle)


@asynccontextmanager
async def commit_each(database: Path) -> AsyncIterator[web.Application]:
    """aiohttp that checks the signature and stores each delivery in a transaction of its own."""
    connection = sqlite_module().connect(str(database), isolation_level=None)
    prepare_sqlite(connection)
    connection.execute("CREATE TABLE inbox (id TEXT PRIMARY KEY, payload BLOB)")

    async def handle(request: web.Request) -> web.Response:
        body = await verified(request)
        key = request.headers["X-GitHub-Delivery"]
        connection.execute("INSERT OR IGNORE INTO inbox VALUES (?, ?)", (key, body))
        return web.Response(status=202)

    yield application(handle)
    connection.close()


@asynccontextmanager
async def gidgethub_noop(_database: Path) -> AsyncIterator[web.Application]:
    """aiohttp and gidgethub, dispatched to a handler that does nothing: no durability."""
    router = gidgethub.routing.Router()

    @router.register("issue_comment", action="created")
    async def nothing(_event: gidgethub.sansio.Event) -> None:
        """Do nothing."""

    async def handle(request: web.Request) -> web.Response:
        body = await request.read()
        event = gidgethub.sansio.Event.from_http(request.headers, body, secret=SECRET)
        await router.dispatch(event)
        return web.Response(status=202)

    yield application(handle)


async def verified(request: web.Request) -> bytes:
    """The body, or 401."""
    body = await request.read()
    expected = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get("X-Hub-Signature-256", "")):
        raise web.HTTPUnauthorized
    return body


def application(handler: Handler) -> web.Application:
    """An application with one address."""
    app = web.Application(client_max_size=MAX_BYTES)
    app.router.add_post("/webhooks/github", handler)
    return app


SERVERS: dict[str, Callable[[Path], AbstractAsyncContextManager[web.Application]]] = {
    "ghapp": ghapp,
    "hmac-only": ceiling,
    "commit-each": commit_each,
    "gidgethub": gidgethub_noop,
}


async def main(name: str, database: Path) -> None:
    """Serve until told to stop."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with SERVERS[name](database) as app:
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        token = issuer.key().token() if name == "ghapp" else ""
        print(runner.addresses[0][1], token, flush=True)
        await stop.wait()
        await runner.cleanup()


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
