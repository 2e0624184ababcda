"""Strict JSON accepts what every reader understands alike, and raises nothing but Malformed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.strict_json import MAX_DEPTH, Malformed, loads

plain_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**300), 10**300)
    | st.floats(allow_nan=False, allow_infinity=False)
    | plain_text,
    lambda inner: st.lists(inner) | st.dictionaries(plain_text, inner),
    max_leaves=20,
)


@given(values, st.booleans(), st.sampled_from([None, 2]))
def test_reads_whatever_json_writes(value: Any, ascii_only: bool, indent: int | None) -> None:
    assert loads(json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()) == value


@given(st.binary() | st.text().map(lambda text: text.encode(errors="replace")))
def test_total_on_any_bytes(body: bytes) -> None:
    said = ""
    try:
        loads(body)
    except Malformed as error:
        said = str(error)
    assert "\n" not in said


@given(st.text('[]{}",:\\u0dD8eE+-.123 ', max_size=60))
def test_total_on_what_looks_like_json(text: str) -> None:
    try:
        value = loads(text.encode())
    except Malformed:
        return
    assert json.loads(text) == value


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(b"", "not JSON", id="empty"),
        pytest.param(b"{} {}", "not JSON: Extra data", id="two documents"),
        pytest.param(b"\xef\xbb\xbf{}", "not JSON", id="byte order mark"),
        pytest.param('{"a": "é"}'.encode("latin-1"), "not UTF-8 at byte 7", id="latin-1"),
        pytest.param("{}".encode("utf-16"), "not UTF-8", id="utf-16"),
        pytest.param(b'"\xed\xa0\x80"', "not UTF-8", id="surrogate in raw bytes"),
        pytest.param(b'{"a":1,"a":1}', "same key twice", id="duplicate key"),
        pytest.param(b'[{"a":1,"\\u0061":2}]', "same key twice", id="duplicate key, escaped"),
        pytest.param(b"NaN", "NaN is not JSON", id="nan"),
        pytest.param(b"[-Infinity]", "-Infinity is not JSON", id="infinity"),
        pytest.param(b"1e999", "out of range", id="beyond a double"),
        pytest.param(b"-1e999", "out of range", id="beyond a double, negative"),
        pytest.param(b"9" * 309, "out of range", id="309 digits"),
        pytest.param(b"9" * 5000, "out of range", id="more digits than Python reads"),
        pytest.param(b'"\\ud800"', "surrogate", id="lone high surrogate"),
        pytest.param(b'{"\\uDFFF": 1}', "surrogate", id="lone low surrogate in a key"),
        pytest.param(b'[["a\\u0000b"]]', r"U\+0000", id="escaped nul"),
        pytest.param(b'"a\0b"', "not JSON", id="raw nul"),
        pytest.param(b'"a\nb"', "not JSON", id="raw line end in a text"),
        pytest.param(b"[" * 1_000_000, "nested deeper", id="bottomless"),
        pytest.param(b'{"a":' * 1_000_000, "nested deeper", id="bottomless object"),
        pytest.param(b"[1,]", "not JSON", id="trailing comma"),
        pytest.param(b"{'a': 1}", "not JSON", id="single quotes"),
        pytest.param(b"01", "not JSON", id="leading zero"),
    ],
)
def test_refuses(body: bytes, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        loads(body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        pytest.param(b' {"a": 1} \n', {"a": 1}, id="blanks around"),
        pytest.param(b'"\\ud83d\\ude00"', "\U0001f600", id="a surrogate pair"),
        pytest.param(b'"\\\\u0000"', "\\u0000", id="an escaped backslash, not a nul"),
        pytest.param(b"9" * 308, int("9" * 308), id="308 digits"),
        pytest.param(b"1e-999", 0.0, id="too small for a double"),
    ],
)
def test_accepts(body: bytes, value: object) -> None:
    assert loads(body) == value


@pytest.mark.parametrize(("start", "end"), [("[", "]"), ('{"a":', "}")], ids=["array", "object"])
def test_depth_is_bounded(start: str, end: str) -> None:
    def nested(depth: int) -> bytes:
        return (start * depth + "1" + end * depth).encode()

    loads(nested(MAX_DEPTH))
    with pytest.raises(Malformed, match="nested deeper than 64 levels"):
        loads(nested(MAX_DEPTH + 1))


def test_many_brackets_are_not_depth() -> None:
    assert loads(b"[" + b",".join([b"{}"] * 1000) + b"]") == [{}] * 1000
