"""Titles that are nearly the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.titles import Titles, words_of


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("The Export is EMPTY", "empty export is the"),
        ("[Bug]: export is empty!", "empty export is"),
        ("fix(api): [urgent] export is empty", "empty export is"),
        ("Export (CSV) is empty", "csv empty export is"),
        ("Ｅｘｐｏｒｔ is empty", "empty export is"),  # noqa: RUF001
        ("Help", ""),
        ("It fails", ""),
        ("", ""),
    ],
)
def test_what_is_compared(title: str, words: str) -> None:
    assert " ".join(words_of(title)) == words


TITLES = Titles.of(
    {
        1: "Export of invoices is empty",
        2: "Is the export of invoices empty?",
        3: "Login fails with 500",
        4: "Login fails with 502",
        5: "Help",
        9: "Export of invoices is empty",
    }
)


@pytest.mark.parametrize(
    ("title", "alike", "found"),
    [
        pytest.param("export of invoices is EMPTY", 88, (1, 2), id="H06 the likest first"),
        pytest.param("export of invoices is EMPTY", 100, (1,), id="the very same words"),
        pytest.param("Login fails with 502", 80, (4,), id="another number is another matter"),
        pytest.param("Help", 50, (), id="too little to compare"),
        pytest.param("Nothing of all this here", 88, (), id="something else"),
    ],
)
def test_alike(title: str, alike: int, found: tuple[int, ...]) -> None:
    assert TITLES.like(8, title, alike=alike, most=3) == found


def test_only_earlier_ones_and_not_too_many() -> None:
    assert TITLES.like(2, "Export of invoices is empty", alike=88, most=3) == (1,)
    assert TITLES.like(99, "Export of invoices is empty", alike=88, most=2) == (1, 9)


@given(title=st.text(max_size=60), other=st.text(max_size=60))
def test_any_title_will_do(title: str, other: str) -> None:
    known = Titles.of({1: title, 2: other})
    again = known.like(3, title, alike=100, most=3)
    assert (1 in again) == bool(words_of(title))
