"""`/reviewed docs/a.md`: it has been read over."""

import pytest

from ghapp.commands.reviewed import run
from ghapp.core.command import Misused, Passed, Refused
from ghapp.core.routine_asks import DOCS
from ghapp.model.types import Model
from tests.support.builders import OWNERS, model
from tests.support.requests import request

MODEL: Model = model(OWNERS + 'docs: [{path: "docs/**", owner: carol}]\n')


def test_what_makes_sense_is_passed_on() -> None:
    assert run(request("/reviewed docs/a.md", text=MODEL)) == Passed(DOCS)


@pytest.mark.parametrize("line", ["/reviewed", "/reviewed a b"])
def test_misuse(line: str) -> None:
    assert run(request(line, text=MODEL)) == Misused()


def test_what_nobody_reviews_is_refused() -> None:
    assert isinstance(run(request("/reviewed src/a.md", text=MODEL)), Refused)
