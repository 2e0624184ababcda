"""What a release is called: by its date, a calendar version or the next semantic version, and never twice."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final

from ghapp.model.release_name import Dated, Micro, Piece, Semver, Text, parse


class Bump(IntEnum):
    """Which number of a semantic version a change raises (https://semver.org); NONE: it is nothing to release."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


@dataclass(frozen=True, slots=True)
class Change:
    """A merged pull request."""

    number: int
    title: str
    labels: frozenset[str] = frozenset()
    body: str = ""


_LABELS: Final = {
    "breaking": Bump.MAJOR,
    "breaking-change": Bump.MAJOR,
    "major": Bump.MAJOR,
    "semver:major": Bump.MAJOR,
    "enhancement": Bump.MINOR,
    "feature": Bump.MINOR,
    "minor": Bump.MINOR,
    "semver:minor": Bump.MINOR,
    "bug": Bump.PATCH,
    "patch": Bump.PATCH,
    "semver:patch": Bump.PATCH,
    "skip-release": Bump.NONE,
}
_TYPES: Final = {"feat": Bump.MINOR} | dict.fromkeys(("ci", "docs", "style", "test"), Bump.NONE)
# https://www.conventionalcommits.org/en/v1.0.0/#specification
_CONVENTIONAL: Final = re.compile(r"(?P<type>[A-Za-z]+)(?:\([^()]*\))?(?P<breaking>!)?: .")
_BREAKING: Final = re.compile(r"^BREAKING[ -]CHANGE: ", re.MULTILINE)
_NUMBERS: Final = r"(0|[1-9][0-9]{0,9})\.(0|[1-9][0-9]{0,9})\.(0|[1-9][0-9]{0,9})"
# https://git-scm.com/docs/git-check-ref-format
_NOT_IN_REFS: Final = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]+|\.\.+|@\{|//+")


def bump_of(change: Change) -> Bump:
    """What a change raises: by its label, else by its conventional title; PATCH when neither says."""
    labels = [_LABELS[label.casefold()] for label in change.labels if label.casefold() in _LABELS]
    found = _CONVENTIONAL.match(change.title)
    if _BREAKING.search(change.body) or (found is not None and found["breaking"]):
        labels.append(Bump.MAJOR)
    if labels:
        return Bump.NONE if Bump.NONE in labels else max(labels)
    return Bump.PATCH if found is None else _TYPES.get(found["type"].casefold(), Bump.PATCH)


def bump_of_all(changes: Iterable[Change]) -> Bump:
    """What several changes raise together; NONE when there is nothing to release."""
    return max(map(bump_of, changes), default=Bump.NONE)


def next_name(
    pattern: str,
    day: date,
    taken: Collection[str],
    bump: Bump = Bump.MINOR,
    *,
    hotfix: bool = False,
) -> str:
    """The name of the release that is planned for a date.

    `taken` holds every name that was ever used: of tags, of releases, and of those that were rolled back. `bump` is
    what the changes raise; a hotfix raises the patch, whatever it changes.

    Raises:
        PydanticCustomError: the pattern is none; those of OWNERS.yaml have been checked.
    """
    pieces = parse(pattern)
    known = {name.casefold() for name in taken}
    for place, piece in enumerate(pieces):
        if not isinstance(piece, Micro | Semver):
            continue
        before, after = _on(pieces[:place], day), _on(pieces[place + 1 :], day)
        if isinstance(piece, Micro):
            return f"{before}{_micro(before, after, known)}{after}"
        return _semantic(before, after, known, Bump.PATCH if hotfix else bump)
    return _unused(_on(pieces, day), known)


def predict(pattern: str, days: Iterable[date], taken: Collection[str]) -> tuple[str, ...]:
    """What the releases of these dates will be called, if nothing comes between and each raises the minor."""
    names: list[str] = []
    for day in days:
        names.append(next_name(pattern, day, [*taken, *names]))
    return tuple(names)


def is_counted(pattern: str) -> bool:
    """Whether a name depends on what was released before it, and not only on its date."""
    return any(isinstance(piece, Micro | Semver) for piece in parse(pattern))


def is_semantic(pattern: str) -> bool:
    """Whether a name has a semantic version, which is above all that there were."""
    return any(isinstance(piece, Semver) for piece in parse(pattern))


def tag_of(name: str) -> str:
    """The tag of a release of that name: what a ref may not hold becomes a dash."""
    cleaned = _NOT_IN_REFS.sub("-", name)
    parts = (part.strip(".").removesuffix(".lock") for part in cleaned.strip("-/.").split("/"))
    return "/".join(part for part in parts if part) or "release"


def _on(pieces: Iterable[Piece], day: date) -> str:
    return "".join(piece.on(day) for piece in pieces if isinstance(piece, Text | Dated))


def _micro(before: str, after: str, known: Iterable[str]) -> int:
    form = re.compile(f"{re.escape(before)}([0-9]{{1,9}}){re.escape(after)}", re.IGNORECASE)
    used = [int(found[1]) for name in known if (found := form.fullmatch(name))]
    return max(used, default=-1) + 1


def _semantic(before: str, after: str, known: Collection[str], bump: Bump) -> str:
    """Above the highest there is. Without a prefix of its own it has that of the highest: `v` or none."""
    own = before or after
    prefix = re.escape(before) if own else "v?"
    form = re.compile(f"{prefix}{_NUMBERS}{re.escape(after)}", re.IGNORECASE)
    found = [match for name in known if (match := form.fullmatch(name))]
    if not found:
        return f"{before if own else 'v'}0.1.0{after}"
    highest = max(found, key=_numbers)
    start = before if own else "v"[: highest.string.startswith("v")]
    return f"{start}{_raised(_numbers(highest), bump)}{after}"


def _numbers(found: re.Match[str]) -> tuple[int, int, int]:
    return int(found[1]), int(found[2]), int(found[3])


def _raised(numbers: tuple[int, int, int], bump: Bump) -> str:
    """Before 1.0.0 anything may change, so what breaks raises the minor: https://semver.org/#spec-item-4."""
    major, minor, patch = numbers
    if bump is Bump.MAJOR and major:
        return f"{major + 1}.0.0"
    if bump >= Bump.MINOR:
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


def _unused(name: str, known: Collection[str]) -> str:
    candidate, number = name, 0
    while candidate.casefold() in known:
        number += 1
        candidate = f"{name}.{number}"
    return candidate
