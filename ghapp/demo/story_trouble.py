"""The second half of the tour: a storm, a customer, a broken file, a power cut."""

import re
from collections.abc import Sequence

import aiohttp

from ghapp.demo.alerts import Alert
from ghapp.demo.story import Issue, Step, Tour, assignees, ensure, labels
from ghapp.demo.story_incident import MODEL, OWNERS, seen

STORM = 30
OWN = MODEL.incidents.storm.threshold
"""So many alerts have an issue each before the rest goes into one."""
BURST_SERVICES = 2
BURST_EACH = 8


async def storm_comes(tour: Tour) -> None:
    """Many fingerprints, few issues."""
    before = {issue["number"] for issue in await tour.incidents()}
    alerts = [Alert.now("Latency", f"service-{number:02}") for number in range(1, STORM + 1)]
    await tour.google.send(*(alert.firing("4.2 s") for alert in alerts))

    async def new() -> list[Issue]:
        return [issue for issue in await tour.incidents() if issue["number"] not in before]

    async def rolled_up() -> list[Issue] | None:
        found = await new()
        stormy = any(members(issue) for issue in found)
        return found if stormy and len(found) == OWN + 1 else None

    found = await tour.until(f"{OWN} issues, and one for the rest", rolled_up)
    tour.view.issues(found)
    tour.view.say(f"{STORM} alerts, {len(found)} issues: the on-call engineer reads one page.")
    await tour.settled()
    await tour.google.send(*(alert.over() for alert in alerts))

    async def passed() -> int | None:
        found = await new()
        over = all(issue["state"] == "closed" for issue in found)
        rest = sum(members(issue) for issue in found)
        return rest if over and len(found) == OWN + 1 and rest == STORM - OWN else None

    rest = await tour.until(f"all are closed, the other {STORM - OWN} alerts are listed", passed)
    tour.view.say(
        f"The storm passes: all {OWN + 1} are closed, and the storm's issue lists the other {rest} "
        "alerts. None is missing."
    )


async def customer_calls(tour: Tour) -> None:
    """An ordinary issue becomes an incident."""
    carol, alice = tour.person("carol"), tour.person("alice")
    made = await carol.open_issue(
        "Checkout: card payments are declined",
        "Three customers wrote within ten minutes.",
        labels=["area/billing"],
    )
    number = made["number"]
    await alice.comment(number, "/escalate sev2 customer can't pay")
    wanted = {"incident", "sev2", "area/billing", "source/support"}
    issue = await tour.until_issue(
        "the issue is an incident with an owner",
        lambda it: wanted <= labels(it) and bool(assignees(it)),
        number=number,
    )
    await tour.show(issue)


async def model_breaks(tour: Tour) -> None:
    """A broken file is an issue, not an outage."""
    bob, alice = tour.person("bob"), tour.person("alice")
    broken = OWNERS.replace("rotation: platform\n", "rotation: platfrom\n")
    await bob.put_file("OWNERS.yaml", broken, message="Tidy up")

    async def complained() -> Issue | None:
        return next(iter(await alice.issues("model", state="open")), None)

    issue = await tour.until("one issue says what is wrong", complained)
    line = broken[: broken.index("platfrom")].count("\n") + 1
    ensure(
        f"| {line} |" in issue["body"] and "platform" in issue["body"],
        f"The issue does not say that line {line} is wrong:\n{issue['body']}",
    )
    tour.view.issue(issue)
    alert = Alert.now("Queue age", "mailer")
    await tour.google.send(alert.firing())
    handled = await tour.until("an alert is handled as before", lambda: _named(tour, "mailer"))
    tour.view.say(
        f"Meanwhile the last good model is in force: an alert of now is #{handled['number']}, "
        f"assigned to {', '.join(assignees(handled))}."
    )
    await alice.put_file("OWNERS.yaml", OWNERS, message="Mend the rotation's name")
    await tour.until_issue(
        "the issue about the file is closed",
        lambda it: it["state"] == "closed",
        number=issue["number"],
    )
    await tour.google.send(alert.over())
    await tour.until_issue(
        "the alert's issue is closed",
        lambda it: it["state"] == "closed",
        number=handled["number"],
    )
    tour.view.say(f"alice mends the file, and #{issue['number']} closes by itself.")


