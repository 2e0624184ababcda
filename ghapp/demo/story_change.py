"""The tour's look at changes: a pull request that needs its owner, a release that waits for its reasons."""

from datetime import UTC, datetime, timedelta
from typing import Any

from ghapp.core import marker
from ghapp.demo import cast
from ghapp.demo.people import Person
from ghapp.demo.story import Issue, Step, Tour, ensure
from ghapp.demo.story_incident import OWNERS

REVIEW, GATE = "ghapp/review", "ghapp/release-gate"
SOON = timedelta(minutes=20)
AT_GITHUBS_PACE = 100.0
"""Seconds: by now the tour has written about as much as GitHub lets an app write in a minute."""
_RELEASE = """\
release:
  cadence: {{every: 1w, at: "{at:%H:%M}", start: {at:%Y-%m-%d}}}
  captain: carol
  gate: {{sign_off: [captain]}}
"""


async def pull_is_checked(tour: Tour) -> None:
    """The check says who is missing, asks them, and turns green when they agree."""
    alice, bob = tour.person("alice"), tour.person("bob")
    await alice.begin_branch("longer-timeout")
    await alice.put_file("deploy/api.yaml", "timeout: 30s\n", branch="longer-timeout")
    number = await alice.open_pull("Wait longer for the API", "longer-timeout")

    async def asked() -> Issue | None:
        pull = await alice.pull(number)
        people = [user["login"] for user in pull["requested_reviewers"]]
        return await _check(tour, number, REVIEW) if "bob" in people else None

    run = await tour.until("the check is there, and bob is asked for a review", asked)
    ensure(run["conclusion"] != "success", "The check has passed without any approval.")
    tour.view.check(run)
    await alice.edit_pull(number, title="fix: wait longer for the API")
    await bob.review(number, "APPROVE")
    run = await tour.until("the check has passed", lambda: _passed(tour, number, REVIEW))
    await alice.merge(number)
    tour.view.say(
        f"alice gives it a title that says what it is, bob approves: {run['output']['title']}. "
        "alice merges."
    )


async def release_is_gated(tour: Tour) -> None:
    """Milestones, a release pull request and its gate, from four lines of OWNERS.yaml."""
    alice, carol = tour.person("alice"), tour.person("carol")
    added = _RELEASE.format(at=(datetime.now(UTC) + SOON))
    tour.view.file("OWNERS.yaml", f"…\n{added}")
    await alice.put_file("OWNERS.yaml", OWNERS + added, message="Release every week")

    async def proposed() -> Issue | None:
        issues = await alice.issues("release", state="open")
        states = (marker.find_state(issue["body"]) or {} for issue in issues)
        number = next((one["pull"] for one in states if one.get("pull")), None)
        if number is None or (run := await _check(tour, number, GATE)) is None:
            return None
        return {"number": number, "run": run}

    found = await tour.until(
        "the release has a pull request, and a gate", proposed, within=AT_GITHUBS_PACE
    )
    number, run = int(found["number"]), found["run"]
    ensure(run["conclusion"] != "success", "The gate lets a release through that nobody signed.")
    names = ", ".join(sorted(one["title"] for one in await alice.milestones()))
    tour.view.say(f"Milestones: {names}. The pull request of the first is #{number}.")
    tour.view.check(run)
    await _resolve_all(tour)
    await _tick_off(carol)
    await carol.comment(number, "/go")
    await tour.until(
        "the gate has passed", lambda: _passed(tour, number, GATE), within=AT_GITHUBS_PACE
    )
    await alice.merge(number)

    async def over() -> Issue | None:
        issues = await alice.issues("release", state="closed")
        return issues[0] if issues else None

    issue = await tour.until(
        "it is tagged, published, and its issue closed", over, within=AT_GITHUBS_PACE
    )
    released = (await tour.github.proxy.look_up(f"/repos/{cast.HOME}/releases")).json
    ensure(len(released) == 1, f"There are {len(released)} releases.")
    tour.view.say(
        "The incidents are resolved; carol, its captain, ticks the checklist off and says /go; alice merges. "
        f"Released: {released[0]['tag_name']}, and #{issue['number']} tells of it."
    )


async def _resolve_all(tour: Tour) -> None:
    """Resolve what is still open: the relapse, and the customer's payments."""
    for one in await tour.incidents("open"):
        number = int(one["number"])
        await tour.person("alice").comment(number, "/resolve mended")
        await tour.until_issue(
            f"#{number} is resolved", lambda it: it["state"] == "closed", number=number
        )


async def _tick_off(person: Person) -> None:
    """Tick every box of the release issue that has a pull request."""
    for issue in await person.issues("release", state="open"):
        if (marker.find_state(issue["body"]) or {}).get("pull"):
            await person.edit_issue(issue["number"], body=issue["body"].replace("- [ ]", "- [x]"))


async def _check(tour: Tour, number: int, name: str) -> dict[str, Any] | None:
    """The check run of a name on a pull request's head, if there is one."""
    alice = tour.person("alice")
    pull = await alice.pull(number)
    runs = await alice.check_runs(pull["head"]["sha"])
    return next((one for one in runs if one["name"] == name), None)


async def _passed(tour: Tour, number: int, name: str) -> dict[str, Any] | None:
    run = await _check(tour, number, name)
    return run if run is not None and run["conclusion"] == "success" else None


STEPS = (
    Step(
        "A pull request needs whoever owns what it touches",
        "alice changes how the API is deployed. The area is hers, so it needs bob, its backup.",
        pull_is_checked,
    ),
    Step(
        "A release waits until nothing speaks against it",
        "alice adds four lines to OWNERS.yaml. The first release is due in twenty minutes.",
        release_is_gated,
    ),
)
