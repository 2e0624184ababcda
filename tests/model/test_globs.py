"""Whether one glob takes everything that another takes."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghapp.model.globs import covers


@pytest.mark.parametrize(
    ("broad", "narrow", "expected"),
    [
        ("gcp", "gcp", True),
        ("gcp", "GCP", False),
        ("*", "gcp", True),
        ("*", "", True),
        ("", "", True),
        ("", "a", False),
        ("a", "", False),
        ("*", "*", True),
        ("gcp", "*", False),
        ("api-*", "api-web", True),
        ("api-*", "api-web-*", True),
        ("api-web-*", "api-*", False),
        ("*-prod", "api-*-prod", True),
        ("a*b*c", "abc", True),
        ("a*b*c", "acb", False),
        ("?", "a", True),
        ("?", "?", True),
        ("?", "*", False),
        ("*?", "?*", True),
        ("?*", "*?", True),
        ("**", "*", True),
        ("?*", "*", False),
        ("??", "?", False),
        ("[ab]", "[ab]", True),
        ("?", "[ab]", True),
        ("[ab]", "a", False),
        ("[ab]*", "[ab]c", True),
        ("?", "[!]", False),
        ("???", "[!]", True),
        ("?", "[]a]", True),
        ("?", "\n", True),
    ],
)
def test_covers(broad: str, narrow: str, expected: bool) -> None:
    assert covers(broad, narrow) is expected


@settings(max_examples=300)
@given(st.text("ab*?[]!", max_size=6), st.text("ab*?[]!", max_size=6), st.text("ab[]!", max_size=5))
def test_a_cover_takes_whatever_the_narrower_takes(broad: str, narrow: str, text: str) -> None:
    if covers(broad, narrow) and fnmatchcase(text, narrow):
        assert fnmatchcase(text, broad)


@given(st.text("ab*?[]!", max_size=8))
def test_every_glob_covers_itself(glob: str) -> None:
    assert covers(glob, glob)
