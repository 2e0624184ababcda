"""Hands what waits in the inbox to the duty it belongs to, one conversation at a time."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog

from ghapp.core import wire
from ghapp.core.facts import FreezeEvent, HandoffEvent, InstallationEvent, Page, PushEvent
from ghapp.core.github_event import RELEASE, STANDARD, pull_of, repo_of_backlog
from ghapp.core.heartbeat import name_of
from ghapp.core.routine_asks import DOCS, POSTMORTEMS
from ghapp.core.routing import fingerprint_of
from ghapp.duties.docs import Docs
from ghapp.duties.freezes import Freezes
from ghapp.duties.handoffs import Handoffs
from ghapp.duties.heartbeats import Heartbeats
from ghapp.duties.hygiene import Hygiene
from ghapp.duties.incidents import Incidents
from ghapp.duties.models import CONVERSATION as MODEL
from ghapp.duties.models import Models
from ghapp.duties.outbox import FREEZES, HANDOFF, PAGE, REPORT, TRIAGE
from ghapp.duties.pages import Pages
from ghapp.duties.postmortems import Postmortems
from ghapp.duties.rates import OF_INCIDENTS, Event
from ghapp.duties.releases import Releases
from ghapp.duties.reports import Reports
from ghapp.duties.reviews import Reviews
from ghapp.duties.triage import Triages
from ghapp.engine.failures import Retry
from ghapp.engine.store import Row
from ghapp.github.errors import RateLimited, Refused, Unavailable
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

INSTALLATIONS = "installations"
WATCH = "watch"

_UNTIL_READY = 2.0
_UNTIL_ALLOWED = 60.0


class Conversations:
    """The handler that the engine calls; see `ghapp.engine.queue.Engine`."""

    def __init__(
        self,
        *,
        incidents: Incidents,
        heartbeats: Heartbeats,
        pages: Pages,
        handoffs: Handoffs,
        models: Models,
        freezes: Freezes,
        releases: Releases,
        reviews: Reviews,
        triages: Triages,
        postmortems: Postmortems,
        reports: Reports,
        hygiene: Hygiene,
        docs: Docs,
        ready: Callable[[], Awaitable[Model | None]],
        installed: Callable[[InstallationEvent], Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        """`ready` gives the model once the index is complete, None when that takes longer than a moment."""
        self._incidents = incidents
        self._heartbeats = heartbeats
        self._pages = pages
        self._handoffs = handoffs
        self._models = models
        self._freezes = freezes
        self._releases = releases
        self._reviews = reviews
        self._triages = triages
        self._postmortems = postmortems
        self._reports = reports
        self._hygiene = hygiene
        self._docs = docs
        self._ready = ready
        self._installed = installed
        self._now = now

    async def __call__(self, conversation: str, rows: Sequence[Row]) -> None:
        """Handle the waiting rows of a conversation.

        Raises:
            Retry: GitHub can't be reached, has had enough for now, or does not let the App in; nobody is to blame.
        """
        request = rows[0].request_id if rows else None
        with structlog.contextvars.bound_contextvars(conversation=conversation, request_id=request):
            try:
                await self._dispatch(conversation, rows)
            except RateLimited as limited:
                wait = (limited.until - self._now()).total_seconds()
                raise Retry(max(wait, 1.0), str(limited)) from limited
            except Unavailable as unavailable:
                raise Retry(unavailable.after, str(unavailable)) from unavailable
            except Refused as refused:
                if refused.status not in {401, 403, 404}:
                    raise
                raise Retry(_UNTIL_ALLOWED, str(refused)) from refused

    async def _dispatch(self, conversation: str, rows: Sequence[Row]) -> None:
        events = [wire.decode(row.kind, row.payload) for row in rows]
        if conversation == MODEL:
            await self._models.refresh()
        elif fingerprint_of(conversation) is not None:
            await self._of_an_incident(conversation, events, rows)
        elif (pull := pull_of(conversation)) is not None:
            await self._model()
            await self._reviews.handle(*pull, events)
        elif (repo := repo_of_backlog(conversation)) is not None:
            await self._model()
            await self._hygiene.handle(repo, events)
        elif conversation == INSTALLATIONS or conversation.startswith((PAGE, HANDOFF, STANDARD)):
            for event in events:
                await self._one(event)
        else:
            await self._at_home(conversation, events)

    async def _at_home(self, conversation: str, events: Sequence[wire.Event]) -> None:
        """Duties of the home repository that bring everything to where it should be, whatever has happened."""
        if conversation == FREEZES:
            announced = [event for event in events if isinstance(event, FreezeEvent)]
            await self._freezes.handle(announced, await self._model())
        elif conversation.startswith(RELEASE):
            await self._releases.handle(events, await self._model())
        elif conversation.startswith(TRIAGE):
            await self._triages.handle(await self._model())
        elif conversation == POSTMORTEMS:
            await self._postmortems.handle(events, await self._model())
        elif conversation.startswith(REPORT):
            await self._reports.handle(await self._model())
        elif conversation == DOCS:
            await self._docs.handle(events, await self._model())
        else:
            raise ValueError(f"nobody handles the conversation {conversation!r}")

    async def _one(self, event: wire.Event) -> None:
        """Events that concern nothing else in their conversation."""
        match event:
            case InstallationEvent():
                await self._installed(event)
            case Page():
                await self._pages.handle(event, self._models.current or await self._model())
            case PushEvent():
                await self._reviews.pushed(event)
            case HandoffEvent():
                await self._handoffs.handle(event, await self._model())

    async def _of_an_incident(
        self, conversation: str, events: Sequence[wire.Event], rows: Sequence[Row]
    ) -> None:
        key = fingerprint_of(conversation)
        assert key is not None
        model = await self._model()
        mine: list[Event] = [event for event in events if isinstance(event, OF_INCIDENTS)]
        duty = self._incidents if name_of(key) is None else self._heartbeats
        await duty.handle(key, mine, rows, model)

    async def _model(self) -> Model:
        model = await self._ready()
        if model is None:
            raise Retry(_UNTIL_READY, "OWNERS.yaml and the open incidents have not been read yet")
        return model
