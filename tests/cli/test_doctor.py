"""`ghapp doctor`: what is wrong with the installation, in plain words."""

import asyncio
import base64
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from ghapp.cli import doctor
from ghapp.cli.checkup import State, app, database
from ghapp.cli.errors import UserError
from ghapp.core.facts import RepoName
from ghapp.engine.database import open_engine
from ghapp.engine.inbox import Inbox
from ghapp.engine.inbox_writer import Delivery
from ghapp.engine.store import Store
from ghapp.github.admin import NEEDED
from ghapp.github.auth import Credentials
from ghapp.github.hold import KIND, Held
from ghapp.settings import Settings
from tests.support import builders
from tests.support.operator import environment, run
from tests.support.scripted_github import Reply, ScriptedGitHub

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
GRANTED = dict(NEEDED)
ALL = (
    "checks: write, contents: write, issues: write, metadata: read, pull_requests: write, "
    "statuses: read"
)
UNFIXED = {"App": "", "Clock": "", "OWNERS.yaml": ""}
"""Findings of a sound installation whose words depend on address, time or the sample file."""
INSTALLATION = "/repos/acme/api/installation"
OWNERS = "/repos/acme/api/contents/OWNERS.yaml"


def contents(text: str) -> dict[str, Any]:
    encoded = base64.b64encode(text.encode()).decode()
    return {"type": "file", "encoding": "base64", "content": encoded, "sha": "abc"}


@pytest.fixture
def env(scripted: ScriptedGitHub, credentials: Credentials, tmp_path: Path) -> dict[str, str]:
    """An installation where all is well."""
    identity = {
        "id": 1,
        "slug": "ghapp",
        "name": "Acme ops",
        "permissions": GRANTED,
        "events": list(app.EVENTS),
    }
    scripted.on("GET", "/app", identity)
    scripted.on("GET", INSTALLATION, {"id": 7, "permissions": GRANTED, "suspended_at": None})
    scripted.on("GET", OWNERS, contents(builders.OWNERS))
    return {
        **environment(scripted, credentials),
        "GHAPP_GITHUB_WEBHOOK_SECRET": "secret",
        "GHAPP_GCP_WEBHOOK_TOKEN": "token",
        "GHAPP_DATABASE_URL": f"sqlite:///{tmp_path / 'ghapp.sqlite'}",
    }


@pytest.mark.enable_socket
async def test_all_is_well(env: dict[str, str], tmp_path: Path) -> None:
    result = await run(doctor, "doctor", "--json", env=env)
    findings = json.loads(result.stdout)
    assert {one["state"] for one in findings} == {"ok"}, findings
    on = {one["about"]: one["text"] for one in findings if not one["text"].startswith("off: ")}
    assert on | UNFIXED == {
        **UNFIXED,
        "Permissions": ALL,
        "Events": f"subscribed to {', '.join(app.EVENTS)}",
        "Home repository": "installed on acme/api",
        "Database": f"{tmp_path / 'ghapp.sqlite'} is not there yet; `ghapp serve` creates it",
        "GitHub's webhook": "on",
        "Sender gcp": "on at /webhooks/gcp",
    }
    assert result.exit_code == 0
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def skewed(_: object) -> Reply:
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    return Reply(200, {"id": 1, "slug": "x", "permissions": GRANTED}, {"date": date})


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("path", "answer", "told"),
    [
        pytest.param(
            "/app",
            Reply(401, {"message": "A JSON web token could not be decoded"}),
            (
                "App",
                "GitHub does not accept the App's id and key: A JSON web token could not be decoded",
            ),
            id="wrong key",
        ),
        pytest.param("/app", Reply(502, {}), ("App", "GitHub answered 502"), id="GitHub is broken"),
        pytest.param(
            "/app",
            {"id": 1, "permissions": {"issues": "read"}},
            ("Permissions", f"missing: {ALL}"),
            id="permissions not asked for",
        ),
        pytest.param(
            "/app",
            {"id": 1, "permissions": GRANTED, "events": [*app.EVENTS[:-2]]},
            ("Events", "not subscribed to: release, status"),
            id="events not subscribed to",
        ),
        pytest.param(
            "/app",
            skewed,
            ("Clock", "s behind GitHub's: tokens and signatures may be refused"),
            id="clock",
        ),
        pytest.param(
            INSTALLATION,
            Reply(404, {"message": "Not Found"}),
            ("Home repository", "the App is not installed on acme/api"),
            id="not installed",
        ),
        pytest.param(
            INSTALLATION,
            Reply(500, {}),
            ("Home repository", "GitHub answered 500"),
            id="installation not told",
        ),
        pytest.param(
            INSTALLATION,
            {"id": 7, "permissions": {**GRANTED, "issues": "read"}, "suspended_at": None},
            ("Home repository", "missing: issues: write"),
            id="permissions not granted",
        ),
        pytest.param(
            INSTALLATION,
            {"id": 7, "permissions": GRANTED, "suspended_at": "2026-01-01T00:00:00Z"},
            ("Home repository", "the installation on acme/api is suspended"),
            id="suspended",
        ),
        pytest.param(
            OWNERS,
            Reply(404, {"message": "Not Found"}),
            ("OWNERS.yaml", "acme/api has none"),
            id="none",
        ),
        pytest.param(OWNERS, Reply(500, {}), ("OWNERS.yaml", "GitHub answered 500"), id="unread"),
        pytest.param(
            OWNERS,
            {**contents(""), "encoding": "none"},
            ("OWNERS.yaml", "OWNERS.yaml is larger than 1 MB"),
            id="too large",
        ),
    ],
)
async def test_what_is_wrong_at_github(
    path: str, answer: Any, told: tuple[str, str], scripted: ScriptedGitHub, env: dict[str, str]
) -> None:
    scripted.on("GET", path, answer)
    result = await run(doctor, "doctor", "--json", env=env)
    wrong = {one["about"]: one for one in json.loads(result.stdout) if one["state"] != "ok"}
    about, text = told
    assert wrong[about]["text"].endswith(text)
    assert result.exit_code == 1


