"""`ghapp check`: where it looks, what it prints, how it exits."""

import json
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from ghapp.cli import check
from ghapp.cli.errors import UserError

SOUND = "version: 1\nareas: {app: {owner: alice}}\nfallback_area: app\n"
WARNED = SOUND + "teams: {core: [alice]}\n"
BROKEN = SOUND + "aras: 1\nteams: {core: [alice]}\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    check.register(app)
    return CliRunner().invoke(app, ["check", *arguments])


@pytest.mark.parametrize(
    ("content", "code", "printed"),
    [
        (SOUND, 0, "OWNERS.yaml: no problems\n"),
        (
            WARNED,
            0,
            "OWNERS.yaml:4:9: warning: nothing uses `core` (use it, or remove it)\n",
        ),
        (BROKEN, 1, "OWNERS.yaml:4:1: error: unknown key `aras` (did you mean `areas`?)\n"),
    ],
    ids=["sound", "warned", "broken"],
)
def test_text(here: Path, content: str, code: int, printed: str) -> None:
    (here / "OWNERS.yaml").write_text(content, encoding="utf-8")
    result = run()
    assert (result.exit_code, result.stdout) == (code, printed)


def test_text_keeps_long_lines_and_brackets(here: Path) -> None:
    key = "[red]" + "k" * 150
    (here / "OWNERS.yaml").write_text(f"{SOUND}'{key}': 1\n", encoding="utf-8")
    assert run().stdout == f"OWNERS.yaml:4:1: error: unknown key `{key}`\n"


def test_json(here: Path) -> None:
    (here / "OWNERS.yaml").write_text(BROKEN, encoding="utf-8")
    result = run("--format", "json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [
        {
            "file": "OWNERS.yaml",
            "line": 4,
            "column": 1,
            "key": "aras",
            "message": "unknown key `aras`",
            "hint": "did you mean `areas`?",
            "level": "error",
        }
    ]
    (here / "OWNERS.yaml").write_text(SOUND, encoding="utf-8")
    result = run("--format", "json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


def test_github(here: Path) -> None:
    (here / "a,b:c%.yaml").write_text(SOUND + '"100%\\n::error::x": 1\n', encoding="utf-8")
    result = run("a,b:c%.yaml", "--format", "github")
    assert result.exit_code == 1
    assert result.stdout == (
        "::error file=a%2Cb%3Ac%25.yaml,line=4,col=1::unknown key `100%25\\n::error::x`\n"
    )
    (here / "a.yaml").write_text(WARNED, encoding="utf-8")
    assert run("a.yaml", "--format", "github").stdout == (
        "::warning file=a.yaml,line=4,col=9::nothing uses `core` (use it, or remove it)\n"
    )


def test_it_looks_in_dot_github_as_well(here: Path) -> None:
    (here / ".github").mkdir()
    (here / ".github/OWNERS.yaml").write_text(BROKEN, encoding="utf-8")
    assert run().stdout.startswith(".github/OWNERS.yaml:4:1: error:")
    (here / "OWNERS.yaml").write_text(SOUND, encoding="utf-8")
    assert run().stdout == "OWNERS.yaml: no problems\n"


def test_a_file_that_is_not_text(here: Path) -> None:
    (here / "OWNERS.yaml").write_bytes(b"version: \xff")
    result = run()
    assert result.exit_code == 1
    assert result.stdout == "OWNERS.yaml:1:10: error: the file is not UTF-8 (save it as UTF-8)\n"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ((), "there is neither OWNERS.yaml nor .github/OWNERS.yaml here"),
        (("nothing.yaml",), "nothing.yaml can't be read: No such file or directory"),
        ((".",), ". can't be read: Is a directory"),
    ],
    ids=["default", "missing", "folder"],
)
def test_nothing_to_read(arguments: tuple[str, ...], what: str) -> None:
    error = run(*arguments).exception
    assert isinstance(error, UserError)
    assert (error.what, error.hint) == (what, "`ghapp init` writes one")


def test_an_unknown_format_is_wrong_usage() -> None:
    assert run("--format", "xml").exit_code == 2


# --- who is on call in the next weeks

ROTATION = (
    SOUND.replace("owner: alice", "owner: alice, backup: bob, rotation: core")
    + "people: {alice: {notify: [env:A]}, bob: {notify: [env:B]}}\n"
    + "rotations: {core: {people: [alice, bob], start: 2026-01-05T10:00}}\n"
)
WEEKDAYS = ROTATION.replace("10:00}", "10:00, days: [mon, tue, wed, thu, fri]}")


def printed(here: Path, content: str, *arguments: str) -> list[str]:
    (here / "OWNERS.yaml").write_text(content, encoding="utf-8")
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def test_it_shows_who_is_on_call(here: Path) -> None:
    lines = printed(here, ROTATION)
    assert lines[:3] == ["OWNERS.yaml: no problems", "", "On call in the next four weeks:"]
    turns = [line.replace("core", "").split()[0] for line in lines[4:]]
    assert len(turns) == 5
    assert {*turns} == {"alice", "bob"}


