"""`ghapp schema`: what it prints is the schema."""

import json

import typer
from typer.testing import CliRunner

from ghapp.cli import schema
from ghapp.model.schema import json_schema
from ghapp.plugins import known_rules


def test_it_prints_the_schema() -> None:
    app = typer.Typer()
    app.callback()(lambda: None)
    schema.register(app)
    result = CliRunner().invoke(app, ["schema"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == json_schema(known_rules())
