"""The first half of the tour: one incident, from the operating model to the relapse."""

import re
from importlib import resources

from ghapp.core.labels import label_set
from ghapp.demo import cast
from ghapp.demo.alerts import Alert
from ghapp.demo.story import Issue, Step, Tour, assignees, ensure, is_app, labels
from ghapp.model.load import load
from ghapp.plugins import known_rules

OWNERS = resources.files("ghapp.demo").joinpath("OWNERS.yaml").read_text(encoding="utf-8")
_LOADED = load(OWNERS, "OWNERS.yaml", rules=known_rules()).model
assert _LOADED is not None
MODEL = _LOADED
REPEATS = 5
_RUNBOOK = """\
# Deployment

1. Look at the latest revision: `gcloud run revisions list`.
2. Roll back if the errors began with it: `gcloud run services update-traffic`.
"""


async def write_the_model(tour: Tour) -> None:
    """Push OWNERS.yaml and start the server."""
    alice = tour.person("alice")
    await alice.put_file("docs/runbooks/deployment.md", _RUNBOOK)
    await alice.put_file("OWNERS.yaml", OWNERS)
    tour.view.file("OWNERS.yaml", OWNERS)
    for label in label_set(MODEL, ("gcp", "stripe")):
        await alice.create_label(label.name, label.color, label.description)
    with tour.view.waiting("ghapp serve is ready"):
        await tour.server.start(within=tour.patience)
    tour.view.say(f"ghapp serve runs at {tour.server.url} on SQLite, and is ready.")


async def alert_arrives(tour: Tour) -> None:
    """One alert, one issue."""
    tour.alert = Alert.now("Cloud Run 5xx ratio", "api-gateway", severity="CRITICAL")
    await tour.google.send(tour.alert.firing())

    async def opened() -> Issue | None:
        return next(iter(await tour.incidents()), None)

    issue = await tour.until("an incident issue is open", opened)
    tour.number = issue["number"]
    wanted = {"incident", "sev1", "area/deployment", "source/gcp"}
    ensure(wanted <= labels(issue), f"The issue's labels are {sorted(labels(issue))}.")
    ensure(bool(assignees(issue)), "Nobody is assigned to the issue.")
    await tour.show(issue, comments=0)


async def alert_repeats(tour: Tour) -> None:
    """Repeats open nothing and say nothing; they are counted."""
    assert tour.alert is not None
    await tour.google.send(*(tour.alert.firing(f"0.0{80 + i}") for i in range(REPEATS)))
    await tour.settled()
    issues, comments = await tour.incidents(), await tour.person("alice").comments(tour.number)
    ensure(len(issues) == 1, f"There are {len(issues)} incidents, not one.")
    tour.view.say(
        f"{REPEATS} more notifications accepted. Incidents on GitHub: {len(issues)}; comments: {len(comments)}."
        "\nThe counter follows with the issue's next edit: at most one a minute, unless something turns."
    )


async def clock_escalates(tour: Tour) -> None:
    """Nobody acknowledges, so the next level is called."""
    alice = tour.person("alice")

    async def called() -> Issue | None:
        comments = await alice.comments(tour.number)
        issue = await tour.issue()
        said = any(is_app(comment) and "@bob" in comment["body"] for comment in comments)
        return (
            issue if said and "escalated" in labels(issue) and "bob" in assignees(issue) else None
        )

    await tour.until("the clock runs out, and bob is called", called)
    times = REPEATS + 1
    issue = await tour.until_issue(
        f"the issue says that the alert was seen {times} times", lambda it: seen(it) == times
    )
    await tour.show(issue)


async def bob_acknowledges(tour: Tour) -> None:
    """A comment is the command."""
    bob = tour.person("bob")
    comment = await bob.comment(tour.number, "/ack")

    async def done() -> bool:
        return "+1" in await bob.reactions(comment["id"])

    await tour.until("ghapp answers the comment with 👍", done)
    issue = await tour.until_issue("the issue says that bob has it", lambda it: taken_by(it, "bob"))
    await tour.show(issue, comments=1)
    tour.view.say("The clock stands still: nobody else is called.")


async def alert_recovers(tour: Tour) -> None:
    """A sev1 is closed by a person."""
    assert tour.alert is not None
    await tour.google.send(tour.alert.over())
    await tour.until_issue(
        "the issue is labelled recovered", lambda issue: "recovered" in labels(issue)
    )
    calls = [
        comment
        for comment in await tour.person("alice").comments(tour.number)
        if is_app(comment) and "needs you" in comment["body"]
    ]
    ensure(len(calls) == 1, f"{len(calls)} levels were called; it should be bob's alone.")
    await tour.person("bob").comment(tour.number, "/resolve Rolled back to revision 41.")
    issue = await tour.until_issue("the issue is closed", lambda issue: issue["state"] == "closed")
    await tour.show(issue)


async def alert_relapses(tour: Tour) -> None:
    """The same trouble within a day is the same issue."""
    tour.alert = Alert.now("Cloud Run 5xx ratio", "api-gateway", severity="CRITICAL")
    await tour.google.send(tour.alert.firing("0.112"))
    issue = await tour.until_issue("the issue is open again", lambda it: it["state"] == "open")
    ensure(len(await tour.incidents()) == 1, "The relapse opened another issue.")
    on_call = next(login for login in assignees(issue) if login in cast.MEMBERS)
    await tour.person(on_call).comment(tour.number, "/ack")
    issue = await tour.until_issue(
        f"the issue says that {on_call} has it", lambda it: taken_by(it, on_call)
    )
    await tour.show(issue)


def taken_by(issue: Issue, login: str) -> bool:
    """Whether the issue is labelled as acknowledged, and its own text says by whom."""
    text = f"| Acknowledged | by `{login}`"
    return "acknowledged" in labels(issue) and text in issue["body"]


def seen(issue: Issue) -> int:
    """How often the alert came, by the issue's own text."""
    found = re.search(r"^\| Seen \| (\d+) time", issue["body"], re.MULTILINE)
    return int(found[1]) if found else 0


STEPS = (
    Step(
        "The operating model is one file",
        "OWNERS.yaml in acme/ops says who owns what, who is on call, and how long an answer may take.\n"
        "alice pushes it, and ghapp starts.",
        write_the_model,
    ),
    Step(
        "A Google Cloud alert becomes one incident",
        "Cloud Run answers with errors. Google posts to ghapp's webhook; the person on call gets the issue.",
        alert_arrives,
    ),
    Step(
        "The alert repeats, the issue does not",
        f"Google notifies {REPEATS} more times.",
        alert_repeats,
    ),
    Step(
        "Nobody answers, so the clock escalates",
        "A sev1 of this team has 4 seconds. Then the backup of the area is called, by name.",
        clock_escalates,
    ),
    Step(
        "bob takes it with a comment",
        "Commands are comments on the issue, so the issue is the timeline.",
        bob_acknowledges,
    ),
    Step(
        "The alert recovers, bob resolves",
        "OWNERS.yaml wants a person to close a sev1, so the recovery only labels it. bob comments /resolve.",
        alert_recovers,
    ),
    Step(
        "It relapses, and the same issue reopens",
        "The same condition fires again within a day: same issue, clock from the start.",
        alert_relapses,
    ),
)
