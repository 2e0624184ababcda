"""`/freeze until fri 18:00 reason`: an owner has nothing released for a while."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from ghapp.core.command import Announced, Answered, Command, Misused, Outcome, Refused, Request
from ghapp.core.cover import zone_of
from ghapp.core.effects import Say
from ghapp.core.facts import FreezeEvent
from ghapp.core.moment import NotUnderstoodError, on_clock, span_of
from ghapp.core.signers import may_freeze
from ghapp.model.duration import parse_duration

LONGEST: Final = timedelta(days=90)
_UNTIL: Final = "until"
_FOR: Final = "for"


def run(request: Request) -> Outcome:
    """Times are the asker's; without one it lasts until somebody ends it."""
    if not may_freeze(request.model, request.sender):
        return Refused("Only owners of an area, their backups and teams freeze releases.")
    read = _end(request.typed.args, request)
    if read is None:
        return Misused()
    until, reason = read
    if until is not None and until <= request.now:
        return Refused("That is over already.")
    if until is not None and until - request.asked_at > LONGEST:
        return Refused("A freeze lasts at most 90 days. For longer, write it into OWNERS.yaml.")
    event = FreezeEvent(
        name=request.key, until=until, reason=reason, by=request.sender, at=request.asked_at
    )
    return Announced(event, Answered(Say(request.key, "freeze_begun", _facts(until, request))))


def _facts(until: datetime | None, request: Request) -> dict[str, object]:
    zone = zone_of(request.sender, request.model)
    yours = "" if until is None else f"{on_clock(until, zone)} {zone.key}"
    return {"until": until, "yours": yours}


def _end(words: Sequence[str], request: Request) -> tuple[datetime | None, str] | None:
    """When it ends and why it is; None of an `until` or a `for` that no time follows."""
    first = words[0].casefold() if words else ""
    if first in {_UNTIL, _FOR}:
        return _until(words, request)
    length = _length(words[0]) if words else None
    if length is not None:
        return request.asked_at + min(length, 2 * LONGEST), " ".join(words[1:])
    return None, request.typed.text


def _until(words: Sequence[str], request: Request) -> tuple[datetime, str] | None:
    """The longest stretch of words that makes a time."""
    zone = zone_of(request.sender, request.model)
    for count in range(len(words), 1, -1):
        try:
            span = span_of(words[:count], request.asked_at, zone)
        except NotUnderstoodError:
            continue
        return span.end, " ".join(words[count:])
    return None


def _length(word: str) -> timedelta | None:
    try:
        return parse_duration(word) or None
    except ValueError:
        return None


COMMAND = Command(
    names=("freeze",),
    usage="/freeze [until fri 18:00] [reason]",
    help="Have nothing released until then (or 2h; in your time zone), else until /unfreeze.",
    run=run,
    anywhere=True,
)
