"""`/reopen`: it is not over; an incident's clock starts from level 1, and what was forgotten is open again."""

from dataclasses import replace

from ghapp.core import escalation
from ghapp.core.command import Command, Outcome, Passed, Request, changed
from ghapp.core.effects import Assign
from ghapp.core.github_event import conversation_of_backlog
from ghapp.core.incident import Phase


def run(request: Request) -> Outcome:
    """Whoever is on call now is assigned and has to acknowledge; of no incident the backlog's upkeep knows more."""
    incident = request.incident
    if incident is None:
        return Passed(conversation_of_backlog(request.issue.repo))
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
    help="Open the incident again; whoever is on call has to acknowledge. Also opens what was closed as forgotten.",
    run=run,
    anywhere=True,
    by_author=True,
)
