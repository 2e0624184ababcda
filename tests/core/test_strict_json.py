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
        pytest.param(b"\xef\xbb\xbf{}", "byte order mark", id="byte order mark"),
        pytest.param('{"a": "é"}'.encode("latin-1"), "not UTF-8 at byte 7", id="latin-1"),
        pytest.param("{}".encode("utf-16"), "not UTF-8", id="utf-16"),
        pytest.param("{}".encode("utf-16-le"), "not JSON", id="utf-16 without a mark"),
        pytest.param("{}".encode("utf-32-be"), "not JSON", id="utf-32 without a mark"),
        pytest.param(b'"\xed\xa0\x80"', "not UTF-8", id="surrogate in raw bytes"),
        pytest.param(b'{"a":1,"a":1}', "same key twice", id="duplicate key"),
        pytest.param(b'[{"a":1,"\\u0061":2}]', "same key twice", id="duplicate key, escaped"),
        pytest.param(b"NaN", "NaN is not JSON", id="nan"),
        pytest.param(b"[-Infinity]", "-Infinity is not JSON", id="infinity"),
        pytest.param(b"1e999", "out of range", id="beyond a double"),
        pytest.param(b"-1e999", "out of range", id="beyond a double, negative"),
        pytest.param(b"1" + b"0" * 1_000_000 + b".5", "out of range", id="a long fraction"),
        pytest.param(b"-" + b"9" * 309, "out of range", id="309 digits, negative"),
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
        pytest.param(b"+1", "not JSON", id="a plus"),
        pytest.param(b"1_000", "not JSON", id="an underscore in a number"),
        pytest.param("٣".encode(), "not JSON", id="a digit of another script"),
        pytest.param(b'"\\u+041"', "not JSON", id="a sign in an escape"),
        pytest.param(b'"\\x41"', "not JSON", id="an escape of another language"),
        pytest.param("\u00a0{}".encode(), "not JSON", id="a blank of another kind"),
        pytest.param(b"// a remark\n{}", "not JSON", id="a remark"),
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
        pytest.param(b"-" + b"9" * 308, -int("9" * 308), id="308 digits, negative"),
        pytest.param(b"0." + b"0" * 100_000 + b"1", 0.0, id="a hundred thousand digits"),
        pytest.param('"\ufeff"'.encode(), "\ufeff", id="a byte order mark inside a text"),
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


bad_leaves = st.sampled_from(
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "-1.5E+400",
        "9" * 400,
        r'"\ud800"',
        r'"x\uDC00y"',
        r'"\udc00\ud800"',
        r'"\u0000"',
    ]
)


def array(items: list[tuple[str, bool]]) -> tuple[str, bool]:
    return f"[{', '.join(text for text, _ in items)}]", any(bad for _, bad in items)


def mapping(members: list[tuple[str, tuple[str, bool]]]) -> tuple[str, bool]:
    texts = [f"{json.dumps(key)}: {text}" for key, (text, _) in members]
    keys = [key for key, _ in members]
    return f"{{{', '.join(texts)}}}", len(set(keys)) < len(keys) or any(
        bad for _, (_, bad) in members
    )


documents = st.recursive(
    values.map(lambda value: (json.dumps(value), False)) | st.tuples(bad_leaves, st.just(True)),
    lambda inner: (
        st.lists(inner, max_size=4).map(array)
        | st.lists(st.tuples(st.sampled_from(["a", "b", "é"]), inner), max_size=3).map(mapping)
    ),
    max_leaves=10,
)


@given(documents)
def test_refuses_what_is_bad_wherever_it_is_and_nothing_else(document: tuple[str, bool]) -> None:
    text, bad = document
    json.loads(text)  # the standard library takes them all
    if bad:
        with pytest.raises(Malformed):
            loads(text.encode())
    else:
        assert loads(text.encode()) == json.loads(text)


@given(documents, st.data())
def test_what_is_read_of_a_bent_document_is_what_the_standard_library_reads(
    document: tuple[str, bool], data: st.DataObject
) -> None:
    whole = document[0].encode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    bent = whole[:start] + data.draw(st.binary(max_size=4)) + whole[end:]
    try:
        value = loads(bent)
    except Malformed:
        return
    assert json.loads(bent.decode()) == value
    json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def test_a_megabyte_of_anything_is_read_in_linear_time() -> None:
    """Bodies that are slow to read would hold up every other sender; pytest's time limit is the judge."""
    for body in (
        b"[" + b"1," * 500_000 + b"1]",
        b'{"a":' + b"[" * 60 + b"{}," * 300_000 + b"{}" + b"]" * 60 + b"}",
        b'"' + rb"\u0041\ud83d\ude00" * 50_000 + b'"',
        b"{" + b",".join(b'"%d":0' % number for number in range(90_000)) + b"}",
    ):
        loads(body)
