"""`/oncall [area]`: who is on call now."""

import pytest

from ghapp.commands.oncall import COMMAND, run
from ghapp.core.command import Answered, Refused
from ghapp.core.incident import Incident
from tests.support.requests import OPENED, request

DEPLOYMENT, BILLING = ("deployment", ("bob",)), ("billing", ("bob",))


@pytest.mark.parametrize(
    ("line", "incident", "rows"),
    [
        pytest.param("/oncall", OPENED, [DEPLOYMENT], id="of the incident's area"),
        pytest.param("/oncall", None, [DEPLOYMENT, BILLING], id="of every area"),
        pytest.param("/oncall billing", OPENED, [BILLING], id="of an area"),
        pytest.param("/oncall area/billing", None, [BILLING], id="by its label"),
    ],
)
def test_who(line: str, incident: Incident | None, rows: list[object]) -> None:
    outcome = run(request(line, incident))
    assert isinstance(outcome, Answered)
    assert outcome.say.key == "key"
    assert outcome.say.facts == {"rows": rows}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        pytest.param(
            "/oncall biling", "OWNERS.yaml has no such area. Did you mean `billing`?", id="a slip"
        ),
        pytest.param("/oncall @everybody", "OWNERS.yaml has no such area.", id="nothing near"),
    ],
)
def test_no_such_area(line: str, why: str) -> None:
    assert run(request(line)) == Refused(why)


def test_it_may_be_typed_anywhere() -> None:
    assert COMMAND.anywhere
