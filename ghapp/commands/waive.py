"""`/waive RULE reason`: let a pull request off a rule of the review standard."""

from ghapp.core.command import Command, Misused, Outcome, Passed, Refused, Request
from ghapp.core.github_event import conversation_of_pull
from ghapp.core.waiving import COMMAND as NAME
from ghapp.core.waiving import reason_of


def run(request: Request) -> Outcome:
    """Whether this person may waive that rule is for the pull request's conversation to say."""
    issue = request.issue
    if not issue.is_pull:
        return Refused("It is for pull requests.")
    if not request.typed.args or not reason_of(request.typed.text):
        return Misused()
    return Passed(conversation_of_pull(issue.repo, issue.number))


COMMAND = Command(
    names=(NAME,),
    usage="/waive RULE reason",
    help="Let a pull request off a rule; for owners of what it changes, who have not made it.",
    run=run,
    anywhere=True,
)
