"""`/sev 1-4 [reason]`: set the severity; a repeat of the alert does not undo it."""

from ghapp.core.command import Command, Misused, Outcome, Request, changed
from ghapp.model.names import Severity


def run(request: Request) -> Outcome:
    """The deadlines and the clock follow the new severity."""
    severity = Severity.parse(request.typed.args[0]) if request.typed.args else None
    if severity is None:
        return Misused()
    return changed(request, severity=severity, pinned=True)


COMMAND = Command(
    names=("sev",),
    usage="/sev 1-4 [reason]",
    help="Set the severity; the deadlines follow, and the alert can't undo it.",
    run=run,
)
