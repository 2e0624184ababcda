"""Which pull requests release, and what."""

from typing import Any

import pytest

from ghapp.core.pull_request import Pull
from ghapp.core.release_pull import is_hotfix, is_release, of_release
from ghapp.model.types import Release
from tests.support.reviews import REPO
from tests.support.reviews import pull as pull_of

RELEASE = Release.model_validate({"cadence": {"every": "2w"}, "hotfix": {"label": "urgent"}})


def pull(**changes: Any) -> Pull:
    return pull_of(**{"head_branch": "release/v1.4.0", **changes})


@pytest.mark.parametrize(
    ("changes", "releases", "repairs"),
    [
        pytest.param({}, True, False, id="from a release branch"),
        pytest.param({"head_branch": "feature"}, False, False, id="from another"),
        pytest.param({"base": "next"}, False, False, id="into another"),
        pytest.param({"head_repo": "mallory/ops"}, False, False, id="of a fork"),
        pytest.param({"head_repo": REPO.upper()}, True, False, id="of the same in capitals"),
        pytest.param(
            {"head_branch": "feature", "labels": frozenset({"Release"})}, True, False, id="labeled"
        ),
        pytest.param({"labels": frozenset({"URGENT"})}, False, True, id="a hotfix"),
        pytest.param(
            {"labels": frozenset({"urgent"}), "base": "next"}, False, False, id="of another branch"
        ),
    ],
)
def test_what_releases(changes: dict[str, Any], releases: bool, repairs: bool) -> None:
    found = pull(**changes)
    assert is_release(found, RELEASE, "main") is releases
    assert is_hotfix(found, RELEASE, "main") is repairs


@pytest.mark.parametrize(
    ("changes", "current", "expected"),
    [
        pytest.param({}, False, True, id="by its branch"),
        pytest.param({"head_branch": "release/v2", "milestone": 3}, False, True, id="by milestone"),
        pytest.param({"head_branch": "x", "milestone": 4}, True, False, id="of another milestone"),
        pytest.param({"head_branch": "x"}, True, True, id="the current one"),
        pytest.param({"head_branch": "x"}, False, False, id="not a later one"),
    ],
)
def test_of_which_release(changes: dict[str, Any], current: bool, expected: bool) -> None:
    assert of_release(pull(**changes), "v1.4.0", 3, current=current) is expected
