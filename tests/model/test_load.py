"""Loading OWNERS.yaml: every problem with its line and words, and never an exception."""

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghapp.model.load import Problem, load, load_bytes

HERE = Path(__file__).parent
FULL = (HERE / "full.yaml").read_text(encoding="utf-8")
SMALLEST = "version: 1\nareas: {app: {owner: alice}}\nfallback_area: app\n"
PEOPLE = "people: {alice: , bob: }\n"


def cases(name: str) -> list[Any]:
    """The pairs of a table in problems/: what is written, and indented below it what is said."""
    text = (HERE / "problems" / f"{name}.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return [pytest.param(wrong, said.strip(), id=wrong[:60]) for wrong, said in pairs]


def said(text: str) -> list[str]:
    """The problems of a file as a person reads them, without the file's name."""
    return [str(problem).removeprefix("OWNERS.yaml:") for problem in load(text).problems]


def test_the_smallest_file_has_no_problem() -> None:
    loaded = load(SMALLEST)
    assert loaded.problems == ()
    assert loaded.model is not None


def test_the_whole_format_has_no_error() -> None:
    loaded = load(FULL)
    assert loaded.model is not None
    assert said(FULL) == [
        (
            "42:54: warning: unknown area `connectivity`, so `deployment` answers for it"
            " (known: `deployment`)"
        )
    ]


def test_the_project_follows_its_own_model() -> None:
    own = HERE.parent.parent / "OWNERS.yaml"
    assert load_bytes(own.read_bytes()).problems == ()


def test_a_warning_leaves_the_model_in_force_and_an_error_does_not() -> None:
    warned = load(SMALLEST + "heartbeats: {sync: {every: 1h, area: nowhere}}\n")
    assert [problem.level for problem in warned.problems] == ["warning"]
    assert warned.model is not None
    assert warned.errors == ()
    broken = load(SMALLEST + "nonsense: 1\n")
    assert broken.model is None
    assert len(broken.errors) == 1


def test_a_problem_says_file_place_key_and_remedy() -> None:
    text = "version: 1\nareas:\n  app:\n    owner: alice\n    aproval: 1\nfallback_area: app\n"
    loaded = load(text, "deploy/OWNERS.yaml")
    assert loaded.problems == (
        Problem(
            file="deploy/OWNERS.yaml",
            line=5,
            column=5,
            key="areas.app.aproval",
            message="unknown key `aproval`",
            hint="",
            level="error",
        ),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the file is empty (`ghapp init` writes the smallest useful one)"),
        ("- a", "the file must be a mapping (begin with `version: 1`)"),
        ("7", "the file must be a mapping (begin with `version: 1`)"),
        ("{a: ,,", "not valid YAML: expected the node content, but found ','"),
    ],
    ids=["empty", "list", "number", "syntax"],
)
def test_no_mapping_at_all(text: str, problem: str) -> None:
    (said_of_it,) = said(text)
    assert said_of_it.partition(": error: ")[2] == problem


def test_everything_missing() -> None:
    assert said("timezone: UTC") == [
        "1:1: error: `version` is missing (write `version: 1`)",
        "1:1: error: `areas` is missing (name at least one, with its owner)",
        (
            "1:1: error: `fallback_area` is missing"
            " (name the area that gets the alerts which no rule matches)"
        ),
    ]


@pytest.mark.parametrize(("line", "problem"), cases("lines"))
def test_one_wrong_line(line: str, problem: str) -> None:
    errors = [str(one).removeprefix("OWNERS.yaml:") for one in load(SMALLEST + line).errors]
    assert errors == [problem.replace(": ", ": error: ", 1)]


@pytest.mark.parametrize(("line", "problem"), cases("names"))
def test_names_that_nothing_defines(line: str, problem: str) -> None:
    (error,) = load(SMALLEST + PEOPLE + line).errors
    assert str(error).partition("error: ")[2] == problem
    assert error.line == 5


@pytest.mark.parametrize(("area", "problem"), cases("areas"))
def test_wrong_areas(area: str, problem: str) -> None:
    text = f"version: 1\n{PEOPLE}areas: {{app: {{{area}}}}}\nfallback_area: app\n"
    (error,) = load(text).errors
    assert str(error).partition("error: ")[2] == problem
    assert error.line == 3


def test_no_area_at_all() -> None:
    assert said("version: 1\nareas: {}\nfallback_area: app") == [
        "2:8: error: `areas` must not be empty",
        "3:16: error: unknown area `app`",
    ]


def test_the_version_is_one() -> None:
    (problem,) = said(SMALLEST.replace("1", "2", 1))
    assert problem == "1:10: error: `version` must be 1"


def test_without_people_any_login_will_do() -> None:
    assert said(SMALLEST + "docs: [{path: a, owner: zed}]") == []
    assert said(SMALLEST + "people:\ndocs: [{path: a, owner: zed}]") == []
    assert said(SMALLEST + "review: {fallback: zed}") == []


