"""What the gateway to documents makes of answers that only a real server gives."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ghapp.core.facts import Sha
from ghapp.github.client import GitHubClient
from ghapp.github.errors import NotFound, Refused
from ghapp.github.gateway_docs import FileCommit, Merged, Tree
from ghapp.github.rest_docs import RestDocs
from ghapp.github.wire import EPOCH
from ghapp.model.names import Login
from tests.github.conftest import REPO
from tests.support.scripted_github import Reply, ScriptedGitHub

pytestmark = pytest.mark.enable_socket

REPOSITORY = "/repos/acme/api"
TREE = f"{REPOSITORY}/git/trees/main"
HEAD = Sha("a" * 40)
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def docs(client: GitHubClient) -> RestDocs:
    return RestDocs(client)


async def test_of_a_tree_only_files_count(docs: RestDocs, scripted: ScriptedGitHub) -> None:
    entries = [
        {"path": "docs", "type": "tree", "sha": "1"},
        {"path": "docs/a.md", "type": "blob", "sha": "2"},
        {"path": "lib", "type": "commit", "sha": "3"},
    ]
    scripted.on("GET", TREE, {"tree": entries, "truncated": True})
    assert await docs.tree(REPO, "main") == Tree({"docs/a.md": Sha("2")}, complete=False)


async def test_a_repository_without_a_commit_has_no_files(
    docs: RestDocs, scripted: ScriptedGitHub
) -> None:
    scripted.on("GET", TREE, Reply(409, {"message": "Git Repository is empty."}))
    assert await docs.tree(REPO, "main") == Tree({})


@pytest.mark.parametrize(("status", "error"), [(404, NotFound), (422, Refused)])
async def test_what_cannot_be_seen_is_not_taken_for_empty(
    docs: RestDocs, scripted: ScriptedGitHub, status: int, error: type[Refused]
) -> None:
    scripted.on("GET", TREE, Reply(status, {"message": "Not Found"}))
    with pytest.raises(error):
        await docs.tree(REPO, "main")


async def test_a_commit_without_an_account_or_a_date(
    docs: RestDocs, scripted: ScriptedGitHub
) -> None:
    found = [
        {"sha": HEAD, "author": None, "commit": {"committer": {"date": "2026-11-22T12:00:00Z"}}},
        {"sha": HEAD, "author": {"login": "bob"}, "commit": {}},
    ]
    scripted.on("GET", f"{REPOSITORY}/commits", found)
    assert list(await docs.file_commits(REPO, "docs/a.md")) == [
        FileCommit(HEAD, None, AT),
        FileCommit(HEAD, Login("bob"), EPOCH),
    ]


async def test_of_several_pull_requests_the_one_that_was_merged_first(
    docs: RestDocs, scripted: ScriptedGitHub
) -> None:
    def pull(number: int, merged_at: str | None) -> dict[str, Any]:
        return {"number": number, "merged_at": merged_at, "user": None}

    found = [pull(1, None), pull(2, "2026-11-23T12:00:00Z"), pull(3, "2026-11-22T12:00:00Z")]
    scripted.on("GET", f"{REPOSITORY}/commits/{HEAD}/pulls", found)
    assert await docs.merged_by(REPO, HEAD) == Merged(3, Login("ghost"), AT)


async def test_d05_a_rename(docs: RestDocs, scripted: ScriptedGitHub) -> None:
    files = [
        {"filename": "docs/b.md", "status": "modified"},
        {"filename": "docs/a.md", "status": "renamed", "previous_filename": "docs/old.md"},
    ]
    scripted.on("GET", f"{REPOSITORY}/commits/{HEAD}", {"sha": HEAD, "files": files})
    assert await docs.name_before(REPO, HEAD, "docs/a.md") == "docs/old.md"
    assert await docs.name_before(REPO, HEAD, "docs/b.md") == ""
