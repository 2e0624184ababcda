"""Which of GitHub's events concern the app, and what they become."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ghapp.core import marker
from ghapp.core.facts import CommentEvent, InstallationEvent, IssueEvent, PushEvent, RepoName
from ghapp.core.strict_json import Malformed
from ghapp.web.github_events import read_event
from ghapp.web.github_route import Routed
from tests.support.payloads import changed

HOME = RepoName("acme/ops")
MARKER = marker.render(marker.Marker("incident", "gcp:123"))
APP = {"login": "ghapp[bot]", "type": "Bot"}


def read(name: str, payload: object) -> Routed | None:
    """The one thing that an event becomes, if anything."""
    routed = read_event(name, json.dumps(payload).encode(), home=HOME, app_login="ghapp[bot]")
    assert len(routed) <= 1
    return routed[0] if routed else None


@pytest.mark.parametrize(
    ("text", "concerns"),
    [
        pytest.param("/ack", True, id="alone"),
        pytest.param("Looking.\r\n/ack\r\nSoon.", True, id="in a later line, CRLF"),
        pytest.param("Looking.\r/ack", True, id="old Macintosh line end"),
        pytest.param("Looking at it /ack", False, id="within a line"),
        pytest.param("  /ack", False, id="indented"),
        pytest.param("/ is the root", False, id="no letter"),
        pytest.param("/usr/bin is full", True, id="a path: the parser decides later"),
        pytest.param("", False, id="empty"),
        pytest.param(None, False, id="null"),
    ],
)
def test_comments_that_may_hold_a_command(
    comment_payload: Any, text: str | None, concerns: bool
) -> None:
    routed = read("issue_comment", changed(comment_payload, comment__body=text))
    assert (routed is not None) == concerns


@pytest.mark.parametrize(
    ("changes", "concerns"),
    [
        pytest.param({}, True, id="a person's words"),
        pytest.param({"action": "edited"}, False, id="an edit is no new word"),
        pytest.param({"action": "deleted"}, False, id="deleted"),
        pytest.param({"sender": APP}, False, id="the app's own"),
        pytest.param({"issue__labels": [{"name": "bug"}]}, False, id="not an incident"),
    ],
)
def test_on_an_incident_every_word_counts(
    comment_payload: Any, changes: dict[str, Any], concerns: bool
) -> None:
    payload = changed(
        comment_payload,
        **{"comment__body": "Looking.", "issue__labels": [{"name": "Incident"}], **changes},
    )
    routed = read("issue_comment", payload)
    assert (routed is not None) == concerns


def test_a_comment_on_an_incident_belongs_to_it(comment_payload: Any) -> None:
    payload = changed(comment_payload, issue__body=f"Slow.\n{MARKER}", issue__user=APP)
    routed = read("issue_comment", payload)
    assert routed is not None
    assert routed[0] == "incident:gcp:123"
    assert routed[1] == CommentEvent(
        repo=HOME,
        number=7,
        comment_id=99,
        body="/ack",
        previous=None,
        sender="alice",  # type: ignore[arg-type]
        at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    )


def test_a_marker_that_a_person_wrote_does_not_count(comment_payload: Any) -> None:
    routed = read("issue_comment", changed(comment_payload, issue__body=MARKER))
    assert routed is not None
    assert routed[0] == "incident:support:acme/ops#7"


def test_an_edit_carries_what_stood_there_before(comment_payload: Any) -> None:
    payload = changed(comment_payload, action="edited", changes__body__from="hello")
    routed = read("issue_comment", payload)
    assert routed is not None
    event = routed[1]
    assert isinstance(event, CommentEvent)
    assert (event.previous, event.at) == ("hello", datetime(2026, 3, 2, 9, 40, tzinfo=UTC))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"action": "deleted"}, id="deleted"),
        pytest.param({"action": "edited"}, id="edited, but not the text"),
        pytest.param(
            {
                "action": "edited",
                "changes__body__from": "",
                "sender": {"login": "bob", "type": "User"},
            },
            id="edited by somebody else",
        ),
        pytest.param(
            {"action": "edited", "changes__body__from": "", "comment__user": None},
            id="edited, author gone",
        ),
        pytest.param({"sender": {"login": "renovate", "type": "Bot"}}, id="a bot"),
        pytest.param({"sender": {"login": "other[bot]"}}, id="a bot by its login"),
    ],
)
def test_comments_without_a_persons_command(comment_payload: Any, changes: Any) -> None:
    assert read("issue_comment", changed(comment_payload, **changes)) is None


@pytest.fixture
def issue_payload(comment_payload: Any) -> Any:
    """A person closes an incident by hand."""
    payload = changed(
        comment_payload,
        action="closed",
        issue__labels=[{"name": "incident"}, {"name": "sev1"}],
        issue__body=f"Slow.\n{MARKER}",
        issue__user=APP,
    )
    del payload["comment"]
    return payload


@pytest.mark.parametrize(
    "action",
    [
        "assigned",
        "closed",
        "deleted",
        "edited",
        "labeled",
        "reopened",
        "transferred",
        "unassigned",
        "unlabeled",
    ],
)
def test_what_a_person_does_to_an_incident_by_hand(issue_payload: Any, action: str) -> None:
    assert read("issues", changed(issue_payload, action=action)) == (
        "incident:gcp:123",
        IssueEvent(
            repo=HOME,
            number=7,
            action=action,
            sender="alice",  # type: ignore[arg-type]
            at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        ),
    )


@pytest.mark.parametrize(
    ("changes", "concerns"),
    [
        pytest.param({"action": "pinned"}, False, id="pinned"),
        pytest.param({"action": "opened"}, False, id="opened"),
        pytest.param({"sender": APP}, False, id="by the app itself"),
        pytest.param({"issue__labels": []}, True, id="marker without label"),
        pytest.param({"issue__body": None}, True, id="label without marker"),
        pytest.param({"issue__labels": [], "issue__body": "x"}, False, id="ordinary issue"),
        pytest.param(
            {
                "action": "unlabeled",
                "issue__labels": [],
                "issue__body": "x",
                "label": {"name": "Incident"},
            },
            True,
            id="the label is taken off",
        ),
        pytest.param(
            {
                "action": "labeled",
                "issue__labels": [{"name": "bug"}],
                "issue__body": "x",
                "label": {"name": "bug"},
            },
            False,
            id="another label",
        ),
        pytest.param({"issue__user": None}, True, id="author gone"),
    ],
)
def test_issues_that_concern_the_app(issue_payload: Any, changes: Any, concerns: bool) -> None:
    assert (read("issues", changed(issue_payload, **changes)) is not None) == concerns


@pytest.fixture
def push_payload() -> Any:
    """A push that changes OWNERS.yaml on the default branch of the home repository."""
    return {
        "ref": "refs/heads/main",
        "forced": False,
        "commits": [{"added": [], "modified": ["OWNERS.yaml"], "removed": []}],
        "repository": {"full_name": "Acme/Ops", "default_branch": "main", "pushed_at": 1},
        "sender": {"login": "alice", "type": "User"},
    }


OTHER = {"added": ["a.py"], "modified": [], "removed": []}


@pytest.mark.parametrize(
    ("changes", "concerns"),
    [
        pytest.param({}, True, id="the file, case of the repository aside"),
        pytest.param({"commits": [OTHER]}, False, id="another file"),
        pytest.param(
            {"commits": [OTHER, {"removed": [".github/OWNERS.yaml"]}]}, True, id="removed"
        ),
        pytest.param({"commits": [{"added": [".github/ghapp/page.txt"]}]}, True, id="a template"),
        pytest.param({"commits": [OTHER, {}]}, True, id="a merge"),
        pytest.param({"commits": []}, True, id="no commits listed"),
        pytest.param({"commits": [OTHER] * 20}, True, id="the list may be cut"),
        pytest.param({"commits": [OTHER], "forced": True}, True, id="forced"),
        pytest.param({"ref": "refs/heads/topic"}, False, id="another branch"),
        pytest.param({"ref": "refs/tags/main"}, False, id="a tag"),
        pytest.param({"repository__full_name": "acme/app"}, False, id="another repository"),
        pytest.param({"sender": APP}, True, id="by a bot: the file counts, not who"),
    ],
)
def test_pushes_that_may_change_the_model(push_payload: Any, changes: Any, concerns: bool) -> None:
    routed = read("push", changed(push_payload, **changes))
    assert (routed is not None) == concerns
    if routed is not None:
        assert routed[0] == "model"
        assert isinstance(routed[1], PushEvent)


@pytest.mark.parametrize(
    ("name", "payload", "added", "removed"),
    [
        ("installation", {"action": "created", "repositories": ["acme/a"]}, ("acme/a",), ()),
        ("installation", {"action": "deleted", "repositories": ["acme/a"]}, (), ("acme/a",)),
        ("installation", {"action": "suspend"}, (), ()),
        (
            "installation_repositories",
            {
                "action": "added",
                "repositories_added": ["acme/a", "acme/b"],
                "repositories_removed": ["acme/c"],
            },
            ("acme/a", "acme/b"),
            ("acme/c",),
        ),
    ],
)
def test_where_the_app_is_installed(
    name: str, payload: dict[str, Any], added: tuple[str, ...], removed: tuple[str, ...]
) -> None:
    filled = {
        key: [{"full_name": one} for one in value] if isinstance(value, list) else value
        for key, value in payload.items()
    }
    routed = read(name, {**filled, "installation": {"id": 5}})
    assert routed is not None
    conversation, event = routed
    assert conversation == "installations"
    assert isinstance(event, InstallationEvent)
    assert (event.installation, event.added, event.removed) == (5, added, removed)


def test_other_events_are_not_even_parsed() -> None:
    assert read_event("star", b"not json", home=HOME, app_login=None) == []


def test_a_time_without_a_zone_is_malformed(comment_payload: Any) -> None:
    payload = changed(comment_payload, comment__created_at="2026-03-02T09:30:00")
    with pytest.raises(Malformed, match="timezone"):
        read("issue_comment", payload)
