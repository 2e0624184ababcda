"""`/runbook`: where it is written what to do."""

from ghapp.core.command import Answered, Command, Outcome, Refused, Request, incident_of
from ghapp.core.effects import Say
from ghapp.core.who import area_of


def run(request: Request) -> Outcome:
    """The runbook of the incident's area."""
    area = area_of(incident_of(request).area, request.model)
    if not area.runbook:
        return Refused(
            f"The area `{incident_of(request).area}` has no runbook. Add `runbook:` to it in OWNERS.yaml."
        )
    facts = {"runbook": area.runbook}
    return Answered(Say(request.key, "runbook", facts))


COMMAND = Command(
    names=("runbook",), usage="/runbook", help="Link the runbook of the area.", run=run
)
