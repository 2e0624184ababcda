"""Names that refer to something defined elsewhere in the file, checked against what is defined."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from ghapp.model.names import AreaName, Login, PolicyName, RotationName, TeamName
from ghapp.model.section import wrong
from ghapp.model.suggest import suggest

DEFAULT_POLICY: Final = PolicyName("default")
TARGET_WORDS: Final = ("rotation", "owner", "backup", "area")
"""Whom an escalation level may notify besides a login, `team:NAME` and `rotation:NAME`: seen from the incident's
area, and `area` is everyone named in it."""
CAPTAIN: Final = "captain"

_LOGIN: Final = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$"


@dataclass(frozen=True, slots=True)
class Names:
    """Every name that a file defines; `people` is None without such a mapping: then any login will do."""

    people: Mapping[str, str] | None
    teams: tuple[str, ...]
    rotations: tuple[str, ...]
    areas: tuple[str, ...]
    policies: tuple[str, ...]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Self:
        """Collect the names of a file before anything else in it is known to be sound."""
        people: dict[str, str] = {}
        for name in _keys(raw, "people"):
            if re.fullmatch(_LOGIN, name):
                people.setdefault(name.casefold(), name)
        return cls(
            people=people if isinstance(raw.get("people"), Mapping) else None,
            teams=_keys(raw, "teams"),
            rotations=_keys(raw, "rotations"),
            areas=_keys(raw, "areas"),
            policies=tuple(dict.fromkeys((*_keys(raw, "escalation"), DEFAULT_POLICY))),
        )


def _keys(raw: Mapping[str, Any], section: str) -> tuple[str, ...]:
    found = raw.get(section)
    return tuple(str(key) for key in found) if isinstance(found, Mapping) else ()


def _unknown(kind: str, name: str, known: Iterable[str]) -> PydanticCustomError:
    context = {"kind": kind, "name": name, "hint": suggest(name, known)}
    return PydanticCustomError("unknown", "unknown {kind} `{name}`", context)


def _names(info: ValidationInfo) -> Names | None:
    return info.context if isinstance(info.context, Names) else None


def why_no_login(name: str) -> str:
    """What to write instead of a name that is no GitHub login; empty when it is one."""
    if re.fullmatch(_LOGIN, name):
        return ""
    bare = name.removeprefix("@")
    return f"write `{bare}`" if re.fullmatch(_LOGIN, bare) else "letters, digits and dashes"


def _login(name: str) -> str:
    why = why_no_login(name)
    if why:
        raise wrong("is no GitHub login", name, why)
    return name


def _person(name: str, info: ValidationInfo) -> str:
    names = _names(info)
    _login(name)
    if names is None or names.people is None:
        return name
    if name.casefold() not in names.people:
        raise _unknown("person", name, names.people.values())
    return names.people[name.casefold()]


def _team(name: str, info: ValidationInfo) -> str:
    names = _names(info)
    if names is not None and name not in names.teams:
        raise _unknown("team", name, names.teams)
    return name


def _rotation(name: str, info: ValidationInfo) -> str:
    names = _names(info)
    if names is not None and name not in names.rotations:
        raise _unknown("rotation", name, names.rotations)
    return name


def _area(name: str, info: ValidationInfo) -> str:
    names = _names(info)
    if names is not None and name not in names.areas:
        raise _unknown("area", name, names.areas)
    return name


def _policy(name: str, info: ValidationInfo) -> str:
    names = _names(info)
    if names is not None and name not in names.policies:
        raise _unknown("escalation policy", name, names.policies)
    return name


def _who(name: str, info: ValidationInfo, words: tuple[str, ...] = ()) -> str:
    kind, colon, rest = name.partition(":")
    if name in words:
        return name
    if kind == "team" and colon:
        return f"team:{_team(rest, info)}"
    if kind == "rotation" and colon:
        return f"rotation:{_rotation(rest, info)}"
    if colon:
        raise wrong("names nobody", name, "write team:NAME, rotation:NAME or a login")
    names = _names(info)
    people = None if names is None else names.people
    _login(name)
    if words and people is not None and name.casefold() not in people:
        raise _unknown("person", name, (*words, *people.values()))
    return _person(name, info)


def _target(name: str, info: ValidationInfo) -> str:
    return _who(name, info, TARGET_WORDS)


def _signer(name: str, info: ValidationInfo) -> str:
    return _who(name, info, (CAPTAIN,))


_LOGIN_SCHEMA: Final = WithJsonSchema({"type": "string", "pattern": _LOGIN})

NewLogin = Annotated[Login, AfterValidator(_login), _LOGIN_SCHEMA]
"""A login where it is defined."""
PersonRef = Annotated[Login, AfterValidator(_person), _LOGIN_SCHEMA]
"""A login, spelt as under `people:` whatever the case it was written in."""
TeamRef = Annotated[TeamName, AfterValidator(_team)]
RotationRef = Annotated[RotationName, AfterValidator(_rotation)]
AreaRef = Annotated[AreaName, AfterValidator(_area)]
PolicyRef = Annotated[PolicyName, AfterValidator(_policy)]
WhoRef = Annotated[str, AfterValidator(_who)]
"""A login, `team:NAME` or `rotation:NAME`."""
SignerRef = Annotated[str, AfterValidator(_signer)]
"""A login, `team:NAME`, `rotation:NAME` or `captain`."""
TargetRef = Annotated[str, AfterValidator(_target)]
"""Whom an escalation level notifies: a login, `team:NAME`, `rotation:NAME` or one of TARGET_WORDS."""
