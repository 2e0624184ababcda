"""The nearest right name to a wrong one."""

import difflib
from collections.abc import Iterable
from typing import Final

_MANY: Final = 8


def suggest(name: str, known: Iterable[str]) -> str:
    """A hint that leads from a wrong name to a right one; empty when there is none to offer."""
    names = list(known)
    by_case = {one.casefold(): one for one in reversed(names)}
    close = difflib.get_close_matches(name.casefold()[:100], by_case, n=1)
    if close:
        return f"did you mean `{by_case[close[0]]}`?"
    if not names or len(names) > _MANY:
        return ""
    return f"known: {', '.join(f'`{one}`' for one in names)}"
