"""`/rollback checkout fails`: a release that is out has been taken back; its version is not used again."""

from ghapp.core.command import Command, Misused, Outcome, Passed, Request
from ghapp.core.github_event import conversation_of_release
from ghapp.core.release_state import ROLLBACK


def run(request: Request) -> Outcome:
    """Which release it is, is for the releases to say; that it was rolled back without a reason helps nobody."""
    if not request.typed.text.strip():
        return Misused()
    return Passed(conversation_of_release(request.issue.repo))


COMMAND = Command(
    names=(ROLLBACK,),
    usage="/rollback reason",
    help="Say on a release's issue or pull request that it was taken back.",
    run=run,
    anywhere=True,
)
