"""`/help`: the list of commands, wherever it is asked for."""

from ghapp.commands.help import COMMAND, run
from ghapp.core.command import Answered
from ghapp.core.effects import Say
from tests.support.requests import request


def test_answers_on_incidents_and_elsewhere() -> None:
    assert run(request("/help")) == Answered(Say("key", "help"))
    assert run(request("/help me please", None)) == Answered(Say("key", "help"))
    assert COMMAND.anywhere
