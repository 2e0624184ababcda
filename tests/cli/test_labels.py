"""`ghapp labels sync`: give the home repository the app's labels."""

import base64
from pathlib import Path
from typing import Any

import pytest

from ghapp import plugins
from ghapp.cli import labels
from ghapp.cli.errors import UserError
from ghapp.core.labels import label_set
from ghapp.github.auth import Credentials
from tests.support import builders
from tests.support.operator import environment, run
from tests.support.scripted_github import Reply, ScriptedGitHub

pytestmark = pytest.mark.enable_socket

LABELS = "/repos/acme/api/labels"
OWNERS = "/repos/acme/api/contents/OWNERS.yaml"


def contents(text: str) -> dict[str, Any]:
    encoded = base64.b64encode(text.encode()).decode()
    return {
        "type": "file",
        "encoding": "base64",
        "content": encoded,
        "sha": "abc",
        "path": "OWNERS.yaml",
        "size": len(text),
        "url": "x",
    }


def as_github_has_them() -> list[dict[str, str]]:
    return [
        {"name": one.name, "color": one.color, "description": one.description, "url": LABELS}
        for one in label_set(builders.model(), plugins.sources())
    ]


@pytest.fixture
def env(scripted: ScriptedGitHub, credentials: Credentials) -> dict[str, str]:
    scripted.on("GET", OWNERS, contents(builders.OWNERS))
    return environment(scripted, credentials)


def writes(github: ScriptedGitHub) -> list[tuple[str, str]]:
    return [(r.method, r.path) for r in github.api_requests if r.method != "GET"]


async def test_nothing_to_do(scripted: ScriptedGitHub, env: dict[str, str]) -> None:
    theirs = {"name": "good first issue", "color": "7057ff", "description": None, "url": LABELS}
    scripted.on("GET", LABELS, [*as_github_has_them(), theirs])
    result = await run(labels, "labels", "sync", "--apply", env=env)
    assert "Every label is as it should be." in result.output
    assert "good first issue" not in result.output
    assert (result.exit_code, writes(scripted)) == (0, [])


async def test_says_what_it_would_do_and_does_not(
    scripted: ScriptedGitHub, env: dict[str, str]
) -> None:
    scripted.on("GET", LABELS, [])
    result = await run(labels, "labels", "sync", env=env)
    assert "run it again with --apply" in result.output
    assert "create" in result.output
    assert (result.exit_code, writes(scripted)) == (0, [])


async def test_applies(scripted: ScriptedGitHub, env: dict[str, str]) -> None:
    present = [one for one in as_github_has_them() if one["name"] != "area/billing"]
    sev1 = next(one for one in present if one["name"] == "sev1")
    sev1.update(name="SEV1", color="ededed", url=f"{scripted.base_url}{LABELS}/SEV1")
    scripted.on("GET", LABELS, present)
    scripted.on("GET", f"{LABELS}/SEV1", sev1)
    scripted.on("PATCH", f"{LABELS}/SEV1", sev1)
    scripted.on("POST", LABELS, Reply(201, sev1))
    result = await run(labels, "labels", "sync", "--apply", env=env)
    assert result.exit_code == 0, result.exception
    assert "2 labels written." in result.output
    assert "ededed → b60205" in result.output
    assert sorted(writes(scripted)) == [("PATCH", f"{LABELS}/SEV1"), ("POST", LABELS)]
    changed = scripted.asked("PATCH", f"{LABELS}/SEV1")[0].body
    assert (changed["new_name"], changed["color"]) == ("SEV1", "b60205")


async def test_uses_a_file_of_the_operator_s(
    scripted: ScriptedGitHub, env: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "OWNERS.yaml"
    file.write_text(builders.OWNERS.replace("billing", "payments"))
    scripted.on("GET", LABELS, [])
    result = await run(labels, "labels", "sync", "--owners", str(file), env=env)
    assert "area/payments" in result.output
    assert scripted.asked("GET", OWNERS) == []


@pytest.mark.parametrize(
    ("path", "answer", "told"),
    [
        pytest.param(OWNERS, Reply(404, {"message": "Not Found"}), "has no OWNERS.yaml", id="none"),
        pytest.param(OWNERS, contents("version: 1"), "has errors", id="broken"),
        pytest.param(OWNERS, contents("") | {"encoding": "none"}, "larger than 1 MB", id="large"),
        pytest.param(
            "/repos/acme/api/installation",
            Reply(404, {"message": "Not Found"}),
            "GitHub shows the App no acme/api",
            id="not installed",
        ),
        pytest.param(
            "/repos/acme/api/installation",
            Reply(401, {"message": "A JSON web token could not be decoded"}),
            "could not be decoded",
            id="wrong key",
        ),
        pytest.param(LABELS, Reply(502, {}), "GitHub answered 502", id="GitHub is broken"),
    ],
)
async def test_what_goes_wrong_is_said_in_one_line(
    path: str, answer: Any, told: str, scripted: ScriptedGitHub, env: dict[str, str]
) -> None:
    scripted.on("GET", path, answer)
    result = await run(labels, "labels", "sync", env=env)
    assert isinstance(result.exception, UserError)
    assert told in result.exception.what
    assert result.exception.hint or "1 MB" in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"GHAPP_GITHUB_PRIVATE_KEY": "-----BEGIN RSA PRIVATE KEY-----\nx"}, "cannot be used"),
        ({"GHAPP_HOME_REPO": ""}, "GHAPP_HOME_REPO"),
        ({"GHAPP_GITHUB_API_URL": "http://127.0.0.1:9"}, "no answer from GitHub"),
    ],
)
async def test_wrong_settings(change: dict[str, str], told: str, env: dict[str, str]) -> None:
    result = await run(labels, "labels", "sync", env={**env, **change})
    assert isinstance(result.exception, UserError)
    assert told in result.exception.what
