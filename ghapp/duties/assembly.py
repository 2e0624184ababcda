"""Builds every duty over what it uses, in one place: the server, single ticks and the tests have the same ones."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ghapp import plugins
from ghapp.clients.pager import Pager
from ghapp.core.facts import InstallationEvent, RepoName
from ghapp.core.incident import Incident
from ghapp.duties.alarms import Alarms
from ghapp.duties.asks import Asks
from ghapp.duties.checks import Checks
from ghapp.duties.clock import Clock
from ghapp.duties.conversations import Conversations
from ghapp.duties.dated import Dated
from ghapp.duties.docs import LOOK_EVERY as DOCS_EVERY
from ghapp.duties.edits import Edits
from ghapp.duties.freezes import Freezes
from ghapp.duties.gate import Gates
from ghapp.duties.gate_answers import GateAnswers
from ghapp.duties.gate_reads import GateReads
from ghapp.duties.handoffs import Handoffs
from ghapp.duties.heartbeats import Heartbeats
from ghapp.duties.hygiene import SWEEP_EVERY, Hygiene
from ghapp.duties.hygiene_parts import backlogs
from ghapp.duties.incidents import Incidents
from ghapp.duties.kinds import KINDS
from ghapp.duties.models import CONVERSATION as MODEL
from ghapp.duties.models import Models
from ghapp.duties.outbox import FREEZES, Outbox, Put
from ghapp.duties.owners_checks import OwnersChecks
from ghapp.duties.page_texts import PageTexts
from ghapp.duties.pages import Pages
from ghapp.duties.paper_parts import PaperParts, documents, postmortems
from ghapp.duties.paperwork import Together
from ghapp.duties.postmortems import LOOK_EVERY as POSTMORTEMS_EVERY
from ghapp.duties.pull_facts import PullFacts
from ghapp.duties.pull_states import PullStates
from ghapp.duties.records import Records
from ghapp.duties.release_parts import releases
from ghapp.duties.releases import LOOK_EVERY as RELEASES_EVERY
from ghapp.duties.replies import Replies
from ghapp.duties.reports import LOOK_EVERY as REPORT_EVERY
from ghapp.duties.review_requests import ReviewRequests
from ghapp.duties.reviews import LOOK_EVERY as REVIEWS_EVERY
from ghapp.duties.reviews import Reviews
from ghapp.duties.routine_parts import Routine, reports, triages
from ghapp.duties.standards import Standards
from ghapp.duties.template_files import TemplateFiles
from ghapp.duties.templates import Replaced
from ghapp.duties.texts import TemplateTexts
from ghapp.duties.triage import LOOK_EVERY as TRIAGE_EVERY
from ghapp.duties.waivers import Waiving
from ghapp.duties.watch import Watch
from ghapp.engine.store import Store
from ghapp.github.github import GitHub
from ghapp.github.once import Once
from ghapp.github.reconciler import Reconciler
from ghapp.model.types import Model

LOOK_EVERY = timedelta(minutes=1)
HANDOFF_EVERY = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the duties are built over.

    `wake` has a conversation handled soon; `address` is where a person reads a file of the home repository, and `web`
    where repositories are shown, such as `https://github.com`; `now` is the only clock (UTC).
    """

    github: GitHub
    store: Store
    put: Put
    wake: Callable[[str], Awaitable[None]]
    pager: Pager
    home: RepoName
    address: Callable[[str], str]
    web: str
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Round:
    """What a duty does by itself at intervals; a turn too many changes nothing. A `watched` one is missed."""

    kind: str
    every: timedelta
    turn: Callable[[], Awaitable[None]]
    watched: bool = False


