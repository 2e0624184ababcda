"""Which of the waiting events an incident has in it already, and which need the issue as it is now."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from ghapp.core.facts import CommentEvent, IssueEvent, MaintenanceEvent, PageReport, Signal
from ghapp.core.incident import Incident
from ghapp.core.slash import may_command
from ghapp.duties.rates import Event
from ghapp.engine.store import Row


def needs_the_issue(event: Event) -> bool:
    """Whether the issue must be read as it is now: before obeying people, and before calling somebody else."""
    match event:
        case Signal():
            return False
        case CommentEvent():
            return may_command(event.body)
        case PageReport():
            return not any(result.channel for result in event.results)
        case IssueEvent() | MaintenanceEvent():
            return True


def unfolded(incident: Incident, events: Sequence[Event], rows: Sequence[Row]) -> Sequence[Event]:
    """The events without the signals that the incident's state has in it already."""
    if not incident.folded or len(events) != len(rows):
        return events
    return [
        event
        for event, row in zip(events, rows, strict=True)
        if not isinstance(event, Signal) or _tag(row) not in incident.folded
    ]


def folding(incident: Incident, rows: Sequence[Row]) -> Incident:
    """The incident with these rows in it."""
    tags = tuple(_tag(row) for row in rows if row.kind == "signal")
    return replace(incident, folded=tags) if tags else incident


def _tag(row: Row) -> str:
    """A short name of a delivery; two of one fold that shared it would count as one, which is one in a million."""
    return sha256(f"{row.source}:{row.delivery_id}".encode()).hexdigest()[:8]
