"""What GitHub's events tell of an item of the backlog."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ghapp.core.facts import RepoName
from ghapp.core.github_event import ItemEvent
from ghapp.core.history import Happening, What
from ghapp.core.strict_json import Malformed
from ghapp.core.wire import decode, encode, kind_of
from ghapp.web.github_events import read_event
from ghapp.web.github_route import Wanted
from tests.support.payloads import changed

HOME = RepoName("acme/ops")
BACKLOG = "hygiene:acme/ops"
AT, CREATED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC), datetime(2026, 3, 1, 9, tzinfo=UTC)
ALICE, DAVE = {"login": "alice", "type": "User"}, {"login": "dave", "type": "User"}
APP = {"login": "ghapp[bot]", "type": "Bot"}
SUBJECT: dict[str, Any] = {
    "number": 7,
    "title": "A bug",
    "state": "open",
    "user": DAVE,
    "labels": [{"name": "area/app"}],
    "assignees": [ALICE],
    "milestone": {"number": 3},
    "comments": 2,
    "created_at": "2026-03-01T09:00:00Z",
    "updated_at": "2026-03-02T09:30:00Z",
}
COMMON: dict[str, Any] = {"repository": {"full_name": "acme/ops"}, "sender": ALICE}
COMMENT = {
    "id": 5,
    "user": ALICE,
    "author_association": "MEMBER",
    "body": "Which version?",
    "created_at": "2026-03-02T09:30:00Z",
    "updated_at": "2026-03-02T09:30:00Z",
}
REVIEW = {
    "user": ALICE,
    "state": "approved",
    "author_association": "NONE",
    "submitted_at": "2026-03-02T09:30:00Z",
}
PULL = {
    **SUBJECT,
    "draft": True,
    "head": {"ref": "topic", "sha": "a" * 40},
    "base": {"ref": "main", "sha": "b" * 40},
}
ISSUES = {**COMMON, "issue": SUBJECT}
PULLS = {**COMMON, "pull_request": PULL}


def told(name: str, payload: object, *, wanted: bool = True) -> list[ItemEvent]:
    body = json.dumps(payload).encode()
    routed = read_event(
        name,
        body,
        home=HOME,
        app_login="ghapp[bot]",
        wanted=Wanted(backlog=lambda repo: wanted and repo == HOME),
    )
    found = []
    for conversation, event in routed:
        if isinstance(event, ItemEvent):
            assert conversation == BACKLOG
            assert decode(kind_of(event), encode(event)) == event
            found.append(event)
    return found


def happening(name: str, payload: dict[str, Any]) -> Happening | None:
    (event,) = told(name, payload)
    return event.happening


def test_an_issue_that_is_opened() -> None:
    (event,) = told("issues", {**ISSUES, "action": "opened"})
    item = event.item
    assert (item.repo, item.number, item.title, item.author) == (HOME, 7, "A bug", "dave")
    assert (item.labels, item.assignees, item.milestone) == ({"area/app"}, ("alice",), 3)
    assert (item.created_at, item.updated_at, item.comments) == (CREATED, AT, 2)
    assert (item.is_pull, item.author_is_bot, item.history) == (False, False, None)
    assert (event.action, event.happening, event.closed_at) == ("opened", None, None)
    assert (event.gone, event.by_app, event.counted) == (False, False, True)


@pytest.mark.parametrize(
    ("action", "more", "what", "about"),
    [
        ("labeled", {"label": {"name": "P1"}}, What.LABELED, "P1"),
        ("unlabeled", {"label": {"name": "P1"}}, What.UNLABELED, "P1"),
        ("assigned", {"assignee": {"login": "bob"}}, What.ASSIGNED, "bob"),
        ("unassigned", {"assignee": {"login": "bob"}}, What.OTHER, ""),
        ("reopened", {}, What.REOPENED, ""),
        ("edited", {}, What.OTHER, ""),
    ],
)
def test_what_happens_to_an_issue(
    action: str, more: dict[str, Any], what: What, about: str
) -> None:
    one = happening("issues", {**ISSUES, "action": action, **more})
    assert one == Happening(what=what, at=AT, by="alice", about=about)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("action", "more", "what", "about"),
    [
        ("synchronize", {}, What.PUSHED, ""),
        ("ready_for_review", {}, What.READY, ""),
        ("review_requested", {"requested_reviewer": {"login": "bob"}}, What.REQUESTED, "bob"),
        (
            "review_request_removed",
            {"requested_reviewer": {"login": "bob"}},
            What.UNREQUESTED,
            "bob",
        ),
    ],
)
def test_what_happens_to_a_pull_request(
    action: str, more: dict[str, Any], what: What, about: str
) -> None:
    (event,) = told("pull_request", {**PULLS, "action": action, **more})
    assert (event.item.is_pull, event.item.draft) == (True, True)
    assert event.happening == Happening(what=what, at=AT, by="alice", about=about)  # type: ignore[arg-type]


def test_a_comment() -> None:
    one = happening("issue_comment", {**ISSUES, "action": "created", "comment": COMMENT})
    assert one == Happening(what=What.COMMENTED, at=AT, by="alice", member=True)  # type: ignore[arg-type]


@pytest.mark.parametrize("action", ["edited", "deleted"])
def test_a_comment_that_changes_is_no_happening(action: str) -> None:
    (event,) = told("issue_comment", {**ISSUES, "action": action, "comment": COMMENT})
    assert (event.action, event.happening, event.gone) == (action, None, False)


def test_a_review_tells_no_number_of_comments() -> None:
    pull = {name: value for name, value in PULL.items() if name != "comments"}
    payload = {**COMMON, "pull_request": pull, "review": REVIEW}
    (event,) = told("pull_request_review", {**payload, "action": "submitted"})
    assert (event.action, event.counted) == ("reviewed", False)
    one = event.happening
    assert one is not None
    assert (one.what, one.about, one.member) == (What.REVIEWED, "approved", False)
    (event,) = told("pull_request_review", {**payload, "action": "dismissed"})
    assert (event.action, event.happening) == ("deleted", None)


def test_what_is_closed_and_what_is_gone() -> None:
    closed = {"issue__state": "closed", "issue__closed_at": "2026-03-02T09:30:00Z"}
    (event,) = told("issues", changed({**ISSUES, "action": "closed"}, **closed))
    assert (event.closed_at, event.gone) == (AT, False)
    for action in ("deleted", "transferred"):
        (event,) = told("issues", {**ISSUES, "action": action})
        assert event.gone


def test_the_app_s_own_doing_is_told_too() -> None:
    payload = {**ISSUES, "action": "labeled", "label": {"name": "stale"}, "sender": APP}
    (event,) = told("issues", payload)
    assert event.by_app
    assert event.happening is not None
    assert event.happening.by_bot


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("issues", {**ISSUES, "action": "pinned"}),
        ("issues", {**COMMON, "action": "edited", "issue": {**SUBJECT, "user": APP}}),
        (
            "issues",
            {**COMMON, "action": "opened", "issue": SUBJECT, "repository": {"full_name": "a/b"}},
        ),
    ],
)
def test_what_concerns_no_backlog(name: str, payload: dict[str, Any]) -> None:
    assert told(name, payload) == []


def test_where_no_backlog_is_kept_nothing_is_told() -> None:
    assert told("issues", {**ISSUES, "action": "opened"}, wanted=False) == []


def test_what_is_no_item() -> None:
    with pytest.raises(Malformed):
        told("pull_request", {**COMMON, "action": "opened", "pull_request": {}})
