"""Run a command as an operator would, against a scripted GitHub on loopback."""

import asyncio
from collections.abc import Mapping
from types import ModuleType

import typer
from click.testing import Result
from typer.testing import CliRunner

from ghapp.github.auth import Credentials
from tests.support.scripted_github import ScriptedGitHub


def environment(github: ScriptedGitHub, credentials: Credentials) -> dict[str, str]:
    """The settings by which a command finds the scripted GitHub."""
    return {
        "GHAPP_GITHUB_APP_ID": credentials.app_id,
        "GHAPP_GITHUB_PRIVATE_KEY": credentials.private_key,
        "GHAPP_GITHUB_API_URL": github.base_url,
        "GHAPP_HOME_REPO": "acme/api",
    }


async def run(command: ModuleType, *args: str, env: Mapping[str, str]) -> Result:
    """Run a file of ghapp/cli in a thread, while the server answers from this loop.

    What it raises for a person is in the result's `exception`.
    """
    app = typer.Typer()
    app.callback()(lambda: None)
    command.register(app)
    return await asyncio.to_thread(
        CliRunner().invoke, app, list(args), env={"COLUMNS": "200", **env}
    )
