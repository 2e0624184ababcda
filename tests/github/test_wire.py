"""GitHub's JSON as facts; what is odd in a secondary field never costs the whole."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from ghapp.core.facts import Comment, Issue, Permission, RepoName
from ghapp.github import fields, wire
from ghapp.github.errors import Unavailable, Unreadable
from ghapp.github.gateway import File
from ghapp.model.names import Login

REPO = RepoName("acme/api")
BOT = Login("ghapp[bot]")
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

ISSUE: dict[str, Any] = {
    "number": 3,
    "title": "Database down",
    "body": "It is.",
    "state": "open",
    "labels": [{"name": "incident"}, {"name": "sev1"}],
    "assignees": [{"login": "alice"}],
    "user": {"login": "ghapp[bot]", "type": "Bot"},
    "created_at": "2026-01-05T09:00:00Z",
    "updated_at": "2026-01-05T10:00:00+01:00",
    "closed_at": None,
    "comments": 2,
    "html_url": "https://github.example/acme/api/issues/3",
}


def test_issue() -> None:
    assert wire.issue(ISSUE, REPO, BOT) == Issue(
        repo=REPO,
        number=3,
        title="Database down",
        body="It is.",
        open=True,
        labels=frozenset({"incident", "sev1"}),
        assignees=(Login("alice"),),
        author=BOT,
        author_is_app=True,
        created_at=AT,
        updated_at=AT,
        closed_at=None,
        comments=2,
        url="https://github.example/acme/api/issues/3",
    )


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        pytest.param({"user": None}, "author", "ghost", id="deleted account"),
        pytest.param({"user": {"login": "alice"}}, "author_is_app", False, id="a person's"),
        pytest.param({"body": None}, "body", "", id="null body"),
        pytest.param({"labels": ["bug", None, {}]}, "labels", {"bug"}, id="bare label names"),
        pytest.param({"labels": None}, "labels", set(), id="null labels"),
        pytest.param({"assignees": [None]}, "assignees", (), id="null assignee"),
        pytest.param({"assignees": None}, "assignees", (), id="null assignees"),
        pytest.param({"state": "closed"}, "open", False, id="closed"),
        pytest.param({"closed_at": "2026-01-05T09:00:00"}, "closed_at", AT, id="naive is UTC"),
        pytest.param({"updated_at": "yesterday"}, "updated_at", AT, id="odd updated_at"),
        pytest.param({"created_at": None}, "created_at", wire.EPOCH, id="no created_at"),
        pytest.param({"comments": "2"}, "comments", 0, id="odd count"),
        pytest.param({"pull_request": {"url": "…"}}, "is_pull", True, id="pull request"),
    ],
)
def test_odd_issues(change: dict[str, Any], field: str, value: object) -> None:
    assert getattr(wire.issue({**ISSUE, **change}, REPO, BOT), field) == value


@pytest.mark.parametrize("data", [None, [], "x", {}, {"number": "3"}])
def test_no_issue_at_all(data: object) -> None:
    with pytest.raises(Unavailable):
        wire.issue(data, REPO, BOT)


def test_comment() -> None:
    data = {"id": 5, "body": None, "user": None, "created_at": "2026-01-05T09:00:00Z"}
    assert wire.comment(data, BOT) == Comment(
        id=5, body="", author=Login("ghost"), author_is_app=False, created_at=AT
    )


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("admin", Permission.YES),
        ("maintain", Permission.YES),
        ("write", Permission.YES),
        ("triage", Permission.NO),
        ("read", Permission.NO),
        ("none", Permission.NO),
        ("sovereign", Permission.UNKNOWN),
        (None, Permission.UNKNOWN),
    ],
)
def test_permission(level: str | None, expected: Permission) -> None:
    assert wire.permission({"permission": level}) is expected


def contents(raw: bytes, **change: Any) -> dict[str, Any]:
    encoded = base64.encodebytes(raw).decode()
    return {"type": "file", "encoding": "base64", "content": encoded, "sha": "abc", **change}


def test_file() -> None:
    text = "version: 1\n" * 20
    assert wire.file(contents(text.encode()), "OWNERS.yaml") == File(text, wire.Sha("abc"))
    assert wire.file(contents(b"\xef\xbb\xbfversion: 1"), "OWNERS.yaml").text == "version: 1"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ([], "OWNERS.yaml is not a file"),
        (contents(b"x", type="symlink"), "OWNERS.yaml is not a file"),
        (contents(b"", encoding="none"), "OWNERS.yaml is larger than 1 MB"),
        (contents(b"ab\xff"), "OWNERS.yaml is not UTF-8 text: byte 3"),
    ],
)
def test_unreadable_files_say_why(data: object, reason: str) -> None:
    with pytest.raises(Unreadable) as told:
        wire.file(data, "OWNERS.yaml")
    assert told.value.reason == reason


def test_a_damaged_file_is_an_outage() -> None:
    with pytest.raises(Unavailable):
        wire.file(contents(b"x", content="A"), "OWNERS.yaml")


def test_identity() -> None:
    data = {"id": 1, "slug": "ghapp", "permissions": {"issues": "write"}, "events": ["push", 3]}
    app = wire.identity(data)
    assert (app.bot_login, app.permissions, app.events) == (
        "ghapp[bot]",
        {"issues": "write"},
        ("push",),
    )
    assert wire.identity({"id": 1, "permissions": None}).permissions == {}


@pytest.mark.parametrize("data", [{}, {"default_branch": ""}, {"default_branch": None}])
def test_a_repository_without_a_default_branch(data: object) -> None:
    with pytest.raises(Unavailable):
        wire.default_branch(data)


def test_a_listing_is_a_list() -> None:
    assert fields.items([1]) == [1]
    with pytest.raises(Unavailable):
        fields.items({})
