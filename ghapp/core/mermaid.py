"""Charts in Mermaid's language, which GitHub draws: valid whatever a title or a name contains.

Mermaid has no common way to quote: a gantt takes a name as it stands, up to the next `:`, and `;`, `#` and `%%` mean
something nearly everywhere. So what could mean something is replaced by what looks like it, and each name begins with
a sign that no keyword begins with.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_LONGEST: Final = 60
_MOST: Final = 40
"""Slices, bars or lines of one chart; more could not be told apart."""
_NAMELESS: Final = "?"
_BEFORE: Final = "\N{MIDDLE DOT} "
_DAY: Final = timedelta(days=1)
_LOOK_ALIKES: Final = str.maketrans(
    {
        '"': "\N{RIGHT DOUBLE QUOTATION MARK}",
        "'": "\N{RIGHT SINGLE QUOTATION MARK}",
        "`": "\N{RIGHT SINGLE QUOTATION MARK}",
        ":": "\N{RATIO}",
        ";": ",",
        "#": "\N{FULLWIDTH NUMBER SIGN}",
        "%": "\N{FULLWIDTH PERCENT SIGN}",
        "|": "\N{BROKEN BAR}",
        "\\": "\N{FULLWIDTH REVERSE SOLIDUS}",
        "<": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
        ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
        "[": "(",
        "]": ")",
        "{": "(",
        "}": ")",
        "@": "\N{FULLWIDTH COMMERCIAL AT}",
        "&": "\N{FULLWIDTH AMPERSAND}",
        "$": "\N{FULLWIDTH DOLLAR SIGN}",
        "-": "\N{NON-BREAKING HYPHEN}",
    }
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a gantt chart, from a date to another, both included."""

    name: str
    start: date
    end: date
    late: bool = False


def label(text: str) -> str:
    """`text` as a name inside a chart: one line, cut, and never empty."""
    seen = "".join(char if _shows(char) else " " for char in text)
    line = " ".join(seen.translate(_LOOK_ALIKES).split())
    return (line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…") or _NAMELESS


def pie(title: str, slices: Iterable[tuple[str, int]]) -> str:
    """Parts of a whole; empty when there is nothing to divide."""
    parts = [(label(name), count) for name, count in slices if count > 0][:_MOST]
    if not parts:
        return ""
    lines = (f'    "{_BEFORE}{name}" : {count}' for name, count in parts)
    return "\n".join([f"pie showData title {_BEFORE}{label(title)}", *lines])


def bars(title: str, unit: str, values: Sequence[tuple[str, float]]) -> str:
    """A value for each name, as an xychart; empty without any."""
    some = list(values)[-_MOST:]
    if not some:
        return ""
    names = ", ".join(f'"{_BEFORE}{label(name)}"' for name, _ in some)
    numbers = [max(value, 0.0) + 0.0 for _, value in some]  # never -0.0
    return "\n".join(
        [
            "xychart-beta",
            f'    title "{_BEFORE}{label(title)}"',
            f"    x-axis [{names}]",
            f'    y-axis "{_BEFORE}{label(unit)}" 0 --> {_number(max(*numbers, 1.0))}',
            f"    bar [{', '.join(map(_number, numbers))}]",
        ]
    )


def gantt(title: str, section: str, lines: Sequence[Bar]) -> str:
    """What lasted from when to when; empty without any."""
    some = list(lines)[-_MOST:]
    if not some:
        return ""
    drawn = (
        f"    {_BEFORE}{label(one.name)} :{'crit, ' if one.late else ''}"
        f"{one.start}, {max(one.end, one.start) + _DAY}"
        for one in some
    )
    return "\n".join(
        [
            "gantt",
            f"    title {_BEFORE}{label(title)}",
            "    dateFormat YYYY-MM-DD",
            f"    section {_BEFORE}{label(section)}",
            *drawn,
        ]
    )


def _shows(char: str) -> bool:
    return unicodedata.category(char)[0] not in {"C", "Z"}


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
