"""The names of the conversations about pull requests and releases."""

import pytest

from ghapp.core.facts import RepoName
from ghapp.core.github_event import (
    conversation_of_backlog,
    conversation_of_pull,
    conversation_of_release,
    conversation_of_standard,
    pull_of,
    repo_of_backlog,
    repo_of_release,
)

OPS = RepoName("acme/ops")


def test_names_are_read_back() -> None:
    assert conversation_of_pull(OPS, 7) == "pull:acme/ops#7"
    assert pull_of("pull:acme/ops#7") == (OPS, 7)
    assert conversation_of_release(OPS) == "release:acme/ops"
    assert repo_of_release("release:acme/ops") == OPS
    assert conversation_of_backlog(OPS) == "hygiene:acme/ops"
    assert repo_of_backlog("hygiene:acme/ops") == OPS
    assert conversation_of_standard(OPS) == "standard:acme/ops"


@pytest.mark.parametrize(
    "conversation",
    ["incident:pull:acme/ops#7", "pull:acme/ops", "pull:#7", "pull:acme/ops#x", "model"],
)
def test_other_conversations_are_about_no_pull_request(conversation: str) -> None:
    assert pull_of(conversation) is None


@pytest.mark.parametrize("conversation", ["release:", "incident:release:acme/ops", "model"])
def test_other_conversations_are_about_no_release(conversation: str) -> None:
    assert repo_of_release(conversation) is None


@pytest.mark.parametrize("conversation", ["hygiene:", "incident:hygiene:acme/ops", "model"])
def test_other_conversations_are_about_no_backlog(conversation: str) -> None:
    assert repo_of_backlog(conversation) is None
