"""Changes that commands make to OWNERS.yaml: one commit, or a pull request where the branch takes none."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

import structlog

from ghapp.core import marker
from ghapp.core.command import Answered, Edited, Refused, Request
from ghapp.core.effects import Say
from ghapp.core.facts import RepoName, Sha
from ghapp.core.marker import Marker
from ghapp.core.owners_file import FILE
from ghapp.core.text import fenced
from ghapp.duties.records import Memory
from ghapp.duties.texts import TemplateTexts
from ghapp.github import errors
from ghapp.github.errors import Protected, Stale, Unavailable, Unreadable
from ghapp.github.gateway import File, Gateway
from ghapp.github.priority import Priority
from ghapp.model.edit import NewOverrides, NotEditableError, by_hand, with_overrides
from ghapp.model.names import RotationName
from ghapp.model.types import Override
from ghapp.plugins import known_rules

log = structlog.get_logger(__name__)

KIND: Final = "edit"
"""In memory, what a command is about to do to the file; and on a pull request, its marker."""

TRIES: Final = 5
"""So often may others write the file between our reading and our writing it, within a moment."""

NOT_ALLOWED: Final = (
    "ghapp may not write files here. Its App needs the permissions *Contents: write* and"
    " *Pull requests: write*."
)


@dataclass(frozen=True, slots=True)
class _Task:
    """One edit, in whose name it is made, and how urgent its calls are."""

    edited: Edited
    request: Request
    priority: Priority

    @property
    def message(self) -> str:
        """Of the commit. The login has no `@`: who asked is answered already, and must not be notified as well."""
        issue = self.request.issue
        return f"{self.edited.title}\n\nAsked for by {self.request.sender} in {issue.repo}#{issue.number}\n"

    @property
    def branch(self) -> str:
        """Its own, and the same whenever the command is taken up again."""
        return (
            f"ghapp/{self.request.typed.name}-{sha256(self.request.key.encode()).hexdigest()[:10]}"
        )


class Edits:
    """Writes the file once for each command, whatever is lost on the way."""

    def __init__(
        self,
        gateway: Gateway,
        memory: Memory,
        texts: TemplateTexts,
        home: RepoName,
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        """`home` is the repository of the file; `changed` has it read again soon."""
        self._gateway = gateway
        self._memory = memory
        self._texts = texts
        self._home = home
        self._changed = changed

    async def begun(self, key: str) -> Edited | None:
        """What a command was about to do when it was interrupted."""
        known = await self._memory.memory_get(KIND, key)
        return None if known is None else _from_memory(known)

    async def make(self, edited: Edited, request: Request) -> Answered | Refused:
        """Write the file, and say where.

        Raises:
            GitHubError: GitHub could not be asked or told; the same may be done again.
        """
        if request.issue.repo.casefold() != self._home.casefold():
            return Refused(
                f"Write it on an issue of `{self._home}`: there is the {FILE} that it changes."
            )
        known = await self._memory.memory_get(KIND, request.key)
        if known is not None and known["done"] is not None:
            return _answer(edited, known["done"])
        await self._memory.memory_put(KIND, request.key, _to_memory(edited, None))
        rank = (
            Priority.NORMAL if request.incident is None else Priority.of(request.incident.severity)
        )
        try:
            done = await self._write(_Task(edited, request, rank))
        except NotEditableError as error:
            return _refused(f"{FILE} is not changed: {error.why}.", edited)
        except errors.Refused as refused:
            if refused.status != 403 and not isinstance(refused, Protected):
                raise
            log.warning("edit_refused", reason=str(refused))
            return _refused(NOT_ALLOWED, edited)
        await self._memory.memory_put(KIND, request.key, _to_memory(edited, done))
        await self._changed()
        log.info("owners_edited", title=edited.title, by=request.sender, **done)
        return _answer(edited, done)

    async def _write(self, task: _Task) -> dict[str, Any]:
        try:
            return {"commit": await self._commit(task, None), "pull": 0}
        except Protected as protected:
            log.info("branch_protected", reason=str(protected))
        base = await self._gateway.default_branch(self._home)
        await self._gateway.create_branch(
            self._home, task.branch, base=base, priority=task.priority
        )
        await self._commit(task, task.branch)
        body = self._texts.plain(
            "edit_pull.md", by=task.request.sender, issue=task.request.issue, file=FILE
        )
        pull = await self._gateway.open_pull(
            self._home,
            title=task.edited.title,
            body=f"{body}\n\n{marker.render(Marker(KIND, task.request.key))}",
            head=task.branch,
            base=base,
            priority=task.priority,
        )
        return {"commit": "", "pull": pull}

    async def _commit(self, task: _Task, branch: str | None) -> str:
        """The id of the commit; empty when the file says it already, as after an answer that was lost."""
        seen = set[Sha]()
        for _ in range(TRIES):
            file = await self._read(task, branch)
            text = await asyncio.to_thread(
                with_overrides, file.text, task.edited.new, known_rules()
            )
            if text == file.text:
                return ""
            seen.add(file.sha)
            try:
                return await self._gateway.commit_file(
                    self._home,
                    FILE,
                    replace(file, text=text),
                    message=task.message,
                    branch=branch,
                    priority=task.priority,
                )
            except Stale as stale:
                log.info("edit_again", reason=str(stale))
        if len(seen) == 1:
            raise Protected(409, "refused for no change of the file")
        raise Unavailable(f"{FILE} changes all the time")

    async def _read(self, task: _Task, branch: str | None) -> File:
        try:
            file = await self._gateway.read_file(
                self._home, FILE, ref=branch, priority=task.priority
            )
        except Unreadable as unreadable:
            raise NotEditableError(unreadable.reason) from None
        if file is None:
            raise NotEditableError("there is no such file")
        return file


def _answer(edited: Edited, done: dict[str, Any]) -> Answered:
    return Answered(replace(edited.say, facts={**edited.say.facts, **done}))


def _refused(why: str, edited: Edited) -> Refused:
    """With the lines to paste, so that a person can do it at once."""
    return Refused(f"{why} By hand it is:\n\n{fenced(by_hand(edited.new), 'yaml')}")


def _to_memory(edited: Edited, done: dict[str, Any] | None) -> dict[str, Any]:
    new = edited.new
    return {
        "rotation": new.rotation,
        "overrides": [one.model_dump(mode="json", by_alias=True) for one in new.overrides],
        "title": edited.title,
        "say": [edited.say.key, edited.say.template, dict(edited.say.facts)],
        "done": done,
    }


def _from_memory(known: dict[str, Any]) -> Edited:
    overrides = tuple(Override.model_validate(one) for one in known["overrides"])
    new = NewOverrides(RotationName(known["rotation"]), overrides)
    return Edited(new, known["title"], Say(*known["say"]))
