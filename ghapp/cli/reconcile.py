"""`ghapp reconcile`: look once for what the senders have sent and the app has not got."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

import aiohttp
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from ghapp import logs
from ghapp.cli.errors import EXIT_PROBLEMS, UserError, console
from ghapp.duties.reconcile import Outcome
from ghapp.engine.database import DatabaseError
from ghapp.settings import Settings, SettingsError
from ghapp.web import reconciling
from ghapp.web.runtime import Runtime

READY_WITHIN = 60.0
HANDLED_WITHIN = 120.0
"""Seconds that what was found may take to be handled, without a server."""

_POLL = 0.1
"""Seconds between looks at the queue: that it is empty is no event."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("reconcile")(reconcile)


@dataclass(frozen=True, slots=True)
class Report:
    """What was found; `served` says that a server handles it, `waiting` how many deliveries are not handled yet."""

    outcomes: Sequence[Outcome]
    served: bool
    waiting: int = 0

    @property
    def fine(self) -> bool:
        """Whether everything was looked at, and what was found is in good hands."""
        return all(outcome.done for outcome in self.outcomes) and not self.waiting


def reconcile(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look, and change nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Look once for lost deliveries and alerts, as `ghapp serve` does every five minutes.

    Beside a running server, which handles what is found; without one it is handled here. Exits 1 if something
    could not be looked at.
    """
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        raise UserError(error.what, error.hint) from error
    logs.configure(level="ERROR", stream=sys.stderr, to_json=False)
    try:
        report = asyncio.run(_reconcile(settings, dry_run=dry_run))
    except DatabaseError as error:
        raise UserError(str(error), "See GHAPP_DATABASE_URL.") from error
    if as_json:
        typer.echo(json.dumps(_as_json(report), indent=2))
    else:
        _print(report, settings, dry_run=dry_run)
    if not report.fine:
        raise typer.Exit(EXIT_PROBLEMS)


async def _reconcile(settings: Settings, *, dry_run: bool) -> Report:
    async with aiohttp.ClientSession() as session:
        runtime = Runtime(settings, session, reconciles=False)
        served = await runtime.is_served()
        if dry_run or served:
            async with runtime.storing():
                return Report(await _look(runtime, dry_run=dry_run), served=served)
        async with runtime.running():
            await _ready(runtime)
            outcomes = await _look(runtime, dry_run=False)
            return Report(outcomes, served=False, waiting=await _handled(runtime))


async def _ready(runtime: Runtime) -> None:
    """Wait until the open incidents are known, which are compared with those of the senders."""
    with console(stderr=True).status("Reading OWNERS.yaml and the open incidents …"):
        try:
            await asyncio.wait_for(runtime.until_ready(), READY_WITHIN)
        except TimeoutError:
            _, reasons = runtime.ready()
            console(stderr=True).print(
                f"Could not begin: {'; '.join(reasons)}.", markup=False, highlight=False
            )
            raise typer.Exit(EXIT_PROBLEMS) from None


async def _look(runtime: Runtime, *, dry_run: bool) -> list[Outcome]:
    names = runtime.reconcile.names
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    err = console(stderr=True)
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task(f"Asking {', '.join(names)}", total=len(names))
        ended: Callable[[Outcome], None] = lambda _: progress.advance(task)  # noqa: E731
        return await runtime.reconcile.run(dry_run=dry_run, ended=ended)


async def _handled(runtime: Runtime) -> int:
    """How many deliveries still wait when all are handled, or it has taken too long."""
    deadline = time.monotonic() + HANDLED_WITHIN
    with console(stderr=True).status("Handling what was found …"):
        while True:
            waiting, _ = await runtime.store.waiting_stats()
            if not waiting or time.monotonic() > deadline:
                return waiting
            await asyncio.sleep(_POLL)


def _as_json(report: Report) -> dict[str, object]:
    parts = [asdict(outcome) | {"done": outcome.done} for outcome in report.outcomes]
    return {"parts": parts, "served": report.served, "waiting": report.waiting}


def _print(report: Report, settings: Settings, *, dry_run: bool) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("sender", "looked at", "would be" if dry_run else "found again", ""):
        table.add_column(heading, justify="right" if heading == "looked at" else "left")
    for outcome in report.outcomes:
        seen = outcome.seen
        did = seen.did if seen else {}
        table.add_row(
            outcome.part,
            str(seen.looked) if seen else "",
            ", ".join(f"{count} {what}" for what, count in did.items() if count)
            or ("nothing" if seen else ""),
            Text(outcome.trouble, "red"),
        )
    for name, variable in reconciling.off(settings).items():
        table.add_row(Text(name, "dim"), "", "", Text(f"off: {variable} is not set", "dim"))
    out = console()
    out.print(table)
    if report.waiting:
        out.print(f"{report.waiting} still to be handled: `ghapp serve` goes on with them.")
