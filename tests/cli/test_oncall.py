import json
from datetime import UTC, datetime

import icalendar
import pytest
import typer
from typer.testing import CliRunner

from ghapp.cli import oncall
from ghapp.cli.errors import UserError
from ghapp.duties.calendar import Feed, token

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


def run(*arguments, owners=None, **env):
    app = typer.Typer()
    app.callback()(lambda: None)
    oncall.register(app)
    chosen = [] if owners is None else ["--owners", str(owners)]
    return CliRunner().invoke(app, ["oncall", *chosen, *arguments], env={"COLUMNS": "200", **env})


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


LAYERED = """\
version: 1
timezone: Europe/Berlin
people: {alice: {}, bob: {away: [{from: 2026-01-14, to: 2026-01-15}]}, carol: {}}
rotations:
  platform: {people: [alice, bob], start: 2026-01-05T10:00, days: [mon, tue, wed, thu, fri]}
areas: {deployment: {owner: carol, rotation: platform}, billing: {owner: bob}}
fallback_area: deployment
"""


@pytest.mark.parametrize(
    ("at", "person", "following"),
    [
        pytest.param("2026-01-09T12:00", "alice", "bob", id="on Friday"),
        pytest.param("2026-01-10T12:00", None, "alice", id="on a day that is not served"),
        pytest.param("2026-01-14T12:00", "alice", "bob", id="for somebody who is away"),
    ],
)
def test_what_the_file_says_besides_turns(owners, at, person, following):
    owners.write_text(LAYERED)
    found = answer("--rotation", "platform", "--at", at, owners=owners)
    assert (found["person"], found["next"]) == (person, following)
    assert (found["shift_start"] is None) == (person is None)


def test_when_nobody_is_on_call_it_says_until_when(owners):
    owners.write_text(LAYERED)
    output = run("--at", "2026-01-10T12:00", owners=owners).stdout
    assert "platform  nobody   Mon 2026-01-12 00:00 CET  Sun 23:00  alice" in output
    owner = answer("--area", "deployment", "--at", "2026-01-10T12:00", owners=owners)
    assert (owner["person"], owner["next"]) == ("carol", "alice")


def test_the_next_weeks(owners):
    owners.write_text(LAYERED)
    output = run("--at", "2026-01-05T10:00", "--weeks", "2", "--area", "deployment", owners=owners)
    assert [" ".join(line.split()) for line in output.stdout.splitlines()[4:]] == [
        "platform alice Mon 2026-01-05 10:00 CET Mon 2026-01-12 10:00 CET",
        "bob Mon 2026-01-12 10:00 CET Wed 2026-01-14 00:00 CET",
        "alice Wed 2026-01-14 00:00 CET Fri 2026-01-16 00:00 CET covers for bob, who is away",
        "bob Fri 2026-01-16 00:00 CET Mon 2026-01-19 10:00 CET",
    ]


@pytest.mark.parametrize("arguments", [(), ("--weeks", "0"), ("--weeks", "2", "--area", "billing")])
def test_the_next_weeks_are_left_out(owners, arguments):
    assert "rotation" not in run(*arguments, owners=owners).stdout


def test_in_a_terminal_the_next_weeks_are_drawn(owners):
    output = run("--at", "2026-01-12", owners=owners, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "─" in output
    assert "Mon 2026-02-02 10:00 EST" in output


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param((), {"Alice", "bob", "carol"}, id="everybody"),
        pytest.param(("--rotation", "platform"), {"Alice", "bob"}, id="a rotation"),
        pytest.param(("--area", "deployment"), {"Alice", "bob"}, id="an area's rotation"),
        pytest.param(("--person", "ALICE"), {"Alice"}, id="a person"),
    ],
)
def test_a_calendar(owners, arguments, expected):
    owners.write_text(OWNERS.replace("alice: {}", "alice: {name: Alice}"))
    result = run("--ics", "--at", "2026-04-01", *arguments, owners=owners)
    calendar = icalendar.Calendar.from_ical(result.stdout_bytes)
    found = calendar.walk("VEVENT")
    assert {str(one["summary"]).split()[0] for one in found} == expected
    assert min(one.start for one in found) <= datetime(2026, 4, 1, tzinfo=UTC)


def test_the_address_of_a_calendar(owners):
    def addresses(*arguments, **env):
        return run(
            "--calendar-url", *arguments, owners=owners, GHAPP_CALENDAR_SECRET="new,old", **env
        ).stdout

    one = addresses("--rotation", "platform", GHAPP_PUBLIC_URL="https://ops.example.com/")
    signed = f"?rotation=platform&token={token(Feed(rotation='platform'), 'new')}"
    assert one == f"https://ops.example.com/oncall.ics{signed}\n"
    every = addresses(GHAPP_HOST="10.0.0.1", PORT="9000").splitlines()
    assert every[0] == f"platform  http://10.0.0.1:9000/oncall.ics{signed}"
    assert every[1].startswith("night  http://10.0.0.1:9000/oncall.ics?rotation=night&token=")
    assert "?person=bob&" in addresses("--person", "bob", GHAPP_PORT="9001")


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
        pytest.param(("--json", "--ics"), "--json and --ics exclude each other", "", id="two forms"),
        pytest.param(("--area", "a", "--person", "b"), "--area and --person exclude each other", "", id="two wishes"),
        pytest.param(("--person", "bob"), "--person is for calendars", "--ics", id="person without a calendar"),
        pytest.param(("--person", "bop", "--ics"), "OWNERS.yaml names no 'bop'", "`bob`?", id="person"),
        pytest.param(("--area", "billing", "--ics"), "billing has no rotation", "owner", id="calendar of an owner"),
        pytest.param(("--calendar-url",), "not set: GHAPP_CALENDAR_SECRET", "`ghapp serve`", id="no secret"),
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
