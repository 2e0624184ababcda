"""The commands of an operator, run where the server runs, against the same GitHub and database."""

import json
import re

import pytest

from tests.support import gcp
from tests.support.e2e import alert
from tests.support.shell import ghapp
from tests.support.stillness import at_rest


@pytest.fixture
async def server(github, ghapp_server):
    server = ghapp_server()
    await server.start()
    return server


class TestDoctor:
    async def test_of_a_sound_installation_it_says_so(self, server):
        await alert(server, gcp.incident())
        code, out, err = await ghapp(server, "doctor", "--json")
        findings = {one["about"]: one for one in json.loads(out)}
        assert {one["state"] for one in findings.values()} == {"ok"}, findings
        assert (code, err) == (0, "")
        assert set(findings) >= {
            "App",
            "Permissions",
            "Events",
            "Clock",
            "Home repository",
            "OWNERS.yaml",
            "Database",
            "Queue",
            "Parked messages",
            "GitHub budget",
            "GitHub limits",
            "GitHub's webhook",
            "Sender gcp",
        }
        assert findings["OWNERS.yaml"]["text"].startswith("2 areas")

    async def test_in_plain_words(self, github, server):
        broken = {"GHAPP_HOME_REPO": "acme/nowhere", "GHAPP_GCP_WEBHOOK_TOKEN": ""}
        server.settings = {**server.settings, **broken}
        code, out, err = await ghapp(server, "doctor")
        assert (code, err) == (1, "")
        assert "✗ Home repository: the App is not installed on acme/nowhere" in out
        assert "✗ Senders: all are off: no alert can arrive" in out
        assert "✓ Database: it answers" in out
        assert "Traceback" not in out

    async def test_it_changes_nothing(self, github, server):
        before = await at_rest(github)
        await ghapp(server, "doctor")
        calls = [call for call in github.proxy.calls(before) if call.method != "GET"]
        assert [call for call in calls if "access_tokens" not in call.path] == []

    async def test_without_settings_it_says_what_is_missing(self, server):
        server.settings = {}
        code, out, err = await ghapp(server, "doctor")
        assert (code, out) == (2, "")
        assert "GHAPP_GITHUB_APP_ID" in err
        assert len(err.splitlines()) <= 2


class TestLabelsSync:
    async def test_it_says_what_it_would_do_and_does_it_when_told(self, github, server):
        alice = github.person("alice")
        await at_rest(github)
        code, out, _ = await ghapp(server, "labels", "sync")
        assert (code, "Every label is as it should be." in out) == (0, True)

        await alice.request("DELETE", "/repos/acme/ops/labels/snoozed")
        await alice.request("PATCH", "/repos/acme/ops/labels/sev1", {"color": "ffffff"})
        await alice.request("POST", "/repos/acme/ops/labels", {"name": "mine", "color": "123456"})
        code, out, _ = await ghapp(server, "labels", "sync")
        assert code == 0
        assert re.search(r"create +snoozed", out)
        assert re.search(r"recolour +sev1 +ffffff → b60205", out)
        assert "2 labels to write: run it again with --apply." in out
        assert "snoozed" not in await colours(github)

        code, out, _ = await ghapp(server, "labels", "sync", "--apply")
        assert (code, "2 labels written." in out) == (0, True)
        found = await colours(github)
        assert (found["sev1"], found["mine"]) == ("b60205", "123456")
        assert "snoozed" in found

    async def test_without_an_installation_it_says_what_to_do(self, server):
        server.settings = {**server.settings, "GHAPP_HOME_REPO": "acme/nowhere"}
        code, _, err = await ghapp(server, "labels", "sync")
        assert code == 2
        assert "Install the App on it" in err


async def colours(github):
    """The colours of the home repository's labels, by name."""
    found = await github.person("alice").request("GET", "/repos/acme/ops/labels?per_page=100")
    return {label["name"]: label["color"] for label in found.json}
