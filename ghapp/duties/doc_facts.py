"""What is known of the documents: their dates and their past, read only when a file has changed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Protocol

import msgspec
import structlog

from ghapp.core.docs_review import (
    Change,
    DocFacts,
    Reviewed,
    entry_of,
    look,
    owner_of,
    used_runbooks,
)
from ghapp.core.facts import RepoName, Sha
from ghapp.core.front_matter import UnreadableError, head_of, may_have, reviewed
from ghapp.core.opinions import opinions
from ghapp.core.zoned import to_wall
from ghapp.duties.records import Memory, Records
from ghapp.github.errors import Unreadable
from ghapp.github.gateway import Gateway
from ghapp.github.gateway_docs import DocsGateway, FileCommit
from ghapp.github.gateway_pulls import PullGateway
from ghapp.model.names import Login
from ghapp.model.routines import Doc
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

KIND: Final = "document"
"""Of the memory."""
COMMITS: Final = 5
"""How far back an approval is looked for under each name of a document."""
NAMES: Final = 3
"""How many names of a document are followed."""
PATIENCE: Final = 250
"""How many calls one look may cost; what is left is read at the next."""


class Forge(Gateway, DocsGateway, PullGateway, Protocol):
    """What of GitHub is needed here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A document as it was read: its blob, the beginning of its text, and its past once that was needed.

    `owners` are those for whose approval the past was looked through.
    """

    blob: Sha
    head: str
    changes: tuple[Change, ...] | None = None
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """How the documents stand; if not `complete`, some could not be read yet."""

    found: tuple[Reviewed, ...]
    complete: bool


class DocsRead:
    """Reads the documents of the home repository."""

    def __init__(self, gateway: Forge, records: Records, memory: Memory, home: RepoName) -> None:
        self._gateway = gateway
        self._records = records
        self._memory = memory
        self._home = home

    async def find(self, model: Model, now: datetime) -> Findings:
        """How each document stands today; while no file has changed, conditional requests only.

        Raises:
            GitHubError: GitHub could not be asked.
        """
        branch = await self._gateway.default_branch(self._home)
        tree = await self._gateway.tree(self._home, branch)
        if not tree.complete:
            log.warning("tree_cut", hint="GitHub does not list all the files of the repository")
        used, gone = await self._used(model), await self._gone(model)
        memory = await self._memory.memory_all(KIND)
        known = {path: msgspec.convert(value, _Known) for path, value in memory.items()}
        reading = _Reading(self._gateway, self._home, model)
        found, complete = [], tree.complete
        for path, blob in tree.files.items():
            doc = entry_of(path, model.docs)
            if doc is None:
                continue
            if reading.spent >= PATIENCE:
                complete = False
                break
            owner = owner_of(path, doc, model, gone)
            facts = DocFacts(path=path, used=used.get(path))
            before = known.pop(path, None)
            after = await reading.read(before, blob, facts, doc=doc, owner=owner, now=now)
            if after != before:
                await self._memory.memory_put(KIND, path, msgspec.to_builtins(after))
            facts = replace(facts, text=after.head, changes=after.changes or ())
            found.append(look(facts, doc, owner, _today(model, now)))
        else:
            for path in known:
                await self._memory.memory_delete(KIND, path)
        return Findings(tuple(found), complete)

    async def forget(self) -> bool:
        """Forget all documents; whether there were any."""
        known = await self._memory.memory_all(KIND)
        for path in known:
            await self._memory.memory_delete(KIND, path)
        return bool(known)

    async def _used(self, model: Model) -> Mapping[str, date]:
        """When incidents last called for each runbook."""
        records = [
            *(await self._records.closed()).values(),
            *(await self._records.open()).values(),
        ]
        incidents = [record.incident for record in records]
        return used_runbooks(((one.area, _today(model, one.opened_at)) for one in incidents), model)

    async def _gone(self, model: Model) -> Collection[Login]:
        """The owners whose account there is no more."""
        owners = {doc.owner.casefold(): doc.owner for doc in model.docs}
        return [
            owner
            for owner in owners.values()
            if not await self._gateway.is_known(self._home, owner)
        ]


class _Reading:
    """Reads documents one by one, and counts what that costs."""

    def __init__(self, gateway: Forge, home: RepoName, model: Model) -> None:
        self._gateway = gateway
        self._home = home
        self._model = model
        self._approvers: dict[int, tuple[Login, ...]] = {}
        self.spent = 0

    async def read(
        self,
        known: _Known | None,
        blob: Sha,
        facts: DocFacts,
        *,
        doc: Doc,
        owner: Login,
        now: datetime,
    ) -> _Known:
        """What is known of a document; its past only where its text leaves something to do."""
        if known is None or known.blob != blob:
            known = _Known(blob=blob, head=await self._head(facts.path))
        people = tuple(sorted({one.casefold() for one in (owner, doc.owner)}))
        if known.changes is not None and known.owners == people:
            return known
        told = replace(facts, text=known.head)
        if _is_plain(told) and look(told, doc, owner, _today(self._model, now)).wanted:
            changes = await self._past(facts.path, people)
            return replace(known, changes=changes, owners=people)
        return known

    async def _head(self, path: str) -> str:
        if not may_have(path):
            return ""
        self.spent += 1
        try:
            file = await self._gateway.read_file(self._home, path)
        except Unreadable:
            return ""
        return "" if file is None else head_of(file.text)

    async def _past(self, path: str, people: Collection[str]) -> tuple[Change, ...]:
        """The changes of a document, the newest first, up to the first that one of these people stands for."""
        changes: list[Change] = []
        for _ in range(NAMES):
            self.spent += 1
            commits = await self._gateway.file_commits(self._home, path, limit=COMMITS)
            for commit in commits:
                change = await self._change(commit)
                changes.append(change)
                if any(who and who.casefold() in people for who in _all_of(change)):
                    return tuple(changes)
            if not 0 < len(commits) < COMMITS:
                break
            self.spent += 1
            path = await self._gateway.name_before(self._home, commits[-1].sha, path)
            if not path:
                break
        return tuple(changes)

    async def _change(self, commit: FileCommit) -> Change:
        self.spent += 1
        merged = await self._gateway.merged_by(self._home, commit.sha)
        if merged is None:
            return Change(_today(self._model, commit.at), commit.author)
        approvers = self._approvers.get(merged.number)
        if approvers is None:
            self.spent += 1
            reviews = await self._gateway.pull_reviews(self._home, merged.number)
            approvers = tuple(
                one.author
                for one in opinions(reviews.items)
                if one.state == "approved" and not one.author_is_bot
            )
            self._approvers[merged.number] = approvers
        return Change(_today(self._model, merged.at), merged.author, approvers)


def _is_plain(facts: DocFacts) -> bool:
    """Whether a document's text says nothing that would be a problem whatever its past."""
    try:
        if may_have(facts.path):
            reviewed(facts.text)
    except UnreadableError:
        return False
    return True


def _all_of(change: Change) -> Sequence[Login | None]:
    return (change.author, *change.approvers)


def _today(model: Model, at: datetime) -> date:
    return to_wall(at, model.timezone).date()
