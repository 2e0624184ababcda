"""What is remembered of each open pull request, so that most events need few calls, or none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Self

import msgspec

from ghapp.core.facts import RepoName, Sha
from ghapp.core.pull_request import Pull
from ghapp.core.review_facts import Waiver
from ghapp.duties.records import Memory
from ghapp.model.names import Login

KIND = "pull"
"""Of the memory."""


@dataclass(frozen=True, slots=True)
class Waived:
    """A waiver, and the comment that it stands in."""

    comment: int
    waiver: Waiver


@dataclass(frozen=True, slots=True, kw_only=True)
class PullState:
    """An open pull request as it was last seen, and what has been done about it; instants are UTC.

    `evaluated` is a digest of what the last verdict was about, empty before the first. `ready_at` is since when it is
    open and no draft. `diffs` has the digest of each head that was seen. `waived` is None where it is not known what
    people have waived. `asked_at` is since when each review is asked for. `asking` are those whom the app is about to
    ask; whether that was settled since it became ready says `picked`, and to people `why`. GitHub does not ask the
    `refused`; `reminded` and `backed` were late once and twice. `look_at` is when time alone may change the verdict,
    `failures` counts in a row how often something could not be read, `group` is the head of the merge queue that waits
    for the verdict, and `owners_of` the head for which OWNERS.yaml was looked at. The base was changed under
    the head of now at `based_at`; before, it changed `diff_before` (empty where that is not known).
    """

    pull: Pull
    evaluated: str = ""
    ready_at: datetime | None = None
    diffs: Mapping[Sha, str] = field(default_factory=dict)
    waived: tuple[Waived, ...] | None = None
    asked_at: Mapping[Login, datetime] = field(default_factory=dict)
    asking: tuple[Login, ...] = ()
    picked: bool = False
    why: tuple[str, ...] = ()
    refused: tuple[Login, ...] = ()
    reminded: tuple[Login, ...] = ()
    backed: tuple[Login, ...] = ()
    look_at: datetime | None = None
    failures: int = 0
    group: Sha | None = None
    owners_of: Sha | None = None
    based_at: datetime | None = None
    diff_before: str = ""

    @property
    def is_new(self) -> bool:
        """Whether nothing has been said of it yet, as far as is remembered."""
        return not self.evaluated

    def seen(self, pull: Pull, now: datetime) -> Self:
        """The same with the pull request as it is now: who is ready, and who is asked, since when."""
        same = (pull.head, pull.base) == (self.pull.head, self.pull.base)
        if same and pull.changed_files is None:
            pull = replace(pull, changed_files=self.pull.changed_files, commits=self.pull.commits)
        state = self._based(pull)
        ready = None if pull.draft else self.ready_at or now
        asked_at = {one: self.asked_at.get(one, now) for one in pull.requested}
        picked = self.picked and not pull.draft
        group = self.group if pull.head == self.pull.head else None
        return replace(
            state, pull=pull, ready_at=ready, asked_at=asked_at, picked=picked, group=group
        )

    def _based(self, pull: Pull) -> Self:
        if pull.head != self.pull.head:
            return replace(self, based_at=None, diff_before="")
        if pull.base == self.pull.base:
            return self
        return replace(self, based_at=pull.updated_at, diff_before=self.diffs.get(pull.head, ""))


def digest_of(pull: Pull) -> str:
    """What of a pull request a verdict goes by, besides what is read."""
    facts = (pull.head, pull.base, pull.draft, pull.title, pull.body, sorted(pull.labels))
    return sha256(repr(facts).encode()).hexdigest()[:16]


class PullStates:
    """Reads and writes them; those of pull requests that are closed are forgotten."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def get(self, repo: RepoName, number: int) -> PullState | None:
        """What is known of one."""
        value = await self._memory.memory_get(KIND, _key(repo, number))
        return None if value is None else msgspec.convert(value, PullState)

    async def save(self, state: PullState) -> None:
        """Remember one."""
        key = _key(state.pull.repo, state.pull.number)
        await self._memory.memory_put(KIND, key, msgspec.to_builtins(state))

    async def forget(self, repo: RepoName, number: int) -> None:
        """It is closed, or gone."""
        await self._memory.memory_delete(KIND, _key(repo, number))

    async def all(self) -> Iterable[PullState]:
        """Those of every repository."""
        values = await self._memory.memory_all(KIND)
        return [msgspec.convert(value, PullState) for value in values.values()]


def _key(repo: RepoName, number: int) -> str:
    return f"{repo}#{number}"
