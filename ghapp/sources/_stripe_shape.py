"""What of a Stripe object may be seen: only members that are asked for, each of the shape that it must have.

All else never gets further than this file: cards, names, e-mail addresses, free text, metadata.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Value = str | int | bool | list[str] | None
Shape = Callable[[object], Value]
"""Returns what it is given if that has the shape, else None."""

_ID = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)+")
_WORD = re.compile(r"[a-z][A-Za-z0-9_.]*")
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]*")
_CODE = re.compile(r"[A-Z0-9.]{1,8}")
_CURRENCY = re.compile(r"[a-z]{3,4}")
_BETWEEN_DIGITS = re.compile(r"[_.-]")
_CARD_NUMBER = re.compile(r"(?<![0-9])[2-6][0-9]{12,18}(?![0-9])")
_MAX_LENGTH = 128
_MAX_AMOUNT = 10**12
"""Stripe's amounts have at most twelve digits; a card's number has more."""

_ABSENT = object()
_UNREACHABLE = object()


def an_id(value: object) -> Value:
    """An id; an object that stands in its place (Stripe "expands" on demand) has it as `id`."""
    return _text(_ID, value.get("id") if isinstance(value, Mapping) else value)


def word(value: object) -> Value:
    """A word of Stripe's own, such as a status, a reason or the name of a requirement."""
    return _text(_WORD, value)


def words(value: object) -> Value:
    """A list of such words, without what is none; a list of nothing but that cannot be read."""
    if not isinstance(value, list):
        return None
    found = [one for one in map(word, value) if isinstance(one, str)]
    return found if found or not value else None


def number(value: object) -> Value:
    """The number of an invoice, which is a text of capitals and digits."""
    return _text(_NUMBER, value)


def code(value: object) -> Value:
    """A short code of somebody else's, such as a card network's reason."""
    return _text(_CODE, value)


def currency(value: object) -> Value:
    """A currency's code in small letters."""
    return _text(_CURRENCY, value)


def amount(value: object) -> Value:
    """A whole number: an amount in the currency's smallest unit, a count, or seconds since 1970."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if abs(value) < _MAX_AMOUNT else None


def flag(value: object) -> Value:
    """True or false."""
    return value if isinstance(value, bool) else None


def _text(pattern: re.Pattern[str], value: object) -> str | None:
    if not isinstance(value, str) or len(value) > _MAX_LENGTH or not pattern.fullmatch(value):
        return None
    return None if _CARD_NUMBER.search(_BETWEEN_DIGITS.sub("", value)) else value


@dataclass(frozen=True, slots=True)
class Seen:
    """The members that may be seen, by their dotted paths; null is None, and what is not there is absent.

    `unreadable` are the paths of those whose value has another shape.
    """

    values: Mapping[str, Value]
    unreadable: tuple[str, ...] = ()

    def get(self, path: str) -> Value:
        """A member, None if it is null or absent."""
        return self.values.get(path)

    def text(self, path: str) -> str:
        """A member as a text, empty if it is null or absent."""
        found = self.values.get(path)
        return "" if found is None else str(found)

    def nested(self) -> dict[str, Any]:
        """The members as the object that they are from."""
        whole: dict[str, Any] = {}
        for path, value in self.values.items():
            *outer, last = path.split(".")
            inner = whole
            for step in outer:
                inner = inner.setdefault(step, {})
            inner[last] = value
        return whole


def see(data: Mapping[str, Any], allowed: Mapping[str, Shape]) -> Seen:
    """Take the allowed members out of an object of Stripe's."""
    values: dict[str, Value] = {}
    unreadable = []
    for path, shape in allowed.items():
        found = _reach(data, path)
        value = None if found is None else shape(found)
        if found is None or value is not None:
            values[path] = value
        elif found is not _ABSENT:
            unreadable.append(path)
    return Seen(values, tuple(unreadable))


def _reach(data: Mapping[str, Any], path: str) -> object:
    *outer, last = path.split(".")
    inner: object = data
    for step in outer:
        inner = inner.get(step) if isinstance(inner, Mapping) else _UNREACHABLE
        if inner is None:
            return _ABSENT
    return inner.get(last, _ABSENT) if isinstance(inner, Mapping) else _UNREACHABLE
