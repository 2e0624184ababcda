"""The model in force: OWNERS.yaml from the home repository, or the last good one and an issue that says why."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from ghapp.core import marker
from ghapp.core.facts import Issue, RepoName
from ghapp.core.marker import Marker
from ghapp.core.owners_file import FILE, OwnersFile
from ghapp.duties.records import Memory
from ghapp.duties.template_files import TemplateFiles
from ghapp.duties.templates import FOLDER
from ghapp.duties.texts import TemplateTexts
from ghapp.github.errors import Unreadable
from ghapp.github.gateway import Gateway
from ghapp.model.load import Loaded, load
from ghapp.model.problem import Problem
from ghapp.model.types import Model
from ghapp.plugins import known_rules

log = structlog.get_logger(__name__)

KIND = "model"
CONVERSATION = "model"
PROBLEMS_SHOWN = 50
_VERSIONS = 10


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with the file now."""

    problems: tuple[Problem, ...]


class Models:
    """Keeps the model in force up to date with the file; incidents never wait for a broken one."""

    def __init__(
        self,
        gateway: Gateway,
        memory: Memory,
        texts: TemplateTexts,
        home: RepoName,
        changed: Callable[[Model], Awaitable[None]],
        *,
        templates: TemplateFiles,
    ) -> None:
        self._gateway = gateway
        self._memory = memory
        self._texts = texts
        self._home = home
        self._changed = changed
        self._templates = templates
        self._text: str | None = None
        self._model: Model | None = None
        self._file: tuple[str, OwnersFile] | None = None
        self.trouble: Trouble | None = None

    @property
    def current(self) -> Model | None:
        """The model in force; None until a good one has been found."""
        return self._model

    def in_force(self) -> Model:
        """The model in force, for those who run only once there is one."""
        assert self._model is not None
        return self._model

    async def file(self) -> OwnersFile:
        """The file of the model in force, at the commit that wrote it, which is asked for once for each text.

        Raises:
            GitHubError: GitHub could not be asked.
        """
        text = await self._memory.memory_get(KIND, "good") or ""
        if self._file is None or self._file[0] != text:
            commit = await self._commit_of(text)
            file = await asyncio.to_thread(OwnersFile.of, self._home, commit, text)
            self._file = text, file
        return self._file[1]

    async def refresh(self) -> None:
        """Read the file, and bring the issue about it up to date; one at a time, as the drain of its conversation.

        Raises:
            GitHubError: GitHub could not be asked; what is in force stays.
        """
        await self.read()
        errors = self.trouble.problems if self.trouble is not None else ()
        templates = await self._templates.problems()
        if errors or templates:
            await self._open_issue(errors, templates)
        else:
            await self._close_issue()

    async def read(self) -> None:
        """Read the file and the templates and take them into force, or keep what is in force.

        Raises:
            GitHubError: GitHub could not be asked; what is in force stays.
        """
        if self._model is None:
            await self._remembered()
        await self._read_model()
        await self._templates.read()

    async def _read_model(self) -> None:
        loaded = await self._read()
        if loaded.model is not None:
            self.trouble = None
            await self._take(loaded.model)
            return
        self.trouble = Trouble(loaded.errors)
        if self._model is None:
            await self._last_good_version()

    async def follow(self) -> None:
        """Take into force what another instance has read since; asks GitHub nothing."""
        await self._templates.follow()
        text = await self._memory.memory_get(KIND, "good")
        if text is None or text == self._text or self.trouble is not None:
            return
        model = (await _load(text)).model
        if model is not None:
            self._text = text
            await self._take(model)

    async def _read(self) -> Loaded:
        try:
            file = await self._gateway.read_file(self._home, FILE)
        except Unreadable as unreadable:
            return Loaded(None, (_problem(f"the file can't be read: {unreadable.reason}"),))
        if file is None:
            missing = _problem("there is no such file", hint="`ghapp init` writes a small one")
            return Loaded(None, (missing,))
        self._text = file.text
        return await _load(file.text)

    async def _take(self, model: Model) -> None:
        first = self._model is None
        await self._memory.memory_put(KIND, "good", self._text)
        if model == self._model:
            return
        self._model = model
        log.info("model_in_force", areas=len(model.areas), first=first)
        await self._changed(model)

    async def _remembered(self) -> None:
        text = await self._memory.memory_get(KIND, "good")
        if text is not None:
            self._model = (await _load(text)).model
        await self._templates.follow()

    async def _last_good_version(self) -> None:
        """Without memory, the file's own history knows the last good version."""
        for sha in await self._gateway.file_history(self._home, FILE, limit=_VERSIONS):
            try:
                file = await self._gateway.read_file(self._home, FILE, ref=sha)
            except Unreadable:
                continue
            model = (await _load(file.text)).model if file is not None else None
            if file is not None and model is not None:
                self._text = file.text
                await self._take(model)
                return

    async def _commit_of(self, text: str) -> str:
        """The commit that wrote this text: the latest, unless that broke the file."""
        for sha in await self._gateway.file_history(self._home, FILE, limit=_VERSIONS):
            if self.trouble is None:
                return sha
            with contextlib.suppress(Unreadable):
                file = await self._gateway.read_file(self._home, FILE, ref=sha)
                if file is not None and file.text == text:
                    return sha
        return "HEAD"

    async def _find_issue(self) -> Issue | None:
        for issue in await self._gateway.list_issues(self._home, labels=[KIND]):
            if issue.author_is_app and marker.find(issue.body) == Marker(KIND, FILE):
                return issue
        return None

    async def _open_issue(
        self, errors: tuple[Problem, ...], templates: tuple[Problem, ...]
    ) -> None:
        """One open issue says what is wrong; it follows the files."""
        body = self._texts.plain(
            "model_problem.md",
            problems=errors[:PROBLEMS_SHOWN],
            more=len(errors) - PROBLEMS_SHOWN,
            file=FILE,
            in_force=self._model is not None,
            templates=templates[:PROBLEMS_SHOWN],
            folder=FOLDER,
        )
        whole = f"{body}\n\n{marker.render(Marker(KIND, FILE))}"
        issue = await self._find_issue()
        if issue is None:
            count, place = len(errors) + len(templates), FILE if errors else FOLDER
            title = f"{place} has {count} problem{'s' if count != 1 else ''}"
            issue = await self._gateway.create_issue(
                self._home, title=title, body=whole, labels=[KIND]
            )
            log.warning("model_broken", problems=count, issue=issue.number)
        elif issue.body.strip() != whole.strip():
            issue = await self._gateway.edit_issue(self._home, issue.number, body=whole)
        await self._memory.memory_put(KIND, "issue", issue.number)

    async def _close_issue(self) -> None:
        known = await self._memory.memory_get(KIND, "issue")
        if known == 0:
            return
        issue = await self._find_issue()
        if issue is not None:
            await self._gateway.edit_issue(
                self._home, issue.number, state="closed", state_reason="completed"
            )
        await self._memory.memory_put(KIND, "issue", 0)


async def _load(text: str) -> Loaded:
    """Read a text off the event loop: a hostile one may take seconds."""
    return await asyncio.to_thread(load, text, FILE, known_rules())


def _problem(message: str, hint: str = "") -> Problem:
    return Problem(file=FILE, line=1, column=1, key="", message=message, hint=hint, level="error")
