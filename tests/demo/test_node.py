"""Node.js comes from a wheel; without it, a person is told what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ghapp.demo import node


@pytest.fixture
def absent(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)


def test_node_runs():
    done = subprocess.run(
        [*node.command("node"), "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("v24.")


def test_npm_is_started_by_its_script_and_finds_this_node_first():
    node_program, script = node.command("npm")
    assert script.endswith("npm-cli.js")
    first = node.environment()["PATH"].split(os.pathsep)[0]
    assert str(Path(node_program).parent) == first


def test_a_program_that_node_does_not_bring():
    with pytest.raises(node.MissingToolError, match="yarn"):
        node.command("yarn")


def test_without_the_wheel(absent, capsys):
    assert node.main(["npm", "ci"]) == 2
    said = capsys.readouterr().err
    assert "Node.js is missing" in said
    assert "make install" in said


def test_without_a_program(capsys):
    assert node.main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_the_exit_code_is_the_programs():
    assert node.main(["node", "-e", "process.exit(3)"]) == 3


def test_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "ghapp.demo.node", "node", "-p", "1 + 1"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "2\n"
