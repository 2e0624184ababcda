"""`ghapp serve`: the server."""

import asyncio
import os
import signal

import aiohttp
import structlog
import typer
from aiohttp import web

from ghapp import logs
from ghapp.cli.errors import UserError
from ghapp.engine.database import DatabaseError
from ghapp.engine.queue import DatabaseBusyError
from ghapp.settings import Settings, SettingsError
from ghapp.web.app import create_app
from ghapp.web.runtime import Runtime

log = structlog.get_logger(__name__)

GRACE = 3.0
"""Seconds that requests under way have when the server is told to stop."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve() -> None:
    """Receive alerts and webhooks, and operate OWNERS.yaml, until told to stop (SIGTERM)."""
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        # What a supervisor keeps of a start that failed is often its last line only.
        raise UserError(f"{error.what}. {error.hint}") from error
    logs.configure()
    try:
        asyncio.run(_serve(settings))
    except DatabaseBusyError as error:
        raise UserError(
            str(error), "Stop the other process, or use PostgreSQL for several instances."
        ) from error
    except DatabaseError as error:
        raise UserError(str(error), "See GHAPP_DATABASE_URL.") from error
    except OSError as error:
        raise UserError(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror or error}",
            "Set GHAPP_PORT to a free port.",
        ) from error


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    async with aiohttp.ClientSession() as session:
        while not stop.is_set():
            await _serve_from_one_database(settings, session, stop)


async def _serve_from_one_database(
    settings: Settings, session: aiohttp.ClientSession, stop: asyncio.Event
) -> None:
    """Serve until told to stop, or until the database's file is gone: then the next one is built from GitHub."""
    runtime = Runtime(settings, session)
    async with runtime.running():
        runner = web.AppRunner(create_app(runtime.deps()), access_log=None, shutdown_timeout=GRACE)
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.host, settings.port, backlog=1024).start()
            log.info("listening", host=settings.host, port=settings.port)
            waits = [asyncio.ensure_future(event.wait()) for event in (stop, runtime.lost)]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
            if runtime.lost.is_set():
                log.error(
                    "database_gone",
                    hint="starting anew; what was accepted in the last seconds may be lost",
                )
        finally:
            await runner.cleanup()
