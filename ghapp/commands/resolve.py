"""`/resolve [note]`: it is over; the issue closes and only something newer reopens it."""

from ghapp.core.command import Command, Outcome, Request, changed, incident_of
from ghapp.core.incident import NOTE_LENGTH, Phase, brief
from ghapp.core.lifecycle import end_by_hand


def run(request: Request) -> Outcome:
    """Close as completed; the note stays in the incident's status."""
    incident = incident_of(request)
    if incident.phase is Phase.CLOSED:
        return changed(request)
    ended = end_by_hand(incident, request.now)
    return changed(
        request,
        phase=Phase.CLOSED,
        closed_at=request.now,
        snoozed_until=None,
        episodes=ended.episodes,
        note=brief(request.typed.text, NOTE_LENGTH) or incident.note,
    )


COMMAND = Command(
    names=("resolve",), usage="/resolve [note]", help="Close the incident as resolved.", run=run
)
