"""A pull request that has all that a review standard may want, and what may be told of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ghapp.core.facts import RepoName, Sha
from ghapp.core.pull_request import ChangedFile, Commit, Pull, Review
from ghapp.core.review_facts import IssueRef, LinkedIssue, ReviewFacts, Waiver
from ghapp.model.load import load
from ghapp.model.names import Login
from ghapp.model.types import Model
from ghapp.plugins import known_rules

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
REPO = RepoName("acme/shop")
ALICE, BOB, CAROL, DAVE = Login("alice"), Login("bob"), Login("carol"), Login("dave")
HEAD, OLD, BASE = Sha("a" * 40), Sha("b" * 40), Sha("c" * 40)

OWNERS = """
version: 1
people: {alice: {name: Alice}, bob: {}, carol: {}, dave: {}, erin: {}}
teams: {payments: [carol, dave]}
areas:
  deployment: {owner: alice, backup: bob, paths: ["deploy/**", Dockerfile]}
  billing: {owner: bob, team: payments, paths: ["billing/**"]}
  project: {owner: erin, paths: ["*"]}
fallback_area: project
"""


def model(more: str = "", text: str = OWNERS) -> Model:
    """A model of three areas, with `review:` and the like added; errors fail the test."""
    loaded = load(text + more, rules=known_rules())
    assert loaded.model is not None, [str(one) for one in loaded.errors]
    return loaded.model


def pull(**changes: Any) -> Pull:
    """Number 12, by dave."""
    made = Pull(
        repo=REPO,
        number=12,
        title="fix: round prices half up",
        body="Closes #7",
        author=DAVE,
        author_is_app=False,
        author_is_bot=False,
        head=HEAD,
        head_branch="round-prices",
        head_repo=REPO,
        base="main",
        base_sha=BASE,
        open=True,
        draft=False,
        merged_at=None,
        merge_commit=None,
        labels=frozenset(),
        milestone=None,
        assignees=(),
        requested=(),
        requested_teams=(),
        created_at=NOW - 24 * HOUR,
        updated_at=NOW - HOUR,
    )
    return replace(made, **changes)


def changed(path: str, **changes: Any) -> ChangedFile:
    """A file with one line changed."""
    made = ChangedFile(
        path=path,
        status="modified",
        additions=1,
        deletions=1,
        sha=Sha("f" * 40),
        patch="@@ -1,1 +1,1 @@\n-one\n+two",
    )
    return replace(made, **changes)


def commit(sha: Sha = HEAD, **changes: Any) -> Commit:
    """A commit by dave."""
    made = Commit(
        sha=sha,
        message="Round prices half up",
        author=DAVE,
        committer=DAVE,
        parents=(BASE,),
        at=NOW - 3 * HOUR,
    )
    return replace(made, **changes)


def review(author: Login, state: str = "approved", **changes: Any) -> Review:
    """A review of the head an hour ago."""
    made = Review(id=1, author=author, author_is_bot=False, state=state, commit=HEAD, at=NOW - HOUR)
    return replace(made, **changes)


def waiver(rule: str, by: Login = BOB, **changes: Any) -> Waiver:
    """A waiver of the head an hour ago."""
    made = Waiver(rule=rule, by=by, reason="the vendor is down", at=NOW - HOUR, head=HEAD)
    return replace(made, **changes)


def facts(more: str = "", **changes: Any) -> ReviewFacts:
    """A pull request on billing that is in order, approved by bob; `more` is added to OWNERS.yaml."""
    well: dict[str, Any] = {
        "pull": pull(),
        "model": model(more),
        "now": NOW,
        "files": (changed("billing/prices.py"),),
        "files_complete": True,
        "commits": (commit(),),
        "commits_complete": True,
        "reviews": (review(BOB),),
        "diffs": {},
        "waivers": (),
        "issues": {IssueRef(REPO, 7): LinkedIssue("Prices are off by a cent", open=True)},
        "template": None,
        "windows": (),
    }
    return ReviewFacts(**(well | changes))
