import json

import pytest
import typer
from typer.testing import CliRunner

from ghapp.cli import commands
from ghapp.cli.errors import UserError


def run(*arguments, stdin=None):
    app = typer.Typer()
    app.callback()(lambda: None)
    commands.register(app)
    return CliRunner().invoke(app, ["commands", *map(str, arguments)], input=stdin)


@pytest.fixture
def comment(tmp_path):
    def write(content: str | bytes, name="comment.md"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_the_documented_form(comment):
    result = run(comment("/assign @alice\n"), "--json")
    assert result.exit_code == 0
    assert result.stdout == '[{"command": "assign", "args": ["@alice"]}]\n'


def test_names_that_are_not_built_yet_are_known(comment):
    found = json.loads(run(comment("/no-go late\r\n/waive size small\r\n/merge"), "--json").stdout)
    assert found == [
        {"command": "no-go", "args": ["late"]},
        {"command": "waive", "args": ["size", "small"]},
    ]


def test_an_edited_comment(comment):
    new, old = comment("/ack\n/sev 1"), comment("/ack", "old.md")
    assert json.loads(run(new, "--previous", old, "--json").stdout) == [
        {"command": "sev", "args": ["1"]}
    ]


def test_standard_input():
    assert json.loads(run("-", "--json", stdin="/ack").stdout) == [{"command": "ack", "args": []}]


def test_bytes_that_are_not_utf8_are_replaced(comment):
    found = json.loads(run(comment(b"\xff\xfe\n/update caf\xe9\n"), "--json").stdout)
    assert found == [{"command": "update", "args": ["caf\ufffd"]}]


def test_nothing_found(comment):
    assert run(comment("thanks"), "--json").stdout == "[]\n"
    assert run(comment("thanks")).stdout == ""


def test_for_people(comment):
    assert (
        run(comment("/Update [red]all[/] fine\n/ack")).stdout == "/update [red]all[/] fine\n/ack\n"
    )


def test_a_file_that_is_not_there(tmp_path):
    error = run(tmp_path / "none.md", "--json").exception
    assert isinstance(error, UserError)
    assert "none.md can't be read: No such file" in error.what
