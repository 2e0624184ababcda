"""The duties on a desk: the real store, inbox and drains on SQLite, GitHub in memory, and a clock to turn by hand."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ghapp.core import wire
from ghapp.core.facts import Comment, CommentEvent, Issue, IssueEvent, PushEvent, RepoName, Signal
from ghapp.core.owners_file import FILE
from ghapp.core.routing import conversation_of, conversation_of_issue, support_fingerprint
from ghapp.duties.assembly import Duties, Surroundings
from ghapp.duties.models import CONVERSATION as MODEL
from ghapp.duties.records import Record
from ghapp.engine import rows
from ghapp.engine.database import open_engine
from ghapp.engine.drain import Drain
from ghapp.engine.inbox import Delivery, Inbox
from ghapp.engine.rows import Row
from ghapp.engine.store import Store
from ghapp.github.errors import Refused
from ghapp.model.names import Login
from ghapp.model.types import Model
from tests.support.builders import HOME, KEY, NOW, OWNERS
from tests.support.forgetful_github import ForgetfulGitHub
from tests.support.scripted_pager import ScriptedPager

_PATIENCE = 50


@dataclass
class Spent:
    """What GitHub was asked for during a stretch of the test."""

    counted: int = 0
    methods: list[str] = field(default_factory=list)


@dataclass
class Desk:
    """The rooms of the server between inbox and GitHub, one step at a time.

    What goes wrong at GitHub is retried as the server would: `drain` handles what is due, and
    `patiently` turns the clock until nothing waits.
    """

    folder: Path
    github: ForgetfulGitHub = field(default_factory=ForgetfulGitHub)
    pager: ScriptedPager = field(default_factory=ScriptedPager)
    generation: int = 0
    _deliveries: int = 0
    _woken: dict[str, None] = field(default_factory=dict)
    _waiting: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.github.clock = NOW
        self.github.write_file(HOME, FILE, OWNERS)

    @property
    def now(self) -> datetime:
        """The time, here and at GitHub."""
        return self.github.clock

    def _now(self) -> datetime:
        return self.now

    def _seconds(self) -> float:
        return self.now.timestamp()

    def later(self, **span: float) -> datetime:
        """Turn the clock forward."""
        self.github.clock += timedelta(**span)
        return self.now

    # Starting and stopping

    async def start(self) -> None:
        """Everything over the database of this generation, ready to handle."""
        self.db: sa.Engine = open_engine(f"sqlite:///{self.folder / f'{self.generation}.sqlite'}")
        self.store = Store(self.db, clock=self._now)
        self.inbox = Inbox(self.db, clock=self._seconds)
        await self.store.create()
        await self.inbox.start()
        self._wire()
        self.store.subscribe(self._note)
        self.inbox.subscribe(self._note)
        await self.models.refresh()
        if self.models.current is not None:
            await self.watch.rebuild(self.models.current)

    async def stop(self) -> None:
        """Let go of the database."""
        await self.inbox.stop()
        self.store.close()
        self.db.dispose()

    async def restart(self, *, lost_database: bool = False) -> None:
        """A new process, on the same database or, when that was lost, on an empty one."""
        await self.stop()
        self._woken.clear()
        self.generation += lost_database
        self._waiting.clear()
        self.github.seen.clear()
        await self.start()

    def _wire(self) -> None:
        self.duties = Duties(
            Surroundings(
                github=self.github,
                store=self.store,
                put=self.inbox.put,
                wake=self._wake,
                pager=self.pager,
                home=HOME,
                address=lambda path: f"https://git.example/{path}",
                web="https://git.example",
                now=self._now,
            ),
            model_changed=self._model_changed,
        )
        self.texts, self.reconciler = self.duties.texts, self.duties.reconciler
        self.records, self.models = self.duties.records, self.duties.models
        self.edits, self.outbox, self.asks = self.duties.edits, self.duties.outbox, self.duties.asks
        self.incidents, self.pages = self.duties.incidents, self.duties.pages
        self.handoffs, self.heartbeats = self.duties.handoffs, self.duties.heartbeats
        self.releases, self.triages = self.duties.releases, self.duties.triages
        self.reports = self.duties.reports
        self.freezes, self.gates = self.duties.freezes, self.duties.gates
        self.releases = self.duties.releases
        self.postmortems, self.docs = self.duties.postmortems, self.duties.docs
        self.watch, self.clock = self.duties.watch, self.duties.clock
        self.conversations = self.duties.conversations(ready=self._model, installed=self._installed)
        self._drain = Drain(
            self.db,
            self.inbox,
            self.store,
            self.conversations,
            limit=30,
            clock=self._seconds,
        )

    async def _model(self) -> Model | None:
        return self.models.current

    async def _model_changed(self, _model: Model) -> None:
        """Nobody else has to know."""

    async def _installed(self, _event: object) -> None:
        await self.models.refresh()

    async def _wake(self, conversation: str) -> None:
        self._note([conversation])

    def _note(self, conversations: Iterable[str]) -> None:
        self._woken.update(dict.fromkeys(conversations))

    # What happens

    async def put(self, conversation: str, event: wire.Event) -> None:
        """Store an event as the doors do; nothing is handled yet."""
        self._deliveries += 1
        await self.inbox.put(
            Delivery(
                source="test",
                id=f"{self.generation}-{self._deliveries}",
                conversation=conversation,
                kind=wire.kind_of(event),
                payload=wire.encode(event),
                request_id=f"r-{self._deliveries}",
            )
        )

    async def alert(self, *signals: Signal) -> None:
        """Signals arrive together and are handled."""
        for signal in signals:
            await self.put(conversation_of(signal.fingerprint), signal)
        await self.drain()

    async def says(
        self,
        body: str,
        *,
        by: str = "alice",
        number: int = 1,
        repo: RepoName = HOME,
        previous: str | None = None,
        comment: Comment | None = None,
    ) -> Comment:
        """Somebody comments, or edits a comment of theirs, and it is handled."""
        comment = await self.types(
            body, by=by, number=number, repo=repo, previous=previous, comment=comment
        )
        await self.drain()
        return comment

    async def types(
        self,
        body: str,
        *,
        by: str = "alice",
        number: int = 1,
        repo: RepoName = HOME,
        previous: str | None = None,
        comment: Comment | None = None,
    ) -> Comment:
        """The same, but not handled yet."""
        login = Login(by)
        if comment is None:
            comment = self.github.person_comments(repo, number, author=login, body=body)
        else:
            self.github.rewrite(repo, comment.id, body)
        event = CommentEvent(
            repo=repo,
            number=number,
            comment_id=comment.id,
            body=body,
            previous=previous,
            sender=login,
            at=self.now,
        )
        await self.put(self._conversation(repo, number), event)
        return comment

    async def by_hand(
        self, action: str, *, by: str = "carol", number: int = 1, **changes: object
    ) -> None:
        """Somebody changes an issue by hand, the webhook tells, and it is handled."""
        conversation = self._conversation(HOME, number)
        if changes:
            self.github.person_changes(HOME, number, **changes)
        event = IssueEvent(repo=HOME, number=number, action=action, sender=Login(by), at=self.now)
        await self.put(conversation, event)
        await self.drain()

    async def push(self) -> None:
        """Somebody pushes to the default branch of the home repository."""
        await self.put(MODEL, PushEvent(repo=HOME, sender=Login("carol")))
        await self.drain()

    def delete(self, number: int, error: Refused) -> None:
        """Somebody deletes an issue; GitHub answers with `error` whenever it is asked for it."""
        self.github.person_opens(HOME, author=Login("carol"))  # GitHub never gives a number twice
        del self.github.issues[HOME, number]
        self.github.gone[HOME, number] = error

    def _conversation(self, repo: RepoName, number: int) -> str:
        issue = self.github.issues.get((repo, number))
        if issue is None:
            return conversation_of(support_fingerprint(repo, number))
        return conversation_of_issue(repo, number, issue.body, issue.author_is_app)

    async def recall(self) -> None:
        """Wake whatever still waits in the inbox, as a new process does."""
        self._note(await self.store.run(rows.overdue, self.db, self.now.timestamp(), 0, 100))
        await self.drain()

    async def look(self) -> None:
        """The round that is made every minute."""
        await self.watch.look(self.models.in_force())
        await self.drain()

    async def release(self) -> None:
        """The round of the releases."""
        await self.releases.look(self.models.in_force())
        await self.drain()

    async def triage(self) -> None:
        """The round of the triage."""
        await self.triages.look(self.models.in_force())
        await self.drain()

    async def report(self) -> None:
        """The round of the report."""
        await self.reports.look(self.models.in_force())
        await self.drain()

    async def tick(self) -> None:
        """The clock looks for what is due, and that is handled."""
        await self.clock.look()
        await self.drain()

    async def drain(self) -> None:
        """Handle whatever was woken, until nothing more is due now."""
        for _ in range(_PATIENCE):
            if not self._woken:
                return
            for conversation in list(self._woken):
                del self._woken[conversation]
                outcome = await self._drain.round(conversation, woken=True)
                if outcome.until is not None:
                    self._waiting[conversation] = outcome.until
                elif outcome.more:
                    self._woken[conversation] = None
        raise AssertionError(f"the drains never come to rest: {list(self._woken)}")

    async def patiently(self) -> None:
        """Turn the clock until everything that waits has been handled."""
        for _ in range(_PATIENCE):
            await self.drain()
            if not self._waiting:
                return
            conversation, until = min(self._waiting.items(), key=lambda item: item[1])
            del self._waiting[conversation]
            seconds = max(0.0, until - self.now.timestamp())
            self.later(seconds=seconds + 0.001)
            self._note([conversation])
        raise AssertionError(f"still waiting: {self._waiting}")

    # What a test asks

    def issue(self, number: int = 1) -> Issue:
        """An issue as it is on GitHub."""
        return self.github.issues[HOME, number]

    def incidents_on_github(self) -> list[Issue]:
        """Every incident issue, open or closed, the oldest first."""
        return [issue for issue in self.github.issues.values() if "incident" in issue.labels]

    def words(self, number: int = 1) -> list[str]:
        """What the app has said on an issue, without its markers."""
        return [
            "\n".join(
                line for line in comment.body.splitlines() if not line.startswith("<!-- ghapp")
            ).strip()
            for comment in self.github.comments.get((HOME, number), [])
            if comment.author_is_app
        ]

    async def record(self, key: str = KEY) -> Record:
        """What the index knows of an incident."""
        found = await self.records.get(key)
        assert found is not None
        return found

    async def change(self, key: str = KEY, **changes: Any) -> None:
        """Let the index know something else of an incident."""
        record = await self.record(key)
        incident = replace(record.incident, **changes)
        await self.records.save(replace(record, incident=incident), self.models.in_force())

    async def parked(self) -> list[Row]:
        """The rows that were given up."""
        return await self.store.parked()

    @contextmanager
    def spending(self) -> Iterator[Spent]:
        """Note what a stretch of the test costs at GitHub."""
        spent, before = Spent(), len(self.github.calls)
        yield spent
        made = self.github.calls[before:]
        spent.methods = [call.method for call in made if call.counted]
        spent.counted = len(spent.methods)


@asynccontextmanager
async def desk_in(folder: Path) -> AsyncIterator[Desk]:
    """A desk that is ready, and is cleared afterwards."""
    desk = Desk(folder)
    await desk.start()
    desk.github.calls.clear()
    try:
        yield desk
    finally:
        await desk.stop()
