"""The part of the fake GitHub that is about checks."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ghapp.core.facts import RepoName, Sha
from ghapp.github.errors import NotFound
from ghapp.github.gateway_checks import (
    ANNOTATIONS,
    Annotation,
    CheckRun,
    Checks,
    CommitStatus,
    Report,
    RequiredChecks,
)
from ghapp.github.priority import Priority
from tests.support.fake_repositories import FakeRepositories

MOST = 65_535


@dataclass
class FakeChecks(FakeRepositories):
    """`CheckGateway`. `hidden_checks` holds commits of which GitHub does not list everything."""

    check_runs: dict[tuple[RepoName, int], CheckRun] = field(default_factory=dict)
    annotations: dict[int, list[Annotation]] = field(default_factory=dict)
    statuses: dict[tuple[RepoName, str], list[CommitStatus]] = field(default_factory=dict)
    required: dict[tuple[RepoName, str], RequiredChecks] = field(default_factory=dict)
    hidden_checks: set[tuple[RepoName, str]] = field(default_factory=set)

    # What a test arranges

    def others_check(
        self, repo: RepoName, head: Sha, name: str, conclusion: str = "", *, app: str = "ci"
    ) -> CheckRun:
        """A check run of another App; without a conclusion it is under way."""
        run = CheckRun(
            id=self._next_check(),
            name=name,
            head=head,
            status="completed" if conclusion else "in_progress",
            conclusion=conclusion,
            app=app,
            completed_at=self.clock if conclusion else None,
        )
        self.check_runs[repo, run.id] = run
        return run

    def set_status(self, repo: RepoName, sha: Sha, context: str, state: str) -> None:
        """A status by somebody; the newest of a context counts."""
        known = self.statuses.setdefault((repo, sha), [])
        known[:] = [one for one in known if one.context != context]
        known.append(CommitStatus(context=context, state=state, at=self.clock))

    # The gateway

    async def checks(
        self, repo: RepoName, ref: str, *, priority: Priority = Priority.NORMAL
    ) -> Checks:
        """The newest of each name and App, and of each context."""

        def work() -> Checks:
            newest: dict[tuple[str, str], CheckRun] = {}
            for (name, _), run in sorted(self.check_runs.items(), key=lambda item: item[0][1]):
                if (name, run.head) == (repo, ref):
                    newest[run.name, run.app] = run
            statuses = tuple(self.statuses.get((repo, ref), ()))
            complete = (repo, ref) not in self.hidden_checks
            return Checks(runs=tuple(newest.values()), statuses=statuses, complete=complete)

        return self.read("checks", {"repo": repo, "ref": ref}, priority, work)

    async def own_checks(
        self,
        repo: RepoName,
        ref: str,
        name: str,
        *,
        priority: Priority = Priority.NORMAL,
    ) -> Sequence[CheckRun]:
        """The App's own, the newest first."""

        def work() -> list[CheckRun]:
            mine = [
                run
                for (owner, _), run in self.check_runs.items()
                if run.by_app and (owner, run.head, run.name) == (repo, ref, name)
            ]
            return sorted(mine, key=lambda run: -run.id)

        args = {"repo": repo, "ref": ref, "name": name}
        return self.read("own_checks", args, priority, work)

    async def create_check(
        self, repo: RepoName, report: Report, *, priority: Priority = Priority.NORMAL
    ) -> CheckRun:
        """A new run by the App."""

        def work() -> CheckRun:
            run = self._told(
                CheckRun(
                    id=self._next_check(),
                    name=report.name,
                    head=report.head,
                    status="queued",
                    app=self.slug,
                    by_app=True,
                ),
                report,
            )
            self.check_runs[repo, run.id] = run
            return run

        run = self.write("create_check", {"repo": repo, "report": report}, priority, work)
        self._further(repo, report, priority)
        return run

    async def update_check(
        self,
        repo: RepoName,
        check_id: int,
        report: Report,
        *,
        priority: Priority = Priority.NORMAL,
    ) -> CheckRun:
        """Says something else; annotations are added."""

        def work() -> CheckRun:
            if (repo, check_id) not in self.check_runs:
                raise NotFound
            run = self._told(self.check_runs[repo, check_id], report)
            self.check_runs[repo, check_id] = run
            return run

        args = {"repo": repo, "check_id": check_id, "report": report}
        run = self.write("update_check", args, priority, work)
        self._further(repo, report, priority)
        return run

    async def required_checks(
        self, repo: RepoName, branch: str, *, priority: Priority = Priority.NORMAL
    ) -> RequiredChecks:
        """What `required` says, else nothing."""
        args = {"repo": repo, "branch": branch}
        found = self.required.get((repo, branch), RequiredChecks())
        return self.read("required_checks", args, priority, lambda: found)

    def _next_check(self) -> int:
        return 1 + max((number for _, number in self.check_runs), default=0)

    def _told(self, run: CheckRun, report: Report) -> CheckRun:
        assert len(report.summary) <= MOST
        self.annotations.setdefault(run.id, []).extend(report.annotations)
        return replace(
            run,
            status="completed" if report.conclusion else "in_progress",
            conclusion=report.conclusion or "",
            title=report.title,
            summary=report.summary,
            external_id=report.external_id or run.external_id,
            completed_at=self.clock if report.conclusion else None,
        )

    def _further(self, repo: RepoName, report: Report, priority: Priority) -> None:
        """A call for each further fifty annotations."""
        for _ in range(ANNOTATIONS, len(report.annotations), ANNOTATIONS):
            self.write("update_check", {"repo": repo, "report": report}, priority, lambda: None)
