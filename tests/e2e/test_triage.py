"""The triage on the real process: opened in time, kept with what people write, once also when it dies on the way."""

from datetime import UTC, datetime, timedelta

import pytest

from ghapp.demo import faults
from ghapp.demo.faults import Fault
from tests.support.e2e import assignees, labels, marker, until
from tests.support.stillness import at_rest

ISSUES = "/repos/acme/ops/issues"


@pytest.fixture
def began() -> datetime:
    """A meeting that began while the app was down, a minute ago."""
    return datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=1)


@pytest.fixture
def owners(began: datetime) -> str:
    return f"""\
version: 1
people: {{alice: {{}}, bob: {{}}}}
areas:
  deployment: {{owner: alice}}
fallback_area: deployment
triage: {{on: {began:%A}, at: "{began:%H:%M}", facilitators: [bob, alice]}}
"""


@pytest.fixture
def triages(github):
    """The triage issues, the oldest first, once there are so many."""

    async def find(count=1):
        async def probe():
            found = await github.person("alice").issues("triage", state="all")
            return found if len(found) >= count else None

        found = await github.proxy.eventually(probe, within=30)
        return sorted(found, key=lambda issue: issue["number"])

    return find


async def test_t01_c21_it_is_opened_when_the_app_comes_back(github, ghapp_server, triages, began):
    await github.person("alice").open_issue("Login is slow")
    server = ghapp_server()
    await server.start()
    (issue,) = await triages()
    assert marker(issue["body"]) == {"kind": "triage", "key": f"{began:%G-W%V}"}
    assert issue["title"] == f"Triage {began:%Y-%m-%d} ({began:%G-W%V})"
    assert (labels(issue), assignees(issue)) == ({"triage"}, {"bob"})
    assert "Login is slow" in issue["body"]
    assert issue["body"].count("@") == 1
    await github.person("alice").close(issue["number"])
    seen = github.proxy.last
    await server.restart()
    await github.proxy.wait_for(reads_triages, since=seen, within=30)
    await at_rest(github)
    assert [one["state"] for one in await triages()] == ["closed"]


async def test_c21_killed_while_the_issue_is_on_its_way(github, ghapp_server, triages):
    """GitHub opens the issue when nobody waits for it any more."""
    fault = github.proxy.faults.add(Fault(faults.on("POST", ISSUES), faults.delay(2)))
    server = ghapp_server()
    await server.start()
    await until(lambda: fault.hits, within=30)
    await server.restart()
    first = await triages()
    await server.kill9()
    seen = github.proxy.last
    await ghapp_server().start()
    await github.proxy.wait_for(reads_triages, since=seen, within=30)
    await at_rest(github)
    assert await triages() == first


def reads_triages(call):
    return call.matches("GET", ISSUES) and call.query.get("labels") == "triage"
