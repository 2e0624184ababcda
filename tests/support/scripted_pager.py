"""A pager for tests: it notes what it sends, and each channel does what the test says."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from ghapp.clients.pager import NoChannel, NotTaken


@dataclass(frozen=True)
class Sent:
    """A message that was given to a channel, taken or not."""

    channel: str
    subject: str
    body: str
    urgent: bool


@dataclass
class ScriptedPager:
    """Every channel takes everything unless it is among `refusing` (for so many times) or `missing`."""

    sent: list[Sent] = field(default_factory=list)
    refusing: dict[str, int] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    meanwhile: Callable[[], Awaitable[None]] | None = None
    """What happens while the next message is on its way."""

    async def send(self, channel: str, subject: str, body: str, *, urgent: bool) -> None:
        """Note the message, and take it or not."""
        if channel in self.missing:
            raise NoChannel(f"{channel} is not set")
        self.sent.append(Sent(channel, subject, body, urgent))
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        if self.refusing.get(channel, 0):
            self.refusing[channel] -= 1
            raise NotTaken("error=500")

    @property
    def channels(self) -> list[str]:
        """Which channels were tried, in order."""
        return [one.channel for one in self.sent]
