"""The tour of `ghapp demo`: steps that really happen, each told, waited for and shown."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp

from ghapp.demo import cast
from ghapp.demo.alerts import Alert, Google, RefusedAlertError
from ghapp.demo.github import GitHub
from ghapp.demo.people import Person, RefusedError
from ghapp.demo.server import Server, ServerError
from ghapp.demo.story_view import View
from ghapp.demo.stripe import Stripe
from ghapp.engine.database import open_engine
from ghapp.engine.store import Store

T = TypeVar("T")
Issue = dict[str, Any]

PATIENCE = 30.0
"""Seconds within which a step's effect must be seen; on a fast machine most take less than one."""

_POLL = 0.05


class NotSeenError(Exception):
    """What should have happened on GitHub did not."""


class StepFailedError(Exception):
    """A step of the tour did not happen: which, and why."""

    def __init__(self, number: int, headline: str, why: str) -> None:
        super().__init__(f"step {number} did not happen: {headline}")
        self.why = why


@dataclass(slots=True)
class Tour:
    """What the steps have at hand, and what they remember for one another."""

    github: GitHub
    server: Server
    view: View
    google: Google
    stripe: Stripe
    patience: float = PATIENCE
    alert: Alert | None = None
    number: int = 0
    """The issue of the first incident."""

    def person(self, login: str) -> Person:
        """One of alice, bob and carol."""
        return self.github.person(login)

    async def issue(self) -> Issue:
        """The first incident's issue, as it is now."""
        return await self.person("alice").issue(self.number)

    async def incidents(self, state: str = "all") -> list[Issue]:
        """All incidents, the oldest first."""
        found = await self.person("alice").issues("incident", state=state)
        return sorted(found, key=lambda issue: int(issue["number"]))

    async def until(
        self, what: str, probe: Callable[[], Awaitable[T | None]], *, within: float | None = None
    ) -> T:
        """Wait until `probe` answers, asking again after each call of the app.

        Raises:
            NotSeenError: It did not, within the patience of the tour.
        """
        patience = within or self.patience
        with self.view.waiting(what):
            try:
                return await self.github.proxy.eventually(probe, within=patience)
            except AssertionError:
                raise NotSeenError(f"Not seen within {patience:g} seconds: {what}.") from None

    async def until_issue(
        self, what: str, holds: Callable[[Issue], bool], *, number: int = 0
    ) -> Issue:
        """Wait until something holds of an issue; the first incident's if unsaid."""

        async def probe() -> Issue | None:
            issue = await self.person("alice").issue(number or self.number)
            return issue if holds(issue) else None

        return await self.until(what, probe)

    async def settled(self) -> None:
        """Wait until nothing that was accepted waits for its work any more.

        Raises:
            NotSeenError: Some still does, after the patience of the tour.
        """
        db = open_engine(self.server.settings["GHAPP_DATABASE_URL"])
        with contextlib.closing(Store(db)) as store, self.view.waiting("all of it is handled"):
            try:
                async with asyncio.timeout(self.patience):
                    while (await store.waiting_stats())[0]:  # noqa: ASYNC110
                        await asyncio.sleep(_POLL)  # another process's commit sends no event
            except TimeoutError:
                raise NotSeenError("Some of what was accepted still waits for its work.") from None
            finally:
                db.dispose()

    async def show(self, issue: Issue, *, comments: int = 2) -> None:
        """Show an issue with its latest comments, once everything has been answered."""
        await self.settled()
        number, alice = issue["number"], self.person("alice")
        latest = (await alice.comments(number))[-comments:] if comments else []
        given = [await alice.reactions(comment["id"]) for comment in latest]
        self.view.issue(issue, list(zip(latest, given, strict=True)))


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its headline, what happens in it, and how to make it happen."""

    headline: str
    story: str
    act: Callable[[Tour], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that happened: how long it took (seconds), and the calls to GitHub that it cost the app."""

    headline: str
    seconds: float
    calls: int


async def take(tour: Tour, steps: Sequence[Step]) -> list[Taken]:
    """Take every step, in order.

    Raises:
        StepFailedError: One did not happen; the rest has not been tried.
    """
    taken: list[Taken] = []
    for number, step in enumerate(steps, start=1):
        tour.view.begin(number, step.headline, step.story)
        began, before = time.monotonic(), tour.github.proxy.last
        try:
            await step.act(tour)
        except (
            NotSeenError,
            RefusedAlertError,
            RefusedError,
            ServerError,
            aiohttp.ClientError,
            OSError,
        ) as error:
            raise StepFailedError(number, step.headline, _why(error)) from error
        calls = len(tour.github.proxy.counted(before))
        taken.append(Taken(step.headline, time.monotonic() - began, calls))
    return taken


async def summarise(tour: Tour, taken: Sequence[Taken]) -> None:
    """End the tour: what each step cost, and what there is on GitHub now."""
    issues = await tour.person("alice").issues()
    still_open = [issue for issue in issues if issue["state"] == "open"]
    tour.view.summary(
        [(one.headline, one.seconds, one.calls) for one in taken],
        issues=len(issues),
        still_open=len(still_open),
    )


def labels(issue: Issue) -> set[str]:
    """The names of its labels."""
    return {label["name"] for label in issue["labels"]}


def assignees(issue: Issue) -> list[str]:
    """The logins of those assigned."""
    return [user["login"] for user in issue["assignees"]]


def is_app(comment: Issue) -> bool:
    """Whether ghapp wrote it."""
    return bool(comment["user"]["login"] == cast.APP_LOGIN)


def ensure(holds: bool, otherwise: str) -> None:
    """Hold the story to what is true.

    Raises:
        NotSeenError: It is not; `otherwise` says what is wrong.
    """
    if not holds:
        raise NotSeenError(otherwise)


def _why(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientError | OSError):
        return f"ghapp or the emulated GitHub did not answer: {str(error) or type(error).__name__}"
    return str(error)
