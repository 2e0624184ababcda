"""Builds the duties for one tick, on a clock of their own, and lets them run."""

import contextlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa

from ghapp import plugins
from ghapp.cli.errors import UserError
from ghapp.clients.pager import ApprisePager, Pager
from ghapp.core.facts import InstallationEvent
from ghapp.core.zoned import to_instant
from ghapp.duties.assembly import Duties, Surroundings
from ghapp.duties.kinds import chosen
from ghapp.duties.labels import ensure_labels, raising
from ghapp.duties.tick import Entry, Failure, Journal, Tick
from ghapp.engine.database import is_sqlite, open_engine, snapshot
from ghapp.engine.inbox import Inbox
from ghapp.engine.serving import is_served
from ghapp.engine.single_pass import SinglePass
from ghapp.engine.store import Store
from ghapp.github.auth import Credentials
from ghapp.github.client import GitHubClient
from ghapp.github.errors import GitHubError
from ghapp.github.github import GitHub
from ghapp.github.rehearsal import Noted, Rehearsal
from ghapp.github.writes import Written
from ghapp.model.types import Model
from ghapp.settings import Settings

PATIENCE = 30.0
"""Seconds in all for what asks to be tried again, such as a write that may still be on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the person asked for; a naive `at` is on the clock of OWNERS.yaml, None of either means all and now."""

    at: datetime | None
    only: Sequence[str] | None
    dry_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it; `served` says that a running server has left nothing to do."""

    now: datetime
    kinds: frozenset[str]
    dry_run: bool
    served: bool = False
    entries: Sequence[Entry] = ()
    failures: Sequence[Failure] = ()


async def tick_once(settings: Settings, wish: Wish) -> Outcome:
    """Do what is due, as `ghapp tick` says.

    Raises:
        UserError: a kind is unknown, or OWNERS.yaml cannot be read.
        DatabaseError: the database cannot be used.
    """
    async with _memory(settings, wish) as (db, served):
        if db is None:
            return Outcome(
                now=datetime.now(UTC), kinds=frozenset(), dry_run=wish.dry_run, served=served
            )
        async with aiohttp.ClientSession() as session:
            return await _Process(settings, wish, db, session).run()


class TravelClock:
    """Runs on from whatever time it is set to; until then it is the real one. UTC."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """The time."""
        return datetime.now(UTC) + self._ahead

    def travel(self, at: datetime) -> None:
        """Let it be this time now."""
        self._ahead = at - datetime.now(UTC)


class _NotingPager:
    """Says what would be sent, and sends nothing."""

    def __init__(self, journal: Journal, settings: Settings) -> None:
        self._journal = journal
        self._home = settings.home_repo

    async def send(self, channel: str, subject: str, body: str, *, urgent: bool) -> None:  # noqa: ARG002 - the protocol's
        """As `Pager.send` says, but for what it is for."""
        told = {"name": channel, "title": subject}
        self._journal.note(Written(action="page.send", repo=self._home, told=told))


class _Process:
    """All parts of one tick."""

    def __init__(
        self, settings: Settings, wish: Wish, db: sa.Engine, session: aiohttp.ClientSession
    ) -> None:
        self._settings = settings
        self._wish = wish
        self._now = TravelClock()
        self._journal = Journal()
        self._store = Store(db, clock=self._now)
        self._inbox = Inbox(db, clock=lambda: self._now().timestamp())
        self._once = SinglePass(db, self._inbox, self._store, now=self._now, patience=PATIENCE)
        self._github = self._gateway(
            GitHubClient(
                session,
                credentials=Credentials(settings.app_id, settings.private_key),
                store=self._store,
                base_url=settings.api_url,
            )
        )
        self._duties = Duties(
            Surroundings(
                github=self._github,
                store=self._store,
                put=self._inbox.put,
                wake=self._once.wake,
                pager=self._pager(),
                home=settings.home_repo,
                address=settings.file_address,
                web=settings.web_url,
                now=self._now,
            ),
            model_changed=_nobody,
        )

    def _gateway(self, client: GitHubClient) -> GitHub:
        if self._wish.dry_run:
            return Rehearsal(client, self._journal.note, self._now)
        return Noted(client, self._journal.note)

    def _pager(self) -> Pager:
        if self._wish.dry_run:
            return _NotingPager(self._journal, self._settings)
        return ApprisePager(self._settings.variables)

    async def run(self) -> Outcome:
        """Read the model and the index, and let the duties do theirs."""
        await self._store.create()
        await self._inbox.start()
        try:
            async with self._once.alone():
                return await self._run()
        finally:
            await self._inbox.stop()
            self._store.close()

    async def _run(self) -> Outcome:
        model = await self._model()
        if self._wish.at is not None:
            at = self._wish.at
            self._now.travel(to_instant(at, model.timezone) if at.tzinfo is None else at)
        now = self._now()
        kinds = self._kinds()
        try:
            await self._duties.watch.rebuild(model)
        except GitHubError as error:
            raise UserError(f"GitHub could not be asked: {error}", _DOCTOR) from error
        self._journal.kind = "labels"
        sources = raising(model, plugins.sources().values(), self._settings.secrets_of)
        await ensure_labels(self._github, self._settings.home_repo, model, sources)
        handler = self._duties.conversations(ready=self._in_force, installed=self._installed)
        await Tick(self._duties, self._once, self._journal).run(handler, kinds, now)
        return Outcome(
            now=now,
            kinds=kinds,
            dry_run=self._wish.dry_run,
            entries=self._journal.entries,
            failures=self._journal.failures,
        )

    async def _model(self) -> Model:
        models = self._duties.models
        try:
            await models.read()
        except GitHubError as error:
            raise UserError(f"GitHub could not be asked: {error}", _DOCTOR) from error
        if models.current is None:
            problems = models.trouble.problems if models.trouble is not None else ()
            raise UserError(f"no valid OWNERS.yaml: {problems[0] if problems else ''}", _DOCTOR)
        return models.current

    def _kinds(self) -> frozenset[str]:
        known = self._duties.kinds()
        if self._wish.only is None:
            return frozenset(known)
        kinds, unknown = chosen(self._wish.only, known)
        if unknown:
            raise UserError(
                f"no kind of duty is called {unknown[0]!r}",
                f"There are {', '.join(sorted(known))}.",
            )
        return kinds

    async def _in_force(self) -> Model | None:
        return self._duties.models.current

    async def _installed(self, _event: InstallationEvent) -> None:
        await self._duties.refresh_model()


_DOCTOR = "`ghapp doctor` says what is wrong."


@contextlib.asynccontextmanager
async def _memory(settings: Settings, wish: Wish) -> AsyncIterator[tuple[sa.Engine | None, bool]]:
    """The database to work on: the real one, or a copy where nothing may be changed or a server works on it."""
    db = open_engine(settings.database_url)
    try:
        served = await is_served(db)
        if served and wish.at is None and not wish.dry_run:
            yield None, True
        elif served or wish.dry_run:
            with tempfile.TemporaryDirectory(prefix="ghapp-") as folder:
                copy = Path(folder) / "tick.sqlite"
                if is_sqlite(db):
                    snapshot(db, copy)
                other = open_engine(f"sqlite:///{copy}")
                try:
                    yield other, served
                finally:
                    other.dispose()
        else:
            yield db, False
    finally:
        db.dispose()


async def _nobody(_model: Any) -> None:
    """Nobody else has to know of a new model."""
