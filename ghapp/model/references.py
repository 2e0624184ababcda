"""The names that other places of the file refer to: whether they exist, and the nearest one when they do not."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from ghapp.model.names import AreaName, Login, PolicyName, RotationName, TeamName

DEFAULT_POLICY: Final = PolicyName("default")
TARGET_WORDS: Final = ("rotation", "owner", "backup", "area")
"""Whom an escalation level may notify besides a login, `team:NAME` and `rotation:NAME`; they are seen from
the incident's area, and `area` is everyone named in it."""

_MANY = 8
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98})")


@dataclass(frozen=True, slots=True)
class Names:
    """Every name that a file defines; `people` is None when the file has no such section: then any login will do."""

    people: Mapping[str, str] | None
    teams: tuple[str, ...]
    rotations: tuple[str, ...]
    areas: tuple[str, ...]
    policies: tuple[str, ...]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Self:
        """Collect the names of a file before anything in it is known to be sound."""
        people = _keys(raw, "people") if "people" in raw else None
        return cls(
            people=None if people is None else {name.casefold(): name for name in people},
            teams=_keys(raw, "teams"),
            rotations=_keys(raw, "rotations"),
            areas=_keys(raw, "areas"),
            policies=tuple(dict.fromkeys((*_keys(raw, "escalation"), DEFAULT_POLICY))),
        )


def _keys(raw: Mapping[str, Any], section: str) -> tuple[str, ...]:
    found = raw.get(section)
    return tuple(str(key) for key in found) if isinstance(found, Mapping) else ()


def suggest(name: str, known: Iterable[str]) -> str:
    """A hint that leads from a wrong name to a right one; empty when there is none to offer."""
    names = list(known)
    by_case = {known_name.casefold(): known_name for known_name in names}
    close = difflib.get_close_matches(name.casefold(), by_case, n=1)
    if close:
        return f"did you mean `{by_case[close[0]]}`?"
    if not names:
        return ""
    shown = ", ".join(f"`{known_name}`" for known_name in names[:_MANY])
    return f"known: {shown}{', …' if len(names) > _MANY else ''}"


def unknown(kind: str, name: str, known: Iterable[str]) -> PydanticCustomError:
    """The error of a name that nothing defines."""
    hint = suggest(name, known) or f"define it under `{kind}s:`"
    return PydanticCustomError(
        "unknown_name", "unknown {kind} `{name}`", {"kind": kind, "name": name, "hint": hint}
    )


def _names(info: ValidationInfo) -> Names | None:
    return info.context if isinstance(info.context, Names) else None


def _login(name: str) -> str:
    if _LOGIN.fullmatch(name):
        return name
    hint = f"write `{name[1:]}`" if _LOGIN.fullmatch(name[1:]) else "letters, digits, - and _"
    raise PydanticCustomError("login", "`{name}` is no GitHub login", {"name": name, "hint": hint})


def _person(name: str, info: ValidationInfo) -> str:
    names = _names(info)
    _login(name)
    if names is None or names.people is None:
        return name
    if name.casefold() not in names.people:
        raise unknown("person", name, names.people.values())
    return names.people[name.casefold()]


def _team(name: str, info: ValidationInfo) -> str:
    names = _names(info)
    if names is not None and name not in names.teams:
        raise unknown("team", name, names.teams)
    return name


def _rotation(name: str, info: ValidationInfo) -> str:
    names = _names(info)
    if names is not None and name not in names.rotations:
        raise unknown("rotation", name, names.rotations)
    return name


def _area(name: str, info: ValidationInfo) -> str:
    names = _names(info)
    if names is not None and name not in names.areas:
        raise unknown("area", name, names.areas)
    return name


def _policy(name: str, info: ValidationInfo) -> str:
    names = _names(info)
    if names is not None and name not in names.policies:
        raise unknown("escalation policy", name, names.policies)
    return name


def _who(name: str, info: ValidationInfo) -> str:
    kind, colon, rest = name.partition(":")
    if not colon:
        return _person(name, info)
    if kind == "team":
        return f"team:{_team(rest, info)}"
    if kind == "rotation":
        return f"rotation:{_rotation(rest, info)}"
    hint = "write team:NAME, rotation:NAME or a login"
    raise PydanticCustomError("who", "`{name}` names nobody", {"name": name, "hint": hint})


def _target(name: str, info: ValidationInfo) -> str:
    if name in TARGET_WORDS:
        return name
    try:
        return _who(name, info)
    except PydanticCustomError as error:
        names = _names(info)
        near = difflib.get_close_matches(name, TARGET_WORDS, n=1)
        if near and error.type == "unknown_name" and names is not None:
            raise unknown("person", name, (*TARGET_WORDS, *(names.people or {}).values())) from None
        raise


NewLogin = Annotated[Login, AfterValidator(_login)]
"""A login where it is defined."""
PersonRef = Annotated[Login, AfterValidator(_person)]
"""A login, spelt as under `people:` whatever the case it was written in."""
TeamRef = Annotated[TeamName, AfterValidator(_team)]
RotationRef = Annotated[RotationName, AfterValidator(_rotation)]
AreaRef = Annotated[AreaName, AfterValidator(_area)]
PolicyRef = Annotated[PolicyName, AfterValidator(_policy)]
WhoRef = Annotated[str, StringConstraints(min_length=1), AfterValidator(_who)]
"""A login, `team:NAME` or `rotation:NAME`."""
TargetRef = Annotated[str, StringConstraints(min_length=1), AfterValidator(_target)]
"""Whom an escalation level notifies: a word of TARGET_WORDS, a login, `team:NAME` or `rotation:NAME`."""
