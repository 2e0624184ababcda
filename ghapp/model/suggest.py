"""The nearest right name to a wrong one."""

import difflib
from collections.abc import Iterable
from itertools import islice
from typing import Final

_LONGEST: Final = 60
_MANY: Final = 8
_MOST: Final = 700
"""Comparing names is slow: with more of them than this, only the first are looked at."""


def suggest(name: str, known: Iterable[str]) -> str:
    """A hint that leads from a wrong name to a right one; empty when there is none to offer."""
    names = list(islice(known, _MOST))
    by_case = {one.casefold(): one for one in reversed(names)}
    close = difflib.get_close_matches(name.casefold()[:_LONGEST], by_case, n=1)
    if close:
        return f"did you mean `{by_case[close[0]]}`?"
    if not names or len(names) > _MANY:
        return ""
    return f"known: {', '.join(f'`{one}`' for one in names)}"
