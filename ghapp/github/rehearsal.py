"""GitHub for one tick: writes are noted; in a dry run none is made, and what it would have made is answered for."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from ghapp.core.facts import Issue, RepoName
from ghapp.github import fields
from ghapp.github.client import GitHubClient, Response
from ghapp.github.gateway import ListState
from ghapp.github.github import RestGitHub
from ghapp.github.priority import Priority
from ghapp.github.rest_calls import path_of
from ghapp.github.writes import Written, describe, writes_nothing

FIRST_NUMBER: Final = 1_000_000_001
"""What a dry run makes has numbers that GitHub will not give for a long time."""

_OBJECTS: Final = frozenset({"issues", "pulls", "milestones", "check-runs", "releases"})


class _AtAnyTime(RestGitHub):
    """GitHub for who may pretend that it is another time."""

    async def list_issues(
        self,
        repo: RepoName,
        *,
        labels: Sequence[str],
        state: ListState = "open",
        since: datetime | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> list[Issue]:
        """As `Gateway` says; GitHub's own times say nothing to a clock that is ahead, so all are listed."""
        del since
        return await super().list_issues(repo, labels=labels, state=state, priority=priority)


class Noted(_AtAnyTime):
    """GitHub, where each write is noted once it has been made."""

    def __init__(self, client: GitHubClient, note: Callable[[Written], None]) -> None:
        super().__init__(client)
        self._note = note

    async def _write(
        self,
        method: str,
        path: str,
        repo: RepoName,
        body: Mapping[str, Any] | None,
        priority: Priority,
    ) -> Any:
        answer = await super()._write(method, path, repo, body, priority)
        if not writes_nothing(method, path):
            self._note(describe(method, path, repo, body, answer))
        return answer


class Rehearsal(_AtAnyTime):
    """GitHub, where no write is made; what it would have made or changed is shown to the reads that follow."""

    def __init__(
        self,
        client: GitHubClient,
        note: Callable[[Written], None],
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(client)
        self._note = note
        self._now = now
        self._count = FIRST_NUMBER
        self._shown: dict[str, dict[str, Any]] = {}

    async def _write(
        self,
        method: str,
        path: str,
        repo: RepoName,
        body: Mapping[str, Any] | None,
        priority: Priority,
    ) -> Any:
        if writes_nothing(method, path):
            return await super()._write(method, path, repo, body, priority)
        answer = await self._answer(method, path, repo, dict(body or {}), priority)
        self._note(describe(method, path, repo, body, answer=None))
        return answer

    async def _get(self, path: str, repo: RepoName, priority: Priority) -> Any:
        if path in self._shown:
            return self._shown[path]
        return await super()._get(path, repo, priority)

    async def _pages(self, path: str, repo: RepoName, priority: Priority) -> list[Response]:
        if any(path.startswith(f"{made}/") for made in self._shown if _is_made(made)):
            return [Response(200, [], {})]
        return await super()._pages(path, repo, priority)

    async def _answer(
        self, method: str, path: str, repo: RepoName, body: dict[str, Any], priority: Priority
    ) -> Any:
        """What GitHub would say to a write."""
        *_, container, last = path.partition("?")[0].rsplit("/", 2)
        if last in {"assignees", "requested_reviewers"}:
            return await self._people(method, path, repo, body, priority)
        if method == "PATCH" and container in _OBJECTS:
            return await self._changed(path, repo, body, priority)
        if method == "POST" and last in _OBJECTS:
            return await self._made(last, path, repo, body)
        if method == "PUT":
            return {"commit": {"sha": f"{self._next():040x}"}}
        if last == "refs":
            begun = {"ref": body["ref"], "object": {"type": "commit", "sha": body["sha"]}}
            self._shown[
                path_of(repo, "git", *f"{body['ref']}".replace("refs", "ref", 1).split("/"))
            ] = begun
            return begun
        named = int(last) if last.isdecimal() else self._next()
        sha = f"{named:040x}"
        return {"id": named, "sha": sha, "user": {"login": await self._bot()}, **body}

    async def _made(
        self, kind: str, path: str, repo: RepoName, body: dict[str, Any]
    ) -> dict[str, Any]:
        number = self._next()
        account = {"login": await self._bot(), "type": "Bot"}
        stamp = self._now().isoformat()
        made = {
            "id": number,
            "number": number,
            "state": "open",
            "user": account,
            "author": account,
            "app": {"slug": (await self._app()).slug},
            "created_at": stamp,
            "updated_at": stamp,
            "published_at": stamp,
            "html_url": "",
            **_as_shown(body),
        }
        if kind == "pulls":
            for end in ("head", "base"):
                name = str(body[end])
                ref = await self._get(
                    path_of(repo, "git", "ref", "heads", *name.split("/")), repo, Priority.NORMAL
                )
                sha = fields.object_of(fields.object_of(ref).get("object")).get("sha")
                made[end] = {"ref": name, "sha": sha, "repo": {"full_name": repo}}
        self._shown[f"{path}/{number}"] = made
        if kind == "pulls":
            self._shown[path_of(repo, "issues", number)] = made | {"pull_request": {}}
        return made

    async def _changed(
        self, path: str, repo: RepoName, body: dict[str, Any], priority: Priority
    ) -> dict[str, Any]:
        before = dict(fields.object_of(await self._get(path, repo, priority)))
        milestone = body.pop("milestone", None)
        after = before | _as_shown(body) | {"updated_at": self._now().isoformat()}
        if milestone is not None:
            after["milestone"] = {"number": milestone}
        self._shown[path] = after
        return after

    async def _people(
        self, method: str, path: str, repo: RepoName, body: dict[str, Any], priority: Priority
    ) -> dict[str, Any]:
        of = path.rpartition("/")[0]
        before = fields.object_of(await self._get(of, repo, priority))
        sent, kept = (
            ("assignees", "assignees")
            if path.endswith("assignees")
            else ("reviewers", "requested_reviewers")
        )
        named = {str(login).casefold() for login in body[sent]}
        others = [
            person
            for person in fields.list_of(before.get(kept))
            if fields.login(person).casefold() not in named
        ]
        added = [{"login": login} for login in body[sent]] if method == "POST" else []
        after = dict(before) | {kept: [*others, *added]}
        self._shown[of] = after
        return after

    def _next(self) -> int:
        self._count += 1
        return self._count - 1


def _is_made(path: str) -> bool:
    last = path.rpartition("/")[2]
    return last.isdecimal() and int(last) >= FIRST_NUMBER


def _as_shown(body: Mapping[str, Any]) -> dict[str, Any]:
    """A request's fields as GitHub shows them again."""
    shown = dict(body)
    if "labels" in shown:
        shown["labels"] = [{"name": name} for name in shown["labels"]]
    if "assignees" in shown:
        shown["assignees"] = [{"login": login} for login in shown["assignees"]]
    return shown
