"""`/ack`: I have it; the escalation clock stops."""

from ghapp.core.command import Command, Outcome, Refused, Request, changed, incident_of
from ghapp.core.incident import Ack, Phase


def run(request: Request) -> Outcome:
    """Acknowledge for whoever typed it; a second person takes over from the first."""
    incident = incident_of(request)
    if incident.phase is Phase.CLOSED:
        return Refused("This incident is closed already. `/reopen` it if it goes on.")
    if incident.ack is not None and incident.ack.by == request.sender:
        return changed(request)
    return changed(request, ack=Ack(request.sender, request.now))


COMMAND = Command(
    names=("ack",), usage="/ack", help="Take the incident: nobody else is paged.", run=run
)
