"""`/unfreeze`: an owner ends what was announced."""

import pytest

from ghapp.commands.unfreeze import run
from ghapp.core.command import Announced, Refused
from ghapp.core.facts import FreezeEvent
from ghapp.model.names import Login
from tests.support.requests import BOB, LATER, OPENED, request


@pytest.mark.parametrize("incident", [None, OPENED], ids=["an issue", "an incident"])
def test_an_owner_ends_it(incident: None) -> None:
    outcome = run(request("/unfreeze all is well", incident, by=BOB))
    assert isinstance(outcome, Announced)
    assert outcome.event == FreezeEvent(
        name="key", until=None, reason="all is well", by=BOB, at=LATER, over=True
    )
    assert (outcome.answer.say.template, outcome.answer.say.key) == ("unfreeze_begun", "key")


@pytest.mark.parametrize("by", ["alice", "dave"], ids=["on call only", "a stranger"])
def test_nobody_else_does(by: str) -> None:
    outcome = run(request("/unfreeze", None, by=Login(by)))
    assert outcome == Refused("Only owners of an area, their backups and teams end a freeze.")
