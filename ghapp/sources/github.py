"""GitHub itself: deployments that fail, and workflow runs that fail on the default branch.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#deployment_status
https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_run
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ghapp.core import verify
from ghapp.core.facts import Fingerprint, Link, Signal, Status
from ghapp.core.reading import Reader
from ghapp.core.source import Accepted, Nothing, Parsed, Source
from ghapp.core.strict_json import Malformed
from ghapp.sources._github_payloads import DeploymentStatus, WorkflowRun, decode

_STATES = {
    "failure": (Status.FIRING, "failed"),
    "error": (Status.FIRING, "ended with an error"),
    "success": (Status.RESOLVED, "succeeded"),
}
"""Of a deployment; the others say that it waits, runs, or has been replaced."""

_CONCLUSIONS = {
    "failure": (Status.FIRING, "failed"),
    "timed_out": (Status.FIRING, "timed out"),
    "startup_failure": (Status.FIRING, "could not be started"),
    "success": (Status.RESOLVED, "succeeded"),
}
"""Of a run; one that was cancelled, skipped or superseded says nothing of the branch."""

_DEPLOYMENT_PARTS = ("id", "ref", "task", "production_environment", "transient_environment")
_STATUS_PARTS = ("id", "state", "description")
_RUN_PARTS = ("id", "event", "display_title", "run_number", "run_attempt", "path", "status")

_SHA = re.compile(r"[0-9a-f]{7,64}")
_CLOCK_ERROR = timedelta(days=1)
"""A time further ahead than this is wrong; believed, it would outrank every later one."""


def check(
    body: bytes,
    headers: Mapping[str, str],
    _query: Mapping[str, str],
    secrets: Sequence[str],
    _now: datetime,
) -> None:
    """The signature of every delivery of the App's webhook."""
    verify.github_signature(body, headers.get("X-Hub-Signature-256"), secrets)


def parse(
    body: bytes, headers: Mapping[str, str], _query: Mapping[str, str], now: datetime
) -> Parsed:
    """One delivery is one signal at most; of other events nothing is read."""
    event, delivery_id = headers.get("X-GitHub-Event"), headers.get("X-GitHub-Delivery")
    if not event or not delivery_id:
        raise Malformed("no X-GitHub-Event or X-GitHub-Delivery header")
    read = _EVENTS.get(event)
    if read is None:
        return Nothing("nothing to do")
    found = read(body, now)
    return found if isinstance(found, Nothing) else Accepted((found,), delivery_id)


def _deployment(body: bytes, now: datetime) -> Signal | Nothing:
    """The newest status decides: what was deployed last is what runs there."""
    payload = decode(DeploymentStatus, body)
    unreadable: list[str] = []
    status = Reader(payload.deployment_status, unreadable, "deployment_status.")
    deployment = Reader(payload.deployment, unreadable, "deployment.")
    repository = Reader(payload.repository, unreadable, "repository.")
    environment = status.text("environment") or deployment.text("environment")
    state = status.text("state").lower()
    if not environment or not state:
        raise Malformed("the deployment has no environment or no state")
    meaning = _STATES.get(state)
    if meaning is None:
        return Nothing(f"the deployment is {state}")
    name = _name(repository)
    sha, branch = deployment.text("sha"), deployment.text("ref")
    at = _time(status, "created_at", now) or now
    run = Reader(payload.workflow_run or {}, unreadable, "workflow_run.")
    return Signal(
        source=SOURCE.name,
        # GitHub ignores the case of an environment's name.
        fingerprint=_fingerprint(repository, "environment", environment.casefold()),
        occurrence="deployment",
        status=meaning[0],
        at=at,
        summary=f"Deployment of {name} to {environment} {meaning[1]}",
        started_at=at,
        documentation=status.text("description"),
        links=_links(
            ("Log of the deployment", status.url("log_url") or status.url("target_url")),
            ("Workflow run", run.url("html_url")),
            ("Commit", _commit(repository, sha)),
            ("Environment", status.url("environment_url")),
        ),
        where=_where(
            repository=name,
            environment=environment,
            branch=branch,
            commit=sha,
            actor=_login(status, "creator"),
        ),
        fields={
            "event": "deployment_status",
            "repository": name,
            "environment": environment,
            "branch": branch,
            "state": state,
            "deployment": _parts(deployment.data, _DEPLOYMENT_PARTS),
            "deployment_status": _parts(status.data, _STATUS_PARTS),
            **_listed(unreadable),
        },
        only_by_rule=True,
    )