def test_of_many_shifts_it_shows_the_first(here: Path) -> None:
    lines = printed(here, ROTATION.replace("start", "shift: hourly, start"))
    assert len(lines) == 4 + 10 + 1
    assert lines[-1].split() in (["and", "662", "more"], ["and", "663", "more"])


def test_it_warns_when_there_is_nobody(here: Path) -> None:
    first = printed(here, WEEKDAYS)[0]
    assert first.startswith("OWNERS.yaml:5:13: warning: nobody is on call in `core` from ")
    assert " more times within four weeks (" in first
    found = json.loads("\n".join(printed(here, WEEKDAYS, "--format", "json")))
    assert [(one["key"], one["level"]) for one in found] == [("rotations.core", "warning")]
    (line,) = printed(here, WEEKDAYS, "--format", "github")
    assert line.startswith("::warning file=OWNERS.yaml,line=5,col=13::nobody is on call")


@pytest.mark.parametrize(
    ("before", "said"),
    [
        pytest.param(ROTATION, ["On call in the next four weeks: nothing changes."], id="the same"),
        pytest.param(
            BROKEN, ["before.yaml has errors: there is nothing to compare with.", ""], id="broken"
        ),
    ],
)
def test_before(here: Path, before: str, said: list[str]) -> None:
    (here / "before.yaml").write_text(before, encoding="utf-8")
    lines = printed(here, ROTATION, "--before", "before.yaml")
    assert lines[2 : 2 + len(said)] == said


def test_before_and_after(here: Path) -> None:
    swapped = ROTATION.replace("[alice, bob]", "[bob, alice]")
    (here / "before.yaml").write_text(swapped, encoding="utf-8")
    lines = printed(here, ROTATION, "--before", "before.yaml")
    assert lines[2] == "On call in the next four weeks, where it changes:"
    changes = [line.split()[-2:] for line in lines[4:]]
    assert len(changes) == 5
    assert {tuple(one) for one in changes} == {("alice", "bob"), ("bob", "alice")}


def test_of_many_changes_it_shows_the_first(here: Path) -> None:
    hourly = ROTATION.replace("start", "shift: hourly, start")
    (here / "before.yaml").write_text(hourly.replace("[alice, bob]", "[bob, alice]"))
    lines = printed(here, hourly, "--before", "before.yaml")
    assert len(lines) == 4 + 30 + 1
    assert lines[-1].split()[0] == "and"


def test_a_rotation_that_goes(here: Path) -> None:
    (here / "before.yaml").write_text(ROTATION, encoding="utf-8")
    lines = printed(here, SOUND, "--before", "before.yaml")
    assert lines[4].split()[0] == "core"
    assert lines[4].split()[-1] == "nobody"


def test_a_file_before_that_is_not_there(here: Path) -> None:
    (here / "OWNERS.yaml").write_text(SOUND, encoding="utf-8")
    error = run("--before", "gone.yaml").exception
    assert isinstance(error, UserError)
    assert error.what == "gone.yaml can't be read: No such file or directory"


class TestTemplates:
    """Those of the repository in which OWNERS.yaml lies are looked at as well."""

    @pytest.mark.parametrize("owners", ["OWNERS.yaml", ".github/OWNERS.yaml"])
    def test_broken_ones_are_errors_with_file_and_line(self, here: Path, owners: str) -> None:
        folder = here / ".github/ghapp"
        folder.mkdir(parents=True)
        (here / owners).write_text(SOUND, encoding="utf-8")
        (folder / "again.md").write_text("Again!\n{{ incident.sumary }}\n", encoding="utf-8")
        (folder / "page.txt").write_bytes(b"\xff")
        (folder / "README.md").write_text("{{", encoding="utf-8")
        (folder / "help.md").write_text("Ask alice.", encoding="utf-8")
        result = run()
        assert result.exit_code == 1
        assert result.stdout.splitlines() == [
            ".github/ghapp/again.md:2:1: error: `incident` has no `sumary` (did you mean `summary`?)",
            ".github/ghapp/page.txt:1:1: error: the file is not UTF-8 (save it as UTF-8)",
        ]

    def test_as_annotations(self, here: Path) -> None:
        folder = here / ".github/ghapp"
        folder.mkdir(parents=True)
        (here / "OWNERS.yaml").write_text(SOUND, encoding="utf-8")
        (folder / "again.md").write_text("{{", encoding="utf-8")
        result = run("--format", "github")
        assert result.exit_code == 1
        assert result.stdout.startswith("::error file=.github/ghapp/again.md,line=1,col=1::")
