"""Each write has a name, and says what it was about."""

from collections.abc import Mapping
from typing import Any

import pytest

from ghapp.core.facts import RepoName
from ghapp.github.writes import SHOWN_TEXT, Written, describe, writes_nothing

REPO = RepoName("acme/ops")
BELOW = f"/repos/{REPO}"


@pytest.mark.parametrize(
    ("method", "path", "action", "number"),
    [
        ("POST", "/issues", "issue.open", 9),
        ("PATCH", "/issues/4", "issue.edit", 4),
        ("POST", "/issues/4/comments", "comment.write", 4),
        ("PATCH", "/issues/comments/77", "comment.edit", 77),
        ("POST", "/issues/comments/77/reactions", "comment.react", 77),
        ("POST", "/issues/4/labels", "labels.add", 4),
        ("DELETE", "/issues/4/labels/area%2Fbilling", "label.remove", 4),
        ("POST", "/issues/4/assignees", "assignees.add", 4),
        ("DELETE", "/issues/4/assignees", "assignees.remove", 4),
        ("POST", "/labels", "label.create", 9),
        ("POST", "/milestones", "milestone.create", 9),
        ("PATCH", "/milestones/2", "milestone.edit", 2),
        ("POST", "/pulls", "pull.open", 9),
        ("PATCH", "/pulls/4", "pull.edit", 4),
        ("POST", "/pulls/4/requested_reviewers", "reviewers.request", 4),
        ("DELETE", "/pulls/4/requested_reviewers", "reviewers.unrequest", 4),
        ("POST", "/check-runs", "check.create", 9),
        ("PATCH", "/check-runs/5", "check.update", 5),
        ("POST", "/git/commits", "commit.create", 9),
        ("POST", "/git/refs", "ref.create", 9),
        ("POST", "/releases", "release.publish", 9),
        ("PATCH", "/releases/3", "release.edit", 3),
        ("PUT", "/contents/docs/a.md", "file.commit", 9),
        ("PUT", "/something/new", "PUT /something/new", None),
    ],
    ids=str,
)
def test_a_write_is_called_by_what_it_does(
    method: str, path: str, action: str, number: int | None
) -> None:
    written = describe(method, BELOW + path, REPO, {}, {"number": 9})
    assert (written.action, written.number) == (action, number)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"title": "A", "labels": ["triage"], "private": 1}, {"title": "A", "labels": ["triage"]}),
        ({"body": "short"}, {"body": "short"}),
        ({"body": "x" * 999}, {"body": "x" * SHOWN_TEXT + "…"}),
        ({"content": "x" * 999, "message": "m"}, {"message": "m"}),
        ({"output": {"title": "Needs bob"}, "name": "c"}, {"title": "Needs bob", "name": "c"}),
        (None, {}),
    ],
    ids=["known fields", "a short text", "a long text is cut", "a file", "a check", "nothing"],
)
def test_it_tells_what_a_reader_wants_to_know(
    body: Mapping[str, Any] | None, told: Mapping[str, Any]
) -> None:
    assert describe("POST", f"{BELOW}/issues", REPO, body, None) == Written(
        action="issue.open", repo=REPO, told=told
    )


def test_a_name_in_the_address_is_told_as_it_is() -> None:
    written = describe("DELETE", f"{BELOW}/issues/4/labels/area%2Fbilling", REPO, None, None)
    assert written.told == {"label": "area/billing"}


def test_generated_notes_are_only_asked_for() -> None:
    assert writes_nothing("POST", f"{BELOW}/releases/generate-notes")
    assert not writes_nothing("POST", f"{BELOW}/releases")
