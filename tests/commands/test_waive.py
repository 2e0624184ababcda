"""`/waive RULE reason` is handed on to the pull request."""

import pytest

from ghapp.commands.waive import run
from ghapp.core.command import Misused, Passed, Refused
from tests.support.requests import question, request

PULL = question(is_pull=True)


def test_on_a_pull_request_its_conversation_carries_it_out() -> None:
    assert run(request("/waive title so it is", None, issue=PULL)) == Passed("pull:acme/ops#9")


@pytest.mark.parametrize("line", ["/waive", "/waive title"])
def test_without_a_reason_it_is_misused(line: str) -> None:
    assert run(request(line, None, issue=PULL)) == Misused()


def test_elsewhere_it_is_refused() -> None:
    assert run(request("/waive title x", None)) == Refused("It is for pull requests.")
