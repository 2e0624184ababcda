"""`/unassign @login…`: people off it."""

import pytest

from ghapp.commands.unassign import run
from ghapp.core.command import Misused
from ghapp.core.effects import Decision, Unassign
from tests.support.requests import OPENED, request


def test_takes_off_whom_it_names_and_touches_no_clock() -> None:
    assert run(request("/unassign @bob @carol")) == Decision(OPENED, (Unassign(("bob", "carol")),))


@pytest.mark.parametrize("line", ["/unassign", "/unassign @bob_", "/unassign everybody!"])
def test_what_is_no_login_is_misuse(line: str) -> None:
    assert run(request(line)) == Misused()
