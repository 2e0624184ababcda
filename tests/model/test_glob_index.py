"""Many globs at once give what each of them gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import PathSpec

from ghapp.model.glob_index import GlobIndex, any_of


@pytest.mark.parametrize(
    ("globs", "path", "first"),
    [
        (["*.md", "docs/**"], "docs/a.md", 0),
        (["*.py", "docs/**"], "docs/a.md", 1),
        (["src/**", "lib/**"], "docs/a.md", None),
        (["a*", "*.md", "docs"], "docs/x.py", 2),
        (["*", "docs"], "docs", 0),
        (["?.md", "[ab].md"], "a.md", 0),
        ([r"\*.md", "*.md"], "a.md", 1),
        (["**/*.d/**"], "etc/cron.d/daily", 0),
        ([], "a", None),
    ],
)
def test_the_first_that_matches(globs: list[str], path: str, first: int | None) -> None:
    assert GlobIndex(globs).first(path) == first


@pytest.mark.parametrize(
    "globs",
    [
        (),
        ("docs/**",),
        ("*.md", "/a"),
        ("docs/", "!docs/drafts/"),
        ("!docs/drafts/x.md", "docs/**"),
        ("*", "!*.md", "README.md"),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "path", ["a", "a/b", "docs/a.md", "docs/drafts/x.md", "README.md", "x/README.md", "x.py"]
)
def test_several_match_as_git_has_it(globs: tuple[str, ...], path: str) -> None:
    assert any_of(globs)(path) == PathSpec.from_lines("gitignore", globs).match_file(path)


words = st.sampled_from(["a", "b", "ab", "a.b", "b.a"])
globs = st.builds(
    lambda sign, lead, inner, tail: sign + lead + "/".join(inner) + tail,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "/"]),
    st.lists(words | st.sampled_from(["*", "a*", "*.b", "?", "**"]), min_size=1, max_size=3),
    st.sampled_from(["", "/", "/**"]),
)
paths = st.lists(words, min_size=1, max_size=4).map("/".join)


@given(globs=st.lists(globs, max_size=5), path=paths)
def test_it_is_as_one_by_one(globs: list[str], path: str) -> None:
    bare = [glob.removeprefix("!") for glob in globs]
    matching = [place for place, glob in enumerate(bare) if GlobIndex([glob]).first(path) == 0]
    assert GlobIndex(globs).first(path) == min(matching, default=None)
    assert any_of(tuple(globs))(path) == PathSpec.from_lines("gitignore", globs).match_file(path)
