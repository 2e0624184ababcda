import json

import pytest
import typer
from typer.testing import CliRunner

from ghapp.cli import oncall
from ghapp.cli.errors import UserError

OWNERS = """\
version: 1
timezone: Europe/Berlin
people: {alice: {}, bob: {}, carol: {}}
rotations:
  platform: {people: [alice, bob], start: 2026-01-05T10:00, timezone: America/New_York}
  night: {people: [carol], shift: daily, start: 2026-03-28T02:30}
areas:
  deployment: {owner: carol, rotation: platform}
  billing: {owner: bob}
fallback_area: billing
"""


def run(*arguments, owners=None):
    app = typer.Typer()
    app.callback()(lambda: None)
    oncall.register(app)
    chosen = [] if owners is None else ["--owners", str(owners)]
    return CliRunner().invoke(app, ["oncall", *chosen, *arguments], env={"COLUMNS": "200"})


@pytest.fixture
def owners(tmp_path):
    path = tmp_path / "OWNERS.yaml"
    path.write_text(OWNERS)
    return path


def answer(*arguments, owners):
    result = run(*arguments, "--json", owners=owners)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("2026-01-05T15:00Z", "alice 2026-01-05T10:00-05:00 2026-01-12T10:00-05:00 bob", id="UTC"),
        pytest.param("2026-01-12T10:00", "bob 2026-01-12T10:00-05:00 2026-01-19T10:00-05:00 alice", id="wall clock"),
        pytest.param("2026-01-12T16:00+01:00", "bob 2026-01-12T10:00-05:00 2026-01-19T10:00-05:00 alice", id="offset"),
        pytest.param("2026-03-08", "alice 2026-03-02T10:00-05:00 2026-03-09T10:00-04:00 bob", id="a day"),
        pytest.param("2026-01-05T09:59", "None None None alice", id="before the start"),
        pytest.param("9999-06-01", "None None None None", id="after the end of the calendar"),
    ],
)  # fmt: skip
def test_a_rotation(owners, at, expected):
    found = answer("--rotation", "platform", "--at", at, owners=owners)
    assert list(found) == ["person", "shift_start", "shift_end", "next"]
    assert " ".join(map(str, found.values())).replace(":00-", "-") == expected


def test_a_handoff_that_the_clock_skips(owners):
    found = answer("--rotation", "night", "--at", "2026-03-29T03:00", owners=owners)
    assert found["shift_start"] == "2026-03-29T03:00:00+02:00"


@pytest.mark.parametrize(
    ("area", "at", "expected"),
    [
        pytest.param("deployment", "2026-01-12T10:00", ("bob", "alice"), id="its rotation"),
        pytest.param("deployment", "2025-12-01", ("carol", "alice"), id="its owner while the rotation has nobody"),
        pytest.param("billing", "2026-01-12T10:00", ("bob", None), id="its owner without one"),
    ],
)  # fmt: skip
def test_an_area(owners, area, at, expected):
    found = answer("--area", area, "--at", at, owners=owners)
    assert (found["person"], found["next"]) == expected
    assert (found["shift_start"] is None) == (found["person"] == "carol" or area == "billing")


def test_every_rotation(owners):
    found = answer("--at", "2026-03-29T12:00Z", owners=owners)
    assert {name: one["person"] for name, one in found.items()} == {
        "platform": "bob",
        "night": "carol",
    }


def test_now_is_the_default(owners):
    assert answer("--rotation", "night", owners=owners)["person"] == "carol"


def test_for_people(owners):
    output = run("--at", "2026-01-12T15:00Z", owners=owners).stdout
    assert "platform  bob         Mon 2026-01-19 10:00 EST  Mon 15:00  alice" in output
    assert "night     nobody yet" in output


def test_without_rotations(owners):
    owners.write_text("version: 1\nareas: {app: {owner: alice}}\nfallback_area: app\n")
    assert "owner of each area" in run(owners=owners).stdout
    assert answer(owners=owners) == {}


def test_the_file_is_found_where_it_usually_is(owners, monkeypatch):
    monkeypatch.chdir(owners.parent)
    assert answer("--area", "billing", owners=None)["person"] == "bob"


@pytest.mark.parametrize(
    ("arguments", "what", "hint"),
    [
        pytest.param(("--rotation", "platfrom"), "no rotation is named 'platfrom'", "`platform`?", id="rotation"),
        pytest.param(("--area", "shipping"), "no area is named 'shipping'", "known: `dep", id="area"),
        pytest.param(("--area", "a", "--rotation", "b"), "--rotation and --area exclude each other", "", id="both"),
        pytest.param(("--at", "soon"), "--at is no date and time: 'soon'", "such as 2026-01-05T10:00", id="time"),
        pytest.param(("--at", "0001-01-01T00:00"), "--at is too far away", "", id="far"),
        pytest.param(("--owners", "none.yaml"), "none.yaml can't be read: No such file or directory", "", id="file"),
    ],
)  # fmt: skip
def test_wrong_usage(owners, arguments, what, hint):
    error = run(*arguments, owners=None if "--owners" in arguments else owners).exception
    assert isinstance(error, UserError)
    assert error.what == what
    assert hint in error.hint


def test_a_broken_file_says_what_is_wrong(owners):
    owners.write_text(OWNERS.replace("owner: bob", "owner: dave"))
    result = run("--rotation", "platform", "--json", owners=owners)
    assert result.exit_code == 1
    assert "OWNERS.yaml:9:" in result.stderr
    assert "dave" in result.stderr
    assert result.stdout == ""
