"""`ghapp serve`: what it says when it can't, and how it stops. The rest is in tests/e2e."""

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
import typer
from typer.testing import CliRunner

from ghapp.cli import serve
from ghapp.cli.errors import UserError
from ghapp.engine.lease import DatabaseBusyError
from ghapp.github.auth import Credentials

NOWHERE = "http://127.0.0.1:9"
"""Nobody listens there: the server starts, and is not ready."""

WITHIN = 30.0


@pytest.fixture
def environment(tmp_path: Path, credentials: Credentials) -> dict[str, str]:
    return {
        "GHAPP_GITHUB_APP_ID": credentials.app_id,
        "GHAPP_GITHUB_PRIVATE_KEY": credentials.private_key,
        "GHAPP_GITHUB_API_URL": NOWHERE,
        "GHAPP_GITHUB_WEBHOOK_SECRET": "a secret of GitHub",
        "GHAPP_GCP_WEBHOOK_TOKEN": "a-token-of-GCP",
        "GHAPP_HOME_REPO": "acme/ops",
        "GHAPP_DATABASE_URL": f"sqlite:///{tmp_path / 'ghapp.sqlite'}",
        "GHAPP_PORT": "0",
    }


async def start(environment: Mapping[str, str]) -> Process:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ghapp", "serve"),
        env={**inherited, **environment},
        stdout=PIPE,
        stderr=PIPE,
    )


async def refusal(environment: Mapping[str, str]) -> tuple[int, str]:
    """How the process ends, and what it says to the person who started it."""
    process = await start(environment)
    async with asyncio.timeout(WITHIN):
        _, said = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


@asynccontextmanager
async def listening(environment: Mapping[str, str]) -> AsyncIterator[tuple[Process, str]]:
    """A process that listens, and where; killed at the end if it still runs."""
    process = await start({**environment, "GHAPP_PORT": str(free_port())})
    try:
        assert process.stdout is not None
        async with asyncio.timeout(WITHIN):
            while True:
                line = json.loads(await process.stdout.readline())
                if line["event"] == "listening":
                    break
        yield process, f"http://{line['host']}:{line['port']}"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "what"),
        [
            pytest.param({"GHAPP_GITHUB_APP_ID": ""}, "not set: GHAPP_GITHUB_APP_ID", id="no App"),
            pytest.param(
                {"GHAPP_GITHUB_PRIVATE_KEY": "x"}, "holds no PEM private key", id="no key"
            ),
            pytest.param({"GHAPP_HOME_REPO": "ops"}, "is not owner/name", id="no repository"),
            pytest.param({"GHAPP_PORT": "http"}, "is not a port number", id="no port"),
            pytest.param(
                {"GHAPP_DATABASE_URL": "mysql://x"}, "neither SQLite nor", id="no database"
            ),
        ],
    )
    def test_settings_are_checked_before_anything_starts(
        self,
        environment: dict[str, str],
        monkeypatch: pytest.MonkeyPatch,
        changes: dict[str, str],
        what: str,
    ) -> None:
        for name, value in {**environment, **changes}.items():
            monkeypatch.setenv(name, value)
        app = typer.Typer()
        serve.register(app)
        result = CliRunner().invoke(app)
        assert isinstance(result.exception, UserError)
        assert what in result.exception.what

    @pytest.mark.parametrize(
        ("changes", "what", "lines"),
        [
            pytest.param({"GHAPP_HOME_REPO": ""}, "not set: GHAPP_HOME_REPO", 1, id="not set"),
            pytest.param(
                {"GHAPP_DATABASE_URL": "sqlite:////nowhere/at/all.sqlite"},
                "database",
                2,
                id="no folder",
            ),
            pytest.param({"GHAPP_DATABASE_URL": "sqlite://"}, "in memory", 2, id="in memory"),
        ],
    )
    async def test_are_a_line_and_a_hint_never_a_traceback(
        self, environment: dict[str, str], changes: dict[str, str], what: str, lines: int
    ) -> None:
        code, said = await refusal({**environment, **changes})
        assert code == 2
        assert said.startswith("ghapp: ")
        assert what in said
        assert "Traceback" not in said
        assert len(said.splitlines()) == lines

    def test_a_database_that_another_process_serves_from(
        self, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def busy(_settings: object) -> None:
            raise DatabaseBusyError("another process serves from it")

        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(serve, "_serve", busy)
        monkeypatch.setattr(serve.logs, "configure", lambda: None)
        with pytest.raises(UserError) as refused:
            serve.serve()
        assert refused.value.what == "another process serves from it"
        assert "Stop the other process, or use PostgreSQL" in refused.value.hint

    @pytest.mark.enable_socket
    async def test_a_port_that_is_taken(self, environment: dict[str, str]) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            code, said = await refusal({**environment, "GHAPP_PORT": port})
        assert code == 2
        assert f"cannot listen on 127.0.0.1:{port}" in said
        assert "Traceback" not in said


@pytest.mark.enable_socket
class TestRunning:
    async def test_alive_but_honest_about_not_being_ready_and_gone_at_once_when_told(
        self, environment: dict[str, str]
    ) -> None:
        async with listening(environment) as (process, url):
            async with aiohttp.ClientSession() as session:
                async with session.get(f"{url}/healthz") as answer:
                    assert answer.status == 200
                async with session.get(f"{url}/readyz") as answer:
                    assert answer.status == 503
                alert = f"{url}/webhooks/gcp?auth_token=a-token-of-GCP"
                async with session.post(alert, json={"version": "test"}) as answer:
                    assert answer.status == 200
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(10):
                out, err = await process.communicate()
        assert process.returncode == 0
        assert err == b""
        lines = [json.loads(line) for line in out.splitlines()]
        assert lines[-1]["event"] == "stopped"
        assert b"a-token-of-GCP" not in out
        assert b"PRIVATE KEY" not in out
