"""`/reviewed docs/a.md`: the document has been read over, and all of it is still true."""

from ghapp.core.command import Command, Outcome, Passed, Request
from ghapp.core.routine_asks import DOCS, NewReview, asked_in, review_in


def run(request: Request) -> Outcome:
    """A pull request follows, which sets the date and changes nothing else."""
    found = review_in(asked_in(request))
    return Passed(DOCS) if isinstance(found, NewReview) else found


COMMAND = Command(
    names=("reviewed",),
    usage="/reviewed path",
    help="Record that a document has been reviewed, by a pull request that sets its date.",
    run=run,
    anywhere=True,
)
