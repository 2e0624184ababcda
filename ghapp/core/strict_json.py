"""Strict JSON: what every parser reads the same way, and nothing else.

Lenient readers disagree about duplicate keys, NaN and broken text, and what one accepts another
cannot store. A body with any of these is refused as a whole (RFC 8259; I-JSON, RFC 7493). So is a
byte order mark: RFC 8259 forbids writing one, and a signature that covers it invites two readings.
"""

import json
import re
from json import JSONDecodeError
from math import isinf
from typing import Any

MAX_DEPTH = 64
"""Objects and arrays within each other; the senders that we know stay below ten."""

_MAX_DIGITS = 308
"""Every whole number of so many digits is within a double; longer ones would go where 1e999 goes."""

_BYTE_ORDER_MARK = "\ufeff"
_SUSPECT_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


class Malformed(ValueError):  # noqa: N818 - named for what was found
    """The body is not what its sender would send; the text is one line for the sender's log."""


def loads(body: bytes) -> Any:
    """Read one JSON document.

    Raises:
        Malformed: not UTF-8, a byte order mark, not JSON, a duplicate key, NaN or a number beyond a double, a lone
            surrogate, U+0000, or nested deeper than `MAX_DEPTH`. Nothing else is raised, whatever
            the bytes are.
    """
    try:
        value = _decode(_text(body))
    except UnicodeDecodeError as error:
        raise Malformed(f"not UTF-8 at byte {error.start}") from None
    except JSONDecodeError as error:
        raise Malformed(f"not JSON: {error.msg} (character {error.pos})") from None
    except RecursionError:
        raise _too_deep() from None
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH:
        _refuse_deep(value)
    if _SUSPECT_ESCAPE.search(body):
        _refuse_broken_text(value)
    return value


def _text(body: bytes) -> str:
    text = body.decode()
    if text.startswith(_BYTE_ORDER_MARK):
        raise Malformed("not JSON: it begins with a byte order mark")
    return text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("an object has the same key twice")
    return found


def _float(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise Malformed("a number is out of range")
    return number


def _int(text: str) -> int:
    if len(text.removeprefix("-")) > _MAX_DIGITS:
        raise Malformed("a number is out of range")
    return int(text)


def _constant(text: str) -> Any:
    raise Malformed(f"{text} is not JSON")


_decode = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_float, parse_int=_int, parse_constant=_constant
).decode


def _too_deep() -> Malformed:
    return Malformed(f"nested deeper than {MAX_DEPTH} levels")


def _members(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _refuse_deep(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [member for outer in level for member in _members(outer)]
    if any(isinstance(member, dict | list) for member in level):
        raise _too_deep()


def _refuse_broken_text(value: Any) -> None:
    waiting = [value]
    while waiting:
        found = waiting.pop()
        waiting.extend(_members(found))
        texts = found if isinstance(found, dict) else (found,) if isinstance(found, str) else ()
        if any(_is_broken(text) for text in texts):
            raise Malformed("a text has U+0000 or half a surrogate pair")


def _is_broken(text: str) -> bool:
    return "\0" in text or any("\ud800" <= char <= "\udfff" for char in text)
