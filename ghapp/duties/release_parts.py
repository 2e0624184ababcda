"""Builds the duty of releases out of its parts."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from ghapp.core.facts import RepoName
from ghapp.duties.alarms import Alarms
from ghapp.duties.dated import Dated
from ghapp.duties.milestones import Milestones
from ghapp.duties.records import Records
from ghapp.duties.release_carry import CarryingOver
from ghapp.duties.release_facts import Gathering
from ghapp.duties.release_gate import GateKeeper
from ghapp.duties.release_pulls import ReleasePulls
from ghapp.duties.release_texts import ReleaseTexts
from ghapp.duties.release_turn import ReleaseTurn
from ghapp.duties.release_work import ReleaseWork
from ghapp.duties.releases import Parts, Releases
from ghapp.duties.replies import Replies
from ghapp.duties.rollbacks import Rollbacks
from ghapp.duties.texts import TemplateTexts
from ghapp.engine.store import Store
from ghapp.github.github import GitHub
from ghapp.github.reconciler import Reconciler

_BRANCH_KNOWN: Final = timedelta(hours=1)
"""How long the name of the default branch is believed; asking costs a call after every push."""


def releases(
    *,
    github: GitHub,
    store: Store,
    dated: Dated,
    records: Records,
    reconciler: Reconciler,
    texts: TemplateTexts,
    alarms: Alarms,
    gate: GateKeeper,
    replies: Replies,
    home: RepoName,
    web: str,
    wake: Callable[[str], Awaitable[None]],
    now: Callable[[], datetime],
) -> Releases:
    """The duty of releases; `gate` keeps the check of their pull requests, `web` is where people see GitHub."""
    words = ReleaseTexts(texts, f"{web}/{home}")
    pulls = ReleasePulls(github, records, words, home, _DefaultBranch(github, home, now))
    carrying = CarryingOver(github, home)
    milestones = Milestones(github, store, home, now)
    work = ReleaseWork(
        gateway=github,
        dated=dated,
        reconciler=reconciler,
        pulls=pulls,
        carrying=carrying,
        gate=gate,
        texts=words,
        home=home,
    )
    turn = ReleaseTurn(
        gateway=github,
        milestones=milestones,
        gathering=Gathering(github, pulls, carrying, home, now),
        work=work,
        pulls=pulls,
        memory=store,
        home=home,
        now=now,
    )
    rollbacks = Rollbacks(gateway=github, work=work, texts=words, replies=replies, home=home)
    parts = Parts(milestones=milestones, turn=turn, pulls=pulls, rollbacks=rollbacks, gate=gate)
    return Releases(
        gateway=github,
        dated=dated,
        parts=parts,
        alarms=alarms,
        memory=store,
        home=home,
        wake=wake,
        now=now,
    )


class _DefaultBranch:
    """Gives the name of the home repository's default branch."""

    def __init__(self, github: GitHub, home: RepoName, now: Callable[[], datetime]) -> None:
        self._github = github
        self._home = home
        self._now = now
        self._known: tuple[str, datetime] | None = None

    async def __call__(self) -> str:
        now = self._now()
        if self._known is None or now - self._known[1] > _BRANCH_KNOWN:
            self._known = (await self._github.default_branch(self._home), now)
        return self._known[0]
