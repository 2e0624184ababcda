"""What people take back by editing or deleting a comment on a pull request or a release."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ghapp.core.facts import RepoName
from ghapp.core.github_event import CommentChange
from ghapp.web.github_events import NOTHING_MORE, read_event
from ghapp.web.github_route import Routed, Wanted
from tests.support.payloads import changed

HOME = RepoName("acme/ops")
BOTH = Wanted(pulls=True, releases=True)
PULL, RELEASE = "pull:acme/ops#7", "release:acme/ops"
DEPENDABOT = {"login": "dependabot[bot]", "type": "Bot"}


@pytest.fixture
def deleted(comment_payload: Any) -> Any:
    """Somebody deletes a comment that commanded something, on a pull request."""
    return changed(
        comment_payload,
        action="deleted",
        comment__body="/waive title it is fine",
        issue__pull_request={"url": "https://api.github.com/repos/acme/ops/pulls/7"},
        issue__labels=[],
    )


@pytest.fixture
def edited(deleted: Any) -> Any:
    """Its author edits it."""
    return changed(
        deleted, action="edited", comment__body="Never mind", changes__body__from="/waive title ok"
    )


def read(payload: object, wanted: Wanted = BOTH) -> list[Routed]:
    body = json.dumps(payload).encode()
    return read_event("issue_comment", body, home=HOME, app_login="ghapp[bot]", wanted=wanted)


def conversations(payload: object, wanted: Wanted = BOTH) -> list[str]:
    return [conversation for conversation, _ in read(payload, wanted)]


def test_a_deletion_says_what_is_gone(deleted: Any) -> None:
    (conversation, event), _ = read(deleted)
    assert conversation == PULL
    assert event == CommentChange(
        repo=HOME,
        number=7,
        comment_id=99,
        previous="/waive title it is fine",
        body="",
        sender="alice",  # type: ignore[arg-type]
        at=datetime(2026, 3, 2, 9, 40, tzinfo=UTC),
    )


def test_an_edit_says_what_stands_there_now(edited: Any) -> None:
    (_, event), _ = read(edited)
    assert isinstance(event, CommentChange)
    assert (event.previous, event.body) == ("/waive title ok", "Never mind")


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        pytest.param(BOTH, [PULL, RELEASE], id="both"),
        pytest.param(Wanted(pulls=True), [PULL], id="reviews alone"),
        pytest.param(Wanted(releases=True), [RELEASE], id="releases alone"),
        pytest.param(NOTHING_MORE, [], id="nothing"),
    ],
)
def test_only_who_wants_to_is_told(deleted: Any, wanted: Wanted, told: list[str]) -> None:
    assert conversations(deleted, wanted) == told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({}, [PULL, RELEASE], id="a pull request"),
        pytest.param({"repository__full_name": "acme/app"}, ["pull:acme/app#7"], id="elsewhere"),
        pytest.param({"issue__pull_request": None}, [], id="an ordinary issue"),
        pytest.param(
            {"issue__pull_request": None, "issue__labels": [{"name": "Release"}]},
            [RELEASE],
            id="the issue of a release",
        ),
        pytest.param({"comment__body": "Looks good"}, [], id="no command"),
        pytest.param({"comment__body": None}, [], id="no text"),
        pytest.param({"comment__user": DEPENDABOT}, [], id="a bot's comment"),
        pytest.param(
            {"comment__user": None}, [PULL, RELEASE], id="an author whose account is gone"
        ),
        pytest.param({"sender": DEPENDABOT}, [PULL, RELEASE], id="deleted by a bot"),
        pytest.param({"sender": {"login": "bob"}}, [PULL, RELEASE], id="deleted by somebody else"),
    ],
)
def test_whose_it_is(deleted: Any, changes: dict[str, Any], told: list[str]) -> None:
    assert conversations(changed(deleted, **changes)) == told


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"changes": {}}, id="not the text"),
        pytest.param({"changes": None}, id="nothing said of it"),
        pytest.param({"changes__body__from": None}, id="no text before"),
        pytest.param({"changes__body__from": "Hm"}, id="no command before"),
        pytest.param({"action": "created"}, id="new"),
    ],
)
def test_edits_that_take_nothing_back(edited: Any, changes: dict[str, Any]) -> None:
    assert conversations(changed(edited, **changes)) == []


def test_an_edit_that_also_commands_is_heard_as_both(edited: Any) -> None:
    payload = changed(edited, comment__body="/waive size ok")
    assert conversations(payload) == ["incident:support:acme/ops#7", PULL, RELEASE]
