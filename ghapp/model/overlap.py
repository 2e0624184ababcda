"""Which of two path globs says more, and whether there is a path that both match."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, TypeVar

T = TypeVar("T")

MANY: Final = "*"
"""In a row of characters any number of them; in a row of segments, as `**`, any number of those."""
_OVER: Final = "**"
_CHARACTER: Final = re.compile(r"\\.|\[!?+\]?+[^\]]*+\]|.", re.DOTALL)
_WILD: Final = re.compile(r"(?<!\\)[*?[]")


def specificity(glob: str) -> tuple[int, int]:
    """How much of a path a glob spells out: its segments without a wildcard, then its characters that are none.

    Of the globs that match a path, the one with the most is the most specific.
    """
    segments = [one for one in glob.removeprefix("!").split("/") if one]
    literal = sum(_WILD.search(one) is None for one in segments)
    return literal, sum(_is_literal(one) for segment in segments for one in _characters(segment))


def may_meet(one: str, other: str) -> bool:
    """Whether some path is matched by both globs, as far as people name their files.

    A set such as `[ab]` counts as any character. No directory is called `x.md`, so that `*.md` and `*.py` do not meet.
    """
    return _meet(_segments(one), _segments(other), _OVER, _segments_meet)


@lru_cache(maxsize=4096)
def _segments(glob: str) -> tuple[str, ...]:
    """A glob as a row of segments, with `**` for what .gitignore leaves unsaid: any depth before, all below."""
    bare = glob.removeprefix("!")
    inner = [one for one in bare.split("/") if one]
    anchored = "/" in bare.rstrip("/")
    return (*(() if anchored else (_OVER,)), *inner, *_below(bare, inner[-1]))


def _below(bare: str, last: str) -> tuple[str, ...]:
    """What a glob also matches beneath what it spells out."""
    if last == _OVER:
        return (MANY,)
    if bare.endswith("/"):
        return (MANY, _OVER)
    return () if MANY in last and "." in last else (_OVER,)


def _segments_meet(one: str, other: str) -> bool:
    return _meet(_characters(one), _characters(other), MANY, _characters_meet)


@lru_cache(maxsize=4096)
def _characters(segment: str) -> tuple[str, ...]:
    return tuple(_CHARACTER.findall(segment))


def _characters_meet(one: str, other: str) -> bool:
    return one[-1] == other[-1] or not (_is_literal(one) and _is_literal(other))


def _is_literal(character: str) -> bool:
    return character[0] not in "*?["


def _meet(one: Sequence[T], other: Sequence[T], many: T, same: Callable[[T, T], bool]) -> bool:
    """Whether two rows have a text in common; `many` stands for any number of what `same` compares."""
    ahead, seen = [(0, 0)], {(0, 0)}
    while ahead:
        a, b = ahead.pop()
        if (a, b) == (len(one), len(other)):
            return True
        for step in _steps(one[a : a + 1], other[b : b + 1], many, same):
            place = (a + step[0], b + step[1])
            if place not in seen:
                seen.add(place)
                ahead.append(place)
    return False


def _steps(
    one: Sequence[T], other: Sequence[T], many: T, same: Callable[[T, T], bool]
) -> list[tuple[int, int]]:
    """How far both rows may go from where they are: a `many` ends, or takes what the other has."""
    steps = []
    if one and one[0] == many:
        steps += [(1, 0), *([(0, 1)] if other else [])]
    if other and other[0] == many:
        steps += [(0, 1), *([(1, 0)] if one else [])]
    if one and other and many not in {one[0], other[0]} and same(one[0], other[0]):
        steps.append((1, 1))
    return steps
