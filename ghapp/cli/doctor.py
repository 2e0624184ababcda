"""`ghapp doctor`: what is wrong with the installation, in plain words."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.text import Text

from ghapp.cli.checkup import Finding, State, app, database, github_alerts, senders
from ghapp.cli.errors import EXIT_PROBLEMS, UserError, console
from ghapp.settings import Settings, SettingsError

_MARKS = {
    State.OK: ("✓", "green"),
    State.PROBLEM: ("✗", "red"),
    State.UNKNOWN: ("?", "yellow"),
}


def register(main: typer.Typer) -> None:
    """Add the command."""
    main.command("doctor")(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="A list of findings.")] = False,
) -> None:
    """Look at the App, its installation, OWNERS.yaml, the clock, the database and the senders.

    Changes nothing. Exits 1 if there is a problem or something that could not be told.
    """
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        raise UserError(error.what, error.hint) from error
    with console(stderr=True).status("Asking GitHub and the database …"):
        findings = list(_examine(settings))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _print(findings)
    if any(finding.state is not State.OK for finding in findings):
        raise typer.Exit(EXIT_PROBLEMS)


def _examine(settings: Settings) -> Iterable[Finding]:
    about_app = list(app.examine(settings, _now))
    yield from about_app
    yield from database.examine(settings, _now)
    hears_github = any(finding.about == github_alerts.ABOUT for finding in about_app)
    yield from senders.examine(settings, hears_github=hears_github)


def _now() -> datetime:
    return datetime.now(UTC)


def _print(findings: Iterable[Finding]) -> None:
    out = console()
    for finding in findings:
        mark, colour = _MARKS[finding.state]
        out.print(Text.assemble((mark, colour), f" {finding.about}: ", finding.text))
        if finding.hint:
            out.print(Text(f"    {finding.hint}", "dim"))
