"""`/postmortem`: ask for the postmortem of an incident, whatever its severity."""

from ghapp.core.command import Command, Outcome, Passed, Request
from ghapp.core.routine_asks import POSTMORTEMS, why_no_postmortem


def run(request: Request) -> Outcome:
    """The issue is opened at once; it is due from now, or from the end if that comes later."""
    return why_no_postmortem(request) or Passed(POSTMORTEMS)


COMMAND = Command(
    names=("postmortem",),
    usage="/postmortem",
    help="Open the postmortem of the incident.",
    run=run,
    anywhere=True,
)
