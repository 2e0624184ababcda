"""`/unfreeze`: an owner ends what was announced by `/freeze`."""

from ghapp.core.command import Announced, Answered, Command, Outcome, Refused, Request
from ghapp.core.effects import Say
from ghapp.core.facts import FreezeEvent
from ghapp.core.signers import may_freeze


def run(request: Request) -> Outcome:
    """Freezes of OWNERS.yaml, and those that incidents are, it does not end."""
    if not may_freeze(request.model, request.sender):
        return Refused("Only owners of an area, their backups and teams end a freeze.")
    event = FreezeEvent(
        name=request.key,
        until=None,
        reason=request.typed.text,
        by=request.sender,
        at=request.asked_at,
        over=True,
    )
    return Announced(event, Answered(Say(request.key, "unfreeze_begun")))


COMMAND = Command(
    names=("unfreeze",),
    usage="/unfreeze [reason]",
    help="End what was announced by /freeze; closing the issue of the freeze does the same.",
    run=run,
    anywhere=True,
)
