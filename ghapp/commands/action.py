"""`/action @bob 2w add an alert`: an issue for something that somebody is to do until a date."""

from ghapp.core.command import Command, Outcome, Passed, Request
from ghapp.core.routine_asks import POSTMORTEMS, NewAction, action_in, asked_in


def run(request: Request) -> Outcome:
    """The date is by the clock of who asks."""
    found = action_in(asked_in(request))
    return Passed(POSTMORTEMS) if isinstance(found, NewAction) else found


COMMAND = Command(
    names=("action",),
    usage="/action @login 2w text",
    help="Open an issue for somebody, due then (or on a date such as 2026-12-24).",
    run=run,
    anywhere=True,
)
