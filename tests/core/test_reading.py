"""A member of the wrong type is left out and named; nothing is raised."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.reading import Reader, web_address

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text", "unreadable"),
    [
        (" a ", "a", []),
        (5, "5", []),
        (0.5, "0.5", []),
        (None, "", []),
        (True, "", ["k"]),
        ([], "", ["k"]),
        ({}, "", ["k"]),
    ],
)
def test_texts(value: object, text: str, unreadable: list[str]) -> None:
    reader = Reader({"k": value})
    assert (reader.text("k"), reader.unreadable) == (text, unreadable)


@pytest.mark.parametrize(
    ("value", "time", "readable"),
    [
        (1772409600, NOW, True),
        ("1772409600", NOW, True),
        (" 1772409600.0 ", NOW, True),
        (1772409599.5, datetime(2026, 3, 1, 23, 59, 59, 500_000, tzinfo=UTC), True),
        (None, None, True),
        ("", None, True),
        (0, None, True),
        (-5, None, False),
        ("soon", None, False),
        ("٣", None, False),
        ("1e5", None, False),
        (1772409600000, None, False),
        (1772409601, None, False),
        (10**300, None, False),
        ([], None, False),
    ],
)
def test_times(value: object, time: datetime | None, readable: bool) -> None:
    reader = Reader({"k": value})
    assert reader.seconds("k", latest=NOW) == time
    assert reader.unreadable == ([] if readable else ["k"])


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://console.cloud.google.com/x?y=1&z=2#a", True),
        ("HTTP://example.com", True),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("//example.com", False),
        ("https://exa mple.com", False),
        ("https://example.com/\n", False),
        ("https://example.com/\u2028", False),
        ("https://example.com/<script>", False),
        ("https://[broken", False),
        ("https://example.com/" + "a" * 2048, False),
    ],
)
def test_addresses(address: str, safe: bool) -> None:
    assert (web_address(address) is not None) == safe


def test_an_unsafe_address_is_left_out() -> None:
    reader = Reader({"good": " https://example.com\n", "bad": "javascript:alert(1)"})
    assert (reader.url("good"), reader.url("bad")) == ("https://example.com", "")
    assert reader.unreadable == ["bad"]


def test_dotted_names_say_where_it_was_unreadable() -> None:
    reader = Reader({"a": {"b": {"c": []}}, "list": [{"url": 1}, "no object"], "labels": {"x": {}}})
    reader.inside("a").inside("b").text("c")
    reader.inside("list")
    assert [one.url("url") for one in reader.objects("list")] == [""]
    assert reader.texts("labels") == {"x": ""}
    assert reader.objects("labels") == []
    assert reader.unreadable == ["a.b.c", "list", "list", "list.url", "labels.x", "labels"]


@given(
    st.dictionaries(
        st.just("k"),
        st.recursive(
            st.none() | st.text() | st.integers() | st.floats() | st.booleans(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ),
    )
)
def test_reading_is_total(data: dict[str, Any]) -> None:
    reader = Reader(data)
    reader.text("k")
    reader.texts("k")
    reader.url("k")
    reader.seconds("k", latest=NOW)
    for one in reader.objects("k"):
        one.text("k")