def _run(body: bytes, now: datetime) -> Signal | Nothing:
    """Runs are ordered by when they started, each attempt anew.

    A run of an older commit that ends late says nothing about the newer commit whose run has already ended.
    """
    payload = decode(WorkflowRun, body)
    if payload.action != "completed":
        return Nothing(f"the run is {payload.action}")
    unreadable: list[str] = []
    run = Reader(payload.workflow_run, unreadable, "workflow_run.")
    workflow = Reader(payload.workflow or {}, unreadable, "workflow.")
    repository = Reader(payload.repository, unreadable, "repository.")
    conclusion = run.text("conclusion").lower()
    meaning = _CONCLUSIONS.get(conclusion)
    if meaning is None:
        return Nothing(f"the run ended as {conclusion or 'nothing'}")
    if not _on_default_branch(run, repository):
        return Nothing("not a run of the default branch")
    name, branch, sha = _name(repository), run.text("head_branch"), run.text("head_sha")
    path = (workflow.text("path") or run.text("path")).partition("@")[0]
    title = workflow.text("name") or run.text("name") or path
    identity = run.text("workflow_id") or path
    if not identity:
        raise Malformed("the run has neither workflow_id nor path")
    times = (_time(run, key, now) for key in ("run_started_at", "created_at", "updated_at"))
    at = next((time for time in times if time), now)
    return Signal(
        source=SOURCE.name,
        fingerprint=_fingerprint(repository, "workflow", identity),
        occurrence="run",
        status=meaning[0],
        at=at,
        summary=f"Workflow {title or identity} of {name} {meaning[1]} on {branch}",
        started_at=at,
        links=_links(
            ("Workflow run", run.url("html_url")),
            ("Commit", _commit(repository, sha)),
            ("Workflow", workflow.url("html_url")),
        ),
        where=_where(
            repository=name,
            workflow=title,
            branch=branch,
            commit=sha,
            actor=_login(run, "triggering_actor") or _login(run, "actor"),
            attempt=run.text("run_attempt"),
        ),
        fields={
            "event": "workflow_run",
            "repository": name,
            "workflow": title,
            "branch": branch,
            "conclusion": conclusion,
            "workflow_run": _parts(run.data, _RUN_PARTS),
            **_listed(unreadable),
        },
        only_by_rule=True,
    )


_EVENTS: Mapping[str, Callable[[bytes, datetime], Signal | Nothing]] = {
    "deployment_status": _deployment,
    "workflow_run": _run,
}


def _on_default_branch(run: Reader, repository: Reader) -> bool:
    """A branch of a fork may bear the same name, and so may the one that a pull request comes from."""
    branch = run.text("head_branch")
    head = run.inside("head_repository").text("full_name") or _name(repository)
    return (
        bool(branch)
        and branch == repository.text("default_branch")
        and head.casefold() == _name(repository).casefold()
        and not run.text("event").startswith("pull_request")
    )


def _name(repository: Reader) -> str:
    name = repository.text("full_name")
    if not name:
        raise Malformed("the repository has no full_name")
    return name


def _login(reader: Reader, key: str) -> str:
    return reader.inside(key).text("login")


def _fingerprint(repository: Reader, kind: str, thing: str) -> Fingerprint:
    """The id of a repository outlives its name."""
    known = repository.text("id") or _name(repository).casefold()
    digest = hashlib.sha256(json.dumps([known, kind, thing]).encode()).hexdigest()
    return Fingerprint(f"github:{digest[:24]}")


def _time(reader: Reader, key: str, now: datetime) -> datetime | None:
    """A time of ISO 8601 as UTC; one without a zone or far ahead is unreadable."""
    text = reader.text(key)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None and found <= now + _CLOCK_ERROR:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    reader.unreadable.append(reader.prefix + key)
    return None


def _commit(repository: Reader, sha: str) -> str:
    page = repository.url("html_url")
    return f"{page}/commit/{sha}" if page and _SHA.fullmatch(sha) else ""


def _links(*links: tuple[str, str]) -> tuple[Link, ...]:
    return tuple(Link(title, url) for title, url in links if url)


def _where(**places: str) -> dict[str, str]:
    return {name: value for name, value in places.items() if value}


def _parts(data: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: data[name] for name in names if data.get(name) is not None}


def _listed(unreadable: Sequence[str]) -> dict[str, list[str]]:
    return {"unreadable": sorted(set(unreadable))} if unreadable else {}


SOURCE = Source(
    name="github",
    path="github",
    secret_variable="GHAPP_GITHUB_WEBHOOK_SECRET",  # noqa: S106 - a variable's name
    verify=check,
    parse=parse,
    max_bytes=26 * 1024 * 1024,
)
