"""What one conversation has for another: pages, what became of them, announcements; none is lost on the way."""

import uuid
from collections.abc import Awaitable, Callable

from ghapp.core import wire
from ghapp.core.facts import FreezeEvent, HandoffEvent, MaintenanceEvent, Page, PageReport
from ghapp.core.github_event import AskEvent
from ghapp.core.paging import name_of
from ghapp.core.routing import conversation_of, maintenance_fingerprint
from ghapp.engine.inbox import Delivery

SOURCE = "ghapp"
PAGE = "page:"
"""Each page is a conversation of its own: one that is tried again keeps no other waiting."""

HANDOFF = "handoff:"
"""A conversation for each rotation."""

FREEZES = "freezes"
"""The one conversation of all freezes."""

TRIAGE = "triage:"
REPORT = "report:"
"""Each is a conversation of the home repository."""

Put = Callable[[Delivery], Awaitable[bool]]


class Outbox:
    """Takes note of what must be said outside GitHub."""

    def __init__(self, put: Put) -> None:
        self._put = put

    async def page(self, page: Page | None) -> None:
        """Have people told; the same page is taken once. Raises InboxUnavailable."""
        if page is not None:
            name = name_of(page)
            await self._put(_delivery(name, f"{PAGE}{name}", page))

    async def report(self, report: PageReport) -> None:
        """Tell the incident what became of a page; once for each. Raises InboxUnavailable."""
        await self._put(_delivery(f"{name_of(report)}:report", conversation_of(report.key), report))

    async def announce(self, event: MaintenanceEvent | FreezeEvent, name: str) -> None:
        """Begin, prolong or end something; `name` is of the command that asked for it. Raises InboxUnavailable."""
        if isinstance(event, FreezeEvent):
            conversation = FREEZES
        else:
            conversation = conversation_of(maintenance_fingerprint(event.area))
        await self._put(_delivery(name, conversation, event))

    async def pass_on(self, ask: AskEvent, conversation: str) -> None:
        """Have a command carried out and answered by another conversation; once. Raises InboxUnavailable."""
        await self._put(_delivery(ask.key, conversation, ask))

    async def hand_over(self, event: HandoffEvent) -> None:
        """Have a handoff written; the same one is taken once. Raises InboxUnavailable."""
        name = f"{HANDOFF}{event.rotation}"
        await self._put(_delivery(f"{name}:{event.at.isoformat()}", name, event))


def _delivery(
    name: str,
    conversation: str,
    event: Page | PageReport | MaintenanceEvent | FreezeEvent | HandoffEvent | AskEvent,
) -> Delivery:
    return Delivery(
        source=SOURCE,
        id=name,
        conversation=conversation,
        kind=wire.kind_of(event),
        payload=wire.encode(event),
        request_id=uuid.uuid4().hex,
    )
