"""The emulated GitHub tells of pull requests, checks and milestones as GitHub does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ghapp.demo.github import GitHub
from ghapp.demo.hooks import Delivery
from ghapp.demo.people import Person, RefusedError


class Listening:
    """The deliveries of one stretch of a test."""

    def __init__(self, github: GitHub) -> None:
        self.hooks = github.proxy.hooks
        self.since = len(self.hooks.deliveries)

    async def hears(self, event: str, action: str | None = None) -> dict[str, Any]:
        """The payload of a delivery that has come, or comes."""
        count = self.since
        async with asyncio.timeout(5):
            while True:
                count += 1
                latest: Delivery = (await self.hooks.received(count))[-1]
                if (latest.event, latest.action) == (event, action):
                    return latest.payload


@pytest.fixture
def owners() -> str:
    return ""


@pytest.fixture
def alice(github: GitHub) -> Person:
    return github.person("alice")


@pytest.fixture
async def topic(alice: Person) -> int:
    """A pull request of one file."""
    await alice.put_file("README.md", "Read me.\n")
    await alice.begin_branch("topic")
    await alice.put_file("a.py", "one\n", branch="topic")
    return await alice.open_pull("Fix it", "topic")


@asynccontextmanager
async def listening(github: GitHub) -> AsyncIterator[Listening]:
    yield Listening(github)


async def test_a_push_moves_the_head(github: GitHub, alice: Person, topic: int) -> None:
    async with listening(github) as heard:
        before = (await alice.pull(topic))["head"]["sha"]
        pushed = await alice.put_file("b.py", "two\n", branch="topic")
        told = await heard.hears("pull_request", "synchronize")
    assert (told["before"], told["after"], told["number"]) == (before, pushed, topic)
    assert told["pull_request"]["head"]["sha"] == pushed
    assert told["sender"]["login"] == "alice"
    pull = await alice.pull(topic)
    assert (pull["head"]["sha"], pull["commits"], pull["changed_files"]) == (pushed, 2, 2)


async def test_a_merge_carries_what_was_pushed_last(alice: Person, topic: int) -> None:
    await alice.put_file("b.py", "two\n", branch="topic")
    await alice.merge(topic)
    assert await alice.read_file("b.py") == "two\n"


async def test_edits_say_what_they_replace(github: GitHub, alice: Person, topic: int) -> None:
    async with listening(github) as heard:
        await alice.edit_pull(topic, title="Mend it")
        told = await heard.hears("pull_request", "edited")
    assert told["changes"] == {"title": {"from": "Fix it"}}


async def test_drafts_become_ready_and_back(github: GitHub, alice: Person, topic: int) -> None:
    async with listening(github) as heard:
        await alice.edit_pull(topic, draft=True)
        await heard.hears("pull_request", "converted_to_draft")
        await alice.edit_pull(topic, draft=False)
        told = await heard.hears("pull_request", "ready_for_review")
    assert told["pull_request"]["draft"] is False


async def test_labels_are_events_of_the_pull_request(
    github: GitHub, alice: Person, topic: int
) -> None:
    async with listening(github) as heard:
        await alice.label(topic, "hotfix")
        told = await heard.hears("pull_request", "labeled")
        assert told["label"]["name"] == "hotfix"
        assert [one["name"] for one in told["pull_request"]["labels"]] == ["hotfix"]
        await alice.unlabel(topic, "hotfix")
        await heard.hears("pull_request", "unlabeled")


async def test_a_pull_request_is_an_issue_too(github: GitHub, alice: Person, topic: int) -> None:
    milestone = (await alice.add_milestone("1.0"))["number"]
    async with listening(github) as heard:
        edited = await alice.edit_issue(topic, milestone=milestone, title="Mend it")
        told = await heard.hears("pull_request", "milestoned")
    assert told["pull_request"]["milestone"]["title"] == "1.0"
    assert (edited["title"], edited["milestone"]["number"]) == ("Mend it", milestone)
    assert "pull_request" in await alice.issue(topic)
    assert [one["number"] for one in await alice.issues()] == [topic]


async def test_a_branch_has_one_open_pull_request(alice: Person, topic: int) -> None:
    with pytest.raises(RefusedError) as told:
        await alice.open_pull("Again", "topic")
    assert "already exists" in told.value.answer.content.decode()
    await alice.edit_pull(topic, state="closed")
    assert await alice.open_pull("Again", "topic") != topic


async def test_reviews(github: GitHub, alice: Person, topic: int) -> None:
    async with listening(github) as heard:
        review = await github.person("bob").review(topic, "APPROVE")
        told = await heard.hears("pull_request_review", "submitted")
        assert told["review"]["state"].lower() == "approved"
        await alice.dismiss(topic, review)
        await heard.hears("pull_request_review", "dismissed")


async def test_checks_of_others(github: GitHub, alice: Person, topic: int) -> None:
    head = (await alice.pull(topic))["head"]["sha"]
    async with listening(github) as heard:
        await alice.run_check(head, "ci", "success", app="github-actions")
        told = await heard.hears("check_run", "completed")
    run = told["check_run"]
    assert (run["app"]["slug"], run["conclusion"]) == ("github-actions", "success")
    assert [pull["number"] for pull in run["pull_requests"]] == [topic]


async def test_statuses_and_the_merge_queue(github: GitHub, alice: Person, topic: int) -> None:
    pull = await alice.pull(topic)
    head = pull["head"]["sha"]
    async with listening(github) as heard:
        await github.proxy.checks.set_status(head, "deploy", "success", branches=["topic"])
        told = await heard.hears("status")
        assert (told["sha"], told["branches"]) == (head, [{"name": "topic"}])
        await github.proxy.pulls.queue(pull, head)
        queued = await heard.hears("merge_group", "checks_requested")
    assert queued["merge_group"]["head_ref"].startswith(
        f"refs/heads/gh-readonly-queue/main/pr-{topic}-"
    )


async def test_m01_a_due_date_has_no_time(alice: Person) -> None:
    kept = {}
    for sent in ("2020-09-24T06:59:00Z", "2020-09-24T07:01:00Z", "2022-11-14T07:00:00Z"):
        made = await alice.add_milestone(sent, due_on=sent)
        kept[sent] = made["due_on"]
    assert kept == {
        "2020-09-24T06:59:00Z": "2020-09-23T07:00:00Z",
        "2020-09-24T07:01:00Z": "2020-09-24T07:00:00Z",
        "2022-11-14T07:00:00Z": "2022-11-13T08:00:00Z",
    }


async def test_a_release_brings_its_tag(alice: Person) -> None:
    head = await alice.put_file("README.md", "Read me.\n")
    sent = {"tag_name": "v1.0.0", "target_commitish": "main", "name": "1.0.0"}
    made = await alice.request("POST", "/repos/acme/ops/releases", sent)
    assert made.status == 201
    tag = await alice.request("GET", "/repos/acme/ops/git/ref/tags/v1.0.0")
    assert tag.json["object"]["sha"] == head
