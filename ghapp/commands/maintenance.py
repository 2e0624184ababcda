"""`/maintenance billing 2h upgrade`: planned work on an area; what it raises meanwhile calls nobody."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from ghapp.core.command import Announced, Answered, Command, Misused, Outcome, Refused, Request
from ghapp.core.cover import zone_of
from ghapp.core.effects import Say
from ghapp.core.facts import MaintenanceEvent
from ghapp.core.moment import NotUnderstoodError, span_of
from ghapp.model.duration import parse_duration
from ghapp.model.names import AreaName
from ghapp.model.suggest import suggest

LONGEST: Final = timedelta(days=7)
_UNTIL: Final = "until"


def run(request: Request) -> Outcome:
    """The area is named, or that of the incident on which it is typed; times are the asker's."""
    words = list(request.typed.args)
    area = _area(words, request)
    if isinstance(area, Refused):
        return area
    read = _end(words, request) if area is not None else None
    if area is None or read is None:
        return Misused()
    until, reason = read
    if until <= request.now:
        return Refused("That is over already.")
    if until - request.now > LONGEST:
        return Refused("A maintenance lasts at most 7 days: alerts that call nobody are forgotten.")
    event = MaintenanceEvent(
        area=area, until=until, reason=reason, by=request.sender, at=request.now
    )
    facts = {"place": area, "until": until}
    return Announced(event, Answered(Say(request.key, "maintenance_begun", facts)))


def _area(words: list[str], request: Request) -> AreaName | Refused | None:
    """Takes the area's name off the words; None when there is neither a name nor an incident."""
    areas = request.model.areas
    if words and AreaName(words[0]) in areas:
        return AreaName(words.pop(0))
    if words and not _is_time(words[0]):
        hint = suggest(words[0], areas)
        return Refused(f"There is no such area ({hint})." if hint else "There is no such area.")
    return request.incident.area if request.incident is not None else None


def _is_time(word: str) -> bool:
    if word.casefold() == _UNTIL:
        return True
    try:
        return bool(parse_duration(word))
    except ValueError:
        return False


def _end(words: Sequence[str], request: Request) -> tuple[datetime, str] | None:
    """When it ends, and why it is: `2h reason`, or `until fri 18:00 reason` with the longest time that makes sense."""
    if not words:
        return None
    if words[0].casefold() != _UNTIL:
        if not _is_time(words[0]):
            return None
        return _later(request.asked_at, parse_duration(words[0])), " ".join(words[1:])
    for count in range(len(words), 1, -1):
        try:
            span = span_of(words[:count], request.asked_at, zone_of(request.sender, request.model))
        except NotUnderstoodError:
            continue
        return span.end, " ".join(words[count:])
    return None


def _later(at: datetime, length: timedelta) -> datetime:
    """So much later, or a time that is refused as too far away where the calendar has no such time."""
    return at + min(length, 2 * LONGEST)


COMMAND = Command(
    names=("maintenance",),
    usage="/maintenance [area] 2h [reason]",
    help="Plan work on an area (or until fri 18:00): its alerts are listed on one issue and call nobody.",
    run=run,
    anywhere=True,
)
