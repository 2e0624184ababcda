"""Patterns that OWNERS.yaml may contain: of paths, as in .gitignore, and regular expressions that cannot run wild."""

import re
from functools import lru_cache
from typing import Annotated, Final

from pathspec.patterns.gitignore.basic import GitIgnoreBasicPattern
from pydantic import AfterValidator, StringConstraints
from pydantic_core import SchemaError, SchemaValidator, core_schema

from ghapp.model.section import wrong

MOST_STARS: Final = 2
"""In one segment of a path, and as `**` over segments: with more, a long path could take minutes to match."""

_OVER_SEGMENTS: Final = re.compile(r"\*{2,}")


def _glob(text: str) -> str:
    if _translated(text) is None:
        raise wrong("matches no path", text, "write it as in .gitignore, such as docs/**")
    stars = [*map(_stars, text.split("/")), len(_OVER_SEGMENTS.findall(text))]
    if max(stars) > MOST_STARS:
        raise wrong("has too many `*`", text, "two between slashes, and two `**`, will do")
    return text


def _stars(segment: str) -> int:
    return 0 if segment == "**" else segment.count("*")


def _translated(glob: str) -> tuple[str, bool] | None:
    """The regular expression of a line of .gitignore, and whether it includes; None for one that matches nothing."""
    try:
        regex, include = GitIgnoreBasicPattern.pattern_to_regex(glob)
    except ValueError:
        return None
    if regex is None or include is None:
        return None
    return str(regex) if str(regex).startswith("^") else f"^.*{regex}", include


def regex_of(glob: str) -> str:
    """The regular expression of a valid glob, for `re.match`; a leading `!` is left aside."""
    found = _translated(glob)
    assert found is not None, glob
    return found[0]


def _regex(text: str) -> str:
    try:
        _matcher(text)
    except SchemaError as error:
        why = str(error).rpartition("error: ")[2].rpartition("SchemaError: ")[2].strip()
        hint = "look-around and back-references are not supported"
        raise wrong(f"is no regular expression: {why}", text, hint) from None
    return text


@lru_cache(maxsize=256)
def _matcher(regex: str) -> SchemaValidator:
    """Pydantic's own engine: its time is linear in the text, whatever the expression.

    https://docs.rs/regex/latest/regex/#untrusted-input
    """
    return SchemaValidator(core_schema.str_schema(pattern=regex, regex_engine="rust-regex"))


def found_in(regex: str, text: str) -> bool:
    """Whether a regular expression of the file matches anywhere in a text; `^` and `$` tie it to the ends."""
    return _matcher(regex).isinstance_python(text)


PathGlob = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_glob)]
"""Paths from the root of the repository, as a line of .gitignore: `docs/**`, `*.md`, `!docs/drafts/`."""
Regex = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_regex)]
"""A regular expression whose time is linear in the text."""
