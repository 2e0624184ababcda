"""Single fields of GitHub's JSON, read leniently: only what a fact cannot do without is missed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Never

from ghapp.github.errors import Unavailable
from ghapp.model.names import Login

GHOST = Login("ghost")
"""GitHub's own name for whoever has deleted their account; their `user` is null."""


def items(data: Any) -> list[Any]:
    """The members of a listing."""
    if not isinstance(data, list):
        raise Unavailable("GitHub's answer is not a list")
    return data


def object_of(data: Any) -> Mapping[str, Any]:
    """An object; raises `Unavailable` when it is none."""
    if not isinstance(data, dict):
        raise Unavailable("GitHub's answer is not of the documented form")
    return data


def object_or_empty(value: Any) -> Mapping[str, Any]:
    """An object, empty when it is none."""
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """A list, empty when it is none."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    """A text, empty when it is none."""
    return value if isinstance(value, str) else ""


def count(value: Any) -> int:
    """A number, zero when it is none."""
    return value if isinstance(value, int) else 0


def number(found: Mapping[str, Any], key: str) -> int:
    """A number that must be there; raises `Unavailable`."""
    value = found.get(key)
    return value if isinstance(value, int) else missing(key)


def missing(key: str) -> Never:
    """Raises `Unavailable`: without this the answer means nothing."""
    raise Unavailable(f"GitHub's answer has no {key}")


def login(user: Any) -> Login:
    """An account's name; `GHOST` when it is gone."""
    return Login(text(user.get("login")) or GHOST) if isinstance(user, dict) else GHOST


def label_name(value: Any) -> str:
    """Labels come as objects, and in some old answers as bare names."""
    return text(value.get("name")) if isinstance(value, dict) else text(value)


def time(value: Any) -> datetime | None:
    """An instant in UTC; None when it is none."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
