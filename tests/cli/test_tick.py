"""`ghapp tick`: what it takes, what it says, and how it ends; what it does, tests/e2e/test_tick.py shows."""

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from ghapp import logs
from ghapp.cli import tick
from ghapp.cli.errors import UserError
from ghapp.core.labels import label_set
from ghapp.engine.database import open_engine
from ghapp.engine.lease import open_lease
from ghapp.github.auth import Credentials
from ghapp.model.load import load
from tests.support.operator import environment, run
from tests.support.scripted_github import Reply, ScriptedGitHub

pytestmark = pytest.mark.enable_socket

REPOSITORY = "/repos/acme/api"
OWNERS = """\
version: 1
timezone: Europe/Berlin
rotations:
  platform: {people: [alice, bob], shift: weekly, start: 2026-01-05T10:00}
areas:
  deployment: {owner: alice, rotation: platform}
fallback_area: deployment
triage: {catch_up: 0s}
"""


def file(text: str) -> dict[str, str]:
    return {"type": "file", "encoding": "base64", "content": b64encode(text.encode()).decode()}


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The logs of the test run stay as they are, and out of what is printed."""
    monkeypatch.setattr(logs, "configure", lambda **_: None)
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def env(scripted: ScriptedGitHub, credentials: Credentials, tmp_path: Path) -> dict[str, str]:
    scripted.on("GET", f"{REPOSITORY}/contents/OWNERS.yaml", file(OWNERS))
    scripted.on("GET", f"{REPOSITORY}/issues", [])
    model = load(OWNERS, "OWNERS.yaml").model
    assert model is not None
    labels = [{"name": label.name, "color": "ffffff"} for label in label_set(model)]
    scripted.on("GET", f"{REPOSITORY}/labels", labels)
    scripted.on("GET", "/installation/repositories", {"repositories": []})
    token = {"token": "t", "expires_at": "2099-01-01T00:00:00Z"}
    scripted.on("POST", "/app/installations/7/access_tokens", Reply(201, token))
    scripted.on("POST", f"{REPOSITORY}/issues", Reply(201, {"number": 3, "title": "Handoff"}))
    return {
        **environment(scripted, credentials),
        "GHAPP_DATABASE_URL": f"sqlite:///{tmp_path / 'ghapp.sqlite'}",
    }


MONDAY = ("--now", "2026-12-07T10:30")
"""Half an hour after a change of shift, by the clock of the file."""


async def seen_before(env: dict[str, str]) -> None:
    """The rotation is not new: a change of shift is told from now on."""
    assert (await run(tick, "tick", "--now", "2026-12-01T10:00", env=env)).exit_code == 0


def writes(scripted: ScriptedGitHub) -> list[str]:
    return [one.path for one in scripted.api_requests if one.method != "GET"]


async def test_it_says_what_it_did(scripted: ScriptedGitHub, env: dict[str, str]) -> None:
    await seen_before(env)
    result = await run(tick, "tick", "--only", "handoffs", *MONDAY, "--json", env=env)
    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert told["now"].startswith("2026-12-07T09:30")
    assert (told["kinds"], told["dry_run"], told["served"]) == (["handoffs"], False, False)
    (did,) = told["did"]
    assert (did["action"], did["number"], did["repo"]) == ("issue.open", 3, "acme/api")
    assert writes(scripted) == [f"{REPOSITORY}/issues"]
    again = await run(tick, "tick", "--only", "handoffs", *MONDAY, env=env)
    assert again.stdout == "Nothing to do.\n"


async def test_a_dry_run_writes_nothing_and_remembers_nothing(
    scripted: ScriptedGitHub, env: dict[str, str]
) -> None:
    await seen_before(env)
    for _ in range(2):
        result = await run(tick, "tick", "--dry-run", *MONDAY, env=env)
        assert "issue.open" in result.stdout
        assert result.exit_code == 0
    assert writes(scripted) == []


async def test_beside_a_server_there_is_nothing_left_to_do(
    scripted: ScriptedGitHub, env: dict[str, str]
) -> None:
    await seen_before(env)
    scripted.requests.clear()
    db = open_engine(env["GHAPP_DATABASE_URL"])
    lease = open_lease(db, lambda: None)
    await lease.take()
    try:
        assert "a server works on this database" in (await run(tick, "tick", env=env)).stdout
        assert scripted.api_requests == []
        for _ in range(2):
            later = await run(tick, "tick", *MONDAY, "--only", "handoff", env=env)
            assert "issue.open" in later.stdout
    finally:
        await lease.give_back()
        db.dispose()


async def test_what_could_not_be_done_is_told(
    scripted: ScriptedGitHub, env: dict[str, str]
) -> None:
    await seen_before(env)
    scripted.on("POST", f"{REPOSITORY}/issues", Reply(403, {"message": "Not accessible"}))
    result = await run(tick, "tick", "--only", "handoffs", *MONDAY, env=env)
    assert result.exit_code == 1
    assert "handoff:platform: has to wait" in result.stderr


@pytest.mark.parametrize(
    ("args", "what"),
    [
        (["--now", "tomorrow"], "--now is no time: 'tomorrow'"),
        (["--only", "relaese"], "no kind of duty is called 'relaese'"),
    ],
    ids=["no time", "no kind"],
)
async def test_what_cannot_be_meant_is_refused(
    env: dict[str, str], args: list[str], what: str
) -> None:
    error = (await run(tick, "tick", *args, env=env)).exception
    assert isinstance(error, UserError)
    assert error.what == what


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (Reply(404, {"message": "Not Found"}), "no valid OWNERS.yaml"),
        (Reply(502, {"message": "Bad Gateway"}), "GitHub could not be asked"),
    ],
    ids=["no file", "no GitHub"],
)
async def test_without_a_model_nothing_is_done(
    scripted: ScriptedGitHub, env: dict[str, str], answer: Reply, what: str
) -> None:
    scripted.on("GET", f"{REPOSITORY}/contents/OWNERS.yaml", answer)
    scripted.on("GET", f"{REPOSITORY}/commits", [])
    error = (await run(tick, "tick", env=env)).exception
    assert isinstance(error, UserError)
    assert error.what.startswith(what)


async def test_without_settings_it_says_what_is_missing() -> None:
    error = (await run(tick, "tick", env={})).exception
    assert isinstance(error, UserError)
    assert "GHAPP_HOME_REPO" in error.what


async def test_a_database_that_cannot_be_used_is_told(env: dict[str, str]) -> None:
    error = (await run(tick, "tick", env={**env, "GHAPP_DATABASE_URL": "sqlite://"})).exception
    assert isinstance(error, UserError)
    assert error.hint == "See GHAPP_DATABASE_URL."
