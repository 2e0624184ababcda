"""`/handoff @login`: the incident becomes somebody else's."""

from dataclasses import replace

from ghapp.core.command import (
    Command,
    Misused,
    Outcome,
    Refused,
    Request,
    changed,
    incident_of,
    logins_of,
    rest_after,
)
from ghapp.core.effects import Assign, Say, Unassign
from ghapp.core.incident import Phase, Tried
from ghapp.model.names import same_login


def run(request: Request) -> Outcome:
    """The new assignee is called by name and has the present level's whole time to acknowledge."""
    first = request.typed.args[0] if request.typed.args else ""
    logins = logins_of(replace(request.typed, args=(first,))) if first.startswith("@") else None
    if not logins:
        return Misused()
    incident = incident_of(request)
    if incident.phase is Phase.CLOSED:
        return Refused("This incident is closed; there is nothing to hand over.")
    leaving = tuple(login for login in request.issue.assignees if not same_login(login, logins[0]))
    clock = replace(
        incident.clock,
        since=request.now,
        tried=(*incident.clock.tried, Tried(logins[0], request.now)),
        exhausted=False,
    )
    note = rest_after(request.typed, first)
    facts = {"to": logins[0], "by": request.sender, "note": note, "before": incident}
    say = Say(request.key, "handoff", facts)
    off = (Unassign(leaving),) if leaving else ()
    return changed(request, say, Assign(logins), *off, ack=None, clock=clock)


COMMAND = Command(
    names=("handoff",),
    usage="/handoff @login [note]",
    help="Give the incident to somebody else, who has to acknowledge it.",
    run=run,
)
