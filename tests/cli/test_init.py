"""`ghapp init`: the smallest useful file, and whose it is."""

from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from ghapp.cli import init
from ghapp.cli.errors import UserError
from ghapp.model.load import load_bytes


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and a git that knows nobody."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return tmp_path


def run(*arguments: str, typed: str | None = None) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    init.register(app)
    return CliRunner().invoke(app, ["init", *arguments], input=typed)


def owner(path: Path) -> str:
    """The owner of the one area of a file, which has no problem at all and under 15 lines."""
    content = path.read_bytes()
    loaded = load_bytes(content)
    assert loaded.problems == ()
    assert loaded.model is not None
    assert content.count(b"\n") < 15
    (area,) = loaded.model.areas.values()
    return area.owner


def test_the_owner_that_is_named(here: Path) -> None:
    result = run("--owner", "bob")
    assert (result.exit_code, result.stdout) == (0, "Wrote OWNERS.yaml, owned by bob.\n")
    assert result.stderr == ""
    assert owner(here / "OWNERS.yaml") == "bob"


@pytest.mark.parametrize("login", ["007", "null", "true", "1e3", "no"])
def test_an_owner_whose_login_looks_like_something_else(here: Path, login: str) -> None:
    assert run("--owner", login).exit_code == 0
    assert owner(here / "OWNERS.yaml") == login


def test_the_owner_that_git_knows(here: Path) -> None:
    (here / "gitconfig").write_text("[github]\n\tuser = carol\n", encoding="utf-8")
    assert run().exit_code == 0
    assert owner(here / "OWNERS.yaml") == "carol"


def test_the_owner_that_a_person_types(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(init, "_at_keyboard", lambda: True)
    assert run(typed="bob\n").exit_code == 0
    assert owner(here / "OWNERS.yaml") == "bob"


@pytest.mark.parametrize("with_git", [True, False], ids=["git", "no git"])
def test_nobody_knows_the_owner(
    here: Path, monkeypatch: pytest.MonkeyPatch, with_git: bool
) -> None:
    if not with_git:
        monkeypatch.setenv("PATH", str(here))
    result = run()
    assert result.exit_code == 0
    assert "alice is a placeholder" in result.stderr
    assert owner(here / "OWNERS.yaml") == "alice"


def test_another_place(here: Path) -> None:
    (here / "OWNERS.yaml").touch()
    assert run("deploy.yaml", "--owner", "bob").exit_code == 0
    assert owner(here / "deploy.yaml") == "bob"


@pytest.mark.parametrize("taken", ["OWNERS.yaml", ".github/OWNERS.yaml"])
def test_nothing_is_overwritten_unasked(here: Path, taken: str) -> None:
    (here / ".github").mkdir()
    (here / taken).write_text("mine", encoding="utf-8")
    error = run().exception
    assert isinstance(error, UserError)
    assert (error.what, error.hint) == (f"there is already {taken}", "--force overwrites it")
    assert (here / taken).read_text(encoding="utf-8") == "mine"


def test_force_overwrites(here: Path) -> None:
    (here / "OWNERS.yaml").write_text("mine", encoding="utf-8")
    assert run("--force", "--owner", "bob").exit_code == 0
    assert owner(here / "OWNERS.yaml") == "bob"


@pytest.mark.parametrize(
    ("login", "hint"),
    [("@bob", "write `bob`"), ("bob smith", "letters, digits and dashes")],
)
def test_an_owner_that_is_no_login(here: Path, login: str, hint: str) -> None:
    error = run("--owner", login).exception
    assert isinstance(error, UserError)
    assert (error.what, error.hint) == (f"`{login}` is no GitHub login", hint)
    assert not (here / "OWNERS.yaml").exists()


def test_a_place_that_cannot_be_written() -> None:
    error = run("nowhere/OWNERS.yaml", "--owner", "bob").exception
    assert isinstance(error, UserError)
    assert error.what == "nowhere/OWNERS.yaml can't be written: No such file or directory"
