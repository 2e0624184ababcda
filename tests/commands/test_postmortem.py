"""`/postmortem`: learn from an incident."""

from ghapp.commands.postmortem import run
from ghapp.core.command import Passed, Refused
from ghapp.core.routine_asks import POSTMORTEMS
from ghapp.model.types import Model
from tests.support.builders import OWNERS, model
from tests.support.requests import request

MODEL: Model = model(OWNERS + 'docs: [{path: "docs/**", owner: carol}]\n')


def test_what_makes_sense_is_passed_on() -> None:
    assert run(request("/postmortem", text=MODEL)) == Passed(POSTMORTEMS)


def test_what_is_no_incident_has_none() -> None:
    assert isinstance(run(request("/postmortem", None, text=MODEL)), Refused)
