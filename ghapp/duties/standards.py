"""Which review standard a branch has: its own OWNERS.yaml, or the home repository's where it has none."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import msgspec
import structlog

from ghapp.core.facts import RepoName
from ghapp.core.owners_file import FILE, OwnersFile
from ghapp.core.verdict import Unread
from ghapp.duties.models import Models
from ghapp.duties.records import Memory
from ghapp.github.errors import Unreadable
from ghapp.github.gateway import Gateway
from ghapp.github.gateway_releases import ReleaseGateway
from ghapp.model.load import Loaded, load
from ghapp.model.types import Model
from ghapp.plugins import known_rules

log = structlog.get_logger(__name__)

EVERY: Final = timedelta(hours=1)
"""How long a change goes unseen at most whose push was not heard."""

TEMPLATES: Final = (".github/PULL_REQUEST_TEMPLATE.md", ".github/pull_request_template.md")
"""https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests"""

_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
_BRANCH: Final = "standard"
_TEMPLATE: Final = "pull-template"
_PARSED: Final = 64


@dataclass(frozen=True, slots=True)
class Standard:
    """A model, and the file that it is of."""

    model: Model
    file: OwnersFile


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The file of a branch at a commit, None where it has none; `good` is the last text without an error."""

    commit: str
    text: str | None
    good_commit: str
    good: str | None
    at: datetime


class StandardGateway(Gateway, ReleaseGateway, Protocol):
    """What is asked of GitHub."""


class Standards:
    """Remembers the file of each branch that pull requests go into; it is read anew after a push, and every hour."""

    def __init__(
        self,
        gateway: StandardGateway,
        memory: Memory,
        models: Models,
        home: RepoName,
        now: Callable[[], datetime],
    ) -> None:
        self._gateway = gateway
        self._memory = memory
        self._models = models
        self._home = home
        self._now = now
        self._default: str | None = None
        self._parsed: OrderedDict[tuple[RepoName, str, str], Standard | Unread] = OrderedDict()

    async def of(self, repo: RepoName, branch: str) -> Standard | Unread:
        """The standard of a branch; Unread where its file is broken and was never good.

        Raises:
            GitHubError: GitHub could not be asked.
        """
        if await self._is_homes(repo, branch):
            return await self._homes()
        known = await self._known(repo, branch)
        if known.text is None:
            return await self._homes()
        standard = await self._standard(repo, known.commit, known.text)
        if isinstance(standard, Unread) and known.good is not None:
            return await self._standard(repo, known.good_commit, known.good)
        return standard

    async def remembered(self, repo: RepoName, branch: str) -> Standard | None:
        """What is known of it without asking, however old that is."""
        value = await self._memory.memory_get(_BRANCH, _key(repo, branch))
        known = None if value is None else msgspec.convert(value, _Known)
        text = None if known is None else known.good
        if known is None or text is None:
            model = self._models.current
            return None if model is None else Standard(model, OwnersFile(repo, "", {}))
        found = await self._standard(repo, known.good_commit, text)
        return found if isinstance(found, Standard) else None

    async def pushed(self, repo: RepoName, branch: str) -> None:
        """The file of a branch may have changed."""
        value = await self._memory.memory_get(_BRANCH, _key(repo, branch))
        if value is not None:
            stale = {**value, "at": _LONG_AGO.isoformat()}
            await self._memory.memory_put(_BRANCH, _key(repo, branch), stale)

    async def template(self, repo: RepoName) -> str | None:
        """The repository's template of descriptions; None where it has none.

        Raises:
            GitHubError: GitHub could not be asked.
        """
        value = await self._memory.memory_get(_TEMPLATE, repo)
        if value is not None and self._now() - datetime.fromisoformat(value["at"]) < EVERY:
            text: str | None = value["text"]
            return text
        text = None
        for path in TEMPLATES:
            with contextlib.suppress(Unreadable):
                file = await self._gateway.read_file(repo, path)
                text = file.text if file is not None and text is None else text
        await self._memory.memory_put(
            _TEMPLATE, repo, {"text": text, "at": self._now().isoformat()}
        )
        return text

    async def _is_homes(self, repo: RepoName, branch: str) -> bool:
        if repo.casefold() != self._home.casefold():
            return False
        if self._default is None:
            self._default = await self._gateway.default_branch(self._home)
        return branch == self._default

    async def _homes(self) -> Standard:
        return Standard(self._models.in_force(), await self._models.file())

    async def _known(self, repo: RepoName, branch: str) -> _Known:
        value = await self._memory.memory_get(_BRANCH, _key(repo, branch))
        known = None if value is None else msgspec.convert(value, _Known)
        if known is not None and self._now() - known.at < EVERY:
            return known
        return await self._read(repo, branch, known)

    async def _read(self, repo: RepoName, branch: str, before: _Known | None) -> _Known:
        commit = await self._gateway.branch_head(repo, branch) or branch
        try:
            file = await self._gateway.read_file(repo, FILE, ref=commit)
            text = None if file is None else file.text
        except Unreadable:
            text = ""  # which is as broken as what nobody can read
        good = None if before is None else before.good
        good_commit = "" if before is None else before.good_commit
        if text is not None and isinstance(await self._standard(repo, commit, text), Standard):
            good, good_commit = text, commit
        known = _Known(commit=commit, text=text, good=good, good_commit=good_commit, at=self._now())
        value = {**asdict(known), "at": known.at.isoformat()}
        await self._memory.memory_put(_BRANCH, _key(repo, branch), value)
        return known

    async def _standard(self, repo: RepoName, commit: str, text: str) -> Standard | Unread:
        key = (repo, commit, text)
        if key not in self._parsed:
            loaded = await asyncio.to_thread(load, text, FILE, known_rules())
            self._parsed[key] = await _of(loaded, repo, commit, text)
            while len(self._parsed) > _PARSED:
                self._parsed.popitem(last=False)
        return self._parsed[key]


async def _of(loaded: Loaded, repo: RepoName, commit: str, text: str) -> Standard | Unread:
    if loaded.model is None:
        return Unread(f"{loaded.errors[0]}")
    return Standard(loaded.model, await asyncio.to_thread(OwnersFile.of, repo, commit, text))


def _key(repo: RepoName, branch: str) -> str:
    return f"{repo} {branch}"
