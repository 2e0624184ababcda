"""YAML as plain values with places: what is read, what is refused, and where things stand."""

from typing import Any

import pytest

from ghapp.model.document import MOST_VALUES, read
from ghapp.model.nodes import DEEPEST, LONGEST, Mark


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("NO", "NO"),
        ("on", "on"),
        ("09:30", "09:30"),
        ("2026-01-05", "2026-01-05"),
        ("2026-01-05T10:00:00Z", "2026-01-05T10:00:00Z"),
        ("true", True),
        ("False", False),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("~", None),
        ("null", None),
        ("12", 12),
        ("-3", -3),
        ("010", 10),
        ("0x1f", 31),
        ("0o17", 15),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1_000", "1_000"),
        ('"12"', "12"),
        ("'null'", "null"),
        ("!!str 12", "12"),
        ("! 12", "12"),
        ("|\n  a\n  b\n", "a\nb\n"),
        ("[1, [a]]", [1, ["a"]]),
        ("{a: {b: }}", {"a": {"b": None}}),
        ("{1: a, null: b, true: c}", {"1": "a", "null": "b", "true": "c"}),
        ("{a: &x [1], b: *x}", {"a": [1], "b": [1]}),
        ("{a: &x {p: 1, q: 2}, b: {<<: *x, q: 3}}", {"a": {"p": 1, "q": 2}, "b": {"q": 3, "p": 1}}),
        (
            "{a: &x {p: 1}, b: &y {p: 2, q: 2}, c: {<<: [*x, *y]}}",
            {"a": {"p": 1}, "b": {"p": 2, "q": 2}, "c": {"p": 1, "q": 2}},
        ),
        ("", None),
        ("# only a comment\n", None),
        ("---\n", None),
        ("\ufeffa: 1", {"a": 1}),
    ],
)
def test_reads(text: str, value: Any) -> None:
    document = read(text)
    assert (document.data, document.complaints) == (value, [])
    assert repr(document.data) == repr(value), "types count: True is not 1"


@pytest.mark.parametrize(
    ("text", "line", "column", "message", "hint"),
    [
        pytest.param(
            "a:\n\tb: 1", 2, 1, "cannot start any token", "spaces, not with tabs", id="tab"
        ),
        pytest.param("a: @alice", 1, 4, "cannot start any token", "in quotes", id="at-sign"),
        pytest.param(
            "a: b: c", 1, 5, "mapping values are not allowed", "in quotes", id="two-colons"
        ),
        pytest.param("a: {b", 1, 6, "expected ',' or '}'", "", id="open-brace"),
        pytest.param("a: 1\n b: 2", 2, 3, "not valid YAML", "in quotes", id="indentation"),
        pytest.param("a: 1\nb: \x00", 2, 4, r"the character \x00 is not allowed", "", id="nul"),
        pytest.param('a: "\\ud800"', 1, 4, "surrogate", "", id="surrogate-escape"),
        pytest.param("a\ud800", 1, 2, r"\ud800 is not allowed", "", id="surrogate"),
        pytest.param('"\\UFFFFFFFF"', 1, 1, "not valid YAML", "", id="no-such-character"),
        pytest.param("a: !!python/x 1", 1, 4, "the tag `python/x`", "quotes", id="tag"),
        pytest.param("a: [*.py]", 1, 5, "anchored as `&.py`", "in quotes", id="pattern-as-alias"),
        pytest.param("a: &a [*a]", 1, 8, "anchored as `&a`", "", id="alias-of-itself"),
        pytest.param("{[a]: 1}", 1, 2, "a key must be a single word", "", id="list-as-key"),
        pytest.param("a: 1\n---\nb: 2", 2, 1, "second document", "---", id="second-document"),
        pytest.param("a: {<<: 1}", 1, 9, "`<<` takes a mapping", "", id="merge-of-nothing"),
        pytest.param("[" * 9999, 1, DEEPEST + 1, "nested deeper than", "", id="deep"),
        pytest.param("x" * (LONGEST + 1), 1, 1, "longer than 512 KiB", "", id="long"),
    ],
)
def test_refuses(text: str, line: int, column: int, message: str, hint: str) -> None:
    document = read(text)
    (complaint,) = document.complaints
    assert document.data is None
    assert message in complaint.message
    assert hint in complaint.hint
    assert complaint.mark == Mark(line, column)


def test_many_values_through_aliases_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    (complaint,) = read("\n".join(lines)).complaints
    assert complaint.message == f"more than {MOST_VALUES:,} values, aliases written out"


def test_deep_nesting_through_aliases_is_refused() -> None:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{i}: &a{i} [[[*a{i - 1}]]]" for i in range(1, 30)]
    (complaint,) = read("\n".join(lines)).complaints
    assert complaint.message == f"nested deeper than {DEEPEST} levels, aliases written out"


def test_the_first_of_a_repeated_key_counts_and_the_second_is_told() -> None:
    document = read("a: 1\nb: 2\na: 3\n")
    (complaint,) = document.complaints
    assert document.data == {"a": 1, "b": 2}
    assert complaint.mark == Mark(3, 1)
    assert complaint.path == ("a",)
    assert complaint.message == "duplicate key `a`"
    assert complaint.hint == "the first is on line 1"


@pytest.mark.parametrize(
    ("path", "at_key", "line", "column"),
    [
        (("a",), False, 2, 3),
        (("a",), True, 1, 1),
        (("a", "b"), False, 2, 6),
        (("a", "b", 1), False, 2, 10),
        (("a", "b", 1), True, 2, 10),
        (("a", "b", 7), False, 2, 3),
        (("a", "missing"), False, 1, 1),
        (("missing",), False, 1, 1),
        ((), False, 1, 1),
    ],
    ids=str,
)
def test_place(path: tuple[str | int, ...], at_key: bool, line: int, column: int) -> None:
    assert read("a:\n  b: [x, y]\n").place(path, at_key=at_key) == Mark(line, column)
