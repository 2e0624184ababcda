"""Patterns of OWNERS.yaml: which are valid, and what they match."""

import pytest
from pathspec import PathSpec
from pydantic import TypeAdapter, ValidationError

from ghapp.model.patterns import PathGlob, Regex, any_of, found_in

GLOB, REGEX = TypeAdapter(PathGlob), TypeAdapter(Regex)


@pytest.mark.parametrize(
    "glob",
    ["docs/**", "*", "*.md", "**/migrations/**/*.sql", "/Dockerfile", "!docs/drafts/", "a*b*/c*d"],
)
def test_a_glob(glob: str) -> None:
    assert GLOB.validate_python(glob) == glob


@pytest.mark.parametrize(
    ("glob", "message"),
    [
        ("#docs", "`#docs` matches no path"),
        ("a/[b", "`a/[b` matches no path"),
        ("!", "`!` matches no path"),
        ("a*b*c*d", "`a*b*c*d` has too many `*`"),
        ("**/a/**/b/**/c", "`**/a/**/b/**/c` has too many `*`"),
    ],
)
def test_no_glob(glob: str, message: str) -> None:
    with pytest.raises(ValidationError, match=r"matches no path|has too many") as refused:
        GLOB.validate_python(glob)
    assert refused.value.errors()[0]["msg"] == message


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


def test_a_regular_expression_is_looked_for_anywhere() -> None:
    assert found_in(r"\d+", "PAY-12")
    assert not found_in(r"^\d+$", "PAY-12")


@pytest.mark.parametrize(
    ("regex", "why"),
    [
        ("(a", "unclosed group"),
        ("(?=a)b", "look-around, including look-ahead and look-behind, is not supported"),
        (r"(a)\1", "backreferences are not supported"),
        ("a{1000}{1000}", "Compiled regex exceeds size limit of 10485760 bytes."),
    ],
)
def test_no_regular_expression(regex: str, why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        REGEX.validate_python(regex)
    assert refused.value.errors()[0]["msg"] == f"`{regex}` is no regular expression: {why}"
