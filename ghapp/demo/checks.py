"""Checks and statuses of others, whose a check run is, and what the rules of a branch require.

https://docs.github.com/en/rest/checks/runs
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ghapp.demo import cast
from ghapp.demo.hooks import Hooks
from ghapp.demo.listing import links, window
from ghapp.demo.mends import Forward, Mend, read
from ghapp.demo.messages import Answer, Request, replaced

OTHERS = "app:"
"""So the external id of a check run begins that another App has made; the emulator does not know Apps apart."""

_MOST_ANNOTATIONS = 50


class Checks:
    """What the emulator lacks of checks. `required` is what rules require, by repository and branch."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self.required: dict[tuple[str, str], list[str]] = {}
        self._annotations: dict[str, list[Any]] = {}
        self._statuses: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}

    def mends(self) -> list[Mend]:
        """The routes."""
        return [
            Mend("GET", "/repos/*/*/commits/*/check-runs", self._list),
            Mend("POST", "/repos/*/*/check-runs", self._one),
            Mend("*", "/repos/*/*/check-runs/*", self._one),
            Mend("GET", "/repos/*/*/commits/*/status", self._status),
            Mend("GET", "/repos/*/*/rules/branches/*", self._rules),
        ]

    async def set_status(
        self,
        sha: str,
        context: str,
        state: str,
        *,
        branches: Sequence[str] = (),
        repo: str = cast.HOME,
    ) -> None:
        """Set a commit's status, as a machine does, and tell the app of it; `branches` are those that have it."""
        known = self._statuses.setdefault((repo, sha), {})
        known[context] = {
            "id": len(known) + 1,
            "context": context,
            "state": state,
            "description": None,
            "target_url": None,
            "created_at": _now(),
            "updated_at": _now(),
        }
        payload = {"id": 1, "sha": sha, "context": context, "state": state}
        payload["branches"] = [{"name": name} for name in branches]
        repository = {"full_name": repo, "default_branch": "main"}
        await self._hooks.send("status", {**payload, "repository": repository})

    async def _list(self, request: Request, forward: Forward) -> Answer:
        """The emulator knows neither `app_id` nor pages, and takes the newest of each name for the latest."""
        kept = {
            name: request.query[name] for name in ("check_name", "status") if name in request.query
        }
        answer = await forward(read(request, request.path, **kept, filter="all"))
        if answer.status != 200:
            return answer
        runs = [owned(run, self._hooks.address) for run in answer.json["check_runs"]]
        if request.query.get("filter", "latest") == "latest":
            newest = {
                (run["name"], run["app"]["slug"]): run
                for run in sorted(runs, key=lambda run: int(run["id"]))
            }
            runs = sorted(newest.values(), key=lambda run: -run["id"])
        app = request.query.get("app_id")
        runs = [run for run in runs if app in {None, str(run["app"]["id"])}]
        body = {"total_count": len(runs), "check_runs": window(runs, request)}
        return Answer.of(200, body, links(len(runs), request, self._hooks.address))

    async def _one(self, request: Request, forward: Forward) -> Answer:
        sent = request.body if isinstance(request.body, dict) else {}
        output = sent.get("output")
        if isinstance(output, dict):
            added = output.get("annotations") or []
            if len(added) > _MOST_ANNOTATIONS:
                return Answer.refusal(422, "Validation Failed")
            # GitHub adds them to those that the run has; the emulator replaces these.
            known = [*self._annotations.get(request.path, []), *added]
            request = replaced(request, {**sent, "output": {**output, "annotations": known}})
        answer = await forward(request)
        if answer.status >= 300 or "app" not in (answer.json or {}):
            return answer
        run = owned(answer.json, self._hooks.address)
        if isinstance(output, dict):
            self._annotations["/".join([*request.path.split("/")[:5], str(run["id"])])] = known
        return Answer.of(answer.status, run, answer.headers)

    async def _status(self, request: Request, forward: Forward) -> Answer:
        parts = request.path.split("/")
        commit = await forward(read(request, "/".join(parts[:6])))
        if commit.status != 200:
            return commit
        repo, sha = f"{parts[2]}/{parts[3]}", commit.json["sha"]
        statuses = list(self._statuses.get((repo, sha), {}).values())
        states = {one["state"] for one in statuses}
        bad = states & {"failure", "error"}
        body = {
            "sha": sha,
            "state": "failure"
            if bad
            else "pending"
            if "pending" in states or not states
            else "success",
            "total_count": len(statuses),
            "statuses": window(statuses, request),
        }
        return Answer.of(200, body, links(len(statuses), request, self._hooks.address))

    async def _rules(self, request: Request, _: Forward) -> Answer:
        parts = request.path.split("/")
        names = self.required.get((f"{parts[2]}/{parts[3]}", parts[6]), [])
        if not names:
            return Answer.of(200, [])
        checks = [{"context": name} for name in names]
        parameters = {
            "required_status_checks": checks,
            "strict_required_status_checks_policy": False,
        }
        return Answer.of(200, [{"type": "required_status_checks", "parameters": parameters}])


def owned(run: Mapping[str, Any], address: str) -> dict[str, Any]:
    """The check run with the App that made it, of whom the emulator says null."""
    external = run.get("external_id") or ""
    if external.startswith(OTHERS):
        slug = external.removeprefix(OTHERS)
        app = {"id": sum(slug.encode()), "slug": slug, "name": slug}
    else:
        app = cast.app_object(address)
    return {**run, "app": app}


def pulls_of(run: Mapping[str, Any], pulls: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The open pull requests whose head a check run or suite is about, as its events name them."""
    return [
        {
            "number": pull["number"],
            "head": {"ref": pull["head"]["ref"], "sha": pull["head"]["sha"]},
            "base": {"ref": pull["base"]["ref"], "sha": pull["base"]["sha"]},
        }
        for pull in pulls
        if pull["head"]["sha"] == run["head_sha"]
    ]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
