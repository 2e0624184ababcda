"""Reading a sender's object defensively: what is of the wrong type is left out and named."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self, TypeVar
from urllib.parse import SplitResult, urlsplit

_SECONDS = re.compile(r"[0-9]{1,11}(\.[0-9]{1,9})?")
_UNSAFE_IN_URL = re.compile(r"[\x00-\x20\x7f-\x9f\s<>\"`\\^{|}]")
_MAX_URL = 2048
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads members of `data`; `unreadable` collects the dotted names of those it had to leave out.

    Null counts as absent, a number is a fine text, and a member that is absent reads as empty.
    """

    data: Mapping[str, Any]
    unreadable: list[str] = field(default_factory=list)
    prefix: str = ""

    def text(self, key: str) -> str:
        """A member as stripped text."""
        found = plain(self.data.get(key))
        return self._bad(key, "") if found is None else found

    def inside(self, key: str) -> Self:
        """A reader of the object in a member."""
        found = self.data.get(key)
        if found is not None and not isinstance(found, Mapping):
            found = self._bad(key, None)
        return type(self)(found or {}, self.unreadable, f"{self.prefix}{key}.")

    def texts(self, key: str) -> dict[str, str]:
        """An object of texts, such as labels."""
        inner = self.inside(key)
        return {str(name): inner.text(name) for name in inner.data}

    def objects(self, key: str) -> list[Self]:
        """Readers of the objects in a list."""
        found = self.data.get(key)
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
            self._bad(key, None)
        members = found if isinstance(found, list) else []
        return [
            type(self)(one, self.unreadable, f"{self.prefix}{key}.")
            for one in members
            if isinstance(one, Mapping)
        ]

    def seconds(self, key: str, *, latest: datetime) -> datetime | None:
        """A time in seconds since 1970, as UTC; 0 is absent, a time after `latest` unreadable."""
        text = self.text(key)
        if not text or text == "0":
            return None
        if not _SECONDS.fullmatch(text) or float(text) > latest.timestamp():
            return self._bad(key, None)
        return datetime.fromtimestamp(float(text), UTC)

    def url(self, key: str) -> str:
        """A web address that is safe to link."""
        text = self.text(key)
        return text if not text or web_address(text) else self._bad(key, "")

    def _bad(self, key: str, instead: _T) -> _T:
        self.unreadable.append(self.prefix + key)
        return instead


def plain(value: Any) -> str | None:
    """A text or number as stripped text, null as an empty one; None for anything else."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(value)


def web_address(text: str) -> SplitResult | None:
    """The parts of an http(s) address that is safe to link; None for anything else."""
    if len(text) > _MAX_URL or _UNSAFE_IN_URL.search(text):
        return None
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} and host else None
