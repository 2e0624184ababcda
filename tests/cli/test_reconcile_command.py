"""`ghapp reconcile`: what it says of a look, and how it ends."""

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import structlog

from ghapp import logs
from ghapp.cli import reconcile
from ghapp.cli.errors import UserError
from ghapp.engine.database import open_engine
from ghapp.engine.lease import open_lease
from ghapp.github.auth import Credentials
from tests.support.operator import environment, run
from tests.support.scripted_github import Reply, ScriptedGitHub

pytestmark = pytest.mark.enable_socket

LISTING = "/app/hook/deliveries"


def delivery(number: int, status: int) -> dict[str, Any]:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 600))
    return {
        "id": number,
        "guid": f"guid-{number}",
        "delivered_at": at,
        "event": "issue_comment",
        "status_code": status,
    }


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The logs of the test run stay as they are, and out of what is printed."""
    monkeypatch.setattr(logs, "configure", lambda **_: None)
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def env(scripted: ScriptedGitHub, credentials: Credentials, tmp_path: Path) -> dict[str, str]:
    scripted.on("GET", LISTING, [delivery(2, 502), delivery(1, 202)])
    scripted.on("POST", f"{LISTING}/2/attempts", Reply(202, {}))
    return {
        **environment(scripted, credentials),
        "GHAPP_DATABASE_URL": f"sqlite:///{tmp_path / 'ghapp.sqlite'}",
    }


def asked(scripted: ScriptedGitHub) -> Sequence[object]:
    return scripted.asked("POST", f"{LISTING}/2/attempts")


class TestDryRun:
    async def test_it_says_what_it_would_do_and_does_nothing(
        self, env: dict[str, str], scripted: ScriptedGitHub
    ) -> None:
        result = await run(reconcile, "reconcile", "--dry-run", env=env)
        assert result.exit_code == 0
        assert [line.split() for line in result.stdout.splitlines()] == [
            ["sender", "looked", "at", "would", "be"],
            ["github", "2", "1", "redelivered"],
            ["stripe", "off:", "GHAPP_STRIPE_API_KEY", "is", "not", "set"],
            ["gcp", "off:", "GHAPP_GCP_PROJECTS", "is", "not", "set"],
        ]
        assert result.stderr == ""
        assert not asked(scripted)

    async def test_json(self, env: dict[str, str]) -> None:
        result = await run(reconcile, "reconcile", "--dry-run", "--json", env=env)
        assert json.loads(result.stdout) == {
            "parts": [
                {
                    "part": "github",
                    "seen": {"looked": 2, "did": {"redelivered": 1}, "complete": True},
                    "trouble": "",
                    "done": True,
                }
            ],
            "served": False,
            "waiting": 0,
        }


async def test_beside_a_server_it_looks_at_once(
    env: dict[str, str], scripted: ScriptedGitHub
) -> None:
    db = open_engine(env["GHAPP_DATABASE_URL"])
    lease = open_lease(db, lambda: None)
    await lease.take()
    try:
        result = await run(reconcile, "reconcile", env=env)
    finally:
        await lease.give_back()
        db.dispose()
    assert result.exit_code == 0, result.output
    assert "1 redelivered" in result.stdout
    assert len(asked(scripted)) == 1


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        pytest.param(Reply(500, {}), "GitHub answered 500", id="GitHub is broken"),
        pytest.param([{"id": 1}], "not of the documented form", id="another form"),
        pytest.param(Reply(404, {"message": "Not Found"}), "404 Not Found", id="no webhook"),
    ],
)
async def test_what_could_not_be_looked_at_is_said(
    env: dict[str, str], scripted: ScriptedGitHub, answer: Any, says: str
) -> None:
    scripted.on("GET", LISTING, answer)
    result = await run(reconcile, "reconcile", "--dry-run", env=env)
    assert result.exit_code == 1
    assert says in result.stdout
    assert "nothing" not in result.stdout


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"GHAPP_HOME_REPO": ""}, "not set: GHAPP_HOME_REPO", id="settings"),
        pytest.param(
            {"GHAPP_DATABASE_URL": "sqlite://"}, "database", id="a database in memory only"
        ),
    ],
)
async def test_wrong_configuration_is_said(
    env: dict[str, str], changes: dict[str, str], says: str
) -> None:
    result = await run(reconcile, "reconcile", env=env | changes)
    with pytest.raises(UserError, match=says):
        raise result.exception or AssertionError(result.output)
