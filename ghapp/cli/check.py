"""`ghapp check`: what is wrong with an OWNERS.yaml, for people, scripts and GitHub Actions."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

from ghapp.cli.errors import EXIT_PROBLEMS, UserError, console
from ghapp.cli.shift_table import print_changes, print_shifts, wide
from ghapp.core.preview import changes, findings, preview
from ghapp.duties import template_check
from ghapp.duties.template_files import is_template
from ghapp.duties.templates import FOLDER
from ghapp.model.document import read
from ghapp.model.load import Loaded, Problem, load_bytes, located
from ghapp.model.types import Model
from ghapp.plugins import known_rules

PLACES: Final = (Path("OWNERS.yaml"), Path(".github/OWNERS.yaml"))
"""Where the file is looked for, in this order."""

_SHOWN: Final = 10
"""Shifts of a rotation: enough for weeks, and the beginning of hours."""
_CHANGES_SHOWN: Final = 30
_COLOURS: Final = {"error": "bold red", "warning": "bold yellow"}


class Format(StrEnum):
    """How problems are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(check)


def check(
    file: Annotated[
        Path | None,
        typer.Argument(help="Default: OWNERS.yaml, else .github/OWNERS.yaml.", show_default=False),
    ] = None,
    form: Annotated[
        Format,
        typer.Option("--format", help="text, json (a list), or github (workflow annotations)."),
    ] = Format.TEXT,
    before: Annotated[
        Path | None,
        typer.Option(help="The file as it was: show what changes.", show_default=False),
    ] = None,
) -> None:
    """Validate and lint OWNERS.yaml and the templates beside it, and show who is on call in the next four weeks.

    Exits 1 if there is an error; warnings alone are no failure.
    """
    path = found() if file is None else file
    now = datetime.now(UTC)
    content = _content(path)
    loaded = load_bytes(content, str(path), known_rules())
    earlier = None if before is None else load_bytes(_content(before), str(before), known_rules())
    templates = list(_templates(path))
    _PRINTERS[form](path, [*loaded.problems, *_ahead(content, path, loaded.model, now), *templates])
    if form is Format.TEXT and loaded.model is not None:
        _print_on_call(loaded.model, earlier, now)
    if loaded.model is None or templates:
        raise typer.Exit(EXIT_PROBLEMS)


def _ahead(content: bytes, path: Path, model: Model | None, now: datetime) -> Iterator[Problem]:
    """When nobody will be on call."""
    if model is not None:
        document = read(content.decode())
        for finding in findings(model, now):
            yield located(finding, document, str(path))


def _templates(path: Path) -> Iterator[Problem]:
    """What is wrong with the templates of the repository in which the file lies."""
    here = path.parent
    folder = (here.parent if here.name == ".github" else here) / FOLDER
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if file.is_file() and is_template(file.name):
            yield from _about_template(file)


def _about_template(file: Path) -> Sequence[Problem]:
    try:
        text = _content(file).decode()
    except UnicodeDecodeError:
        return [Problem(str(file), 1, 1, "", "the file is not UTF-8", "save it as UTF-8")]
    return template_check.problems(file.name, text, str(file))


def _print_on_call(model: Model, earlier: Loaded | None, now: datetime) -> None:
    out = wide()
    if earlier is not None and earlier.model is not None:
        found = changes(earlier.model, model, now)
        if found:
            out.print(Text("\nOn call in the next four weeks, where it changes:"))
            print_changes(out, earlier.model, model, found, limit=_CHANGES_SHOWN)
        else:
            out.print(Text("\nOn call in the next four weeks: nothing changes."))
        return
    if earlier is not None:
        out.print(Text(f"\n{earlier.errors[0].file} has errors: there is nothing to compare with."))
    if model.rotations:
        out.print(Text("\nOn call in the next four weeks:"))
        print_shifts(out, model, preview(model, now), limit=_SHOWN)


def found() -> Path:
    """The OWNERS.yaml of the current directory.

    Raises:
        UserError: there is none.
    """
    for path in PLACES:
        if path.is_file():
            return path
    raise UserError(f"there is neither {PLACES[0]} nor {PLACES[1]} here", "`ghapp init` writes one")


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(f"{path} can't be read: {reason}", "`ghapp init` writes one") from error


def _print_text(path: Path, problems: Sequence[Problem]) -> None:
    out = console()
    for one in problems:
        line = Text(f"{one.file}:{one.line}:{one.column}: ")
        line.append(f"{one.level}:", style=_COLOURS[one.level])
        line.append(f" {one.message}")
        line.append(f" ({one.hint})" if one.hint else "", style="dim")
        out.print(line)
    if not problems:
        out.print(Text(f"{path}: no problems"))


def _print_json(path: Path, problems: Sequence[Problem]) -> None:
    del path
    typer.echo(json.dumps([dataclasses.asdict(one) for one in problems], indent=2))


def _print_github(path: Path, problems: Sequence[Problem]) -> None:
    del path
    for one in problems:
        hint = f" ({one.hint})" if one.hint else ""
        place = f"file={_property(one.file)},line={one.line},col={one.column}"
        typer.echo(f"::{one.level} {place}::{_data(one.message + hint)}")


def _data(text: str) -> str:
    """Escaped as the runner unescapes it (actions/toolkit, packages/core/src/command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


_PRINTERS: Final[dict[Format, Callable[[Path, Sequence[Problem]], None]]] = {
    Format.TEXT: _print_text,
    Format.JSON: _print_json,
    Format.GITHUB: _print_github,
}
