"""`/help`: the commands and what they do."""

from ghapp.core.command import Answered, Command, Outcome, Request
from ghapp.core.effects import Say


def run(request: Request) -> Outcome:
    """The list itself is made from the commands that are installed, when the answer is written."""
    return Answered(Say(request.key, "help"))


COMMAND = Command(names=("help",), usage="/help", help="Show this list.", run=run, anywhere=True)
