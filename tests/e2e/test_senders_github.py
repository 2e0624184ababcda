"""GitHub as a sender: a failed deployment or workflow run opens an incident, the next success closes it."""

import copy
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.e2e import assignees, handled, incidents, labels, said, the_incident

CORPUS = Path(__file__).parents[1] / "corpus/github"
OWNERS = """\
version: 1
people: {alice: {}, bob: {}}
areas:
  deployment:
    owner: alice
    alerts:
      - {source: github, match: {environment: production}, severity: sev2}
  ci:
    owner: bob
    alerts:
      - {source: github, match: {workflow: Release, repository: acme/*}, severity: sev3}
fallback_area: deployment
"""


def _ago(*, minutes):
    """A time as GitHub writes it."""
    return (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def owners():
    return OWNERS


@pytest.fixture
async def tell(github, ghapp_server):
    """Deliver a payload of the corpus as GitHub does, and wait until it is handled; gives the answer's status."""
    server = ghapp_server()
    await server.start()

    async def deliver(name, *, at, guid="", **changes):
        payload = copy.deepcopy(json.loads((CORPUS / f"{name}.json").read_text()))
        event = "deployment_status" if "deployment_status" in payload else "workflow_run"
        inner = payload[event]
        inner["created_at" if event == "deployment_status" else "run_started_at"] = at
        inner.update(changes)
        delivery = await github.proxy.hooks.send(event, payload, guid=guid)
        await handled(server)
        return delivery.status

    return deliver


async def test_a_deployment_fails_and_the_next_one_succeeds(github, tell):
    started = _ago(minutes=9)
    assert await tell("deployment_in_progress", at=started) == 200
    assert await tell("deployment_failure", at=_ago(minutes=8), guid="first") == 202
    issue = await the_incident(github)
    assert issue["title"] == "[sev2] Deployment of acme/shop to production failed"
    assert labels(issue) == {"incident", "sev2", "area/deployment", "source/github"}
    assert assignees(issue) == {"alice"}
    assert "https://github.com/acme/shop/actions/runs/30433641/job/1" in issue["body"]

    assert await tell("deployment_failure", at=_ago(minutes=8), guid="first") == 200
    assert await tell("deployment_failure", at=_ago(minutes=7)) == 202
    assert len(await incidents(github)) == 1
    assert await tell("deployment_success", at=_ago(minutes=6)) == 202
    issue = await the_incident(github)
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
    assert len(await said(github, issue["number"])) == 1


async def test_a_workflow_fails_on_the_default_branch(github, tell):
    assert await tell("run_of_a_pull_request", at=_ago(minutes=9)) == 200
    assert await tell("run_of_a_fork", at=_ago(minutes=9)) == 200
    assert await tell("run_failure", at=_ago(minutes=8)) == 202
    issue = await the_incident(github)
    assert labels(issue) == {"incident", "sev3", "area/ci", "source/github"}
    assert await tell("run_success", at=_ago(minutes=5)) == 202
    assert (await the_incident(github))["state"] == "closed"

    # A run of an older commit, slower than the one that mended it.
    assert await tell("run_failure", at=_ago(minutes=6)) == 202
    assert (await the_incident(github))["state"] == "closed"


async def test_what_no_rule_names_raises_nothing(github, tell):
    assert await tell("deployment_error", at=_ago(minutes=8)) == 202
    assert await tell("run_scheduled", at=_ago(minutes=8)) == 202
    assert await incidents(github) == []
