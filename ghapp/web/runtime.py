"""The running app: builds every room from the settings, starts them in order and stops them in reverse."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, datetime, timedelta

import aiohttp
import structlog

from ghapp import metrics, plugins
from ghapp.clients.deadman import VARIABLE as DEADMAN_VARIABLE
from ghapp.clients.deadman import DeadMan
from ghapp.clients.pager import ApprisePager
from ghapp.core.facts import InstallationEvent
from ghapp.core.release_pull import LABEL as RELEASE_LABEL
from ghapp.duties.assembly import Duties, Surroundings
from ghapp.duties.audit import EVERY as AUDIT_EVERY
from ghapp.duties.audit import Audit
from ghapp.duties.clock import every
from ghapp.duties.dashboard import Dashboard
from ghapp.duties.heartbeats import STEP as HEARTBEAT_STEP
from ghapp.duties.labels import ensure_labels, raising
from ghapp.duties.models import CONVERSATION as MODEL
from ghapp.duties.reconcile import EVERY as RECONCILE_EVERY
from ghapp.duties.reconcile import Reconcile
from ghapp.engine.database import DatabaseGoneError, open_engine
from ghapp.engine.inbox import Inbox
from ghapp.engine.queue import Engine
from ghapp.engine.serving import is_served
from ghapp.engine.store import Store
from ghapp.github.auth import Credentials
from ghapp.github.client import GitHubClient
from ghapp.github.deliveries import RestHook
from ghapp.github.errors import GitHubError
from ghapp.github.github import RestGitHub
from ghapp.model.types import Model
from ghapp.settings import Settings
from ghapp.web import heartbeat_door, reconciling
from ghapp.web.app import Deps
from ghapp.web.github_route import Wanted

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(minutes=1)
HANDOFF_EVERY = timedelta(seconds=2)
MODEL_EVERY = timedelta(minutes=5)
LABELS_EVERY = timedelta(hours=1)
PING_EVERY = timedelta(seconds=2)
MEASURE_EVERY = timedelta(seconds=5)
FIRST_RETRY = timedelta(seconds=1)
PATIENCE = timedelta(seconds=2)
"""How long work waits, in its turn, for the model and the open incidents to be read."""
STOP_WITHIN = 6.0
"""Seconds for handlers to finish; with the web server's own grace it stays under ten."""


def utc_now() -> datetime:
    """The time; the only clock of the server."""
    return datetime.now(UTC)