def test_a_wrong_login_is_not_suggested() -> None:
    text = (
        "version: 1\npeople: {'al ice': , bob: }\nareas: {app: {owner: alice}}\nfallback_area: app"
    )
    assert said(text) == [
        "2:10: error: `al ice` is no GitHub login (letters, digits and dashes)",
        "3:22: error: unknown person `alice` (known: `bob`)",
    ]


def test_logins_are_spelt_as_under_people() -> None:
    loaded = load("version: 1\npeople: {Alice: }\nareas: {app: {owner: aLICE}}\nfallback_area: app")
    assert loaded.model is not None
    assert loaded.model.areas["app"].owner == "Alice"  # type: ignore[index]


def test_all_problems_come_in_one_go_in_the_order_of_the_file() -> None:
    text = """\
version: 1
people: {alice: {nme: A}, bob: }
rotations:
  r: {people: [bob], start: 2026-01-05T10:00Z}
areas:
  app:
    ownr: alice
    alerts:
      - {source: "*"}
  web:
    owner: bbo
    alerts:
      - {source: gcp, match: {severity: high}}
      - {source: gcp, severity: sev9}
  db:
    owner: alice
    alerts:
      - {source: stripe}
fallback_area: ap
fallback_area: app
"""
    assert said(text) == [
        "2:18: error: unknown key `nme` (did you mean `name`?)",
        (
            "4:29: error: `start`: `2026-01-05T10:00Z` has a UTC offset"
            " (write `2026-01-05T10:00`: `timezone` says the zone)"
        ),
        "6:3: error: `owner` is missing (every area has one: `owner: LOGIN`)",
        "7:5: error: unknown key `ownr` (did you mean `owner`?)",
        "11:12: error: unknown person `bbo` (did you mean `bob`?)",
        "14:33: error: `severity`: `sev9` is no severity (sev1, sev2, sev3 or sev4)",
        "19:16: error: unknown area `ap` (did you mean `app`?)",
        "20:1: error: duplicate key `fallback_area` (the first is on line 19)",
    ]


def test_unreachable_rules_are_told_even_when_something_else_is_broken() -> None:
    text = """\
version: 1
areas:
  app:
    owner: "@alice"
    nonsense: 1
    alerts:
      - {source: "*"}
      - {source: gcp}
fallback_area: nowhere
"""
    assert [(one.line, one.message) for one in load(text).problems] == [
        (4, "`owner`: `@alice` is no GitHub login"),
        (5, "unknown key `nonsense`"),
        (9, "unknown area `nowhere`"),
    ]
    mended = text.replace("@alice", "alice")
    assert [(one.line, one.message) for one in load(mended).problems] == [
        (5, "unknown key `nonsense`"),
        (
            8,
            (
                "this alert rule is unreachable:"
                " `areas.app.alerts[0]` comes first and takes all its alerts"
            ),
        ),
        (9, "unknown area `nowhere`"),
    ]


def test_what_is_printed_cannot_steer_a_terminal() -> None:
    (problem,) = load(SMALLEST + '"\\e[31m\\u202e\\n": 1').problems
    assert problem.message == r"unknown key `\x1b[31m\u202e\n`"
    assert problem.key == r"\x1b[31m\u202e\n"
    (problem,) = load(SMALLEST + f"{'k' * 900}: 1").problems
    assert len(problem.message) == 300


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [(b"version: 1\nareas: \xff", 2, 8), (b"\xff", 1, 1), (b"a: b\n\n\xc3", 3, 1)],
)
def test_bytes_that_are_not_utf_8(content: bytes, line: int, column: int) -> None:
    (problem,) = load_bytes(content).problems
    assert (problem.line, problem.column, problem.message) == (
        line,
        column,
        "the file is not UTF-8",
    )


def check_total(text: str) -> None:
    """Loading gives a model or an error, and every problem a place."""
    loaded = load(text)
    assert (loaded.model is None) == bool(loaded.errors)
    assert all(one.line >= 1 and one.column >= 1 for one in loaded.problems)
    assert list(loaded.problems) == sorted(loaded.problems, key=lambda one: (one.line, one.column))
    "".join(map(str, loaded.problems)).encode()


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_loads(text: str) -> None:
    check_total(text)


PIECES = [
    *"{}[]:,-?&*!|>'\"%@#~ \n\t\\=",
    "<<: ",
    "- ",
    "---\n",
    "null",
    "0x",
    "!!int ",
    "&a",
    "*a",
]


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_file_with_slips_loads(source: random.Random) -> None:
    text = FULL
    for _ in range(source.randint(1, 5)):
        start = source.randrange(len(text))
        slip = "".join(source.choices(PIECES, k=source.randint(0, 3)))
        text = text[:start] + slip + text[start + source.choice([0, 0, 1, 3, 20]) :]
    check_total(text)


KEYS = st.sampled_from(
    ["version", "people", "teams", "rotations", "severities", "escalation", "areas", "owner", "levels",
     "fallback_area", "release", "cadence", "report", "triage", "timezone", "alice", "sev1", "app"]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=8))
def test_any_shape_loads(data: dict[str, object]) -> None:
    check_total(repr(data).replace("None", "null"))
