"""Whose a file is: the area of the most specific path that matches it.

Within an area paths mean what the lines of a .gitignore mean: a later one overrules, `!` takes out. Over areas the most
specific path decides (`overlap.specificity`), and of equally specific ones the first in the file, which `ghapp check`
complains of. What no area claims is the fallback area's.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ghapp.core.pull_request import ChangedFile
from ghapp.model.glob_index import GlobIndex, any_of
from ghapp.model.names import AreaName
from ghapp.model.overlap import specificity
from ghapp.model.types import Model

Paths = tuple[tuple[AreaName, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class _Claim:
    """A path of an area."""

    area: AreaName
    glob: str


@dataclass(frozen=True, slots=True)
class _Some:
    """Some of the claims, by their places among all: those of areas without `!`, or of one area with it."""

    places: Sequence[int]
    index: GlobIndex

    def first(self, path: str) -> int | None:
        """The place of the most specific that matches."""
        found = self.index.first(path)
        return None if found is None else self.places[found]


class Ownership:
    """The areas of a model, made ready to be asked about thousands of files."""

    def __init__(self, paths: Paths, fallback: AreaName) -> None:
        self._fallback = fallback
        claims = [_Claim(area, glob) for area, globs in paths for glob in globs if glob[0] != "!"]
        claims.sort(key=lambda one: specificity(one.glob), reverse=True)
        self._claims = claims
        careful = {area: globs for area, globs in paths if any(one[0] == "!" for one in globs)}
        self._plain = self._of({area for area, _ in paths if area not in careful})
        self._careful = [(any_of(globs), self._of({name})) for name, globs in careful.items()]

    def _of(self, areas: Collection[AreaName]) -> _Some:
        places = [place for place, one in enumerate(self._claims) if one.area in areas]
        return _Some(places, GlobIndex([self._claims[place].glob for place in places]))

    def area_of(self, path: str) -> AreaName:
        """The area that a file belongs to."""
        some = [self._plain, *(own for claims, own in self._careful if claims(path))]
        places = (one.first(path) for one in some)
        best = min((one for one in places if one is not None), default=None)
        return self._fallback if best is None else self._claims[best].area

    def touched(self, files: Iterable[ChangedFile]) -> Mapping[AreaName, tuple[str, ...]]:
        """The areas of changed files with what changes in each; what is renamed is in the areas of both names."""
        found: dict[AreaName, dict[str, None]] = {}
        for file in files:
            for path in (file.path, file.previous):
                if path:
                    found.setdefault(self.area_of(path), {})[path] = None
        return {area: tuple(paths) for area, paths in found.items()}


def ownership(model: Model) -> Ownership:
    """Who owns what by a model; made ready once for each."""
    paths = tuple((name, area.paths) for name, area in model.areas.items())
    return _ownership(paths, model.fallback_area)


@lru_cache(maxsize=64)
def _ownership(paths: Paths, fallback: AreaName) -> Ownership:
    return Ownership(paths, fallback)
