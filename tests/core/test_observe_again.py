"""Looking is level-triggered: what was adopted once is not adopted again."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.decide import settle
from ghapp.core.effects import AddLabels, Decision, RemoveLabel, Write
from ghapp.core.facts import Issue
from ghapp.core.incident import Ack, Incident, Phase
from ghapp.core.observe import observe
from ghapp.model.names import Login
from tests.support.builders import NOW, issue_of, model, opened

MODEL = model()
THEN, LATER = NOW + timedelta(minutes=5), NOW + timedelta(minutes=9)
LABELS = [
    *("incident", "sev1", "sev2", "sev4", "area/deployment", "area/billing", "area/nowhere"),
    *("acknowledged", "escalated", "recovered", "snoozed", "customer/acme"),
]

incidents = st.builds(
    replace,
    st.just(opened()),
    phase=st.sampled_from(list(Phase)),
    ack=st.none() | st.just(Ack(Login("bob"), NOW)),
    escalated=st.booleans(),
    snoozed_until=st.none() | st.just(NOW + timedelta(hours=1)),
)


def written(issue: Issue, decision: Decision) -> Issue:
    """The issue after the labels and the state of a decision have been written."""
    for effect in decision.effects:
        match effect:
            case AddLabels(labels):
                issue = replace(issue, labels=issue.labels | set(labels))
            case RemoveLabel(label):
                issue = replace(issue, labels=issue.labels - {label})
            case Write(close, reopen):
                issue = replace(issue, open=(issue.open or reopen) and not close)
    return issue


@given(incident=incidents, labels=st.frozensets(st.sampled_from(LABELS)), is_open=st.booleans())
def test_once_adopted_and_written_nothing_is_left_to_adopt(
    incident: Incident, labels: frozenset[str], is_open: bool
) -> None:
    issue = issue_of(incident, labels=labels, open=is_open)
    decision = settle(issue, incident, observe(incident, issue, MODEL, THEN))
    seen = written(issue, decision)
    again = observe(decision.incident, seen, MODEL, LATER)
    assert again.incident == decision.incident
    assert again.effects == ()
