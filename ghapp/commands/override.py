"""`/override @bob until fri 18:00`: somebody else is on call for a while."""

from datetime import datetime, timedelta
from typing import Final

from ghapp.core.command import Command, Misused, Outcome, Refused, Request
from ghapp.core.cover import (
    LONGEST,
    addressed,
    edited,
    nobody,
    person_named,
    rotation_for,
    span_text,
    zone_of,
)
from ghapp.core.moment import NotUnderstoodError, span_of
from ghapp.core.served import Span

AHEAD: Final = timedelta(days=366)


def run(request: Request) -> Outcome:
    """Times are the asker's; what OWNERS.yaml then says is told on the rotation's clock as well."""
    parts = addressed(request.typed.args)
    if parts is None:
        return Misused()
    names, login, words = parts
    model = request.model
    try:
        span = span_of(words, request.asked_at, zone_of(request.sender, model))
    except NotUnderstoodError:
        return Misused()
    rotation = rotation_for(request, names)
    if rotation is None:
        return Misused()
    if isinstance(rotation, Refused):
        return rotation
    person = person_named(login, model)
    if person is None:
        return nobody(model)
    why = _why_not(span, request.asked_at)
    if why:
        return Refused(why)
    when = span_text(span, model.rotations[rotation].timezone)
    title = f"Override: {person} is on call for {rotation} {when}"
    return edited(request, rotation, [(person, span)], title)


def _why_not(span: Span, asked_at: datetime) -> str:
    """Why nobody covers for such a time; empty when somebody may."""
    if span.end <= asked_at:
        return "That is over already."
    if span.start < asked_at.replace(second=0, microsecond=0):
        return "It would begin in the past. Without `from` it begins now."
    if span.end <= span.start:
        return "It would end before it begins."
    if span.end - span.start > LONGEST:
        return "An override lasts at most 90 days. For longer, change `people` of the rotation."
    return "That is more than a year ahead." if span.start > asked_at + AHEAD else ""


COMMAND = Command(
    names=("override",),
    usage="/override [rotation] @login until fri 18:00",
    help="Put somebody on call for a while (for 4h; from … to …; tomorrow 9:00-17:00), in your time zone.",
    run=run,
    anywhere=True,
)
