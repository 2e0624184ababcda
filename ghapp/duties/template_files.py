"""The templates of the home repository: read with the model, kept in memory, complained about with it."""

from collections.abc import Mapping
from typing import Any, Final

import structlog

from ghapp.core.facts import RepoName, Sha
from ghapp.duties import template_check
from ghapp.duties.records import Memory
from ghapp.duties.templates import FOLDER, Replaced, address
from ghapp.github.errors import Unreadable
from ghapp.github.gateway import Gateway
from ghapp.model.problem import Problem

log = structlog.get_logger(__name__)

KIND: Final = "templates"
README: Final = "README.md"


class TemplateFiles:
    """Takes the templates of the home repository into force; one that is wrong is left out, and listed."""

    def __init__(
        self, gateway: Gateway, memory: Memory, replaced: Replaced, home: RepoName
    ) -> None:
        self._gateway = gateway
        self._memory = memory
        self._replaced = replaced
        self._home = home
        self._blobs: dict[str, Sha] = {}
        self._texts: dict[str, str] = {}
        self._problems: dict[str, tuple[Problem, ...]] = {}

    async def read(self) -> None:
        """List the folder, and read what has changed in it; nothing else is asked of GitHub.

        Raises:
            GitHubError: GitHub could not be asked; what is in force stays.
        """
        listed = await self._gateway.list_folder(self._home, FOLDER)
        wanted = {name: blob for name, blob in listed.items() if is_template(name)}
        for name in [*self._blobs]:
            if name not in wanted:
                self._forget(name)
        for name, blob in wanted.items():
            if self._blobs.get(name) != blob:
                self._forget(name)
                await self._take(name)
                self._blobs[name] = blob
        if self._texts != (await self._memory.memory_get(KIND, "texts") or {}):
            log.info("templates_in_force", names=sorted(self._texts))
            await self._memory.memory_put(KIND, "texts", dict(self._texts))
        self._replaced.take(self._texts)

    async def follow(self) -> None:
        """Take into force what was read last, by whichever process; asks GitHub nothing."""
        texts = await self._memory.memory_get(KIND, "texts")
        if texts is not None:
            self._replaced.take(texts)

    async def problems(self) -> tuple[Problem, ...]:
        """What is wrong with any of them: as far as it can be seen, and what has failed in use, in any process."""
        failures = await self._failures()
        return tuple(
            problem
            for name in sorted({*self._blobs, *failures})
            for problem in (*self._problems.get(name, ()), *_failed(name, failures))
        )

    async def _failures(self) -> Mapping[str, Any]:
        """The failures in use of texts that are in force still, those of other processes included."""
        known = await self._memory.memory_get(KIND, "failures") or {}
        ours = {
            name: [self._texts.get(name), one.line, one.message]
            for name, one in self._replaced.failures.items()
        }
        kept = {
            name: failure
            for name, failure in {**known, **ours}.items()
            if failure[0] == self._texts.get(name)
        }
        if kept != known:
            await self._memory.memory_put(KIND, "failures", kept)
        return kept

    async def _take(self, name: str) -> None:
        if name not in template_check.names():
            self._problems[name] = template_check.problems(name, "")
            return
        try:
            file = await self._gateway.read_file(self._home, address(name))
        except Unreadable as unreadable:
            message = f"the file can't be read: {unreadable.reason}"
            self._problems[name] = (Problem(address(name), 1, 1, "", message),)
            return
        text = "" if file is None else file.text
        found = template_check.problems(name, text)
        if found:
            self._problems[name] = found
        else:
            self._texts[name] = text

    def _forget(self, name: str) -> None:
        for known in (self._blobs, self._texts, self._problems):
            known.pop(name, None)


def is_template(name: str) -> bool:
    """Whether a file of the folder is meant to be a template; a README may lie there as well."""
    return name.endswith((".md", ".txt", ".html")) and name != README


def _failed(name: str, failures: Mapping[str, Any]) -> tuple[Problem, ...]:
    if name not in failures:
        return ()
    _, line, message = failures[name]
    return (Problem(address(name), line, 1, "", message),)
