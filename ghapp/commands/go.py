"""`/go`: somebody signs a release off."""

from ghapp.core.command import Command, Outcome, Passed, Refused, Request
from ghapp.core.github_event import conversation_of_release


def run(request: Request) -> Outcome:
    """What counts is the comment as it stands, so the gate reads and answers it."""
    if not request.issue.is_pull:
        return Refused("A release is signed off on its pull request.")
    return Passed(conversation_of_release(request.issue.repo))


COMMAND = Command(
    names=("go",),
    usage="/go [reason]",
    help="On a release pull request: let it go, as far as it is up to you; take it back by editing it out.",
    run=run,
    anywhere=True,
)
