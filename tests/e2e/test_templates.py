"""A team's own words in `.github/ghapp/`: they come into force with a push, and a broken one stops no alert."""

from tests.support import gcp
from tests.support.e2e import alert, incidents, marker, noticed, said, the_incident

FOLDER = ".github/ghapp"


async def complaint(github, check):
    async def probe():
        found = await github.person("alice").issues("model")
        return found[0] if len(found) == 1 and check(found[0]) else None

    return await github.proxy.eventually(probe, within=15)


async def test_own_words_come_into_force_and_a_broken_one_stops_nothing(github, ghapp_server):
    server = ghapp_server()
    await server.start()
    alice = github.person("alice")
    async with noticed(github, server, "push", count=2):
        await alice.put_file(f"{FOLDER}/incident.md", "House rules: stay calm.\n\n{{ status }}\n")
        await alice.put_file(f"{FOLDER}/misused.md", "Not so, but {{ usage | code }}\n")
    await alert(server, gcp.incident(severity="ERROR"))
    issue = await the_incident(github)
    assert issue["body"].startswith("House rules: stay calm.\n\n<!-- ghapp:status -->")
    assert marker(issue["body"])["kind"] == "incident"
    number = issue["number"]
    async with noticed(github, server):
        await alice.comment(number, "/sev 9")
    assert (await said(github, number))[-1].startswith("Not so, but `/sev ")

    async with noticed(github, server, "push"):
        await alice.put_file(f"{FOLDER}/incident.md", "House rules.\n{{ incident.sumary }}\n")
    broken = await complaint(github, lambda issue: issue["state"] == "open")
    assert "| `.github/ghapp/incident.md` | 2 |" in broken["body"]
    await server.restart()
    await alert(server, gcp.incident(severity="ERROR", policy="another", condition="another"))
    bodies = [one["body"] for one in await incidents(github)]
    assert "House rules" not in bodies[1]
    assert "## What to do" in bodies[1]

    async with noticed(github, server, "push"):
        await alice.put_file(f"{FOLDER}/incident.md", "Mended.\n\n{{ status }}\n")
    await complaint(github, lambda issue: issue["state"] == "closed")
