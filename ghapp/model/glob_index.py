"""Many path globs at once: which of them is the first to match a path.

A path is matched only against the globs that have a segment in common with it, or the ending of one, and against those
that have neither. So hundreds of globs cost little more than one.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from ghapp.model.patterns import regex_of

_WILD: Final = re.compile(r"[*?[\\]")
_ENDING: Final = re.compile(r"\.([^.*?[\]\\]+)$")
_NOTHING: Final = (list[int](), re.compile("(?!)"))


class GlobIndex:
    """Valid globs in the order of their importance; a leading `!` is left aside."""

    def __init__(self, globs: Sequence[str]) -> None:
        places: dict[str | None, list[int]] = {}
        for place, glob in enumerate(globs):
            places.setdefault(_key_of(glob), []).append(place)
        self._by_key = {key: (found, _together(globs, found)) for key, found in places.items()}
        self._last = len(globs)

    def first(self, path: str) -> int | None:
        """The place of the first glob that matches; None when none does.

        Of the alternatives of a regular expression the first that matches counts.
        """
        best = self._last
        for key in (None, *_keys(path)):
            places, whole = self._by_key.get(key, _NOTHING)
            match = whole.match(path) if places else None
            if match is not None and match.lastindex is not None:
                best = min(best, places[match.lastindex - 1])
        return None if best == self._last else best


def _together(globs: Sequence[str], places: Sequence[int]) -> re.Pattern[str]:
    return re.compile("|".join(f"({regex_of(globs[one])})" for one in places), re.DOTALL)


def _key_of(glob: str) -> str | None:
    """What every path that the glob matches has: a segment, or as `*.md` the ending of one; None for neither."""
    segments = [one for one in glob.removeprefix("!").split("/") if one]
    literal = [one for one in segments if not _WILD.search(one)]
    if literal:
        return max(literal, key=len)
    endings = (_ENDING.search(one) for one in segments)
    return next((f"*.{one[1]}" for one in endings if one), None)


def _keys(path: str) -> Iterator[str]:
    for segment in path.split("/"):
        yield segment
        if "." in segment:
            yield f"*.{segment.rpartition('.')[2]}"


@lru_cache(maxsize=512)
def any_of(globs: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a path is among those that valid globs mean: the last that matches decides, and none means no."""
    last_first = globs[::-1]
    index = GlobIndex(last_first)

    def among(path: str) -> bool:
        place = index.first(path)
        return place is not None and not last_first[place].startswith("!")

    return among
