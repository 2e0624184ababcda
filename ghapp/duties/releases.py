"""Releases: what the cadence plans is brought about, one step after the other, wherever it stands."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from ghapp.core import wire
from ghapp.core.facts import RepoName
from ghapp.core.github_event import MilestoneEvent, conversation_of_release
from ghapp.duties.alarms import Alarms
from ghapp.duties.milestones import Milestones, Standing
from ghapp.model.types import Model

LOOK_EVERY: Final = timedelta(minutes=5)
"""How long a change goes unseen at most whose event was lost."""


class Releases:
    """The releases of the home repository, all in one conversation; nothing while OWNERS.yaml plans none."""

    def __init__(
        self,
        *,
        milestones: Milestones,
        alarms: Alarms,
        home: RepoName,
        wake: Callable[[str], Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        self._milestones = milestones
        self._alarms = alarms
        self._conversation = conversation_of_release(home)
        self._wake = wake
        self._now = now

    async def look(self, model: Model) -> None:
        """Have the releases looked at soon."""
        if model.release is not None:
            await self._wake(self._conversation)

    async def handle(self, events: Sequence[wire.Event], model: Model) -> None:
        """Bring everything to where it should be, and say when to look again; twice changes nothing.

        Raises:
            GitHubError: GitHub could not be asked or told; the same may be handled again.
        """
        if model.release is None:
            await self._alarms.set(self._conversation, None)
            return
        changes = [event for event in events if isinstance(event, MilestoneEvent)]
        standing = await self._milestones.bring(model, events=changes)
        await self._alarms.set(self._conversation, _next(standing, self._now()))


def _next(standing: Standing, now: datetime) -> datetime | None:
    """The next instant at which time alone changes something."""
    return min((one.at for one in standing.occurrences if one.at > now), default=None)
