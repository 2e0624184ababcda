"""How a release is named: the patterns of `release.name`, taken apart."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from ghapp.model.section import wrong

_SHORT: Final = {
    "calver": "YYYY.MM.MICRO",
    "semver": "{semver}",
    "semver-next": "{semver}",
    "MAJOR.MINOR.PATCH": "{semver}",
}
_HINT: Final = 'such as "{date:%Y-%m-%d}", "calver", "YYYY.0M.MICRO" or "semver-next"'
_PLACEHOLDER: Final = re.compile(r"\{(?:date:(?P<format>[^{}]+)|(?P<word>calver|semver))\}")
_CALVER: Final = re.compile(
    r"v?(?:YYYY|YY|0Y)(?:[.-](?:MM|0M|DD|0D))*(?:[.-]MICRO)?(?![\w.-])", re.ASCII
)
_TOKEN: Final = re.compile(r"YYYY|YY|0Y|MM|0M|DD|0D|MICRO")
_FORMATS: Final = {"YYYY": "%Y", "0Y": "%y", "0M": "%m", "0D": "%d"}


@dataclass(frozen=True, slots=True)
class Text:
    """What stands in every name."""

    text: str

    def on(self, _day: date) -> str:
        """The piece of a release of that date."""
        return self.text


@dataclass(frozen=True, slots=True)
class Dated:
    """A piece of the planned date, by a format of `strftime`, or `YY`, `MM`, `DD` without a leading zero."""

    format: str

    def on(self, day: date) -> str:
        """The piece of a release of that date."""
        match self.format:
            case "YY":
                return str(day.year - 2000)
            case "MM":
                return str(day.month)
            case "DD":
                return str(day.day)
            case other:
                return day.strftime(other)


@dataclass(frozen=True, slots=True)
class Micro:
    """A number that counts the releases whose names are otherwise the same, from 0."""


@dataclass(frozen=True, slots=True)
class Semver:
    """The next semantic version: `1.4.0`."""


Piece = Text | Dated | Micro | Semver


def parse(pattern: str) -> tuple[Piece, ...]:
    """The pieces of a pattern, in order.

    Calendar versions are written as on https://calver.org: YYYY, YY, 0Y, MM, 0M, DD, 0D, MICRO.

    Raises:
        PydanticCustomError: it is none, or would give every release the same name.
    """
    pattern = _SHORT.get(pattern, pattern)
    pieces = _calver(pattern) if _CALVER.fullmatch(pattern) else _written_out(pattern)
    if all(isinstance(piece, Text) for piece in pieces):
        raise wrong("is the same for every release", pattern, _HINT)
    if sum(isinstance(piece, Micro | Semver) for piece in pieces) > 1:
        raise wrong("counts twice", pattern, _HINT)
    return pieces


def _written_out(pattern: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    end = 0
    for found in _PLACEHOLDER.finditer(pattern):
        pieces += _text(pattern[end : found.start()], pattern)
        pieces += _placeholder(found, pattern)
        end = found.end()
    return (*pieces, *_text(pattern[end:], pattern))


def _text(text: str, pattern: str) -> tuple[Piece, ...]:
    if re.search(r"[{}\n]", text):
        raise wrong("has braces that mean nothing", pattern, _HINT)
    return (Text(text),) if text else ()


def _placeholder(found: re.Match[str], pattern: str) -> tuple[Piece, ...]:
    written = found["format"]
    if written is None:
        return (Semver(),) if found["word"] == "semver" else _calver(_SHORT["calver"])
    # Week 53 of 2026 goes on into January 2027: https://en.wikipedia.org/wiki/ISO_week_date
    if "%V" in written and "%G" not in written:
        raise wrong("has an ISO week without its year", pattern, "write %G-W%V")
    if not re.fullmatch(r"(?:[^%\n]|%[%aAbBdGjmuUVwWyY])+", written) or "%" not in written:
        raise wrong("has a date of no known format", pattern, "such as {date:%Y-%m-%d}")
    return (Dated(written),)


def _calver(pattern: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    end = 0
    for found in _TOKEN.finditer(pattern):
        pieces += _text(pattern[end : found.start()], pattern)
        token = found[0]
        pieces.append(Micro() if token == "MICRO" else Dated(_FORMATS.get(token, token)))  # noqa: S105
        end = found.end()
    return tuple(pieces)
