"""`/no-go reason`: the gate answers it, on pull requests."""

from ghapp.commands.no_go import run
from ghapp.core.command import Passed, Refused
from tests.support.requests import question, request

PULL = question(is_pull=True)


def test_on_a_pull_request_it_is_for_the_gate() -> None:
    assert run(request("/no-go not built", None, issue=PULL)) == Passed("release:acme/ops")


def test_it_holds_a_release_back_also_without_a_reason() -> None:
    assert run(request("/no-go", None, issue=PULL)) == Passed("release:acme/ops")


def test_elsewhere_there_is_nothing_to_hold_back() -> None:
    outcome = run(request("/no-go not built", None))
    assert outcome == Refused("A release is held back on its pull request.")
