"""What the duty of releases asks of the gate; by default the verdict is read off the check run on GitHub."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from ghapp.core.gate import CHECK, Gate
from ghapp.core.pull_request import Pull
from ghapp.core.release_state import GateSaid
from ghapp.core.verdict import Reason, State
from ghapp.core.wire import Event
from ghapp.github.gateway_checks import CheckGateway
from ghapp.model.types import Model

UNSAID: Final = "The gate has said nothing of this head"


class GateKeeper(Protocol):
    """Keeps the check of every release pull request up to date."""

    async def look(
        self, model: Model, now: datetime, events: Sequence[Event] = ()
    ) -> datetime | None:
        """Bring the checks to where they should be; when time alone may change one of them (UTC).

        Raises:
            GitHubError: GitHub could not be asked or told.
        """
        ...

    async def verdict(self, pull: Pull) -> Gate | None:
        """What the gate said last of the head of a pull request; None where it has said nothing."""
        ...


def said(gate: Gate | None, pull: Pull) -> GateSaid:
    """A verdict as the release issue records it; a gate that said nothing has not passed anything."""
    if gate is None:
        return GateSaid(passed=False, title=UNSAID, head=pull.head)
    return GateSaid(passed=gate.passes, title=gate.title, head=pull.head)


class CheckRead:
    """Goes by the check run on the head, whoever keeps it."""

    def __init__(self, gateway: CheckGateway) -> None:
        self._gateway = gateway

    async def look(
        self, _model: Model, _now: datetime, _events: Sequence[Event] = ()
    ) -> datetime | None:
        """There is nothing to keep."""
        return None

    async def verdict(self, pull: Pull) -> Gate | None:
        """What the newest check run says."""
        runs = await self._gateway.own_checks(pull.repo, pull.head, CHECK)
        if not runs:
            return None
        state = State.SATISFIED if runs[0].conclusion == "success" else State.REFUSED
        return Gate((Reason("gate", state, runs[0].title, runs[0].title),))