class Runtime:
    """All parts of one server process."""

    def __init__(
        self, settings: Settings, session: aiohttp.ClientSession, *, reconciles: bool = True
    ) -> None:
        """Build it; `reconciles` says whether it looks by itself for what the senders have lost."""
        self.settings = settings
        self._reconciles = reconciles
        self._db = open_engine(settings.database_url)
        self.store = Store(self._db)
        self.inbox = Inbox(self._db)
        self.engine = Engine(self._db, self.inbox, self.store)
        client = GitHubClient(
            session,
            credentials=Credentials(settings.app_id, settings.private_key),
            store=self.store,
            base_url=settings.api_url,
        )
        self.github = RestGitHub(client)
        self.duties = Duties(
            Surroundings(
                github=self.github,
                store=self.store,
                put=self.inbox.put,
                wake=self.engine.wake,
                pager=ApprisePager(settings.variables),
                home=settings.home_repo,
                address=settings.file_address,
                web=settings.web_url,
                now=utc_now,
            ),
            model_changed=self._model_changed,
        )
        self.models, self.records = self.duties.models, self.duties.records
        parts = reconciling.parts(
            settings,
            session=session,
            hook=RestHook(client),
            memory=self.store,
            records=self.records,
            put=self.inbox.put,
        )
        self.reconcile = Reconcile(parts, self.store, utc_now)
        deadman = settings.variables.get(DEADMAN_VARIABLE)
        self.audit = Audit(
            records=self.records,
            store=self.store,
            model=self.models.in_force,
            wake=self.engine.wake,
            now=utc_now,
            switch=DeadMan(session, deadman) if deadman else None,
        )
        # What can't be heard is not silent.
        self._hears_jobs = bool(heartbeat_door.Secrets.of(settings))
        self._built = asyncio.Event()
        self._new_model = asyncio.Event()
        self._database_ok = False
        self.lost = asyncio.Event()
        """Set when the database's file is gone; a new runtime makes a new one and rebuilds it from GitHub."""
        self._bot_login: str | None = None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Everything started; on the way out, work is finished or handed back within ten seconds."""
        await self.store.create()
        await self.inbox.start()
        await self.engine.start(
            self.duties.conversations(ready=self._model_when_ready, installed=self._installed)
        )
        chores = [
            asyncio.create_task(chore)
            for chore in (
                self._begin(),
                every(PING_EVERY, self._ping, name="ping"),
                every(MEASURE_EVERY, self._measure, name="measure"),
            )
        ]
        if self._hears_jobs:
            marks = every(HEARTBEAT_STEP, self.duties.heartbeats.mark, name="alive")
            chores.append(asyncio.create_task(marks))
        try:
            yield
        finally:
            log.info("stopping")
            for chore in chores:
                chore.cancel()
            await asyncio.gather(*chores, return_exceptions=True)
            await self.engine.stop(timeout=STOP_WITHIN)
            await self._close()
            log.info("stopped")

    @contextlib.asynccontextmanager
    async def storing(self) -> AsyncIterator[None]:
        """Only the database and the inbox: another process serves, and takes up what is stored here."""
        await self.store.create()
        await self.inbox.start()
        try:
            yield
        finally:
            await self._close()

    async def is_served(self) -> bool:
        """Whether another process serves from this database, and no second one may."""
        return await is_served(self._db)

    async def _close(self) -> None:
        await self.inbox.stop()
        self.store.close()
        self._db.dispose()

    async def until_ready(self) -> None:
        """Wait until OWNERS.yaml and the open incidents have been read."""
        await self._built.wait()

    def deps(self) -> Deps:
        """What the web application needs of the rest."""
        return Deps(
            settings=self.settings,
            sources=plugins.sources(),
            inbox=self.inbox,
            ready=self.ready,
            bot_login=lambda: self._bot_login,
            heartbeats=self._heartbeat_names,
            model=lambda: self.models.current,
            wanted=self._wanted,
            page=Dashboard(self.records, self.models, self.ready, utc_now).render,
        )

    def ready(self) -> tuple[bool, Sequence[str]]:
        """Whether alerts are stored and handled; else why not, in words for an operator."""
        reasons = []
        if not self._database_ok:
            reasons.append("the database does not answer")
        if self.models.current is None:
            trouble = self.models.trouble
            reasons.append(
                f"no valid OWNERS.yaml: {trouble.problems[0]}"
                if trouble is not None and trouble.problems
                else "OWNERS.yaml has not been read yet"
            )
        elif not self._built.is_set():
            reasons.append("the open incidents have not been read yet")
        return not reasons, reasons

    def _wanted(self) -> Wanted:
        model = self.models.current
        if model is None or model.release is None:
            return Wanted(pulls=True, backlog=self.duties.hygiene.wants)
        return Wanted(
            pulls=True,
            backlog=self.duties.hygiene.wants,
            releases=True,
            releasing=self.duties.releases.decides,
            release_labels=frozenset({RELEASE_LABEL, model.release.hotfix.label.casefold()}),
        )

    def _heartbeat_names(self) -> Collection[str] | None:
        model = self.models.current
        return None if model is None else model.heartbeats

    async def _model_when_ready(self) -> Model | None:
        """Waits a moment, so that what an earlier process left goes on as soon as this one can work."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._built.wait(), PATIENCE.total_seconds())
            return self.models.current
        return None

    async def _begin(self) -> None:
        """Learn who we are, read the model and the open incidents; then keep looking."""
        await self._until_done()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.duties.clock.run())
            if self._hears_jobs:
                group.create_task(self.duties.heartbeats.run())
            for one in self.duties.rounds():
                turn = one.turn
                if one.watched:
                    turn = self.audit.watched(one.kind, one.every, turn)
                group.create_task(every(one.every, turn, name=one.kind))
            model = self.audit.watched("model", MODEL_EVERY, self.duties.refresh_model)
            group.create_task(every(MODEL_EVERY, model, name="model"))
            group.create_task(every(AUDIT_EVERY, self.audit.turn, name="audit"))
            group.create_task(every(LABELS_EVERY, self._ensure_labels, name="labels"))
            if self._reconciles:
                group.create_task(every(RECONCILE_EVERY, self.reconcile.turn, name="reconcile"))

    async def _until_done(self) -> None:
        wait = FIRST_RETRY
        while True:
            try:
                self._bot_login = (await self.github.app()).bot_login
                await self.models.read()
                await self.engine.wake(MODEL)
                model = self.models.current
                if model is not None:
                    await self._ensure_labels()
                    await self.duties.watch.rebuild(model)
                    self._built.set()
                    log.info("ready", home=self.settings.home_repo)
                    return
            except Exception as error:
                log.warning(
                    "not_ready", reason=str(error), exc_info=not isinstance(error, GitHubError)
                )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._new_model.wait(), wait.total_seconds())
            self._new_model.clear()
            wait = min(wait * 2, LOOK_EVERY)

    async def _model_changed(self, model: Model) -> None:
        """Its labels are there before they are needed."""
        self._new_model.set()
        if model.heartbeats and not self._hears_jobs:
            log.warning("heartbeats_off", hint=f"set {heartbeat_door.TOKEN_VARIABLE}")
        if self._built.is_set():
            await self._ensure_labels()

    async def _ensure_labels(self) -> None:
        model, home = self.models.in_force(), self.settings.home_repo
        sources = raising(model, plugins.sources().values(), self.settings.secrets_of)
        await ensure_labels(self.github, home, model, sources)

    async def _installed(self, event: InstallationEvent) -> None:
        log.info("installation", action=event.action, added=event.added, removed=event.removed)
        await self.duties.refresh_model()
        if self._built.is_set():
            await self.duties.reviews.look()

    async def _ping(self) -> None:
        try:
            await self.store.ping()
        except Exception as error:
            self._database_ok = False
            if isinstance(error, DatabaseGoneError):
                self.lost.set()
            raise
        self._database_ok = True

    async def _measure(self) -> None:
        depth, oldest = await self.store.waiting_stats()
        parked = await self.store.parked_count()
        records = await self.records.open()
        metrics.set_queue(depth=depth, oldest_seconds=oldest, parked=parked)
        severities = (record.incident.severity for record in records.values())
        metrics.set_open_incidents(Counter(severities))
