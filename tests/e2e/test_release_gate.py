"""The release gate on a real process: what people and machines do decides at once what the check says."""

from dataclasses import dataclass
from typing import Any

import pytest

from ghapp.core.gate import CHECK
from ghapp.demo import faults
from ghapp.demo.faults import Fault
from ghapp.demo.github import GitHub
from tests.support import gcp
from tests.support.e2e import alert, handled, incidents, said

OWNERS = """\
version: 1
people: {alice: {}, bob: {}, carol: {}}
severities:
  sev2: {acknowledge: 1h}
areas:
  deployment: {owner: alice, backup: bob}
  billing: {owner: carol, paths: ["billing/**"]}
fallback_area: deployment
release:
  cadence: {every: 2w, at: "10:00"}
  ahead: 1
  captain: alice
  gate: {sign_off: [captain]}
"""
READY = ("success", "Ready to release")
WAITS = ("action_required", "Waits for /go of captain")


@pytest.fixture
def owners():
    return OWNERS


@dataclass
class Release:
    """A release pull request by carol, from the branch `release/x`."""

    github: GitHub
    server: Any
    number: int
    head: str

    async def run(self) -> dict[str, Any] | None:
        """The only run of the gate's check on its head."""
        runs = await self.github.person("alice").check_runs(self.head)
        found = [one for one in runs if one["name"] == CHECK]
        assert len(found) < 2
        return found[0] if found else None

    async def becomes(self, conclusion: str, title: str, *, within: float = 10) -> str:
        """Wait until the check says so; its summary. No poll of the app is as quick as that."""

        async def probe() -> dict[str, Any] | None:
            run = await self.run()
            says = None if run is None else (run["conclusion"], run["output"]["title"])
            return run if says == (conclusion, title) else None

        found = await self.github.proxy.eventually(probe, within=within)
        return str(found["output"]["summary"])

    async def says(self, login: str, body: str) -> int:
        """Somebody comments on it; the comment."""
        return int((await self.github.person(login).comment(self.number, body))["id"])


@pytest.fixture
async def release(github, ghapp_server):
    carol = github.person("carol")
    github.proxy.checks.required["acme/ops", "main"] = [CHECK]
    await carol.begin_branch("release/x")
    await carol.put_file("app.py", "pass\n", branch="release/x")
    server = ghapp_server()
    await server.start()
    number = await carol.open_pull("Release x", "release/x")
    await carol.label(number, "release")
    made = Release(github, server, number, (await carol.pull(number))["head"]["sha"])
    await ticked(github)
    await made.becomes(*WAITS)
    return made


async def ticked(github: GitHub) -> None:
    """Somebody ticks every box of the release issue."""
    alice = github.person("alice")

    async def probe() -> dict[str, Any] | None:
        found = [one for one in await alice.issues("release") if "- [ ]" in one["body"]]
        return found[0] if found else None

    issue = await github.proxy.eventually(probe)
    await alice.edit_issue(issue["number"], body=issue["body"].replace("- [ ]", "- [x]"))


async def test_it_follows_what_happens(github, release):
    alice, bob = github.person("alice"), github.person("bob")
    said_go = await release.says("alice", "/go")
    await release.becomes(*READY)

    milestone = (await alice.add_milestone("x"))["number"]
    blocker = await bob.open_issue("It loses orders", labels=["release-blocker"])
    await bob.edit_issue(blocker["number"], milestone=milestone)
    await bob.edit_issue(release.number, milestone=milestone)
    summary = await release.becomes("failure", f"Blocked by #{blocker['number']}")
    assert "It loses orders" in summary
    await bob.close(blocker["number"])
    await release.becomes(*READY)

    payload = gcp.incident(severity="ERROR")
    await alert(release.server, payload)
    (incident,) = await incidents(github)
    await release.becomes("failure", f"sev2 #{incident['number']} in deployment is open")
    await bob.comment(incident["number"], "/resolve")
    await release.becomes(*READY)

    await release.says("alice", "/no-go the index is not built")
    assert "the index is not built" in await release.becomes("failure", "No-go by alice")
    await release.says("alice", "/go it is built now")
    await release.becomes(*READY)

    await release.says("bob", "/freeze 2h the database moves")
    await release.becomes("failure", await frozen(github))
    await release.says("bob", "/unfreeze")
    await release.becomes(*READY)
    (freeze,) = await alice.issues("freeze")
    assert freeze["state"] == "closed"
    await handled(release.server)
    assert await alice.reactions(said_go) == ["+1"]


async def frozen(github: GitHub) -> str:
    """What the title of the check becomes, once there is the issue of the freeze."""

    async def probe() -> dict[str, Any] | None:
        found = await github.person("alice").issues("freeze", state="open")
        return found[0] if found else None

    issue = await github.proxy.eventually(probe)
    day = issue["body"].partition("released until ")[2][:10]
    return f"Freeze: the database moves (until {day})"


async def test_g08_who_may_not_sign_off_is_told_and_a_word_can_be_taken_back(github, release):
    refused = await release.says("bob", "/go")

    async def probe() -> list[str]:
        return await said(github, release.number)

    (told,) = await github.proxy.eventually(probe)
    assert "The `/go` of `bob` does not count. This release is signed off by `alice`." in told
    await handled(release.server)
    assert await github.person("bob").reactions(refused) == ["confused"]

    word = await release.says("alice", "/go")
    await release.becomes(*READY)
    await github.person("alice").edit_comment(word, "I have to look again.")
    await release.becomes(*WAITS)
    word = await release.says("alice", "/go")
    await release.becomes(*READY)
    await github.person("alice").delete_comment(word)
    await release.becomes(*WAITS)


async def test_g03_what_cannot_be_read_fails_and_recovers(github, release):
    await release.says("alice", "/go")
    await release.becomes(*READY)
    fault = Fault(
        faults.on("GET", f"/repos/*/*/issues/{release.number}/comments"),
        faults.status(502),
        times=99,
    )
    github.proxy.faults.add(fault)
    await github.person("bob").open_issue("Broken", labels=["incident", "sev3"])
    summary = await release.becomes("failure", "Could not evaluate exemptions")
    assert "could not tell" in summary
    github.proxy.faults.remove(fault)
    await release.becomes(*READY, within=40)


async def test_g04_a_push_gets_a_check_of_its_own(github, release):
    await release.says("alice", "/go")
    await release.becomes(*READY)
    before = release.head
    await github.person("carol").put_file("more.py", "pass\n", branch="release/x")
    release.head = (await github.person("carol").pull(release.number))["head"]["sha"]
    assert release.head != before
    await release.becomes(*READY)
