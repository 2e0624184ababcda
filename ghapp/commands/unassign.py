"""`/unassign @login…`: take people off the incident."""

from ghapp.core.command import Command, Misused, Outcome, Request, changed, logins_of
from ghapp.core.effects import Unassign


def run(request: Request) -> Outcome:
    """Takes off whom it names; the escalation clock is not touched."""
    logins = logins_of(request.typed)
    return changed(request, Unassign(logins)) if logins else Misused()


COMMAND = Command(names=("unassign",), usage="/unassign @login…", help="Remove assignees.", run=run)
