"""`ghapp demo`: see it work on an emulated GitHub, on this machine alone."""

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated

import aiohttp
import typer
from rich.console import Console

from ghapp.cli.errors import EXIT_PROBLEMS, UserError
from ghapp.demo import cast, story_billing, story_change, story_incident, story_trouble
from ghapp.demo.alerts import Google
from ghapp.demo.emulator import EmulatorError
from ghapp.demo.github import GitHub
from ghapp.demo.node import MissingToolError
from ghapp.demo.server import Server
from ghapp.demo.story import StepFailedError, Tour, summarise, take
from ghapp.demo.story_view import View
from ghapp.demo.stripe import Stripe

STEPS = (
    *story_incident.STEPS,
    *story_billing.STEPS,
    *story_trouble.STEPS,
    *story_change.STEPS,
)
LOG_LINES = 15
INTERRUPTED = 130
"""What a shell shows for Ctrl-C."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Exit after the tour instead of staying.")
    ] = False,
    port: Annotated[
        int,
        typer.Option(envvar="GHAPP_PORT", help="Where ghapp listens; 0 takes any free port."),
    ] = 0,
) -> None:
    """Take a tour: alerts, an escalation, a storm, a power cut, a release, against an emulated GitHub.

    Needs no account and reaches no network. Exits 1 if a step did not happen.
    """
    view = View(Console())
    try:
        happened = asyncio.run(_demo(view, once=once, port=port))
    except MissingToolError as error:
        raise UserError(error.what, error.hint) from error
    except EmulatorError as error:
        raise UserError(str(error), "`make emulator` installs it anew.") from error
    except asyncio.CancelledError:
        raise typer.Exit(INTERRUPTED) from None
    raise typer.Exit(0 if happened else EXIT_PROBLEMS)


async def _demo(view: View, *, once: bool, port: int) -> bool:
    """Whether every step happened.

    Raises:
        asyncio.CancelledError: It was interrupted; what it had started is stopped.
    """
    _stop_on_signal()
    async with _tour(view, port) as tour:
        try:
            taken = await take(tour, STEPS)
        except StepFailedError as failure:
            view.failed(str(failure), failure.why, tour.server.lines()[-LOG_LINES:])
            return False
        await summarise(tour, taken)
        if not once:
            await _stay(tour)
    return True


@contextlib.asynccontextmanager
async def _tour(view: View, port: int) -> AsyncIterator[Tour]:
    """The emulated GitHub and a server that is not started yet; both are gone at the end."""
    with tempfile.TemporaryDirectory(prefix="ghapp-demo-") as name, contextlib.ExitStack() as wait:
        wait.enter_context(view.waiting("the emulated GitHub starts"))
        async with GitHub.running() as github:
            wait.close()
            folder, token, secret = Path(name), token_urlsafe(16), f"whsec_{token_urlsafe(16)}"
            settings = {
                **github.environment(),
                "GHAPP_DATABASE_URL": f"sqlite:///{folder / 'ghapp.sqlite'}",
                "GHAPP_GCP_WEBHOOK_TOKEN": token,
                "GHAPP_STRIPE_WEBHOOK_SECRET": secret,
            }
            server = Server(settings, folder / "ghapp.log", port)
            server.reserve_port()
            github.proxy.hooks.target = f"{server.url}/webhooks/github"
            google = Google(f"{server.url}/webhooks/gcp", token)
            stripe = Stripe(f"{server.url}/webhooks/stripe", secret)
            try:
                yield Tour(github, server, view, google, stripe)
            finally:
                if server.running:
                    with contextlib.suppress(TimeoutError):
                        await server.terminate()


def _stop_on_signal() -> None:
    """Leave by the way on which everything is stopped; a second signal does not cut that short."""
    task = asyncio.current_task()
    assert task is not None
    cancelled = False

    def cancel() -> None:
        nonlocal cancelled
        if not cancelled:
            cancelled = True
            task.cancel()

    _on_signal(cancel)


def _on_signal(do: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, do)


async def _stay(tour: Tour) -> None:
    """Leave everything open until the person has seen enough."""
    stop = asyncio.Event()
    _on_signal(stop.set)
    view, server = tour.view, tour.server
    view.say("")
    view.say("Look around in a browser:")
    view.say(f"  {tour.github.proxy.origin}/{cast.HOME}/issues   the issues")
    for path, what in (("/", "the dashboard"), ("/metrics", "metrics"), ("/readyz", "readiness")):
        if await _answers(f"{server.url}{path}"):
            view.say(f"  {server.url}{path}   {what}")
    view.say("Ctrl-C ends the demo.")
    await stop.wait()


async def _answers(address: str) -> bool:
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return answer.status == 200
