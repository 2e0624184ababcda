"""`/assign @login…`: more people on it."""

import pytest

from ghapp.commands.assign import run
from ghapp.core.command import Misused
from ghapp.core.effects import Assign, Decision
from tests.support.requests import OPENED, request


def test_adds_whom_it_names_and_touches_no_clock() -> None:
    assert run(request("/assign @alice, @bob")) == Decision(OPENED, (Assign(("alice", "bob")),))


def test_the_at_sign_may_be_left_out() -> None:
    assert run(request("/assign alice")) == Decision(OPENED, (Assign(("alice",)),))


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("/assign", id="nobody"),
        pytest.param("/assign @", id="no name"),
        pytest.param("/assign @alice & @bob", id="one of them is no login"),
        pytest.param("/assign @ali_ce", id="no login"),
        pytest.param(f"/assign @{'a' * 40}", id="too long"),
        pytest.param("/assign @älice", id="not ASCII"),
    ],
)
def test_what_is_no_login_is_misuse(line: str) -> None:
    assert run(request(line)) == Misused()
