"""Small values for tests: a model, signals, issues and incidents at a fixed instant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ghapp.core import escalation
from ghapp.core.decide import on_first_signals
from ghapp.core.facts import Fingerprint, Issue, RepoName, Signal, Status
from ghapp.core.incident import Incident
from ghapp.model.load import load
from ghapp.model.names import Login
from ghapp.model.types import Model

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOME = RepoName("acme/ops")
KEY = Fingerprint("gcp:0123")

OWNERS = """
version: 1
people: {alice: {}, bob: {}, carol: {}}
teams: {platform: [alice, bob, carol]}
rotations:
  platform: {people: [alice, bob], shift: weekly, start: 2026-01-05T10:00, timezone: UTC}
severities:
  sev1: {acknowledge: 5m, resolve: 4h, on_recovery: label}
  sev2: {acknowledge: 15m}
  sev3: {acknowledge: 1h}
escalation:
  default:
    repeat: 1
    levels:
      - {notify: [rotation]}
      - {notify: [owner, backup], wait: 10m}
      - {notify: [team:platform]}
areas:
  deployment:
    owner: carol
    backup: bob
    rotation: platform
    runbook: docs/runbooks/deployment.md
    alerts:
      - {source: gcp, match: {policy_name: "Cloud Run*"}, severity: sev2}
      - {source: gcp, match: {resource.labels.service_name: "api-*"}}
  billing:
    owner: bob
    alerts: [{source: stripe}]
fallback_area: deployment
incidents: {storm: {threshold: 3, window: 5m}}
"""


def model(text: str = OWNERS) -> Model:
    """The model that a text gives; a text with errors fails the test."""
    loaded = load(text)
    errors = [str(problem) for problem in loaded.problems if problem.level == "error"]
    assert loaded.model is not None, errors
    assert not errors
    return loaded.model


def signal(
    status: Status = Status.FIRING,
    *,
    occurrence: str = "0.a",
    minutes: float = 0,
    key: Fingerprint = KEY,
    policy: str = "Cloud Run latency",
    **changes: object,
) -> Signal:
    """A GCP-like signal `minutes` after NOW."""
    made = Signal(
        source="gcp",
        fingerprint=key,
        occurrence=occurrence,
        status=status,
        at=NOW + timedelta(minutes=minutes),
        summary="Latency is high",
        fields={"policy_name": policy},
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def firing(**changes: object) -> Signal:
    """A signal that fires."""
    return signal(Status.FIRING, **changes)  # type: ignore[arg-type]


def resolved(**changes: object) -> Signal:
    """A signal that says it is over."""
    return signal(Status.RESOLVED, **changes)  # type: ignore[arg-type]


def opened(*signals: Signal, text: str = OWNERS, now: datetime = NOW) -> Incident:
    """An incident that has just got issue 7."""
    decision = on_first_signals(KEY, HOME, signals or (firing(),), model(text), now)
    assert decision is not None
    return replace(decision.incident, number=7)


def issue_of(incident: Incident, **changes: object) -> Issue:
    """The issue as the app keeps it for an incident."""
    made = Issue(
        repo=incident.repo,
        number=incident.number,
        title=incident.summary,
        body="",
        open=incident.phase != "closed",
        labels=incident.labels,
        assignees=tuple(tried.login for tried in incident.clock.tried),
        author=Login("ghapp[bot]"),
        author_is_app=True,
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def overdue(incident: Incident, text: str = OWNERS) -> datetime:
    """The instant at which the clock of an incident is due."""
    due = escalation.due_at(incident, model(text))
    assert due is not None
    return due
