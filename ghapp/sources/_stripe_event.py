"""The envelope of Stripe's events: what happened, where, when, and the object that it happened to.

Snapshot events carry the object (https://docs.stripe.com/api/events/object), thin ones only name it
(https://docs.stripe.com/api/v2/core/events/object).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ghapp.core.reading import Reader
from ghapp.core.strict_json import Malformed

THIN = "v2.core.event"
MAX_ID = 255

_CLOCK_ERROR = timedelta(days=1)
"""A time further ahead than this is wrong; believed, it would outrank every later event."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event of Stripe's; `account` is the connected account, empty for the endpoint's own, `at` in UTC."""

    id: str
    type: str
    account: str
    at: datetime
    live: bool
    thin: bool
    message: Mapping[str, Any]

    def thing(self) -> Mapping[str, Any]:
        """The object that the event is about; of a thin event, what names it.

        Raises:
            Malformed: there is none.
        """
        data = self.message.get("data")
        if self.thin:
            found, name = self.message.get("related_object"), "related_object"
        else:
            found, name = data.get("object") if isinstance(data, Mapping) else None, "data.object"
        if not isinstance(found, Mapping):
            raise Malformed(f"{name} is not an object")
        return found

    def before(self) -> Mapping[str, Any]:
        """What those members of the object were that the event has changed."""
        data = self.message.get("data")
        found = data.get("previous_attributes") if isinstance(data, Mapping) else None
        return found if isinstance(found, Mapping) else {}


def read(message: object, now: datetime) -> Event:
    """Read the envelope.

    Raises:
        Malformed: it has no id, type or time, or an account that is none.
    """
    if not isinstance(message, Mapping):
        raise Malformed("not an object")
    thin = message.get("object") == THIN
    account = message.get("context" if thin else "account")
    return Event(
        id=identity(message.get("id"), "id"),
        type=identity(message.get("type"), "type"),
        account=identity(account, "context" if thin else "account") if account else "",
        at=_at(message, thin, now),
        # Only what says so is of test mode: a missed page costs more than a superfluous one.
        live=message.get("livemode") is not False,
        thin=thin,
        message=message,
    )


def identity(found: object, name: str) -> str:
    """What must be sound for the event to be of use.

    Raises:
        Malformed: it is not a text, is empty or is endless.
    """
    if not isinstance(found, str) or not 0 < len(found.strip()) <= MAX_ID:
        raise Malformed(f"{name} is not a text of 1 to {MAX_ID} characters")
    return found.strip()


def _at(message: Mapping[str, Any], thin: bool, now: datetime) -> datetime:
    latest = now + _CLOCK_ERROR
    at = _iso(message.get("created")) if thin else Reader(message).seconds("created", latest=latest)
    if at is None or at > latest:
        raise Malformed("created is not a time of the past")
    return at


def _iso(found: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(found) if isinstance(found, str) else None
        return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
