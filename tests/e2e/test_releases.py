"""Releases on the real process: from the plan to the release and on to the next, also when it is killed."""

from datetime import UTC, datetime, timedelta

import pytest

from ghapp.core import marker
from ghapp.demo import cast, faults
from ghapp.demo.faults import Fault
from tests.support.e2e import assignees, labels, said, until

REPO = f"/repos/{cast.HOME}"
BEFORE = timedelta(seconds=25)
"""How long before the first window the test begins."""


@pytest.fixture
def opens_at() -> datetime:
    return (datetime.now(UTC) + BEFORE).replace(microsecond=0)


@pytest.fixture
def owners(opens_at: datetime) -> str:
    """A release every week; the first is due within the hour, and its window is just about to open."""
    due = (opens_at + timedelta(minutes=20)).replace(second=0)
    cut = int((due - opens_at).total_seconds())
    return f"""\
version: 1
people: {{alice: {{}}, bob: {{}}, carol: {{}}}}
areas:
  deployment: {{owner: alice, backup: bob}}
fallback_area: deployment
release:
  cadence: {{every: 1w, at: "{due:%H:%M}", start: {due:%Y-%m-%d}}}
  cut: {cut}s
  captain: carol
"""


class Seen:
    """What people see of the releases."""

    def __init__(self, github) -> None:
        self.github = github
        self.alice = github.person("alice")

    async def milestones(self, count=3):
        async def probe():
            found = await self.alice.milestones()
            return found if len(found) >= count else None

        found = await self.github.proxy.eventually(probe, within=20)
        return sorted(found, key=lambda one: int(one["number"]))

    async def issues(self, count=3):
        async def probe():
            found = await self.alice.issues("release", state="all")
            return found if len(found) >= count else None

        found = await self.github.proxy.eventually(probe, within=20)
        return sorted(found, key=lambda one: int(one["number"]))

    async def pull(self):
        """The number of the release pull request, once there is one."""

        async def probe():
            body = (await self.issues())[0]["body"]
            return (marker.find_state(body) or {}).get("pull")

        return await self.github.proxy.eventually(probe, within=30)

    async def over(self):
        """The first release issue, once it is closed."""

        async def probe():
            first = (await self.issues())[0]
            return first if first["state"] == "closed" else None

        return await self.github.proxy.eventually(probe, within=40)

    async def holds(self, number):
        """The number of the milestone that an issue is in."""
        return (await self.alice.issue(number))["milestone"]["number"]

    async def listed(self, what):
        return (await self.github.proxy.look_up(f"{REPO}/{what}")).json


@pytest.fixture
def seen(github) -> Seen:
    return Seen(github)


async def left_in(seen, milestone):
    """An issue of a milestone that will not be done in time."""
    number = (await seen.alice.open_issue("Not done in time"))["number"]
    await seen.alice.edit_issue(number, milestone=milestone)
    return number


async def test_from_the_plan_to_the_release(github, ghapp_server, seen, opens_at) -> None:
    await seen.alice.put_file("a.py", "one\n")
    server = ghapp_server()
    await server.start()
    first, second, _ = await seen.milestones()
    issues = await seen.issues()
    assert [labels(issue) for issue in issues] == [{"release"}] * 3
    assert assignees(issues[0]) == {"carol"}
    left = await left_in(seen, first["number"])

    number = await seen.pull()
    assert datetime.now(UTC) >= opens_at
    pull = await seen.alice.pull(number)
    assert pull["user"]["login"] == cast.APP_LOGIN
    assert pull["head"]["ref"] == f"release/{first['title']}"
    assert f"#{issues[0]['number']}" in pull["body"]

    merged = await seen.alice.merge(number)
    over = await seen.over()
    assert [one["tag_name"] for one in await seen.listed("releases")] == [first["title"]]
    (tag,) = await seen.listed("git/matching-refs/tags")
    assert (tag["ref"], tag["object"]["sha"]) == (f"refs/tags/{first['title']}", merged)
    assert await seen.holds(left) == second["number"]
    assert [one["state"] for one in await seen.milestones()] == ["closed", "open", "open"]
    words = await said(github, over["number"])
    assert [word.split()[0] for word in words] == ["Released", "Carried"]
    (told,) = await said(github, issues[1]["number"])
    assert told.startswith("@carol you lead the next release")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("POST", f"{REPO}/milestones", id="M12 a milestone"),
        pytest.param("POST", f"{REPO}/pulls", id="G16 the pull request"),
        pytest.param("POST", f"{REPO}/releases", id="G11 the release"),
        pytest.param("PATCH", f"{REPO}/issues/*", id="K01 what moves"),
    ],
)
async def test_killed_while_a_write_is_on_its_way(github, ghapp_server, seen, method, path) -> None:
    """GitHub carries it out when nobody waits for the answer any more; the next process finds it."""
    await seen.alice.put_file("a.py", "one\n")
    server = ghapp_server()
    early = "milestones" in path or "pulls" in path
    fault = Fault(faults.on(method, path), faults.delay(1))
    if early:
        github.proxy.faults.add(fault)
    await server.start()
    if early:
        await until(lambda: fault.hits, within=40)
        await server.restart()
    first, second, _ = await seen.milestones()
    left = await left_in(seen, first["number"])
    number = await seen.pull()
    if not early:
        github.proxy.faults.add(fault)
    await seen.alice.merge(number)
    if not early:
        await until(lambda: fault.hits, within=40)
        await server.restart()
    over = await seen.over()
    assert [one["tag_name"] for one in await seen.listed("releases")] == [first["title"]]
    assert len(await seen.listed("git/matching-refs/tags")) == 1
    assert len(await seen.milestones()) == 3
    assert len(await seen.issues()) == 3
    assert await seen.holds(left) == second["number"]
    words = await said(github, over["number"])
    assert sorted(word.split()[0] for word in words) == ["Carried", "Released"]
