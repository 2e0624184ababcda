"""`ghapp labels sync`: give the home repository the app's labels, with their colours and meanings."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track
from rich.table import Table
from rich.text import Text

from ghapp import plugins
from ghapp.cli.errors import UserError, console
from ghapp.core.facts import RepoName
from ghapp.core.labels import Action, LabelChange, compare, label_set
from ghapp.duties.labels import raising
from ghapp.github.admin import Admin
from ghapp.github.errors import GitHubError, NotFound, Refused, Unreadable
from ghapp.model.load import load, load_bytes
from ghapp.model.types import Model
from ghapp.plugins import known_rules
from ghapp.settings import Settings, SettingsError

OWNERS = "OWNERS.yaml"
_STYLES = {Action.CREATE: "green", Action.RECOLOUR: "yellow", Action.FINE: "dim"}

labels = typer.Typer(help="The labels that the app uses.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.add_typer(labels, name="labels")


@labels.callback()
def _group() -> None:
    """The labels that the app uses."""


@labels.command("sync")
def sync(
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without, only say what.")] = False,
    owners: Annotated[
        Path | None,
        typer.Option(help="Use this OWNERS.yaml instead of the repository's.", show_default=False),
    ] = None,
) -> None:
    """Create what is missing and mend colours and descriptions; other labels are left alone."""
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        raise UserError(error.what, error.hint) from error
    try:
        with Admin(
            app_id=settings.app_id, private_key=settings.private_key, base_url=settings.api_url
        ) as admin:
            _sync(admin, settings, owners, apply=apply)
    except GitHubError as error:
        raise _for_people(error, settings.home_repo) from error


def _sync(admin: Admin, settings: Settings, owners: Path | None, *, apply: bool) -> None:
    home = settings.home_repo
    model = _model(admin, home, owners)
    wanted = label_set(model, raising(model, plugins.sources().values(), settings.secrets_of))
    changes = compare(wanted, admin.labels(home))
    out = console()
    out.print(_table(home, changes))
    due = [change for change in changes if change.action is not Action.FINE]
    if not due:
        out.print("Every label is as it should be.")
    elif apply:
        for change in track(due, "Writing", console=console(stderr=True), transient=True):
            admin.apply(home, change)
        out.print(f"{_count(due)} written.")
    else:
        out.print(f"{_count(due)} to write: run it again with --apply.")


def _model(admin: Admin, home: RepoName, owners: Path | None) -> Model:
    place = str(owners) if owners is not None else f"{OWNERS} of {home}"
    try:
        if owners is not None:
            model = load_bytes(owners.read_bytes(), str(owners), known_rules()).model
        else:
            file = admin.file(home, OWNERS)
            if file is None:
                raise UserError(f"{home} has no {OWNERS}", "`ghapp init` writes a small one.")
            model = load(file.text, OWNERS, known_rules()).model
    except (OSError, Unreadable) as error:
        raise UserError(f"cannot read {place}: {error}") from error
    if model is None:
        raise UserError(f"{place} has errors", "`ghapp check` shows them.")
    return model


def _table(home: RepoName, changes: Iterable[LabelChange]) -> Table:
    table = Table(title=f"Labels of {home}", title_justify="left", box=None)
    for heading in ("", "label", "colour"):
        table.add_column(heading, no_wrap=True)
    table.add_column("description")
    for change in changes:
        style = _STYLES[change.action]
        old, new = change.there, change.wanted
        color = new.color
        if old is not None and old.color.casefold() != new.color:
            color = f"{old.color} → {new.color}"
        table.add_row(
            Text(change.action, style),
            Text((old or new).name, f"on #{new.color}" if change.action is Action.CREATE else ""),
            color,
            Text(new.description),
        )
    return table


def _count(due: list[LabelChange]) -> str:
    return f"{len(due)} label{'' if len(due) == 1 else 's'}"


def _for_people(error: GitHubError, home: RepoName) -> UserError:
    if isinstance(error, NotFound):
        return UserError(
            f"GitHub shows the App no {home}", "Install the App on it, with access to issues."
        )
    if isinstance(error, Refused) and error.status == 401:
        return UserError(
            f"GitHub does not accept the App's id and key: {error.message}",
            "See GHAPP_GITHUB_APP_ID and GHAPP_GITHUB_PRIVATE_KEY_FILE.",
        )
    return UserError(f"GitHub: {error}", "`ghapp doctor` looks closer.")
