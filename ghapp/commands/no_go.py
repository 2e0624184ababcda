"""`/no-go reason`: somebody holds a release back."""

from ghapp.core.command import Command, Outcome, Passed, Refused, Request
from ghapp.core.github_event import conversation_of_release


def run(request: Request) -> Outcome:
    """What counts is the comment as it stands, so the gate reads and answers it, be there a reason or not."""
    if not request.issue.is_pull:
        return Refused("A release is held back on its pull request.")
    return Passed(conversation_of_release(request.issue.repo))


COMMAND = Command(
    names=("no-go",),
    usage="/no-go reason",
    help="On a release pull request: hold it back until you say /go or edit this out.",
    run=run,
    anywhere=True,
)
