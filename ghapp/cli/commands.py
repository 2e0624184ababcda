"""`ghapp commands`: the slash commands that are found in a comment."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from ghapp.cli.errors import UserError, console
from ghapp.core.slash import commands as found_in
from ghapp.plugins import command_names


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(commands)


def commands(
    file: Annotated[str, typer.Argument(help="The body of a comment; - is standard input.")],
    previous: Annotated[
        str | None, typer.Option(help="The body before it was edited: only what is new counts.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Find the slash commands of a comment, as the app would."""
    before = None if previous is None else _read(previous)
    found = found_in(_read(file), before, known=command_names())
    if as_json:
        typer.echo(json.dumps([{"command": one.name, "args": list(one.args)} for one in found]))
        return
    for one in found:
        console().print(f"/{one.name} {one.text}".rstrip(), markup=False, highlight=False)


def _read(file: str) -> str:
    """The text of a file; bytes that are not UTF-8 are replaced, as GitHub would."""
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UserError(f"{file} can't be read: {error.strerror or error}") from error
    return content.decode(errors="replace")
