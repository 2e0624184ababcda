"""A dry run reads and writes nothing, and its reads show what its writes would have made."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ghapp.core.facts import Sha
from ghapp.github.client import GitHubClient
from ghapp.github.gateway import File
from ghapp.github.gateway_checks import Report
from ghapp.github.rehearsal import FIRST_NUMBER, Noted, Rehearsal
from ghapp.github.writes import Written
from ghapp.model.names import Login
from tests.github.conftest import REPO
from tests.support.scripted_github import ScriptedGitHub

pytestmark = pytest.mark.enable_socket

NOW = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
HEAD = Sha("a" * 40)
ALICE, BOB = Login("alice"), Login("bob")
REPOSITORY = "/repos/acme/api"


@pytest.fixture
def noted() -> list[Written]:
    return []


@pytest.fixture
def github(client: GitHubClient, noted: list[Written]) -> Rehearsal:
    return Rehearsal(client, noted.append, lambda: NOW)


@pytest.fixture(autouse=True)
def _only_reads(scripted: ScriptedGitHub) -> Any:
    yield
    assert {one.method for one in scripted.api_requests} <= {"GET"}


def issue(**changes: object) -> dict[str, object]:
    return {
        "number": 4,
        "title": "Broken",
        "body": "as it was",
        "state": "open",
        "labels": [{"name": "bug"}],
        "assignees": [{"login": "alice"}],
        **changes,
    }


async def test_what_would_be_opened_can_be_read_changed_and_talked_about(
    github: Rehearsal, noted: list[Written]
) -> None:
    made = await github.create_issue(
        REPO, title="Triage", body="Agenda", labels=["triage"], assignees=[ALICE]
    )
    assert (made.number, made.author_is_app, made.assignees) == (FIRST_NUMBER, True, (ALICE,))
    assert await github.add_assignees(REPO, made.number, [BOB]) == (ALICE, BOB)
    assert await github.remove_assignees(REPO, made.number, [ALICE]) == (BOB,)
    closed = await github.edit_issue(REPO, made.number, body="Over", state="closed")
    assert not closed.open
    assert await github.get_issue(REPO, made.number) == closed
    said = await github.create_comment(REPO, made.number, "Hello")
    assert (said.body, said.author_is_app) == ("Hello", True)
    assert await github.list_comments(REPO, made.number) == []
    assert (await github.edit_comment(REPO, said.id, "Goodbye")).id == said.id
    assert await github.react(REPO, said.id, "+1")
    await github.add_labels(REPO, made.number, ["stale"])
    await github.remove_label(REPO, made.number, "stale")
    assert [one.action for one in noted] == [
        "issue.open",
        "assignees.add",
        "assignees.remove",
        "issue.edit",
        "comment.write",
        "comment.edit",
        "comment.react",
        "labels.add",
        "label.remove",
    ]
    assert noted[0].number is None
    assert noted[1].number == FIRST_NUMBER


async def test_what_is_there_is_changed_for_the_reader_only(
    github: Rehearsal, scripted: ScriptedGitHub
) -> None:
    scripted.on("GET", f"{REPOSITORY}/issues/4", issue())
    assert (await github.edit_issue(REPO, 4, body="as it would be")).title == "Broken"
    assert (await github.get_issue(REPO, 4)).body == "as it would be"
    assert (await github.set_milestone(REPO, 4, 7)).number == 4


async def test_milestones_releases_branches_and_labels(
    github: Rehearsal, noted: list[Written], scripted: ScriptedGitHub
) -> None:
    made = await github.create_milestone(REPO, title="2027-01-05", description="d", due_on=NOW)
    assert (made.title, made.open, made.due_on) == ("2027-01-05", True, NOW)
    assert not (await github.edit_milestone(REPO, made.number, state="closed")).open
    scripted.on("GET", f"{REPOSITORY}/git/commits/{HEAD}", {"tree": {"sha": "c" * 40}})
    nothing = await github.commit_nothing(REPO, HEAD, message="Release v1")
    await github.begin_branch(REPO, "release/v0", nothing)
    assert await github.branch_head(REPO, "release/v0") == nothing
    await github.begin_branch(REPO, "release/v1", HEAD)
    assert await github.branch_head(REPO, "release/v1") == HEAD
    scripted.on("GET", f"{REPOSITORY}/git/ref/heads/main", {"object": {"sha": "b" * 40}})
    pull = await github.propose(REPO, title="v1", body="", head="release/v1", base="main")
    assert (pull.head, pull.base_sha, pull.author_is_app) == (HEAD, Sha("b" * 40), True)
    assert (await github.edit_pull(REPO, pull.number, body="notes")).body == "notes"
    assert (await github.request_reviewers(REPO, pull.number, [BOB])).requested == (BOB,)
    assert (await github.unrequest_reviewers(REPO, pull.number, [BOB])).requested == ()
    assert (await github.get_issue(REPO, pull.number)).is_pull
    release = await github.create_release(REPO, tag="v1", target=HEAD, name="v1", body="")
    assert (await github.edit_release(REPO, release.id, body="more")).body == "more"
    await github.create_tag(REPO, "v1", HEAD)
    assert await github.tag(REPO, "v1") == HEAD
    await github.create_label(REPO, name="stale", color="ffffff", description="")
    sha = await github.commit_file(REPO, "a.md", File("text", HEAD), message="m", branch="main")
    assert len(sha) == 40
    assert {one.action for one in noted} == {
        "milestone.create",
        "milestone.edit",
        "ref.create",
        "pull.open",
        "pull.edit",
        "reviewers.request",
        "reviewers.unrequest",
        "release.publish",
        "release.edit",
        "label.create",
        "file.commit",
        "commit.create",
    }


async def test_checks(github: Rehearsal, noted: list[Written]) -> None:
    report = Report(name="c", head=HEAD, conclusion="success", title="Fine", summary="All.")
    made = await github.create_check(REPO, report)
    assert (made.by_app, made.conclusion, made.head) == (True, "success", HEAD)
    assert (await github.update_check(REPO, made.id, report)).id == made.id
    assert [one.told["title"] for one in noted] == ["Fine", "Fine"]


class TestForReal:
    @pytest.fixture(autouse=True)
    def _only_reads(self) -> None:
        """Here writes are made."""

    async def test_generated_notes_are_asked_for_in_a_dry_run_too(
        self, github: Rehearsal, noted: list[Written], scripted: ScriptedGitHub
    ) -> None:
        path = f"{REPOSITORY}/releases/generate-notes"
        scripted.on("POST", path, {"name": "v1", "body": "What's new"})
        assert (await github.generated_notes(REPO, tag="v1", target="main")).body == "What's new"
        assert noted == []

    async def test_a_write_is_noted_once_it_is_made(
        self, client: GitHubClient, noted: list[Written], scripted: ScriptedGitHub
    ) -> None:
        github = Noted(client, noted.append)
        scripted.on("POST", f"{REPOSITORY}/issues", issue(number=12))
        scripted.on("POST", f"{REPOSITORY}/releases/generate-notes", {"name": "", "body": ""})
        await github.create_issue(REPO, title="Triage", body="")
        await github.generated_notes(REPO, tag="v1", target="main")
        assert [(one.action, one.number) for one in noted] == [("issue.open", 12)]

    async def test_what_github_has_not_touched_since_a_time_to_come_is_listed_all_the_same(
        self, client: GitHubClient, scripted: ScriptedGitHub
    ) -> None:
        scripted.on("GET", f"{REPOSITORY}/issues", [issue()])
        found = await Noted(client, print).list_issues(REPO, labels=["triage"], since=NOW)
        assert [one.number for one in found] == [4]
        assert "since" not in scripted.asked("GET", f"{REPOSITORY}/issues")[0].query