@pytest.mark.enable_socket
async def test_a_broken_owners_file_is_quoted(
    scripted: ScriptedGitHub, env: dict[str, str]
) -> None:
    broken = builders.OWNERS.replace("owner: carol", "owner: carole")
    scripted.on("GET", OWNERS, contents(broken))
    result = await run(doctor, "doctor", env=env)
    assert "✗ OWNERS.yaml: OWNERS.yaml:" in result.output
    assert "carole" in result.output
    assert "`ghapp check` shows them all." in result.output
    assert result.exit_code == 1


@pytest.mark.enable_socket
async def test_senders_without_secrets(env: dict[str, str]) -> None:
    bare = {**env, "GHAPP_GITHUB_WEBHOOK_SECRET": "", "GHAPP_GCP_WEBHOOK_TOKEN": ""}
    result = await run(doctor, "doctor", env=bare)
    assert "✗ GitHub's webhook: off: GHAPP_GITHUB_WEBHOOK_SECRET is not set" in result.output
    assert "✓ Sender gcp: off: GHAPP_GCP_WEBHOOK_TOKEN not set" in result.output
    assert "✗ Senders: all are off: no alert can arrive" in result.output
    assert result.exit_code == 1


@pytest.mark.enable_socket
async def test_a_sender_that_needs_two_variables(env: dict[str, str]) -> None:
    audience = {"GHAPP_GCP_PUBSUB_AUDIENCE": "https://ghapp.example.com"}
    result = await run(doctor, "doctor", env=env | audience)
    assert "✗ Sender gcp-pubsub: off: GHAPP_GCP_PUBSUB_EMAIL not set" in result.output
    assert result.exit_code == 1
    email = {"GHAPP_GCP_PUBSUB_EMAIL": "push@acme.example.com"}
    result = await run(doctor, "doctor", env=env | audience | email)
    assert "✓ Sender gcp-pubsub: on at /webhooks/gcp/pubsub" in result.output


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("key", "state"),
    [("-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY-----", "problem")],
)
async def test_a_key_that_is_none(key: str, state: str, env: dict[str, str]) -> None:
    result = await run(doctor, "doctor", "--json", env={**env, "GHAPP_GITHUB_PRIVATE_KEY": key})
    assert json.loads(result.stdout)[0]["state"] == state


async def test_no_settings() -> None:
    with pytest.raises(UserError, match="not set"):
        raise (await run(doctor, "doctor", env={"GHAPP_HOME_REPO": ""})).exception or AssertionError


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(0, State.OK), (30, State.OK), (-30, State.OK), (31, State.PROBLEM), (-31, State.PROBLEM)],
)
def test_clock(seconds: int, state: State) -> None:
    assert app.clock(NOW, NOW + timedelta(seconds=seconds)).state is state


def test_clock_untold() -> None:
    assert app.clock(None, NOW).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("granted", "missing"),
    [
        (GRANTED, ""),
        ({**GRANTED, "metadata": "write"}, ""),
        ({**GRANTED, "issues": "admin"}, ""),
        ({**GRANTED, "issues": "sovereign"}, "issues: write"),
        ({**GRANTED, "contents": "read"}, "contents: write"),
        (
            {name: GRANTED[name] for name in ("checks", "issues", "metadata")},
            "contents: write, pull_requests: write, statuses: read",
        ),
    ],
)
def test_permissions(granted: dict[str, str], missing: str) -> None:
    finding = app.permissions("Permissions", granted, "hint")
    assert finding.text.removeprefix("missing: ") == missing or not missing
    assert (finding.state is State.OK) == (not missing)


