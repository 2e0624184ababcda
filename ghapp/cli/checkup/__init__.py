"""What `ghapp doctor` looks at: each file of this folder examines one thing and says what it found."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing was found."""

    OK = "ok"
    PROBLEM = "problem"
    UNKNOWN = "could not tell"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in plain words; `hint` says what to do about it."""

    about: str
    state: State
    text: str
    hint: str = ""


def ok(about: str, text: str) -> Finding:
    """Nothing to do."""
    return Finding(about, State.OK, text)


def problem(about: str, text: str, hint: str = "") -> Finding:
    """Something that keeps the app from its work."""
    return Finding(about, State.PROBLEM, text, hint)


def unknown(about: str, text: str, hint: str = "") -> Finding:
    """Something that could not be looked at."""
    return Finding(about, State.UNKNOWN, text, hint)


def counted(number: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many}"
