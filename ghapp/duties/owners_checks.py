"""The check of pull requests that edit OWNERS.yaml: what is wrong stands at its line."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Protocol

from ghapp.core.facts import RepoName
from ghapp.core.github_event import conversation_of_pull
from ghapp.core.owners_check import (
    CHECK,
    OwnersCheck,
    looked_at,
    new_people,
    new_teams,
    nobody,
    other_members,
)
from ghapp.core.owners_file import FILE
from ghapp.core.pull_request import Pull
from ghapp.duties.checks import Checks, Verdict
from ghapp.github.errors import Unreadable
from ghapp.github.gateway import Gateway
from ghapp.github.gateway_checks import Annotation
from ghapp.github.gateway_pulls import PullGateway
from ghapp.model.load import load
from ghapp.model.problem import Finding, Problem
from ghapp.model.types import Model
from ghapp.plugins import known_rules


class OwnersGateway(Gateway, PullGateway, Protocol):
    """What is asked of GitHub."""


class OwnersChecks:
    """Looks at the file of a head once, unless it is asked for again."""

    def __init__(self, gateway: OwnersGateway, checks: Checks, now: Callable[[], datetime]) -> None:
        self._gateway = gateway
        self._checks = checks
        self._now = now

    async def look(self, pull: Pull, before: Model, *, new_head: bool, again: bool) -> None:
        """Publish what there is to say of the file at the head of a pull request.

        Raises:
            GitHubError: GitHub could not be asked or told; the same may be done again.
        """
        found = await self._look(pull, before)
        verdict = Verdict(
            repo=pull.repo,
            head=pull.head,
            name=CHECK,
            conclusion=found.conclusion,
            title=found.title,
            reasons=found.reasons,
            conversation=conversation_of_pull(pull.repo, pull.number),
            annotations=tuple(map(_annotation, found.problems)),
        )
        await self._checks.publish(verdict, new_head=new_head, again=again)

    async def _look(self, pull: Pull, before: Model) -> OwnersCheck:
        try:
            file = await self._gateway.read_file(pull.repo, FILE, ref=pull.head)
        except Unreadable as unreadable:
            return OwnersCheck(unread=f"The file can't be read: {unreadable.reason}.")
        if file is None:
            return OwnersCheck(gone=True)
        loaded = await asyncio.to_thread(load, file.text, FILE, known_rules())
        unknown: list[Finding] = []
        if loaded.model is not None:
            unknown = [one async for one in self._unknown(pull.repo, loaded.model, before)]
        return await asyncio.to_thread(looked_at, file.text, loaded, unknown, before, self._now())

    async def _unknown(self, repo: RepoName, after: Model, before: Model) -> AsyncIterator[Finding]:
        for login in new_people(after, before):
            if not await self._gateway.is_known(repo, login):
                yield nobody(login, after)
        for team in new_teams(after, before):
            there = await self._gateway.team_members(repo, team)
            finding = other_members(team, after, {team: there})
            if finding is not None:
                yield finding


def _annotation(problem: Problem) -> Annotation:
    hint = f"\n{problem.hint}" if problem.hint else ""
    return Annotation(
        path=FILE,
        start_line=problem.line,
        end_line=problem.line,
        level="failure" if problem.level == "error" else "warning",
        message=f"{problem.message}{hint}",
        title=problem.key,
    )
