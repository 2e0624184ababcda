"""`ghapp schema`: OWNERS.yaml as a JSON Schema, for editors."""

import json

import typer

from ghapp.model.schema import json_schema
from ghapp.plugins import known_rules


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(schema)


def schema() -> None:
    """Print the JSON Schema of OWNERS.yaml.

    Editors complete and check the file by it: save it, and name it in the first line as
    `# yaml-language-server: $schema=PATH`.
    """
    typer.echo(json.dumps(json_schema(known_rules()), indent=2, ensure_ascii=False))
