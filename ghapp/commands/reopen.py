"""`/reopen`: it is not over; the clock starts from level 1."""

from dataclasses import replace

from ghapp.core import escalation
from ghapp.core.command import Command, Outcome, Request, changed, incident_of
from ghapp.core.effects import Assign
from ghapp.core.incident import Phase


def run(request: Request) -> Outcome:
    """Whoever is on call now is assigned and has to acknowledge."""
    incident = incident_of(request)
    if incident.phase is Phase.OPEN:
        return changed(request)
    opened = replace(incident, phase=Phase.OPEN, ack=None, escalated=False)
    step = escalation.start(opened, request.model, request.now)
    return changed(
        request,
        Assign(step.notified),
        phase=Phase.OPEN,
        opened_at=request.now,
        closed_at=None,
        ack=None,
        escalated=False,
        clock=step.clock,
    )


COMMAND = Command(
    names=("reopen",),
    usage="/reopen",
    help="Open the incident again; whoever is on call has to acknowledge.",
    run=run,
)
