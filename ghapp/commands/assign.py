"""`/assign @login…`: add people to the incident."""

from ghapp.core.command import Command, Misused, Outcome, Request, changed, logins_of
from ghapp.core.effects import Assign


def run(request: Request) -> Outcome:
    """Only adds; whoever is assigned stays."""
    logins = logins_of(request.typed)
    return changed(request, Assign(logins)) if logins else Misused()


COMMAND = Command(names=("assign",), usage="/assign @login…", help="Add assignees.", run=run)
