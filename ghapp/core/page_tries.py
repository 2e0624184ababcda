"""Whom a page still has to reach, and through which channel next: three tries of one, then the next."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from ghapp.core.facts import Page, Paged
from ghapp.core.paging import channels_of
from ghapp.core.who import area_of
from ghapp.model.names import AreaName, Login
from ghapp.model.types import Model

BACKOFF = (timedelta(seconds=1), timedelta(seconds=5))
"""How long to wait after a try that failed; after one more, the next channel's turn has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How far the attempt to reach one person, or to announce in one place, has got.

    `channels` are those left, of which the first is tried next, at `next_at` (UTC), after `tries` that failed;
    `failed` are those that never took it, `through` is the one that did. `over_at` is when it ended (UTC).
    """

    who: str
    channels: tuple[str, ...]
    next_at: datetime
    tries: int = 0
    failed: tuple[str, ...] = ()
    through: str = ""
    over_at: datetime | None = None

    @property
    def channel(self) -> str:
        """What is tried next."""
        return self.channels[0]

    def taken(self, at: datetime) -> Self:
        """The channel has taken it."""
        return replace(self, through=self.channel, channels=(), over_at=at)

    def refused(self, now: datetime) -> Self:
        """The channel has not taken it this time."""
        if self.tries >= len(BACKOFF):
            return self.given_up(now)
        return replace(self, tries=self.tries + 1, next_at=now + BACKOFF[self.tries])

    def given_up(self, now: datetime) -> Self:
        """The channel will not take it, so the next one is tried at once."""
        left = self.channels[1:]
        return replace(
            self,
            channels=left,
            tries=0,
            next_at=now,
            failed=(*self.failed, self.channel),
            over_at=None if left else now,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a page has got; `reported` says that the incident knows what became of its people."""

    people: tuple[Attempt, ...]
    announcements: tuple[Attempt, ...] = ()
    reported: bool = False

    def due(self, now: datetime) -> tuple[Attempt, ...]:
        """The attempts whose next try is due."""
        return tuple(one for one in self._open() if one.next_at <= now)

    def next_at(self) -> datetime | None:
        """When the next try is due (UTC); None when there is none."""
        return min((one.next_at for one in self._open()), default=None)

    def reached(self) -> bool:
        """Whether it is known of everybody if they were reached; announcements may go on."""
        return all(one.over_at is not None for one in self.people)

    def results(self) -> tuple[Paged, ...]:
        """What became of those whose attempt is over."""
        return tuple(
            Paged(Login(one.who), one.over_at, one.through, one.failed)
            for one in self.people
            if one.over_at is not None
        )

    def after(self, tried: dict[Attempt, Attempt]) -> Self:
        """The progress with some attempts further on."""
        return replace(
            self,
            people=tuple(tried.get(one, one) for one in self.people),
            announcements=tuple(tried.get(one, one) for one in self.announcements),
        )

    def _open(self) -> tuple[Attempt, ...]:
        every = (*self.people, *self.announcements)
        return tuple(one for one in every if one.over_at is None)


def begin(page: Page, area: AreaName, model: Model, now: datetime) -> Progress:
    """Nobody has been tried yet. Every channel of the area is told, while a person has one after the other."""
    return Progress(
        people=tuple(_fresh(login, channels_of(login, model), now) for login in page.logins),
        announcements=tuple(
            _fresh(f"area:{area}", (channel,), now) for channel in area_of(area, model).notify
        ),
    )


def _fresh(who: str, channels: tuple[str, ...], now: datetime) -> Attempt:
    return Attempt(who=who, channels=channels, next_at=now, over_at=None if channels else now)
