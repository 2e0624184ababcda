"""The command line: each file of this folder registers its own command."""

import importlib
import pkgutil
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape

from ghapp import __version__
from ghapp.cli.errors import EXIT_USAGE, UserError, console

app = typer.Typer(
    name="ghapp",
    help="Run an engineering team's operating model on GitHub.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ghapp {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    del debug, version


def _discover(arguments: Sequence[str]) -> None:
    """Import the file of the command that is asked for, else every file of this folder, in name order.

    A file is named after its command, so that `ghapp check` need not load a server.
    """
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    asked = next((argument for argument in arguments if not argument.startswith("-")), None)
    for name in [asked] if asked in names else names:
        register = getattr(importlib.import_module(f"{__name__}.{name}"), "register", None)
        if register is not None:
            register(app)


def main() -> None:
    """Run the command line; a user's error is one line and a hint, never a traceback unless `--debug`."""
    _discover(sys.argv[1:])
    try:
        app()
    except UserError as error:
        if "--debug" in sys.argv:
            raise
        console(stderr=True).print(f"[red]ghapp:[/] {escape(error.what)}", highlight=False)
        if error.hint:
            console(stderr=True).print(f"  {error.hint}", highlight=False, markup=False)
        sys.exit(EXIT_USAGE)
