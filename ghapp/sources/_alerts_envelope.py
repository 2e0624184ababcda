"""The forms in which a generic alert may come: plain, as a CloudEvent, or a list of either.

The body alone decides, because it is signed; the headers, which are not, can only lead to a refusal.
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ghapp.core.source import Unsupported
from ghapp.core.strict_json import Malformed

MAX_BATCH = 100
"""Each alert of a list is stored on its own; a sender with more sends several lists."""

_VERSION = "1.0"
_CLOUDEVENTS = "application/cloudevents"
_JSON = {"application/cloudevents+json", "application/cloudevents-batch+json"}


@dataclass(frozen=True, slots=True)
class Enclosed:
    """An alert's own object, and the attributes of the CloudEvent that it came in (none when it is plain)."""

    alert: Mapping[str, Any]
    attributes: Mapping[str, Any]


def refuse_unsigned_forms(headers: Mapping[str, str]) -> None:
    """Refuse what would have to be read from headers, and formats other than JSON.

    Raises:
        Unsupported: a CloudEvent in binary mode, or in a format that is not JSON.
    """
    form = _media_type(headers)
    if form.startswith(_CLOUDEVENTS):
        if form not in _JSON:
            raise Unsupported(f"of the CloudEvents formats only {' and '.join(sorted(_JSON))}")
    elif any(name.lower().startswith("ce-") for name in headers):
        raise Unsupported(
            "CloudEvents in binary mode: the ce- headers are not signed; send structured mode"
        )


def alerts_in(message: Any, headers: Mapping[str, str]) -> list[Enclosed]:
    """Every alert of a message, in its order.

    Raises:
        Malformed: the message is neither an object nor a list of objects, or a CloudEvent is not of version 1.0.
    """
    if not isinstance(message, list):
        return [_opened(message, must=_media_type(headers) in _JSON)]
    if len(message) > MAX_BATCH:
        raise Malformed(f"a list of more than {MAX_BATCH} alerts")
    return [_opened(one, must=_media_type(headers) in _JSON) for one in message]


def _opened(message: Any, *, must: bool) -> Enclosed:
    if not isinstance(message, dict):
        raise Malformed("not an object")
    if "specversion" not in message and not must:
        return Enclosed(message, {})
    if message.get("specversion") != _VERSION:
        raise Malformed(f"specversion is not {_VERSION!r}")
    data = message.get("data")
    if not isinstance(data, dict):
        raise Malformed("the data of the CloudEvent is not an object")
    return Enclosed(data, {name: value for name, value in message.items() if name != "data"})


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()
