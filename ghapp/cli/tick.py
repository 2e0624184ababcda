"""`ghapp tick`: do once what is due now, or at another time, and say what was done: for cron, and for rehearsals."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from ghapp import logs
from ghapp.cli.errors import EXIT_PROBLEMS, UserError, console
from ghapp.cli.ticking import Outcome, Wish, tick_once
from ghapp.duties.tick import Entry
from ghapp.engine.database import DatabaseError
from ghapp.settings import Settings, SettingsError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("tick")(tick)


def tick(
    now: Annotated[
        str | None,
        typer.Option(
            help="Pretend that it is this time: ISO 8601; without an offset in the zone of OWNERS.yaml."
        ),
    ] = None,
    only: Annotated[
        str | None, typer.Option(help="Kinds of duties, separated by commas. Default: all.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Do every duty that is due once, and exit.

    Without a server it keeps its memory in GHAPP_DATABASE_URL, as the server would. Beside a running server it works
    on a copy of its memory. Exits 1 if something could not be done.
    """
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        raise UserError(error.what, error.hint) from error
    wish = Wish(at=None if now is None else _moment(now), only=_words(only), dry_run=dry_run)
    logs.configure(level="ERROR", stream=sys.stderr, to_json=False)
    try:
        with console(stderr=True).status("Doing what is due …"):
            outcome = asyncio.run(tick_once(settings, wish))
    except DatabaseError as error:
        raise UserError(str(error), "See GHAPP_DATABASE_URL.") from error
    if as_json:
        typer.echo(json.dumps(_as_json(outcome), indent=2))
    else:
        _print(outcome)
    if outcome.failures:
        raise typer.Exit(EXIT_PROBLEMS)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"--now is no time: {text!r}", "For example 2026-11-30T09:00.") from error


def _words(text: str | None) -> Sequence[str] | None:
    return None if text is None else text.split(",")


def _as_json(outcome: Outcome) -> dict[str, object]:
    return {
        "now": outcome.now.isoformat(),
        "dry_run": outcome.dry_run,
        "served": outcome.served,
        "kinds": sorted(outcome.kinds),
        "did": [_entry(one) for one in outcome.entries],
        "failed": [asdict(one) for one in outcome.failures],
    }


def _entry(one: Entry) -> dict[str, object]:
    written = one.written
    about = {"action": written.action, "repo": written.repo, "number": written.number}
    return {"kind": one.kind, **about, **written.told}


def _print(outcome: Outcome) -> None:
    out = console()
    if not outcome.entries:
        out.print("Nothing to do." if not outcome.served else _SERVED)
    table = Table(box=None, pad_edge=False)
    for heading in ("duty", "would" if outcome.dry_run else "did", "where", ""):
        table.add_column(heading)
    for one in outcome.entries:
        written = one.written
        where = written.repo if written.number is None else f"{written.repo}#{written.number}"
        table.add_row(one.kind, written.action, where, Text(_told(one), overflow="ellipsis"))
    if outcome.entries:
        out.print(table)
    for failure in outcome.failures:
        line = f"{failure.kind} {failure.what}: {failure.reason}".strip()
        console(stderr=True).print(Text(line, "red"))


def _told(one: Entry) -> str:
    told = one.written.told
    for name in ("title", "name", "state", "labels", "assignees", "reviewers", "body", "ref"):
        if told.get(name):
            value = told[name]
            text = value if isinstance(value, str) else ", ".join(map(str, value))
            return " ".join(text.split())[:80]
    return ""


_SERVED = "Nothing to do: a server works on this database, and does what is due by itself."
