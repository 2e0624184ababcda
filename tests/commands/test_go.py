"""`/go`: the gate answers it, on pull requests."""

from ghapp.commands.go import run
from ghapp.core.command import Passed, Refused
from tests.support.requests import question, request


def test_on_a_pull_request_it_is_for_the_gate() -> None:
    assert run(request("/go", None, issue=question(is_pull=True))) == Passed("release:acme/ops")


def test_elsewhere_there_is_nothing_to_sign_off() -> None:
    outcome = run(request("/go", None))
    assert outcome == Refused("A release is signed off on its pull request.")
