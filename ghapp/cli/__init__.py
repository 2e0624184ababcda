"""The command line: each file of this folder registers its own command."""

import importlib
import pkgutil
import sys
from typing import Annotated

import typer

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
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del debug, version


def _discover() -> None:
    """Import every file of this folder in name order; one that has `register(app)` adds its command."""
    for found in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        register = getattr(importlib.import_module(f"{__name__}.{found.name}"), "register", None)
        if register is not None:
            register(app)


def main() -> None:
    """Run the command line; a user's error is one line and a hint, never a traceback unless `--debug`."""
    _discover()
    try:
        app()
    except UserError as error:
        if "--debug" in sys.argv:
            raise
        console(stderr=True).print(f"[red]ghapp:[/] {error.what}", highlight=False)
        if error.hint:
            console(stderr=True).print(f"  {error.hint}", highlight=False, markup=False)
        sys.exit(EXIT_USAGE)
