"""Which stretches of a paragraph are no prose: code spans, HTML tags and comments, autolinks.

These bind most tightly of all that CommonMark knows within a paragraph, and one hides the beginning of
another, so they are found from left to right (https://spec.commonmark.org/0.31.2/#code-spans). The time
it takes is linear in the length of the text: of all attempts to read a tag, at most three are under way
at any place, since a `<` outside quotes ends one.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

_ATTRIBUTE = r"""
    \s++ [A-Za-z_:][A-Za-z0-9_.:-]*+
    (?: \s*+ = \s*+ (?: [^\s"'=<>`]++ | '[^']*+' | "[^"]*+" ) )?+
"""
TAG = rf"""
    < [A-Za-z][A-Za-z0-9-]*+ (?:{_ATTRIBUTE})*+ \s*+ /? >
  | </ [A-Za-z][A-Za-z0-9-]*+ \s*+ >
"""
"""An opening or closing tag, as a verbose pattern."""

_ADDRESS = r"""
    < [A-Za-z][A-Za-z0-9.+-]{1,31} : [^\x00-\x20<>]*+ >
  | < [A-Za-z0-9.!\#$%&'*+/=?^_`{|}~-]++ @ [A-Za-z0-9][A-Za-z0-9.-]*+ >
"""
_ANGLE = re.compile(f"{TAG}|{_ADDRESS}", re.VERBOSE)
_SPECIAL = re.compile(r"\\[!-/:-@\[-`{-~]|`+|<")
_SHORT_COMMENT = re.compile(r"<!--(?:>|->)")
_OPENING = re.compile(r"<!--|<\?|<!\[CDATA\[|<!(?=[A-Za-z])")
_ENDS = {"<!--": "-->", "<?": "?>", "<![CDATA[": "]]>", "<!": ">"}


def spans(text: str) -> Iterator[tuple[int, int]]:
    """The stretches that are no prose, each from its first character to behind its last, in order."""
    fences: dict[int, list[int]] = defaultdict(list)
    for run in re.finditer("`+", text):
        fences[len(run[0])].append(run.start())
    absent: set[str] = set()
    at = 0
    while found := _SPECIAL.search(text, at):
        at = found.end()
        if found[0] == "<":
            end = _angle_end(text, found.start(), absent)
        elif found[0][0] == "`":
            end = _code_end(fences[len(found[0])], at, len(found[0]))
        else:
            continue
        if end is not None:
            yield found.start(), end
            at = end


def _code_end(fences: list[int], at: int, length: int) -> int | None:
    """Code ends at the next run of exactly as many backticks."""
    following = bisect_left(fences, at)
    return fences[following] + length if following < len(fences) else None


def _angle_end(text: str, start: int, absent: set[str]) -> int | None:
    """The end of a tag, a comment or an autolink; `absent` are the ends that are known not to follow."""
    found = _ANGLE.match(text, start) or _SHORT_COMMENT.match(text, start)
    if found:
        return found.end()
    opening = _OPENING.match(text, start)
    if opening is None or (end := _ENDS[opening[0]]) in absent:
        return None
    place = text.find(end, opening.end())
    if place < 0:
        absent.add(end)
        return None
    return place + len(end)
