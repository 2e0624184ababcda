"""The part of GitHub's REST API that is about checks."""

from collections.abc import Sequence
from typing import Any

from ghapp.core.facts import RepoName
from ghapp.github import fields, wire_checks
from ghapp.github.errors import Refused
from ghapp.github.gateway_checks import ANNOTATIONS, CheckRun, Checks, Report, RequiredChecks
from ghapp.github.priority import Priority
from ghapp.github.rest_calls import PAGE, RestCalls, path_of, surely

_HIDDEN = frozenset({403, 404})


class RestChecks(RestCalls):
    """`CheckGateway`."""

    async def checks(
        self, repo: RepoName, ref: str, *, priority: Priority = Priority.NORMAL
    ) -> Checks:
        """The newest check run of each name and App, and the newest status of each context."""
        slug = (await self._app()).slug
        runs = path_of(repo, "commits", ref, "check-runs", filter="latest", per_page=str(PAGE))
        found, all_runs = await self._counted(runs, "check_runs", repo, priority)
        status = path_of(repo, "commits", ref, "status", per_page=str(PAGE))
        told, all_statuses = await self._counted(status, "statuses", repo, priority)
        return Checks(
            runs=tuple(wire_checks.check_run(one, slug) for one in found),
            statuses=tuple(wire_checks.commit_status(one) for one in told),
            complete=all_runs and all_statuses,
        )

    async def own_checks(
        self,
        repo: RepoName,
        ref: str,
        name: str,
        *,
        priority: Priority = Priority.NORMAL,
    ) -> Sequence[CheckRun]:
        """The app's own check runs of a name on a commit, the newest first."""
        app = await self._app()
        query = {"check_name": name, "filter": "all", "app_id": str(app.id), "per_page": str(PAGE)}
        path = path_of(repo, "commits", ref, "check-runs", **query)
        found, _ = await self._counted(path, "check_runs", repo, priority)
        runs = [wire_checks.check_run(one, app.slug) for one in found]
        return sorted((run for run in runs if run.by_app), key=lambda run: -run.id)

    async def create_check(
        self, repo: RepoName, report: Report, *, priority: Priority = Priority.NORMAL
    ) -> CheckRun:
        """A new check run; one call, and one more for each further fifty annotations."""
        slug = (await self._app()).slug
        first, *rest = _portions(report)
        path = path_of(repo, "check-runs")
        made = await self._write("POST", path, repo, {"head_sha": report.head, **first}, priority)
        run = surely(lambda: wire_checks.check_run(made, slug))
        for body in rest:
            await self._write("PATCH", path_of(repo, "check-runs", run.id), repo, body, priority)
        return run

    async def update_check(
        self,
        repo: RepoName,
        check_id: int,
        report: Report,
        *,
        priority: Priority = Priority.NORMAL,
    ) -> CheckRun:
        """Let a check run say something else; its annotations are added to those it has."""
        slug = (await self._app()).slug
        data: Any = None
        for body in _portions(report):
            path = path_of(repo, "check-runs", check_id)
            data = await self._write("PATCH", path, repo, body, priority)
        return surely(lambda: wire_checks.check_run(data, slug))

    async def required_checks(
        self, repo: RepoName, branch: str, *, priority: Priority = Priority.NORMAL
    ) -> RequiredChecks:
        """The checks that the rules of a branch require, by branch protection and by rulesets."""
        try:
            data = await self._get(path_of(repo, "branches", branch), repo, priority)
            names = wire_checks.contexts_of_branch(data)
            path = path_of(repo, "rules", "branches", branch, per_page=str(PAGE))
            rules = await self._listing(path, repo, priority)
        except Refused as refused:
            if refused.status not in _HIDDEN:
                raise
            return RequiredChecks(known=False)
        known = fields.object_of(data).get("protected") is not True or bool(data.get("protection"))
        return RequiredChecks(names | wire_checks.contexts_of_rules(rules), known=known)


def _portions(report: Report) -> list[dict[str, Any]]:
    """The bodies of the calls that it takes: each carries fifty annotations at most."""
    starts = range(0, max(len(report.annotations), 1), ANNOTATIONS)
    return [
        wire_checks.report(report, report.annotations[start : start + ANNOTATIONS])
        for start in starts
    ]
