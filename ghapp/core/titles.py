"""Titles that are nearly the same, whatever their case, order of words, punctuation and tags."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from rapidfuzz import fuzz, process

_TAG: Final = re.compile(r"\s*(?:\[[^\]]{0,40}\]|[A-Za-z]{2,12}(?:\([^)]{0,40}\))?!?:)\s*")
_WORD: Final = re.compile(r"\w+")
_FEWEST: Final = 3
"""Words of a title that says enough to be compared."""


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles by number, made ready for being compared.

    Titles that differ in a number speak of two things, such as "Release 12" and "Release 13": those of one group have
    the same.
    """

    groups: Mapping[frozenset[str], Mapping[int, str]]

    @classmethod
    def of(cls, titles: Mapping[int, str]) -> Self:
        """Of these titles; those that say too little are left out."""
        groups: defaultdict[frozenset[str], dict[int, str]] = defaultdict(dict)
        for number, title in titles.items():
            words = words_of(title)
            if words:
                groups[_numbers(words)][number] = " ".join(words)
        return cls(groups)

    def like(self, number: int, title: str, *, alike: int, most: int) -> tuple[int, ...]:
        """The numbers below one whose titles are at least so many per cent the same, the likest first."""
        words = words_of(title)
        group = self.groups.get(_numbers(words), {})
        found = process.extract(
            " ".join(words), group, scorer=fuzz.ratio, score_cutoff=alike, limit=None
        )
        ranked = sorted((-score, other) for _, score, other in found if other < number)
        return tuple(other for _, other in ranked[:most])


def words_of(title: str) -> tuple[str, ...]:
    """What is compared of a title: its words by the alphabet, without tags such as `[bug]` and `fix(api):`.

    None of a title that says too little.
    """
    text = unicodedata.normalize("NFKC", title).casefold()
    at = 0
    while tag := _TAG.match(text, at):
        at = tag.end()
    words = tuple(sorted(_WORD.findall(text[at:])))
    return words if len(words) >= _FEWEST else ()


def _numbers(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for word in words if any(map(str.isdigit, word)))
