"""Whose a file is: the area of the most specific path that matches it.

Within an area paths mean what the lines of a .gitignore mean: a later one overrules, `!` takes out. Over areas the most
specific path decides (`overlap.specificity`), and of equally specific ones the first in the file, which `ghapp check`
complains of. What no area claims is the fallback area's.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ghapp.core.pull_request import ChangedFile
from ghapp.model.names import AreaName
from ghapp.model.overlap import specificity
from ghapp.model.patterns import any_of, regex_of
from ghapp.model.types import Model

_LITERAL_START: Final = re.compile(r"/?([^/*?\[\\]+)/.")
_NEVER: Final = re.compile("(?!)")

Paths = tuple[tuple[AreaName, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class _Claim:
    """A path of an area; the one of the smallest rank wins."""

    rank: int
    area: AreaName
    glob: str


@dataclass(frozen=True, slots=True)
class _Claims:
    """Some claims as one regular expression, the most specific first: the first that matches wins."""

    claims: Sequence[_Claim]
    whole: re.Pattern[str]

    def best(self, text: str) -> _Claim | None:
        found = self.whole.match(text)
        return None if found is None else self.claims[(found.lastindex or 1) - 1]


class Ownership:
    """The areas of a model, made ready to be asked about thousands of files."""

    def __init__(self, paths: Paths, fallback: AreaName) -> None:
        self._fallback = fallback
        claims = _ranked(paths)
        careful = {name for name, globs in paths if any(one.startswith("!") for one in globs)}
        self._careful = [
            (any_of(globs), _compiled([one for one in claims if one.area == name]))
            for name, globs in paths
            if name in careful
        ]
        self._below: dict[str, _Claims] = {}
        self._names, self._others = _compiled([]), _compiled([])
        self._sort([one for one in claims if one.area not in careful])

    def _sort(self, claims: Iterable[_Claim]) -> None:
        """Most paths begin with a name, which sorts out all others at once; or are a name at any depth."""
        below: dict[str, list[_Claim]] = {}
        names, others = [], []
        for one in claims:
            start = _LITERAL_START.match(one.glob)
            if start is not None:
                below.setdefault(start[1], []).append(one)
            elif "/" not in one.glob.rstrip("/"):
                names.append(one)
            else:
                others.append(one)
        self._below = {start: _compiled(found) for start, found in below.items()}
        self._names, self._others = _compiled(names), _compiled(others)

    def area_of(self, path: str) -> AreaName:
        """The area that a file belongs to."""
        return self._area_of(path, {})

    def touched(self, files: Iterable[ChangedFile]) -> Mapping[AreaName, tuple[str, ...]]:
        """The areas of changed files with what changes in each; what is renamed is in the areas of both names."""
        found: dict[AreaName, dict[str, None]] = {}
        known: dict[str, _Claim | None] = {}
        for file in files:
            for path in (file.path, file.previous):
                if path:
                    found.setdefault(self._area_of(path, known), {})[path] = None
        return {area: tuple(paths) for area, paths in found.items()}

    def _area_of(self, path: str, known: dict[str, _Claim | None]) -> AreaName:
        start = path.partition("/")[0]
        below = self._below.get(start)
        claims = [
            None if below is None else below.best(path),
            self._others.best(path),
            *(self._named(name, known) for name in _names(path)),
            *(of_area.best(path) for claims, of_area in self._careful if claims(path)),
        ]
        best = min((one for one in claims if one), key=lambda one: one.rank, default=None)
        return self._fallback if best is None else best.area

    def _named(self, name: str, known: dict[str, _Claim | None]) -> _Claim | None:
        """Directories recur from file to file: `known` keeps what was found for them."""
        if name not in known:
            known[name] = self._names.best(name)
        return known[name]


def _names(path: str) -> list[str]:
    """`a/b.py` as `a/` and `b.py`: a name at any depth is matched by the name alone."""
    return path.replace("/", "/\0").split("\0")


def _ranked(paths: Paths) -> list[_Claim]:
    """All claims, the most specific first; the sort keeps the file's order among equals."""
    claims = [(area, glob) for area, globs in paths for glob in globs if not glob.startswith("!")]
    claims.sort(key=lambda one: specificity(one[1]), reverse=True)
    return [_Claim(rank, area, glob) for rank, (area, glob) in enumerate(claims)]


def _compiled(claims: Sequence[_Claim]) -> _Claims:
    if not claims:
        return _Claims((), _NEVER)
    whole = "|".join(f"({regex_of(one.glob)})" for one in claims)
    return _Claims(claims, re.compile(whole, re.DOTALL))


def ownership(model: Model) -> Ownership:
    """Who owns what by a model; made ready once for each."""
    paths = tuple((name, area.paths) for name, area in model.areas.items())
    return _ownership(paths, model.fallback_area)


@lru_cache(maxsize=64)
def _ownership(paths: Paths, fallback: AreaName) -> Ownership:
    return Ownership(paths, fallback)
