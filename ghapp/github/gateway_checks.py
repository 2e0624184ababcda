"""What the duties may ask of GitHub about checks: those of others, which decide, and the app's own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from ghapp.core.facts import RepoName, Sha
from ghapp.github.priority import Priority

Conclusion = Literal["success", "failure", "neutral", "action_required", "cancelled", "skipped"]
"""How a check of the app may end: https://docs.github.com/en/rest/checks/runs."""

Level = Literal["notice", "warning", "failure"]

ANNOTATIONS = 50
"""As many are taken by one call; more of them are appended by further ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A remark on lines (from 1, both included) of a file of the head."""

    path: str
    start_line: int
    end_line: int
    level: Level
    message: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a check of the app says of a commit; without a conclusion it is still under way.

    `external_id` is the app's own reference, which comes back with each of the run's events.
    """

    name: str
    head: Sha
    conclusion: Conclusion | None
    title: str
    summary: str
    annotations: tuple[Annotation, ...] = ()
    external_id: str = ""
    details_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRun:
    """A check run as GitHub shows it; `conclusion` is empty until it is completed, `app` the slug of its App."""

    id: int
    name: str
    head: Sha
    status: str
    conclusion: str = ""
    app: str = ""
    by_app: bool = False
    title: str = ""
    summary: str = ""
    external_id: str = ""
    completed_at: datetime | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitStatus:
    """The newest status of a context; `state` is success, pending, failure or error."""

    context: str
    state: str
    at: datetime
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What is known of a commit; if not `complete`, there is more that could not be read."""

    runs: tuple[CheckRun, ...] = ()
    statuses: tuple[CommitStatus, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class RequiredChecks:
    """The names without which a branch takes no merge; not `known` when GitHub would not tell all of them."""

    names: frozenset[str] = field(default_factory=frozenset)
    known: bool = True


class CheckGateway(Protocol):
    """Checks of commits. Raises what `Gateway` raises."""

    async def checks(
        self, repo: RepoName, ref: str, *, priority: Priority = Priority.NORMAL
    ) -> Checks:
        """The newest check run of each name and App, and the newest status of each context, of a commit.

        Two calls. `NotFound` when there is no such commit.
        """
        ...

    async def own_checks(
        self,
        repo: RepoName,
        ref: str,
        name: str,
        *,
        priority: Priority = Priority.NORMAL,
    ) -> Sequence[CheckRun]:
        """The app's own check runs of a name on a commit, the newest first."""
        ...

    async def create_check(
        self, repo: RepoName, report: Report, *, priority: Priority = Priority.NORMAL
    ) -> CheckRun:
        """A new check run; one call, and one more for each further fifty annotations."""
        ...

    async def update_check(
        self,
        repo: RepoName,
        check_id: int,
        report: Report,
        *,
        priority: Priority = Priority.NORMAL,
    ) -> CheckRun:
        """Let a check run say something else.

        Its annotations are added to those it has: where others are wanted instead, create a new run.
        """
        ...

    async def required_checks(
        self, repo: RepoName, branch: str, *, priority: Priority = Priority.NORMAL
    ) -> RequiredChecks:
        """The checks that the rules of a branch require, by branch protection and by rulesets. Two calls."""
        ...
