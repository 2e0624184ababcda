"""Which of two globs says more, and whether they may match the same file."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.model.glob_index import any_of
from ghapp.model.overlap import may_meet, specificity


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("*", "*.md"),
        ("*.md", "docs/**"),
        ("docs/**", "docs/*.md"),
        ("docs/**", "docs/runbooks/**"),
        ("docs/runbooks/*.md", "docs/runbooks/deploy.md"),
        ("src/**", "**/migrations/**"),
        ("a/[bc]/**", "a/b/**"),
        ("a/?", "a/b"),
    ],
)
def test_what_spells_out_more_is_more_specific(less: str, more: str) -> None:
    assert specificity(less) < specificity(more)


@pytest.mark.parametrize(
    ("one", "other"), [("/docs", "docs/"), ("!docs/**", "docs/**"), ("a*", "*a")]
)
def test_equally_specific(one: str, other: str) -> None:
    assert specificity(one) == specificity(other)


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("docs/**", "docs/**", True),
        ("docs/*.md", "docs/a*", True),
        ("*.md", "*.py", False),
        ("/a", "/b", False),
        ("/a", "b/", True),
        ("a/b", "a/b/c", True),
        ("a/*/c", "a/b", True),
        ("a/*/c", "a/**/d", True),
        ("/x/[ab]", "/x/z", True),
        ("docs/", "/docs", True),
        (r"/a\*", "/ab", False),
        (r"/\a", "/a", True),
    ],
)
def test_two_globs_meet(one: str, other: str, meet: bool) -> None:
    assert may_meet(one, other) is meet
    assert may_meet(other, one) is meet


WORDS = ["a", "b", "ab"]
PATHS = ["/".join(path) for depth in (1, 2, 3) for path in itertools.product(WORDS, repeat=depth)]
segments = st.sampled_from(["a", "b", "*", "a*", "*b", "?", "**"])
globs = st.builds(
    lambda lead, inner, tail: lead + "/".join(inner) + tail,
    st.sampled_from(["", "/"]),
    st.lists(segments, min_size=1, max_size=3),
    st.sampled_from(["", "/"]),
)


@given(one=globs, other=globs)
def test_no_path_that_both_match_is_missed(one: str, other: str) -> None:
    matches, too = any_of((one,)), any_of((other,))
    if any(matches(path) and too(path) for path in PATHS):
        assert may_meet(one, other)
