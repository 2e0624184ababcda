"""`ghapp doctor`: what is wrong with the installation, in plain words."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from ghapp.cli.check import found
from ghapp.cli.checkup import Finding, State, app, database, github_alerts, page, senders
from ghapp.cli.errors import EXIT_PROBLEMS, UserError, console
from ghapp.clients.pager import ApprisePager
from ghapp.model.load import load_bytes
from ghapp.model.names import same_login
from ghapp.model.suggest import suggest
from ghapp.plugins import known_rules
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
    whom: Annotated[
        str | None,
        typer.Option(
            "--page",
            metavar="LOGIN",
            help="Send a test page to each channel of a person instead; exits 1 if none takes it.",
            show_default=False,
        ),
    ] = None,
    owners: Annotated[
        Path | None,
        typer.Option(
            help="With --page. Default: OWNERS.yaml, else .github/OWNERS.yaml.", show_default=False
        ),
    ] = None,
) -> None:
    """Look at the App, its installation, OWNERS.yaml, the clock, the database and the senders.

    Changes nothing. Exits 1 if there is a problem or something that could not be told.
    """
    if whom is not None:
        findings = _page(whom, found() if owners is None else owners)
        _show(findings, as_json)
        if not any(finding.state is State.OK for finding in findings):
            raise typer.Exit(EXIT_PROBLEMS)
        return
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        raise UserError(error.what, error.hint) from error
    with console(stderr=True).status("Asking GitHub and the database …"):
        findings = list(_examine(settings))
    _show(findings, as_json)
    if any(finding.state is not State.OK for finding in findings):
        raise typer.Exit(EXIT_PROBLEMS)


def _examine(settings: Settings) -> Iterable[Finding]:
    about_app = list(app.examine(settings, _now))
    yield from about_app
    yield from database.examine(settings, _now)
    hears_github = any(finding.about == github_alerts.ABOUT for finding in about_app)
    yield from senders.examine(settings, hears_github=hears_github)


def _page(whom: str, path: Path) -> list[Finding]:
    """Needs nothing but the file and the variables that it names."""
    try:
        loaded = load_bytes(path.read_bytes(), str(path), known_rules())
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror or error}") from error
    if loaded.model is None:
        raise UserError(str(loaded.errors[0]), "`ghapp check` shows what is wrong")
    login = next((one for one in loaded.model.people if same_login(one, whom)), None)
    if login is None:
        raise UserError(
            f"{path} has no person {whom!r}",
            suggest(whom, loaded.model.people) or "name them under `people:`",
        )
    with console(stderr=True).status("Sending a test page …"):
        return page.examine(login, loaded.model, ApprisePager(os.environ))


def _now() -> datetime:
    return datetime.now(UTC)


def _show(findings: Sequence[Finding], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _print(findings)


def _print(findings: Iterable[Finding]) -> None:
    out = console()
    for finding in findings:
        mark, colour = _MARKS[finding.state]
        out.print(Text.assemble((mark, colour), f" {finding.about}: ", finding.text))
        if finding.hint:
            out.print(Text(f"    {finding.hint}", "dim"))