class TestDatabase:
    """The database of a server that has run."""

    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings(
            app_id="1",
            private_key="",
            home_repo=RepoName("acme/api"),
            database_url=f"sqlite:///{tmp_path / 'ghapp.sqlite'}",
        )

    def fill(self, settings: Settings, work: Callable[[Store, Inbox], Awaitable[None]]) -> None:
        async def filling() -> None:
            db = open_engine(settings.database_url)
            store, inbox = Store(db, clock=lambda: NOW), Inbox(db)
            await store.create()
            await inbox.start()
            await work(store, inbox)
            await inbox.stop()
            store.close()
            db.dispose()

        asyncio.run(filling())

    def found(self, settings: Settings) -> dict[str, tuple[State, str]]:
        findings = database.examine(settings, lambda: NOW)
        return {one.about: (one.state, one.text) for one in findings}

    def test_nothing_special(self, settings: Settings) -> None:
        async def nothing(store: Store, inbox: Inbox) -> None:
            await store.spend_add(NOW - timedelta(minutes=5))

        self.fill(settings, nothing)
        assert self.found(settings) == {
            "Database": (State.OK, "it answers"),
            "Queue": (State.OK, "0 deliveries wait"),
            "Parked messages": (State.OK, "none"),
            "GitHub limits": (State.OK, "GitHub has never asked the app to wait"),
            "GitHub budget": (State.OK, "1 of 500 writes in the last hour"),
        }

    def test_parked_messages_are_listed_with_their_reasons(self, settings: Settings) -> None:
        async def park(_: Store, inbox: Inbox) -> None:
            await inbox.park(delivery("a"), "no such area")

        self.fill(settings, park)
        state, text = self.found(settings)["Parked message"]
        assert state is State.PROBLEM
        assert text.startswith("#1 from gcp, ")
        assert text.endswith("tries: no such area")

    def test_many_parked_messages_are_not_all_listed(self, settings: Settings) -> None:
        async def park(_: Store, inbox: Inbox) -> None:
            for n in range(22):
                await inbox.park(delivery(str(n)), "poison")

        self.fill(settings, park)
        assert self.found(settings)["Parked messages"] == (State.PROBLEM, "and 2 more")

    @pytest.mark.parametrize(
        ("until", "state", "text"),
        [
            (
                NOW + timedelta(minutes=1),
                State.UNKNOWN,
                "GitHub asked for no calls until 09:01:00 UTC (retry-after)",
            ),
            (
                NOW - timedelta(minutes=1),
                State.OK,
                "last asked to wait until 2026-01-05 08:59 UTC",
            ),
        ],
    )
    def test_the_last_hold(
        self, until: datetime, state: State, text: str, settings: Settings
    ) -> None:
        async def hold(store: Store, _: Inbox) -> None:
            await store.memory_put(KIND, "all", Held(until, "retry-after").as_json())
            await store.memory_put(KIND, "app", "not a hold")

        self.fill(settings, hold)
        assert self.found(settings)["GitHub limits"] == (state, text)

    def test_a_delivery_that_waits_for_long(self, settings: Settings) -> None:
        async def wait(_: Store, inbox: Inbox) -> None:
            await inbox.put(delivery("a"))

        self.fill(settings, wait)
        later = datetime.now(UTC) + timedelta(minutes=30)
        findings = {one.about: one for one in database.examine(settings, lambda: later)}
        assert findings["Queue"].state is State.PROBLEM
        assert findings["Queue"].text == "1 delivery waits, the oldest for 30 min"

    def test_a_file_that_is_no_database(self, settings: Settings, tmp_path: Path) -> None:
        (tmp_path / "ghapp.sqlite").write_text("hello " * 1000)
        state, text = self.found(settings)["Database"]
        assert (state, text) == (State.PROBLEM, "it does not answer: file is not a database")

    def test_a_database_that_was_never_used(self, settings: Settings, tmp_path: Path) -> None:
        (tmp_path / "ghapp.sqlite").touch()
        assert self.found(settings)["Database"] == (
            State.OK,
            "it answers, and is empty: `ghapp serve` has not used it yet",
        )

    @pytest.mark.parametrize(
        ("url", "text"),
        [
            ("sqlite:///no/such/folder/x.sqlite", "there is no folder"),
            ("mysql://x/y", "mysql is not supported"),
            ("postgresql://nobody@127.0.0.1:9/x", "it does not answer"),
        ],
    )
    @pytest.mark.enable_socket
    def test_what_is_wrong(self, url: str, text: str, settings: Settings) -> None:
        state, told = self.found(replace(settings, database_url=url))["Database"]
        assert state is State.PROBLEM
        assert text in told


def delivery(identity: str) -> Delivery:
    return Delivery("gcp", identity, "incident:gcp:1", "signal", b"{}", "request-1")