class Duties:
    """All duties, each once."""

    def __init__(
        self, given: Surroundings, *, model_changed: Callable[[Model], Awaitable[None]]
    ) -> None:
        """`model_changed` is told of each new model, once the clocks follow it."""
        github, store, home, now = given.github, given.store, given.home, given.now
        self._given = given
        self._model_changed = model_changed
        self.alarms = Alarms(store)
        self.records = Records(store)
        commands = plugins.commands()
        replaced = Replaced()
        self.texts = TemplateTexts(
            self.in_force, lambda: commands, given.address, replaced=replaced
        )
        templates = TemplateFiles(github, store, replaced, home)
        self.models = Models(github, store, self.texts, home, self._follow, templates=templates)
        self.reconciler = Reconciler(github, store, self.texts, now)
        self.outbox = Outbox(given.put)
        self.once = Once(store, now)
        self.checks = Checks(github, store, self.once, self.texts, given.web)
        self.replies = Replies(github, self.reconciler, self.texts)
        self.dated = Dated(github, store, home, now)
        self.edits = Edits(github, store, self.texts, home, self.refresh_model)
        self.asks = Asks(
            github, self.reconciler, self.texts, commands, edits=self.edits, outbox=self.outbox
        )
        self.incidents = Incidents(
            gateway=github,
            reconciler=self.reconciler,
            records=self.records,
            asks=self.asks,
            store=store,
            home=home,
            now=now,
            page=self.outbox.page,
            over=self._over,
        )
        self.pages = Pages(
            gateway=github,
            records=self.records,
            store=store,
            outbox=self.outbox,
            pager=given.pager,
            texts=PageTexts(given.address, replaced=replaced),
            now=now,
        )
        self.handoffs = Handoffs(
            dated=self.dated,
            records=self.records,
            memory=store,
            outbox=self.outbox,
            texts=self.texts,
            now=now,
        )
        self.watch = Watch(
            gateway=github,
            records=self.records,
            incidents=self.incidents,
            store=store,
            memory=store,
            home=home,
            now=now,
            wake=given.wake,
        )
        self.heartbeats = Heartbeats(
            memory=store,
            records=self.records,
            incidents=self.incidents,
            put=given.put,
            model=lambda: self.models.current,
            now=now,
        )
        self.freezes = Freezes(
            dated=self.dated,
            records=self.records,
            memory=store,
            alarms=self.alarms,
            texts=self.texts,
            home=home,
            now=now,
            wake=given.wake,
            pulls=self._look_at_pulls,
        )
        self.gates = Gates(
            gateway=github,
            reads=GateReads(
                gateway=github,
                dated=self.dated,
                freezes=self.freezes,
                memory=store,
                home=home,
                now=now,
            ),
            checks=self.checks,
            answers=GateAnswers(github, self.reconciler, self.texts, store),
            replies=self.replies,
            models=self.models,
            memory=store,
            home=home,
        )
        self.releases = releases(
            github=github,
            store=store,
            dated=self.dated,
            records=self.records,
            reconciler=self.reconciler,
            texts=self.texts,
            alarms=self.alarms,
            gate=self.gates,
            replies=self.replies,
            home=home,
            web=given.web,
            wake=given.wake,
            now=now,
        )
        self.standards = Standards(github, store, self.models, home, now)
        self.reviews = self._reviews()
        self.hygiene: Hygiene = backlogs(
            github=github,
            store=store,
            standards=self.standards,
            reconciler=self.reconciler,
            texts=self.texts,
            replies=self.replies,
            alarms=self.alarms,
            home=home,
            wake=given.wake,
            now=now,
        )
        papers = PaperParts(
            github=github,
            store=store,
            dated=self.dated,
            records=self.records,
            reconciler=self.reconciler,
            replies=self.replies,
            texts=self.texts,
            alarms=self.alarms,
            home=home,
            address=given.address,
            wake=given.wake,
            now=now,
        )
        self.postmortems, self.docs = postmortems(papers), documents(papers)
        routine = Routine(
            github=github,
            store=store,
            dated=self.dated,
            records=self.records,
            paperwork=Together(self.postmortems, self.docs),
            texts=self.texts,
            home=home,
            web=given.web,
            wake=given.wake,
            now=now,
        )
        self.triages, self.reports = triages(routine), reports(routine)
        self.clock = Clock(self.records, self.alarms, given.wake, now)

    def conversations(
        self,
        *,
        ready: Callable[[], Awaitable[Model | None]],
        installed: Callable[[InstallationEvent], Awaitable[None]],
    ) -> Conversations:
        """What handles the rows that wait; see `Conversations`."""
        return Conversations(
            incidents=self.incidents,
            heartbeats=self.heartbeats,
            pages=self.pages,
            handoffs=self.handoffs,
            models=self.models,
            freezes=self.freezes,
            releases=self.releases,
            reviews=self.reviews,
            triages=self.triages,
            postmortems=self.postmortems,
            reports=self.reports,
            hygiene=self.hygiene,
            docs=self.docs,
            ready=ready,
            installed=installed,
            now=self._given.now,
        )

    def rounds(self) -> tuple[Round, ...]:
        """What is done at intervals, besides what the clock wakes; only once there is a model."""
        return (
            Round("incidents", LOOK_EVERY, self._look, watched=True),
            Round("handoffs", HANDOFF_EVERY, self._hand_over),
            Round("review", REVIEWS_EVERY, self.reviews.look, watched=True),
            Round("freezes", LOOK_EVERY, self._freeze),
            Round("release", RELEASES_EVERY, self._release, watched=True),
            Round("triage", TRIAGE_EVERY, self._triage),
            Round("postmortems", POSTMORTEMS_EVERY, self.postmortems.look, watched=True),
            Round("report", REPORT_EVERY, self._report),
            Round("hygiene", SWEEP_EVERY, self.hygiene.look, watched=True),
            Round("docs", DOCS_EVERY, self.docs.look, watched=True),
        )

    def kinds(self) -> frozenset[str]:
        """What people may choose from."""
        return frozenset({one.kind for one in self.rounds()} | KINDS)

    def _reviews(self) -> Reviews:
        given, github, rules = self._given, self._given.github, plugins.review_rules()
        standards = self.standards
        states = PullStates(given.store)
        return Reviews(
            gateway=github,
            standards=standards,
            facts=PullFacts(github, standards, rules, self.freezes.touching, given.now),
            states=states,
            checks=self.checks,
            owners=OwnersChecks(github, self.checks, given.now),
            requests=ReviewRequests(github, states, self.reconciler, self.texts, given.now),
            waiving=Waiving(self.replies, rules),
            alarms=self.alarms,
            rules=rules,
            home=given.home,
            wake=given.wake,
            now=given.now,
        )

    def in_force(self) -> Model:
        """The model in force, for those who run only once there is one."""
        return self.models.in_force()

    async def refresh_model(self) -> None:
        """Have OWNERS.yaml read soon."""
        await self._given.wake(MODEL)

    async def _look(self) -> None:
        await self.models.follow()
        await self.watch.look(self.in_force())

    async def _hand_over(self) -> None:
        await self.handoffs.look(self.in_force())

    async def _look_at_pulls(self) -> None:
        await self.reviews.look_again()

    async def _freeze(self) -> None:
        await self._given.wake(FREEZES)

    async def _release(self) -> None:
        await self.releases.look(self.in_force())

    async def _triage(self) -> None:
        await self.triages.look(self.in_force())

    async def _over(self, incident: Incident, model: Model) -> None:
        await self.postmortems.over(incident, model)

    async def _report(self) -> None:
        await self.reports.look(self.in_force())

    async def _follow(self, model: Model) -> None:
        for record in (await self.records.open()).values():
            await self.records.schedule(record, model)
        await self.releases.look(model)
        await self.reviews.look_again()
        await self._model_changed(model)
