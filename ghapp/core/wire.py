"""Events as bytes: what waits in the inbox, in JSON, so that a person can read a parked message."""

from typing import Any

import msgspec

from ghapp.core.facts import (
    CommentEvent,
    FreezeEvent,
    HandoffEvent,
    InstallationEvent,
    IssueEvent,
    MaintenanceEvent,
    Page,
    PageReport,
    PushEvent,
    Signal,
)
from ghapp.core.github_event import (
    AskEvent,
    CheckEvent,
    CommentChange,
    ItemEvent,
    MergeGroupEvent,
    MilestoneEvent,
    PullEvent,
    ReleaseEvent,
)

Event = (
    Signal
    | CommentEvent
    | IssueEvent
    | PushEvent
    | InstallationEvent
    | Page
    | PageReport
    | MaintenanceEvent
    | FreezeEvent
    | HandoffEvent
    | PullEvent
    | MergeGroupEvent
    | CheckEvent
    | MilestoneEvent
    | ReleaseEvent
    | AskEvent
    | CommentChange
    | ItemEvent
)

_TYPES: dict[str, type[Any]] = {
    "signal": Signal,
    "comment": CommentEvent,
    "issue": IssueEvent,
    "push": PushEvent,
    "installation": InstallationEvent,
    "page": Page,
    "paged": PageReport,
    "maintenance": MaintenanceEvent,
    "freeze": FreezeEvent,
    "handoff": HandoffEvent,
    "pull": PullEvent,
    "merge_group": MergeGroupEvent,
    "check": CheckEvent,
    "milestone": MilestoneEvent,
    "release": ReleaseEvent,
    "ask": AskEvent,
    "comment_change": CommentChange,
    "item": ItemEvent,
}
_KINDS = {type_: kind for kind, type_ in _TYPES.items()}
_DECODERS = {kind: msgspec.json.Decoder(type_) for kind, type_ in _TYPES.items()}
_encoder = msgspec.json.Encoder()


class UnknownPayload(ValueError):  # noqa: N818 - named for what was found
    """Stored bytes that this version cannot read: an unknown kind, or another shape."""


def kind_of(event: Event) -> str:
    """The word by which `decode` knows the event's type."""
    return _KINDS[type(event)]


def encode(event: Event) -> bytes:
    """Write an event as JSON; times keep their instant and offset."""
    return _encoder.encode(event)


def decode(kind: str, payload: bytes) -> Event:
    """Read what `encode` wrote.

    Raises:
        UnknownPayload: the kind is unknown or the bytes are not of it.
    """
    decoder = _DECODERS.get(kind)
    if decoder is None:
        raise UnknownPayload(f"unknown kind of event: {kind!r}")
    try:
        event: Event = decoder.decode(payload)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UnknownPayload(f"not a stored {kind}: {error}") from error
    return event
