"""`/rollback` is passed on to the releases, with its reason."""

import pytest

from ghapp.commands import rollback
from ghapp.core.command import Misused, Passed
from tests.support.requests import question, request


def test_it_is_for_the_releases_to_carry_out() -> None:
    asked = request("/rollback checkout fails", None, issue=question())
    assert rollback.COMMAND.run(asked) == Passed(f"release:{asked.issue.repo}")


@pytest.mark.parametrize("typed", ["/rollback", "/rollback   "])
def test_without_a_reason_it_helps_nobody(typed: str) -> None:
    assert rollback.COMMAND.run(request(typed, None, issue=question())) == Misused()
