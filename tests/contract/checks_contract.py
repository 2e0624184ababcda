"""What every gateway to checks does, be GitHub real or in memory; a class of tests to inherit from."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import pytest

from ghapp.core.facts import RepoName, Sha
from ghapp.github.errors import NotFound
from ghapp.github.gateway_checks import Annotation, CheckGateway, Report

HOME = RepoName("acme/ops")


class ChecksWorld(Protocol):
    """A GitHub with the repository `acme/ops`."""

    checks: CheckGateway

    async def commits(self, path: str, text: str = "") -> Sha:
        """A person commits a file to the default branch; the commit."""
        ...

    async def others_check(self, head: Sha, name: str, conclusion: str) -> None:
        """Another App runs a check; without a conclusion it is under way."""
        ...

    async def sets_status(self, sha: Sha, context: str, state: str) -> None:
        """Somebody sets a status."""
        ...

    async def requires(self, branch: str, names: Sequence[str]) -> None:
        """The rules of a branch require checks."""
        ...

    async def annotations(self, check_id: int) -> list[str]:
        """The messages that a check run bears."""
        ...

    def counted(self) -> int:
        """The calls that GitHub has counted so far, but for authentication."""
        ...


def remark(line: int) -> Annotation:
    return Annotation(
        path="a.py", start_line=line, end_line=line, level="warning", message=f"Line {line}"
    )


class ChecksContract:
    """Inherit, and give the fixture `world`."""

    @pytest.fixture
    def checks(self, world: ChecksWorld) -> CheckGateway:
        return world.checks

    @pytest.fixture
    async def head(self, world: ChecksWorld) -> Sha:
        return await world.commits("a.py")

    @pytest.fixture
    def report(self, head: Sha) -> Report:
        return Report(
            name="ghapp/review",
            head=head,
            conclusion="action_required",
            title="Needs alice",
            summary="Nobody has approved.",
            external_id="pull:acme/ops#7",
        )

    async def test_tells_and_says_something_else(
        self, checks: CheckGateway, report: Report
    ) -> None:
        made = await checks.create_check(HOME, report)
        assert (made.status, made.conclusion) == ("completed", "action_required")
        better = replace(report, conclusion="success", title="Approved", summary="By alice.")
        after = await checks.update_check(HOME, made.id, better)
        assert after.id == made.id
        (found,) = await checks.own_checks(HOME, report.head, "ghapp/review")
        assert (found.id, found.head, found.conclusion) == (made.id, report.head, "success")
        assert (found.title, found.summary) == ("Approved", "By alice.")
        assert (found.by_app, found.external_id) == (True, "pull:acme/ops#7")

    async def test_a_check_under_way_has_no_conclusion(
        self, checks: CheckGateway, report: Report
    ) -> None:
        made = await checks.create_check(HOME, replace(report, conclusion=None))
        assert (made.status, made.conclusion) == ("in_progress", "")

    async def test_carries_any_number_of_annotations(
        self, checks: CheckGateway, report: Report, world: ChecksWorld
    ) -> None:
        await checks.checks(HOME, report.head)
        before = world.counted()
        remarks = tuple(map(remark, range(1, 121)))
        made = await checks.create_check(HOME, replace(report, annotations=remarks))
        assert world.counted() == before + 3
        assert await world.annotations(made.id) == [one.message for one in remarks]

    async def test_a_check_that_is_not_there(self, checks: CheckGateway, report: Report) -> None:
        with pytest.raises(NotFound):
            await checks.update_check(HOME, 4040, report)

    async def test_own_checks_are_those_of_the_app_the_newest_first(
        self, checks: CheckGateway, report: Report, world: ChecksWorld
    ) -> None:
        await world.others_check(report.head, "ghapp/review", "success")
        ours = [(await checks.create_check(HOME, report)).id for _ in range(2)]
        await checks.create_check(HOME, replace(report, name="ghapp/owners"))
        found = await checks.own_checks(HOME, report.head, "ghapp/review")
        assert [run.id for run in found] == ours[::-1]
        assert await checks.own_checks(HOME, report.head, "nothing") == []

    async def test_the_newest_of_each_check_and_context_counts(
        self, checks: CheckGateway, head: Sha, world: ChecksWorld
    ) -> None:
        for conclusion in ("failure", "success"):
            await world.others_check(head, "test", conclusion)
        await world.others_check(head, "lint", "")
        for state in ("pending", "failure"):
            await world.sets_status(head, "deploy", state)
        found = await checks.checks(HOME, head)
        runs = {run.name: (run.status, run.conclusion, run.by_app) for run in found.runs}
        assert runs == {
            "test": ("completed", "success", False),
            "lint": ("in_progress", "", False),
        }
        assert [(one.context, one.state) for one in found.statuses] == [("deploy", "failure")]
        assert found.complete

    async def test_a_commit_without_checks(self, checks: CheckGateway, head: Sha) -> None:
        found = await checks.checks(HOME, head)
        assert (found.runs, found.statuses, found.complete) == ((), (), True)

    async def test_what_a_branch_requires(self, checks: CheckGateway, world: ChecksWorld) -> None:
        await world.commits("a.py", "two")
        free = await checks.required_checks(HOME, "main")
        assert (free.names, free.known) == (frozenset(), True)
        await world.requires("main", ["ci", "ghapp/review"])
        bound = await checks.required_checks(HOME, "main")
        assert (bound.names, bound.known) == ({"ci", "ghapp/review"}, True)

    async def test_what_has_not_changed_is_free(
        self, checks: CheckGateway, head: Sha, world: ChecksWorld
    ) -> None:
        await world.others_check(head, "test", "success")
        await checks.checks(HOME, head)
        before = world.counted()
        await checks.checks(HOME, head)
        assert world.counted() == before
