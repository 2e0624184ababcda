"""`ghapp doctor` on GitHub as a sender: what the rules wait for, the App has to hear."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from ghapp.cli import doctor
from ghapp.cli.checkup.app import EVENTS
from ghapp.cli.checkup.github_alerts import needed
from ghapp.github.admin import NEEDED
from ghapp.github.auth import Credentials
from ghapp.model.load import load
from ghapp.model.types import Model
from tests.support.operator import environment, run
from tests.support.scripted_github import ScriptedGitHub

RULES = (
    "{source: github, match: {environment: production}}, {source: github, match: {workflow: CI}}"
)


def owners(rules: str) -> str:
    return f"""\
version: 1
people: {{alice: {{}}}}
areas:
  app: {{owner: alice, alerts: [{rules}]}}
fallback_area: app
"""


def model_of(rules: str) -> Model:
    model = load(owners(rules)).model
    assert model is not None
    return model


@pytest.mark.parametrize(
    ("rules", "events"),
    [
        pytest.param("{source: gcp}", [], id="another sender"),
        pytest.param('{source: "*"}', [], id="whoever it is"),
        pytest.param("{source: github}", ["deployment_status", "workflow_run"], id="all of it"),
        pytest.param(
            "{source: github, match: {environment: production}}",
            ["deployment_status"],
            id="an environment",
        ),
        pytest.param(
            "{source: github, match: {state: error, repository: acme/*}}",
            ["deployment_status"],
            id="a state",
        ),
        pytest.param(
            "{source: github, match: {workflow: CI, branch: main}}",
            ["workflow_run"],
            id="a workflow",
        ),
        pytest.param(
            "{source: git*, match: {event: workflow_*}}", ["workflow_run"], id="an event, globs"
        ),
        pytest.param(
            "{source: github, match: {workflow_run.event: schedule}}",
            ["workflow_run"],
            id="inside the event",
        ),
        pytest.param(RULES, ["deployment_status", "workflow_run"], id="two rules"),
    ],
)
def test_what_rules_need(rules: str, events: list[str]) -> None:
    assert [need.event for need in needed(model_of(rules))] == events


@pytest.fixture
def doctors_env(
    scripted: ScriptedGitHub, credentials: Credentials, tmp_path: Path
) -> dict[str, str]:
    return {
        **environment(scripted, credentials),
        "GHAPP_GITHUB_WEBHOOK_SECRET": "secret",
        "GHAPP_DATABASE_URL": f"sqlite:///{tmp_path / 'ghapp.sqlite'}",
    }


class Acme:
    """GitHub as doctor sees it: what the App asks for and hears, and what the organisation has granted."""

    def __init__(self, *extra: str, events: tuple[str, ...] = (), granted: tuple[str, ...] = ()):
        self.asked = {**NEEDED, **dict.fromkeys(extra, "read")}
        self.events = [*EVENTS, *events]
        self.granted = {**NEEDED, **dict.fromkeys(granted, "read")}

    def answers(self, rules: str) -> dict[str, Any]:
        content = base64.b64encode(owners(rules).encode()).decode()
        app = {"id": 1, "slug": "ghapp", "permissions": self.asked, "events": self.events}
        return {
            "/app": app,
            "/repos/acme/api/installation": {"id": 7, "permissions": self.granted},
            "/repos/acme/api/contents/OWNERS.yaml": {
                "type": "file",
                "encoding": "base64",
                "content": content,
                "sha": "abc",
            },
        }


PERMISSIONS = ("deployments", "actions")
HEARD = ("deployment_status", "workflow_run")
LACKS = "rules of OWNERS.yaml wait for {}, but the App lacks: {}"


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("rules", "acme", "told"),
    [
        pytest.param("{source: gcp}", Acme(), None, id="nobody waits for it"),
        pytest.param(
            RULES,
            Acme(*PERMISSIONS, events=HEARD, granted=PERMISSIONS),
            ("ok", "the App hears deployment_status and workflow_run"),
            id="all is well",
        ),
        pytest.param(
            RULES,
            Acme(),
            (
                "problem",
                LACKS.format(
                    "deployment_status and workflow_run",
                    "deployments: read, actions: read, event deployment_status, event workflow_run",
                ),
            ),
            id="not asked for",
        ),
        pytest.param(
            "{source: github, match: {workflow: CI}}",
            Acme("actions", granted=("actions",)),
            ("problem", LACKS.format("workflow_run", "event workflow_run")),
            id="not subscribed to",
        ),
        pytest.param(
            RULES,
            Acme(*PERMISSIONS, events=HEARD, granted=("actions",)),
            ("problem", "not granted: deployments: read"),
            id="not granted",
        ),
    ],
)
async def test_doctor_says_so(
    rules: str,
    acme: Acme,
    told: tuple[str, str] | None,
    scripted: ScriptedGitHub,
    doctors_env: dict[str, str],
) -> None:
    for path, answer in acme.answers(rules).items():
        scripted.on("GET", path, answer)
    result = await run(doctor, "doctor", "--json", env=doctors_env)
    findings = {one["about"]: (one["state"], one["text"]) for one in json.loads(result.stdout)}
    assert findings.get("GitHub as a sender") == told
    assert ("Senders" in findings) == (told is None), "GitHub may be the only sender"
    assert "Sender github" not in findings
