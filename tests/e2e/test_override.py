"""Somebody covers: a comment edits OWNERS.yaml, and the next alert goes to whoever it says."""

import pytest

from ghapp.demo import faults
from ghapp.demo.faults import Fault
from tests.support import gcp
from tests.support.e2e import alert, assignees, handled, noticed, said, the_incident

OWNERS = """\
# Who is called when. Ask alice before you change it.
version: 1
people: {alice: {}, bob: {}, carol: {timezone: 'Asia/Tokyo'}}

rotations:
  platform:                       # one week each
    people: [alice, "carol"]
    start: 2026-01-05T10:00
    timezone: Europe/Berlin

areas: {deployment: {owner: alice, rotation: platform}}
fallback_area: deployment         # the rest
triage: {catch_up: 0s}
"""
CONTENTS = "/repos/acme/ops/contents/OWNERS.yaml"
PROTECTED = "Could not update file: Changes must be made through a pull request."


@pytest.fixture
def owners():
    return OWNERS


@pytest.fixture
async def server(github, ghapp_server):
    server = ghapp_server()
    await server.start()
    return server


@pytest.fixture
async def asked(github, server):
    """Type on a new issue; its number and the comment's id, once that is handled."""

    async def ask(body, *, by="carol"):
        number = (await github.person("bob").open_issue("I am away"))["number"]
        async with noticed(github, server):
            comment = (await github.person(by).comment(number, body))["id"]
        return number, comment

    return ask


def added(text):
    """The lines that a file has more than before; nothing else may have changed."""
    lines, old = text.splitlines(), OWNERS.splitlines()
    new = [line for line in lines if line not in old]
    assert [line for line in lines if line not in new] == old
    return new


async def test_a_comment_puts_somebody_on_call(github, server, asked):
    number, comment = await asked("/override @bob for 4h")
    text = await github.person("alice").read_file("OWNERS.yaml")
    key, line = added(text)
    assert key == "    overrides:"
    assert line.startswith("      - {person: bob, from: 2")
    (answer,) = await said(github, number)
    assert "| `bob` | UTC |" in answer
    assert "| `bob` | Europe/Berlin |" in answer
    assert "| `bob` | Asia/Tokyo |" in answer
    assert await github.person("alice").reactions(comment) == ["+1"]
    (write,) = [
        call for call in github.proxy.calls() if call.matches("PUT", CONTENTS) and call.by_app
    ]
    message = write.request.body["message"]
    assert message.startswith("Override: bob is on call for platform from ")
    assert message.endswith(f"\n\nAsked for by carol in acme/ops#{number}\n")

    await in_force(github, server)
    await alert(server, gcp.incident(severity="ERROR"))
    assert assignees(await the_incident(github)) == {"bob"}


async def in_force(github, server):
    """Wait until the app has been told of its own commit, and has read the file again."""
    hooks = github.proxy.hooks
    while not any(delivery.event == "push" for delivery in hooks.deliveries):
        await hooks.received(len(hooks.deliveries) + 1)
    await hooks.idle()
    await handled(server)


async def test_a_swap_is_two_overrides(github, asked):
    number, _ = await asked("/swap @alice")
    _, first, second = added(await github.person("alice").read_file("OWNERS.yaml"))
    assert sorted(line.split()[2] for line in (first, second)) == ["alice,", "carol,"]
    assert "next turn" not in "".join(await said(github, number))


async def test_a_person_who_edits_the_file_at_that_moment_loses_nothing(github, asked):
    theirs = OWNERS.replace("# the rest", "# whatever is left")

    def meanwhile(request):
        return request.by_app and request.matches("PUT", CONTENTS)

    github.proxy.faults.add(
        Fault(meanwhile, faults.status(409, message="it does not match"), times=1)
    )
    await github.person("alice").put_file("OWNERS.yaml", theirs)
    await asked("/override @bob for 4h")
    text = await github.person("alice").read_file("OWNERS.yaml")
    assert "# whatever is left" in text
    assert text.count("person: bob") == 1


async def test_a_crash_before_the_commit_is_confirmed_makes_no_second_one(github, server):
    github.proxy.faults.add(Fault(faults.on("PUT", CONTENTS), faults.drop_after()))
    number = (await github.person("bob").open_issue("I am away"))["number"]
    await github.person("carol").comment(number, "/swap @alice")
    await github.proxy.wait_for(lambda call: call.by_app and call.matches("PUT", CONTENTS))
    await server.kill9()
    await server.start()
    await handled(server)
    assert len(added(await github.person("alice").read_file("OWNERS.yaml"))) == 3
    assert len(await said(github, number)) == 1


async def test_a_time_that_is_none_is_answered_with_the_usage(github, asked):
    number, comment = await asked("/override @bob until sometime")
    (answer,) = await said(github, number)
    assert "`/override [rotation] @login until fri 18:00`" in answer
    assert await github.person("alice").reactions(comment) == ["confused"]
    assert await github.person("alice").read_file("OWNERS.yaml") == OWNERS


async def test_where_the_branch_is_protected_it_is_proposed(github, server, asked):
    def on_the_default_branch(request):
        return request.by_app and request.matches("PUT", CONTENTS) and "branch" not in request.body

    github.proxy.faults.add(
        Fault(on_the_default_branch, faults.status(409, message=PROTECTED), times=None)
    )
    number, comment = await asked("/override @bob for 4h")
    alice = github.person("alice")
    assert await alice.read_file("OWNERS.yaml") == OWNERS
    (pull,) = (await alice.request("GET", "/repos/acme/ops/pulls")).json
    assert pull["title"].startswith("Override: bob is on call for platform from ")
    assert pull["base"]["ref"] == "main"
    assert f"`carol` asked for this in acme/ops#{number}." in pull["body"]
    branch = pull["head"]["ref"]
    proposed = (await alice.request("GET", CONTENTS, query={"ref": branch})).json
    assert proposed["size"] > len(OWNERS)
    (answer,) = await said(github, number)
    assert f"this counts once #{pull['number']} is merged" in answer
    assert await alice.reactions(comment) == ["+1"]


async def test_a_stranger_changes_nothing(github, asked):
    number, _ = await asked("/override @mallory for 4h", by="mallory")
    assert "people named in OWNERS.yaml" in (await said(github, number))[0]
    assert await github.person("alice").read_file("OWNERS.yaml") == OWNERS
