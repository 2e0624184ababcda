"""Which events of milestones, issues and releases can change how a release stands."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ghapp.core import marker
from ghapp.core.facts import IssueEvent, RepoName
from ghapp.core.github_event import MilestoneEvent, ReleaseEvent
from ghapp.web.github_events import read_event
from ghapp.web.github_route import Wanted
from tests.support.payloads import changed

HOME = RepoName("acme/ops")
APP = {"login": "ghapp[bot]", "type": "Bot"}
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
RELEASE, INCIDENT = "release:acme/ops", "incident:gcp:123"
MARKER = marker.render(marker.Marker("incident", "gcp:123"))


def routed(name: str, payload: object, wanted: Wanted | None = None) -> list[tuple[str, object]]:
    body = json.dumps(payload).encode()
    wanted = wanted or Wanted(releases=True)
    return list(read_event(name, body, home=HOME, app_login="ghapp[bot]", wanted=wanted))


MILESTONE: dict[str, Any] = {
    "action": "deleted",
    "milestone": {
        "number": 3,
        "title": "2026-11-24",
        "description": None,
        "updated_at": "2026-03-02T09:30:00Z",
    },
    "repository": {"full_name": "acme/ops"},
    "sender": {"login": "alice", "type": "User"},
}


@pytest.mark.parametrize("action", ["created", "edited", "closed", "opened", "deleted"])
def test_what_people_do_to_a_milestone(action: str) -> None:
    payload = changed(MILESTONE, action=action, milestone__description="The plan.")
    assert routed("milestone", payload) == [
        (
            RELEASE,
            MilestoneEvent(
                repo=HOME,
                number=3,
                action=action,
                title="2026-11-24",
                description="The plan.",
                sender="alice",  # type: ignore[arg-type]
                at=AT,
            ),
        )
    ]


@pytest.mark.parametrize(
    ("changes", "concerns"),
    [
        pytest.param({}, True, id="without a description"),
        pytest.param({"sender": APP}, False, id="by the app"),
        pytest.param({"repository__full_name": "acme/shop"}, False, id="of another repository"),
    ],
)
def test_milestones(changes: dict[str, Any], concerns: bool) -> None:
    assert bool(routed("milestone", changed(MILESTONE, **changes))) == concerns


PUBLISHED: dict[str, Any] = {
    "action": "published",
    "release": {"tag_name": "v1.0.0"},
    "repository": {"full_name": "acme/ops"},
    "sender": {"login": "alice", "type": "User"},
}


def test_a_person_publishes_a_release() -> None:
    event = ReleaseEvent(repo=HOME, tag="v1.0.0", action="published", sender="alice")  # type: ignore[arg-type]
    assert routed("release", PUBLISHED) == [(RELEASE, event)]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"action": "created"}, id="a draft"),
        pytest.param({"sender": APP}, id="by the app"),
        pytest.param({"repository__full_name": "acme/shop"}, id="of another repository"),
    ],
)
def test_other_news_of_releases(changes: dict[str, Any]) -> None:
    assert routed("release", changed(PUBLISHED, **changes)) == []


ISSUE: dict[str, Any] = {
    "action": "closed",
    "issue": {
        "number": 7,
        "updated_at": "2026-03-02T09:30:00Z",
        "body": "It hangs.",
        "user": {"login": "bob", "type": "User"},
        "labels": [{"name": "release-blocker"}],
        "milestone": {"number": 3},
    },
    "repository": {"full_name": "acme/ops"},
    "sender": {"login": "alice", "type": "User"},
}


def test_g01_a_blocker_is_closed() -> None:
    assert routed("issues", ISSUE) == [
        (
            RELEASE,
            IssueEvent(repo=HOME, number=7, action="closed", sender="alice", at=AT),  # type: ignore[arg-type]
        )
    ]


def labels(*names: str) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


OUTSIDE: dict[str, Any] = {"issue__milestone": None}
BUG, SEV1, ACKNOWLEDGED = {"name": "bug"}, {"name": "sev1"}, {"name": "acknowledged"}


@pytest.mark.parametrize(
    ("changes", "concerns"),
    [
        pytest.param({"action": "labeled", "label": BUG}, True, id="labeled: any label may block"),
        pytest.param({"action": "edited"}, False, id="edited"),
        pytest.param({"action": "assigned"}, False, id="assigned"),
        pytest.param({"sender": APP}, False, id="by the app"),
        pytest.param({"repository__full_name": "acme/shop"}, False, id="of another repository"),
        pytest.param(OUTSIDE, False, id="in no milestone"),
        pytest.param({**OUTSIDE, "action": "demilestoned"}, True, id="taken out of a milestone"),
    ],
)
def test_issues_in_a_milestone(changes: dict[str, Any], concerns: bool) -> None:
    assert bool(routed("issues", changed(ISSUE, **changes))) == concerns


@pytest.mark.parametrize(
    ("changes", "concerns"),
    [
        pytest.param({}, True, id="closed"),
        pytest.param({"action": "opened"}, True, id="opened"),
        pytest.param({"action": "edited"}, False, id="edited"),
        pytest.param({"action": "labeled", "label": SEV1}, True, id="its severity"),
        pytest.param({"action": "labeled", "label": ACKNOWLEDGED}, False, id="another label"),
        pytest.param({"action": "labeled", "label": None}, False, id="a label that is gone"),
        pytest.param(
            {"action": "unlabeled", "label": {"name": "Incident"}, "issue__labels": []},
            True,
            id="none any more",
        ),
        pytest.param(
            {"action": "labeled", "label": SEV1, "issue__labels": []}, False, id="never was one"
        ),
    ],
)
def test_g02_incidents_by_whomever(changes: dict[str, Any], concerns: bool) -> None:
    payload = changed(
        ISSUE, **{**OUTSIDE, "issue__labels": labels("incident"), "sender": APP, **changes}
    )
    assert bool(routed("issues", payload)) == concerns


@pytest.mark.parametrize("label", ["release", "freeze"])
def test_what_people_do_to_the_issue_of_a_release_or_a_freeze(label: str) -> None:
    payload = changed(ISSUE, **OUTSIDE, action="edited", issue__labels=labels(label))
    assert [conversation for conversation, _ in routed("issues", payload)] == [RELEASE]
    assert routed("issues", changed(payload, sender=APP)) == []
    assert routed("issues", changed(payload, action="assigned")) == []


def test_an_incident_that_a_person_closes_concerns_both() -> None:
    payload = changed(
        ISSUE,
        **OUTSIDE,
        issue__labels=labels("incident"),
        issue__body=f"Slow.\n{MARKER}",
        issue__user=APP,
    )
    assert [conversation for conversation, _ in routed("issues", payload)] == [INCIDENT, RELEASE]


@pytest.mark.parametrize(
    ("name", "payload"), [("milestone", MILESTONE), ("release", PUBLISHED), ("issues", ISSUE)]
)
def test_without_a_duty_nothing_is_kept(name: str, payload: Any) -> None:
    assert routed(name, payload, Wanted(pulls=True)) == []
