"""Pushes that may change the review standard of a branch."""

import json
from typing import Any

import pytest

from ghapp.core.facts import PushEvent, RepoName
from ghapp.web.github_events import NOTHING_MORE, read_event
from ghapp.web.github_route import Routed, Wanted
from tests.support.payloads import changed

HOME = RepoName("acme/ops")
PULLS = Wanted(pulls=True)
PUSH: dict[str, Any] = {
    "ref": "refs/heads/main",
    "repository": {"full_name": "acme/app", "default_branch": "main"},
    "sender": {"login": "alice", "type": "User"},
    "commits": [{"added": [], "modified": ["OWNERS.yaml"], "removed": []}],
}


def read(payload: object, wanted: Wanted = PULLS) -> list[Routed]:
    body = json.dumps(payload).encode()
    return read_event("push", body, home=HOME, app_login="ghapp[bot]", wanted=wanted)


@pytest.mark.parametrize(
    ("changes", "conversation", "branch"),
    [
        pytest.param({}, "standard:acme/app", "main", id="another repository"),
        pytest.param(
            {"ref": "refs/heads/release/1.0"}, "standard:acme/app", "release/1.0", id="any branch"
        ),
        pytest.param({"repository__full_name": "acme/ops"}, "model", "main", id="the home's own"),
        pytest.param(
            {"repository__full_name": "acme/ops", "ref": "refs/heads/stable"},
            "standard:acme/ops",
            "stable",
            id="another branch of the home",
        ),
    ],
)
def test_whose_standard_it_is(changes: dict[str, Any], conversation: str, branch: str) -> None:
    ((found, event),) = read(changed(PUSH, **changes))
    assert found == conversation
    assert isinstance(event, PushEvent)
    assert event.branch == branch


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        pytest.param({"ref": "refs/tags/v1"}, PULLS, id="a tag"),
        pytest.param({"commits": [{"modified": ["a.py"]}]}, PULLS, id="another file"),
        pytest.param({}, NOTHING_MORE, id="no reviews"),
    ],
)
def test_what_changes_none(changes: dict[str, Any], wanted: Wanted) -> None:
    assert read(changed(PUSH, **changes), wanted) == []
