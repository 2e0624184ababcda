"""`/sev 1-4 [reason]`: how bad it is, by a person's word."""

from datetime import timedelta

import pytest

from ghapp.commands.sev import run
from ghapp.core import escalation
from ghapp.core.command import Misused
from ghapp.model.names import Severity
from tests.support.builders import NOW
from tests.support.requests import MODEL, after, request


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        pytest.param("/sev 1", Severity.SEV1, id="a number"),
        pytest.param("/sev sev4 nobody is affected", Severity.SEV4, id="a label and a reason"),
        pytest.param("/sev SEV2", Severity.SEV2, id="in capitals"),
    ],
)
def test_sets_it_for_good(line: str, severity: Severity) -> None:
    incident = after(run(request(line)))
    assert incident.severity is severity
    assert incident.pinned


def test_the_clock_follows() -> None:
    incident = after(run(request("/sev 1")))
    assert escalation.due_at(incident, MODEL) == NOW + timedelta(minutes=5)


@pytest.mark.parametrize("line", ["/sev", "/sev 0", "/sev 5", "/sev high", "/sev 1.5", "/sev ²"])
def test_what_is_no_severity_is_misuse(line: str) -> None:
    assert run(request(line)) == Misused()