async def power_fails(tour: Tour) -> None:
    """Kill -9 in the middle of a burst."""
    alerts = [
        Alert.now("Error rate", f"worker-{number}") for number in range(1, BURST_SERVICES + 1)
    ]
    burst = [alert.firing(f"0.{turn}") for turn in range(BURST_EACH) for alert in alerts]
    half = len(burst) // 2
    mark = tour.github.proxy.last
    await tour.google.send(*burst[:half])
    await tour.until("the first issue of the burst is created", lambda: _creating(tour, mark))
    await tour.server.kill9()
    refused = await _refused(tour)
    ensure(refused, "The server still answers after kill -9.")
    tour.view.say(f"kill -9 after {half} of {len(burst)} alerts, in the middle of the work.")
    with tour.view.waiting("ghapp serve is ready again"):
        await tour.server.start(within=tour.patience)
    await tour.google.send(*burst[half:])
    await tour.until("each worker has its issue", lambda: _workers(tour, BURST_SERVICES))
    await tour.settled()
    await tour.google.send(*(alert.over() for alert in alerts))

    async def settled() -> Sequence[Issue] | None:
        issues = await _workers(tour, BURST_SERVICES)
        over = issues and all(issue["state"] == "closed" for issue in issues)
        return issues if over else None

    issues = await tour.until("both have recovered and are closed", settled)
    ensure(len(issues) == BURST_SERVICES, f"{len(issues)} issues for {BURST_SERVICES} services.")
    counts = [seen(issue) for issue in issues]
    ensure(
        set(counts) == {BURST_EACH}, f"The issues count {counts} alerts, {BURST_EACH} each came."
    )
    tour.view.issues(issues)
    tour.view.say(
        f"{len(burst)} alerts of {BURST_SERVICES} services, {len(issues)} issues, each seen "
        f"{BURST_EACH} times: nothing lost, nothing doubled."
    )


async def _named(tour: Tour, name: str) -> Issue | None:
    return next((issue for issue in await tour.incidents() if name in issue["title"]), None)


async def _workers(tour: Tour, count: int) -> list[Issue] | None:
    found = [issue for issue in await tour.incidents() if "worker-" in issue["title"]]
    return found if len(found) >= count else None


async def _creating(tour: Tour, mark: int) -> bool:
    calls = tour.github.proxy.calls(mark)
    return any(call.by_app and call.matches("POST", "/repos/*/*/issues") for call in calls)


async def _refused(tour: Tour) -> bool:
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{tour.server.url}/healthz"),
        ):
            return False
    except aiohttp.ClientError:
        return True


def members(issue: Issue) -> int:
    """How many alerts a storm's issue stands for, by its own text."""
    found = re.search(r"^(\d+) different alerts", issue["body"], re.MULTILINE)
    return int(found[1]) if found else 0


STEPS = (
    Step(
        "A storm of 30 alerts is one page",
        "Every service is slow at once. Beyond the threshold of OWNERS.yaml the rest goes into one issue.",
        storm_comes,
    ),
    Step(
        "A customer's problem becomes an incident",
        "carol writes an ordinary issue. alice comments /escalate sev2 customer can't pay.",
        customer_calls,
    ),
    Step(
        "A broken OWNERS.yaml stops nothing",
        "bob pushes a file with a misspelt rotation.",
        model_breaks,
    ),
    Step(
        "kill -9 in the middle of a burst",
        "The server dies without a word while alerts arrive, and starts again on the same database.\n"
        "Its last write may still be on the way, so it takes ten seconds before it looks and goes on.",
        power_fails,
    ),
)
