"""GitHub's JSON of pull requests as facts; what is odd in a secondary field never costs the whole."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ghapp.core.facts import RepoName, Sha
from ghapp.core.pull_request import ChangedFile, Commit, Pull, Review
from ghapp.github import wire_pulls
from ghapp.github.errors import Unavailable
from ghapp.model.names import Login
from tests.support.payloads import changed

REPO = RepoName("acme/api")
BOT = Login("ghapp[bot]")
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
HEAD, BASE = Sha("a" * 40), Sha("b" * 40)

PULL: dict[str, Any] = {
    "number": 7,
    "title": "Fix it",
    "body": None,
    "state": "closed",
    "draft": False,
    "user": {"login": "dependabot[bot]", "type": "Bot"},
    "head": {"ref": "topic", "sha": HEAD, "repo": {"full_name": "acme/api"}},
    "base": {"ref": "main", "sha": BASE},
    "labels": [{"name": "hotfix"}],
    "milestone": {"number": 3},
    "assignees": [{"login": "alice"}],
    "requested_reviewers": [{"login": "bob"}],
    "requested_teams": [{"slug": "platform"}, {}],
    "created_at": "2026-01-05T09:00:00Z",
    "updated_at": "2026-01-05T09:00:00Z",
    "merged_at": "2026-01-05T09:00:00Z",
    "merge_commit_sha": "c" * 40,
    "changed_files": 2,
    "commits": 1,
    "html_url": "https://github.example/acme/api/pull/7",
}


def test_pull() -> None:
    assert wire_pulls.pull(PULL, REPO, BOT) == Pull(
        repo=REPO,
        number=7,
        title="Fix it",
        body="",
        author=Login("dependabot[bot]"),
        author_is_app=False,
        author_is_bot=True,
        head=HEAD,
        head_branch="topic",
        head_repo=REPO,
        base="main",
        base_sha=BASE,
        open=False,
        draft=False,
        merged_at=AT,
        merge_commit=Sha("c" * 40),
        labels=frozenset({"hotfix"}),
        milestone=3,
        assignees=(Login("alice"),),
        requested=(Login("bob"),),
        requested_teams=("platform",),
        created_at=AT,
        updated_at=AT,
        changed_files=2,
        commits=1,
        url="https://github.example/acme/api/pull/7",
    )


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        pytest.param({"head__repo": None}, "head_repo", "", id="the fork is gone"),
        pytest.param({"merged_at": None}, "merge_commit", None, id="a trial merge is none"),
        pytest.param({"milestone": None}, "milestone", None, id="no milestone"),
        pytest.param({"user": None}, "author", "ghost", id="the author is gone"),
        pytest.param({"user": {"login": "ghapp[bot]"}}, "author_is_app", True, id="the app's"),
        pytest.param({"changed_files": None}, "changed_files", None, id="uncounted"),
        pytest.param({"requested_reviewers": None}, "requested", (), id="nobody asked"),
    ],
)
def test_parts_of_a_pull(change: dict[str, Any], field: str, value: object) -> None:
    assert getattr(wire_pulls.pull(changed(PULL, **change), REPO, BOT), field) == value


@pytest.mark.parametrize(
    "change", [{"number": None}, {"head": None}, {"base": None}, {"head__sha": ""}]
)
def test_a_pull_without_identity_is_none(change: dict[str, Any]) -> None:
    with pytest.raises(Unavailable):
        wire_pulls.pull(changed(PULL, **change), REPO, BOT)


def test_changed_file() -> None:
    data = {
        "filename": "new.py",
        "status": "renamed",
        "previous_filename": "old.py",
        "additions": 3,
        "deletions": 1,
        "sha": HEAD,
    }
    assert wire_pulls.changed_file(data) == ChangedFile(
        path="new.py", status="renamed", previous="old.py", additions=3, deletions=1, sha=HEAD
    )
    with pytest.raises(Unavailable):
        wire_pulls.changed_file({})


def test_reviews_but_those_that_nobody_else_sees() -> None:
    data = [
        {
            "id": 1,
            "user": {"login": "bob"},
            "state": "CHANGES_REQUESTED",
            "commit_id": HEAD,
            "submitted_at": "2026-01-05T09:00:00Z",
        },
        {"id": 2, "state": "PENDING"},
    ]
    assert wire_pulls.reviews(data) == (
        Review(
            id=1,
            author=Login("bob"),
            author_is_bot=False,
            state="changes_requested",
            commit=HEAD,
            at=AT,
        ),
    )


@pytest.mark.parametrize(
    ("account", "author"), [({"login": "alice"}, Login("alice")), (None, None), ({}, None)]
)
def test_v05_a_commit_whose_author_has_no_account(account: Any, author: Login | None) -> None:
    data = {
        "sha": HEAD,
        "commit": {"message": "Fix it", "committer": {"date": "2026-01-05T09:00:00Z"}},
        "author": account,
        "committer": {"login": "web-flow"},
        "parents": [{"sha": BASE}],
    }
    assert wire_pulls.commit(data) == Commit(
        sha=HEAD,
        message="Fix it",
        author=author,
        committer=Login("web-flow"),
        parents=(BASE,),
        at=AT,
    )
