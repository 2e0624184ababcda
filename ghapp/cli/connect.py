"""`ghapp connect`: have an alert sender send to ghapp."""

import importlib
import pkgutil

import typer

from ghapp.cli import connecting


def register(app: typer.Typer) -> None:
    """Add the command with one below it for each sender."""
    connect = typer.Typer(help="Have an alert sender send to ghapp.", no_args_is_help=True)

    @connect.callback()
    def _group() -> None:
        """Have an alert sender send to ghapp."""

    for name in sorted(found.name for found in pkgutil.iter_modules(connecting.__path__)):
        if not name.startswith("_"):
            importlib.import_module(f"{connecting.__name__}.{name}").register(connect)
    app.add_typer(connect, name="connect")
