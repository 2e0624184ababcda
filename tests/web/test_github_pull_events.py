"""Which events of pull requests, reviews and checks can change what a check of the app says."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ghapp.core.facts import RepoName
from ghapp.core.github_event import CheckEvent, MergeGroupEvent, PullEvent
from ghapp.core.strict_json import Malformed
from ghapp.core.wire import decode, encode, kind_of
from ghapp.web.github_events import read_event
from ghapp.web.github_route import Wanted
from tests.support.payloads import changed

HOME = RepoName("acme/ops")
APP = {"login": "ghapp[bot]", "type": "Bot"}
DEPENDABOT = {"login": "dependabot[bot]", "type": "Bot"}
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HEAD, PULL, RELEASE = "a" * 40, "pull:acme/ops#7", "release:acme/ops"


def is_release(_repo: RepoName, branch: str) -> bool:
    return branch.startswith("release/")


BOTH = Wanted(pulls=True, releases=True, releasing=is_release, release_labels=frozenset({"hotfix"}))


def conversations(name: str, payload: object, wanted: Wanted = BOTH) -> list[str]:
    body = json.dumps(payload).encode()
    routed = read_event(name, body, home=HOME, app_login="ghapp[bot]", wanted=wanted)
    return [conversation for conversation, _ in routed]


def event(name: str, payload: object) -> object:
    body = json.dumps(payload).encode()
    routed = read_event(name, body, home=HOME, app_login="ghapp[bot]", wanted=BOTH)
    return routed[0][1]


PULL_REQUEST: dict[str, Any] = {
    "action": "opened",
    "pull_request": {
        "number": 7,
        "updated_at": "2026-03-02T09:30:00Z",
        "head": {"ref": "topic", "sha": HEAD},
        "base": {"ref": "main", "sha": "b" * 40},
        "user": {"login": "alice", "type": "User"},
        "milestone": None,
    },
    "repository": {"full_name": "acme/ops", "default_branch": "main"},
    "sender": {"login": "alice", "type": "User"},
}


def test_a_pull_request_as_an_event() -> None:
    payload = changed(PULL_REQUEST, sender__login="bob", pull_request__title="Fix it")
    found = event("pull_request", payload)
    assert isinstance(found, PullEvent)
    assert (found.repo, found.number, found.action, found.sender) == (HOME, 7, "opened", "bob")
    assert (found.pull.title, found.pull.head, found.pull.base) == ("Fix it", HEAD, "main")
    assert (found.pull.author, found.pull.updated_at, found.at) == ("alice", AT, AT)
    assert decode(kind_of(found), encode(found)) == found


@pytest.mark.parametrize("part", ["pull_request__head", "pull_request__base"])
def test_a_pull_request_without_its_ends_is_malformed(part: str) -> None:
    with pytest.raises(Malformed):
        event("pull_request", changed(PULL_REQUEST, **{part: {"ref": "main"}}))


ANYBODY = (
    "opened",
    "reopened",
    "synchronize",
    "ready_for_review",
    "converted_to_draft",
    "closed",
)
OTHERS = (
    "labeled",
    "unlabeled",
    "milestoned",
    "demilestoned",
    "review_requested",
    "review_request_removed",
)


@pytest.mark.parametrize("sender", [{"login": "alice"}, DEPENDABOT, APP])
@pytest.mark.parametrize("action", [*ANYBODY, *OTHERS])
def test_what_can_change_a_verdict(action: str, sender: Any) -> None:
    found = conversations("pull_request", changed(PULL_REQUEST, action=action, sender=sender))
    assert (PULL in found) == (action in ANYBODY or sender is not APP)


@pytest.mark.parametrize(
    ("changes", "concerns"),
    [
        pytest.param({"changes": {"title": {"from": "x"}}}, True, id="title"),
        pytest.param({"changes": {"body": {"from": "x"}}}, True, id="description"),
        pytest.param({"changes": {"base": {"ref": {"from": "x"}}}}, True, id="base"),
        pytest.param({"changes": {}}, False, id="nothing"),
        pytest.param({}, False, id="nothing said"),
        pytest.param({"changes": {"title": {"from": "x"}}, "sender": APP}, False, id="by the app"),
    ],
)
def test_edits(changes: dict[str, Any], concerns: bool) -> None:
    payload = changed(PULL_REQUEST, action="edited", **changes)
    assert (conversations("pull_request", payload) == [PULL]) == concerns


@pytest.mark.parametrize("action", ["assigned", "locked", "auto_merge_enabled", "enqueued"])
def test_what_cannot_change_a_verdict_costs_no_row(action: str) -> None:
    assert conversations("pull_request", changed(PULL_REQUEST, action=action)) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, [PULL], id="an ordinary one"),
        pytest.param({"pull_request__head__ref": "release/1"}, [PULL, RELEASE], id="of a release"),
        pytest.param(
            {"pull_request__labels": [{"name": "Hotfix"}]}, [PULL, RELEASE], id="a hotfix"
        ),
        pytest.param(
            {
                "pull_request__head__ref": "release/1",
                "repository__full_name": "acme/shop",
            },
            ["pull:acme/shop#7"],
            id="of another repository",
        ),
        pytest.param(
            {"action": "closed", "pull_request__milestone": {"number": 1}},
            [PULL, RELEASE],
            id="in a milestone",
        ),
        pytest.param(
            {"action": "synchronize", "pull_request__milestone": {"number": 1}},
            [PULL],
            id="in a milestone, pushed to",
        ),
        pytest.param({"action": "demilestoned"}, [PULL, RELEASE], id="out of a milestone"),
    ],
)
def test_pull_requests_that_may_decide_a_release(
    changes: dict[str, Any], expected: list[str]
) -> None:
    assert conversations("pull_request", changed(PULL_REQUEST, **changes)) == expected


REVIEW = changed(
    PULL_REQUEST,
    action="submitted",
    review={"state": "approved", "user": {"login": "bob", "type": "User"}},
    sender={"login": "bob", "type": "User"},
)


@pytest.mark.parametrize(
    ("changes", "action"),
    [
        pytest.param({}, "reviewed", id="approved"),
        pytest.param({"review__state": "changes_requested"}, "reviewed", id="refused"),
        pytest.param({"review__state": "commented"}, "reviewed", id="commented: it is an answer"),
        pytest.param({"action": "dismissed"}, "dismissed", id="dismissed"),
        pytest.param(
            {"action": "dismissed", "sender": APP}, "dismissed", id="dismissed by the app"
        ),
        pytest.param({"pull_request__user": None}, "reviewed", id="author gone"),
        pytest.param({"action": "edited"}, None, id="its text edited"),
        pytest.param({"review__user__login": "Alice"}, None, id="the author's own"),
        pytest.param({"review__user": DEPENDABOT}, None, id="a machine's"),
        pytest.param({"review__user": None}, None, id="nobody's"),
    ],
)
def test_reviews(changes: dict[str, Any], action: str | None) -> None:
    payload = changed(REVIEW, **changes)
    found = conversations("pull_request_review", payload)
    assert found == ([PULL] if action else [])
    if action:
        told = event("pull_request_review", payload)
        assert isinstance(told, PullEvent)
        assert told.action == action


MERGE_GROUP: dict[str, Any] = {
    "action": "checks_requested",
    "merge_group": {
        "head_sha": HEAD,
        "head_ref": f"refs/heads/gh-readonly-queue/release/v1/pr-7-{'b' * 40}",
        "base_ref": "refs/heads/release/v1",
    },
    "repository": {"full_name": "acme/ops"},
    "sender": {"login": "alice"},
}


def test_v09_the_merge_queue_asks_for_checks() -> None:
    assert conversations("merge_group", MERGE_GROUP) == [PULL]
    assert event("merge_group", MERGE_GROUP) == MergeGroupEvent(
        repo=HOME,
        number=7,
        head=HEAD,  # type: ignore[arg-type]
        base="release/v1",
    )


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"action": "destroyed"}, id="no longer needed"),
        pytest.param({"merge_group__head_ref": "refs/heads/main"}, id="no queue's branch"),
    ],
)
def test_merge_groups_that_need_nothing(changes: dict[str, Any]) -> None:
    assert conversations("merge_group", changed(MERGE_GROUP, **changes)) == []


CHECK_RUN: dict[str, Any] = {
    "action": "completed",
    "check_run": {
        "head_sha": HEAD,
        "name": "ci",
        "external_id": "",
        "app": {"slug": "github-actions"},
        "check_suite": {"head_branch": "release/1"},
    },
    "repository": {"full_name": "acme/ops"},
    "sender": {"login": "alice"},
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, [RELEASE], id="of a release"),
        pytest.param({"action": "created"}, [RELEASE], id="begun"),
        pytest.param({"check_run__check_suite__head_branch": "topic"}, [], id="of a topic"),
        pytest.param({"check_run__check_suite__head_branch": None}, [], id="of a fork"),
        pytest.param({"check_run__check_suite": None}, [], id="of no suite"),
        pytest.param({"check_run__app": {"slug": "ghapp"}}, [], id="the app's own"),
        pytest.param({"check_run__app": None}, [RELEASE], id="nobody's"),
        pytest.param({"repository__full_name": "acme/shop"}, [], id="of another repository"),
        pytest.param({"action": "requested_action"}, [], id="a button"),
        pytest.param(
            {"action": "rerequested", "check_run__external_id": PULL}, [PULL], id="a review again"
        ),
        pytest.param(
            {"action": "rerequested", "check_run__external_id": RELEASE},
            [RELEASE],
            id="a gate again",
        ),
        pytest.param(
            {"action": "rerequested", "check_run__external_id": None}, [], id="something else again"
        ),
    ],
)
def test_check_runs(changes: dict[str, Any], expected: list[str]) -> None:
    assert conversations("check_run", changed(CHECK_RUN, **changes)) == expected


def test_a_check_run_as_an_event() -> None:
    assert event("check_run", CHECK_RUN) == CheckEvent(
        repo=HOME,
        head=HEAD,  # type: ignore[arg-type]
        name="ci",
        action="completed",
        sender="alice",  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("wanted", "external"),
    [(Wanted(releases=True), PULL), (Wanted(pulls=True), RELEASE)],
)
def test_a_check_whose_duty_is_off_is_not_made_again(wanted: Wanted, external: str) -> None:
    payload = changed(CHECK_RUN, action="rerequested", check_run__external_id=external)
    assert conversations("check_run", payload, wanted) == []


CHECK_SUITE: dict[str, Any] = {
    "action": "rerequested",
    "check_suite": {
        "head_sha": HEAD,
        "head_branch": "release/1",
        "app": {"slug": "ghapp"},
        "pull_requests": [{"number": 7}, {"number": 8}],
    },
    "repository": {"full_name": "acme/ops"},
    "sender": {"login": "alice"},
}


@pytest.mark.parametrize(
    ("changes", "wanted", "expected"),
    [
        pytest.param({}, BOTH, [PULL, "pull:acme/ops#8", RELEASE], id="both"),
        pytest.param({}, Wanted(releases=True), [RELEASE], id="releases only"),
        pytest.param({}, Wanted(pulls=True), [PULL, "pull:acme/ops#8"], id="pull requests only"),
        pytest.param({"check_suite__head_branch": None}, Wanted(releases=True), [], id="a fork"),
        pytest.param({"action": "completed"}, BOTH, [], id="completed: its runs tell"),
    ],
)
def test_check_suites(changes: dict[str, Any], wanted: Wanted, expected: list[str]) -> None:
    assert conversations("check_suite", changed(CHECK_SUITE, **changes), wanted) == expected


STATUS: dict[str, Any] = {
    "sha": HEAD,
    "context": "deploy",
    "state": "success",
    "branches": [{"name": "topic"}, {"name": "release/1"}],
    "repository": {"full_name": "acme/ops"},
    "sender": {"login": "alice"},
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, [RELEASE], id="of a release"),
        pytest.param({"branches": [{"name": "topic"}]}, [], id="of a topic"),
        pytest.param({"branches": []}, [], id="of no branch"),
        pytest.param({"branches": [{"name": "topic"}] * 10}, [RELEASE], id="of many branches"),
        pytest.param({"repository__full_name": "acme/shop"}, [], id="of another repository"),
    ],
)
def test_statuses(changes: dict[str, Any], expected: list[str]) -> None:
    assert conversations("status", changed(STATUS, **changes)) == expected


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("pull_request", PULL_REQUEST),
        ("pull_request_review", REVIEW),
        ("merge_group", MERGE_GROUP),
        ("check_run", CHECK_RUN),
        ("check_suite", CHECK_SUITE),
        ("status", STATUS),
    ],
)
def test_without_a_duty_nothing_is_even_parsed(name: str, payload: Any) -> None:
    assert conversations(name, payload, Wanted()) == []
    assert read_event(name, b"not json", home=HOME, app_login=None) == []
    with pytest.raises(Malformed):
        read_event(name, b"not json", home=HOME, app_login=None, wanted=BOTH)


def test_every_branch_may_be_a_release_s_unless_said_otherwise() -> None:
    wanted = Wanted(releases=True)
    assert conversations("pull_request", PULL_REQUEST, wanted) == [RELEASE]
