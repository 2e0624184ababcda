"""Whether one glob takes everything that another takes, by the globs of `fnmatch.fnmatchcase`."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

ANYTHING: Final = "*"
ONE: Final = "?"

_TOKEN: Final = re.compile(r"\[!?+\]?+[^\]]*+\]|.", re.DOTALL)
_WILD: Final = re.compile(r"[*?]*[*][*?]*")


def covers(broad: str, narrow: str) -> bool:
    """Whether every text that `narrow` matches is matched by `broad`.

    True is certain. False may be wrong for sets (`[ab]`), which are only compared as they are written.
    """
    pattern = _tokens(broad)
    places = _closure(pattern, {0})
    for token in _tokens(narrow):
        places = _closure(pattern, _after(pattern, places, token))
    return len(pattern) in places


@lru_cache(maxsize=4096)
def _tokens(glob: str) -> tuple[str, ...]:
    """The glob as a row of characters, sets and wildcards; in a run of wildcards the `*` comes last."""
    ordered = _WILD.sub(lambda run: ONE * run[0].count(ONE) + ANYTHING, glob)
    return tuple(_TOKEN.findall(ordered))


def _closure(pattern: Sequence[str], places: Iterable[int]) -> set[int]:
    """The places that can be reached from these without taking anything."""
    reached: set[int] = set()
    for start in places:
        place = start
        while place not in reached:
            reached.add(place)
            if place < len(pattern) and pattern[place] == ANYTHING:
                place += 1
    return reached


def _after(pattern: Sequence[str], places: Iterable[int], token: str) -> set[int]:
    after: set[int] = set()
    for place in places:
        own = pattern[place] if place < len(pattern) else None
        if own == ANYTHING:
            after.add(place)
        elif token != ANYTHING and own in {token, ONE}:
            after.add(place + 1)
    return after
