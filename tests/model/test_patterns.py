"""Patterns of OWNERS.yaml: which are valid, and what they match."""

import pytest
from pydantic import TypeAdapter, ValidationError

from ghapp.model.patterns import PathGlob, Regex, found_in

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
        ("!", "`!` matches no path"),
        ("a*b*c*d", "`a*b*c*d` has too many `*`"),
        ("**/a/**/b/**/c", "`**/a/**/b/**/c` has too many `*`"),
    ],
)
def test_no_glob(glob: str, message: str) -> None:
    with pytest.raises(ValidationError, match=r"matches no path|has too many") as refused:
        GLOB.validate_python(glob)
    assert refused.value.errors()[0]["msg"] == message


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
