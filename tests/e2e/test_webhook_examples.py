"""Every payload that GitHub publishes as an example is survived by its door.

The examples come from the npm package @octokit/webhooks-examples, which `make emulator` installs.
"""

import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from ghapp import plugins
from ghapp.core import wire
from ghapp.core.facts import RepoName, Signal, Status
from ghapp.engine.inbox import Delivery
from ghapp.settings import Settings
from ghapp.web.app import Deps, create_app
from ghapp.web.github_route import Wanted

EXAMPLES = Path(__file__).parents[1] / "emulator/node_modules/@octokit/webhooks-examples"
SERVERS = sorted(path.parent.name for path in EXAMPLES.glob("*/index.json"))
WRITTEN = {
    "check_run",
    "check_suite",
    "deployment_status",
    "installation",
    "installation_repositories",
    "issue_comment",
    "issues",
    "merge_group",
    "milestone",
    "pull_request",
    "pull_request_review",
    "push",
    "release",
    "status",
    "workflow_run",
}
SECRET = "s3cret"


class Collecting:
    """An inbox that reads back what it is given."""

    def __init__(self) -> None:
        self.stored: list[Delivery] = []
        self.signals: list[Signal] = []

    async def put(self, delivery: Delivery) -> bool:
        event = wire.decode(delivery.kind, delivery.payload)
        self.stored.append(delivery)
        if isinstance(event, Signal):
            self.signals.append(event)
        return True

    async def park(self, delivery: Delivery, reason: str) -> bool:
        raise AssertionError(reason)


@pytest.fixture
def inbox() -> Collecting:
    return Collecting()


@pytest.fixture
async def client(inbox: Collecting) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    settings = Settings(
        app_id="1",
        private_key="",
        home_repo=RepoName("Codertocat/Hello-World"),
        github_webhook_secrets=(SECRET,),
    )
    deps = Deps(
        settings=settings,
        sources=plugins.sources(),
        inbox=inbox,
        ready=lambda: (True, ()),
        wanted=lambda: Wanted(pulls=True, releases=True, backlog=lambda _repo: True),
    )
    async with TestClient(TestServer(create_app(deps))) as client:
        yield client


def test_the_examples_are_installed() -> None:
    assert "api.github.com" in SERVERS


@pytest.mark.parametrize("server", SERVERS)
async def test_every_example_is_survived(server: str, client: Any, inbox: Collecting) -> None:
    events = json.loads((EXAMPLES / server / "index.json").read_text())
    sent = 0
    for event in events:
        for example in event["examples"]:
            sent += 1
            body = json.dumps(example).encode()
            before = len(inbox.stored)
            answer = await client.post(
                "/webhooks/github",
                data=body,
                headers={
                    "X-GitHub-Event": event["name"],
                    "X-GitHub-Delivery": f"{server}-{sent}",
                    "X-Hub-Signature-256": f"sha256={hmac.new(SECRET.encode(), body, 'sha256').hexdigest()}",
                },
            )
            stored = len(inbox.stored) - before
            assert answer.status == (202 if stored else 200), (event["name"], await answer.text())
            assert not stored or event["name"] in WRITTEN
    assert sent > 40
    assert {signal.status for signal in inbox.signals} == {Status.RESOLVED}, "all of them succeed"
    named = {signal.summary for signal in inbox.signals}
    assert "Deployment of Codertocat/Hello-World to production succeeded" in named
    if server == "api.github.com":
        assert "Workflow test of octo-org/octo-repo succeeded on master" in named
    assert any(delivery.kind == "installation" for delivery in inbox.stored)
