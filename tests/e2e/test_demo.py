"""The tour that the README promises: the real command, from the first alert to the power cut."""

import asyncio
import re
import socket
import sys
from pathlib import Path

import aiohttp
import pytest
from rich.console import Console

from ghapp.cli.demo import STEPS
from ghapp.demo.alerts import Google
from ghapp.demo.hooks import HookFault
from ghapp.demo.story import StepFailedError, Tour, take
from ghapp.demo.story_incident import OWNERS
from ghapp.demo.story_view import View
from ghapp.demo.stripe import Stripe
from tests.e2e.conftest import GCP_TOKEN

GHAPP = Path(sys.executable).with_name("ghapp")


async def run(*arguments, **environment):
    """Run `ghapp demo` to its end: exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        str(GHAPP),
        "demo",
        *arguments,
        env={"PATH": "/usr/bin:/bin", **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()


async def test_every_step_of_the_tour_happens():
    code, output = await run("--once")
    assert code == 0, output
    for number, step in enumerate(STEPS, start=1):
        assert f"{number}. {step.headline}" in output
    assert f"All {len(STEPS)} steps happened." in output
    assert "\x1b" not in output, "colour is for terminals"


async def test_a_server_that_cannot_listen_ends_the_tour_with_its_first_step():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, output = await run("--once", GHAPP_PORT=str(port))
    assert code == 1, output
    assert f"step 1 did not happen: {STEPS[0].headline}" in output
    assert f"port {port} can't be used: Address already in use" in output
    assert STEPS[1].headline not in output


async def test_an_interrupted_tour_leaves_nothing_running():
    process = await asyncio.create_subprocess_exec(
        str(GHAPP), "demo", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    address = None
    while address is None:
        line = (await process.stdout.readline()).decode()
        assert line, "it ended by itself"
        address = re.search(r"http://127\.0\.0\.1:(\d+)", line)
    process.terminate()
    await process.communicate()
    assert process.returncode == 130
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", int(address[1]))


@pytest.mark.parametrize("owners", [OWNERS], ids=["demo"])
async def test_a_step_without_effect_is_named_and_the_rest_is_not_tried(
    github, ghapp_server, tmp_path
):
    server = ghapp_server()
    github.proxy.hooks.faults.append(
        HookFault(lambda delivery: delivery.event == "issue_comment", "lose", times=None)
    )
    google = Google(f"{server.url}/webhooks/gcp", GCP_TOKEN)
    with (tmp_path / "output").open("w+") as output:
        view = View(Console(file=output, width=90))
        stripe = Stripe(f"{server.url}/webhooks/stripe", "whsec_unused")
        tour = Tour(github, server, view, google, stripe, patience=8)
        with pytest.raises(StepFailedError, match="step 5 did not happen: bob takes it") as failure:
            await take(tour, STEPS)
        view.failed(str(failure.value), failure.value.why, server.lines()[-3:])
        output.seek(0)
        text = output.read()
    assert "Not seen within 8 seconds: ghapp answers the comment with 👍." in text
    assert "The server's last lines:" in text
    assert STEPS[5].headline not in text


async def test_issues_and_files_can_be_opened_in_a_browser(github):
    alice, pages = github.person("alice"), f"{github.proxy.origin}/acme/ops"
    await alice.open_issue(
        "<b>Down</b>",
        "**Since** noon <script>alert(1)</script> [x](javascript:alert(1))\n\n"
        "<details><summary>More</summary>\n\n- one\n\n</details>\n<!-- hidden -->",
        labels=["incident"],
    )
    comment = await alice.comment(1, "/ack")
    await alice.put_file("docs/a.md", "# A *runbook*")
    await alice.put_file("OWNERS.yaml", "version: 1 # <i>")
    path = f"/repos/acme/ops/issues/comments/{comment['id']}/reactions"
    await alice.request("POST", path, {"content": "+1"})
    before = github.proxy.last

    async with aiohttp.ClientSession() as session:
        issue = await page(session, f"{pages}/issues/1")
        listed = await page(session, f"{pages}/issues")
        runbook = await page(session, f"{pages}/blob/HEAD/docs/a.md")
        owners = await page(session, f"{pages}/blob/HEAD/OWNERS.yaml")
        for missing in ("issues/7", "blob/HEAD/no.md"):
            async with session.get(f"{pages}/{missing}") as answer:
                assert answer.status == 404
                assert answer.content_type == "text/html"

    assert "&lt;b&gt;Down&lt;/b&gt;" in issue
    assert "<strong>Since</strong> noon &lt;script&gt;" in issue
    assert "<details><summary>More</summary>" in issue
    assert "hidden" not in issue
    assert 'href="javascript:' not in issue
    assert "👍" in issue
    assert 'href="/acme/ops/issues/1"' in listed
    assert "<em>runbook</em>" in runbook
    assert "version: 1 # &lt;i&gt;" in owners
    assert github.proxy.last == before, "looking is no call of the app's or of anyone's"


async def test_the_links_of_issues_lead_to_their_pages(github):
    issue = await github.person("alice").open_issue("Down")
    async with aiohttp.ClientSession() as session:
        assert "Down" in await page(session, issue["html_url"])


async def page(session, address):
    """A page that a browser shows without running anything."""
    async with session.get(address) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/html"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        return await answer.text()
