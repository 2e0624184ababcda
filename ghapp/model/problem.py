"""What is wrong with an OWNERS.yaml, where, and what to do about it."""

from dataclasses import dataclass
from typing import Literal

Path = tuple[str | int, ...]
"""The way to a value: keys and, in lists, positions from 0."""

Level = Literal["error", "warning"]

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Problem:
    """One complaint; line and column count from 1, `key` is the dotted way to the place."""

    file: str
    line: int
    column: int
    key: str
    message: str
    hint: str = ""
    level: Level = "error"

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.level}: {self.message}{hint}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A complaint about a path of the file, before it is known on which line that stands.

    `at_key` points at the key itself rather than at its value.
    """

    path: Path
    message: str
    hint: str = ""
    level: Level = "error"
    at_key: bool = False


def dotted(path: Path) -> str:
    """A path as people write it: `areas.app.alerts[0].severity`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return printable(text.removeprefix("."))


def printable(text: str) -> str:
    """The text on one line, without characters that steer a terminal, and not too long."""
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"
