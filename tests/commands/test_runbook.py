"""`/runbook`: where it is written what to do."""

from dataclasses import replace

from ghapp.commands.runbook import run
from ghapp.core.command import Answered, Refused
from tests.support.requests import OPENED, request


def test_links_the_runbook_of_the_area() -> None:
    outcome = run(request("/runbook"))
    assert isinstance(outcome, Answered)
    assert outcome.say.template == "runbook"
    assert outcome.say.facts == {"runbook": "docs/runbooks/deployment.md"}


def test_an_area_without_one_says_how_to_add_it() -> None:
    outcome = run(request("/runbook", replace(OPENED, area="billing")))
    assert outcome == Refused(
        "The area `billing` has no runbook. Add `runbook:` to it in OWNERS.yaml."
    )
