"""`/action @bob 2w text`: something that somebody is to do."""

import pytest

from ghapp.commands.action import run
from ghapp.core.command import Misused, Passed, Refused
from ghapp.core.routine_asks import POSTMORTEMS
from ghapp.model.types import Model
from tests.support.builders import OWNERS, model
from tests.support.requests import request

MODEL: Model = model(OWNERS + 'docs: [{path: "docs/**", owner: carol}]\n')


def test_what_makes_sense_is_passed_on() -> None:
    assert run(request("/action @bob 2w add an alert", text=MODEL)) == Passed(POSTMORTEMS)


@pytest.mark.parametrize("line", ["/action", "/action @bob", "/action bob 2w x"])
def test_misuse(line: str) -> None:
    assert run(request(line, text=MODEL)) == Misused()


def test_a_date_in_the_past_is_refused() -> None:
    assert isinstance(run(request("/action @bob 2020-01-01 x", text=MODEL)), Refused)
