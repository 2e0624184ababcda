"""Remembers who lived in which time zone since when, which OWNERS.yaml says of today only."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ghapp.duties.records import Memory
from ghapp.model.names import Login
from ghapp.model.people import Person
from ghapp.model.types import Model

KIND: Final = "zones"
"""Of the memory; the keys are instants."""


class Zones:
    """Keeps them in the database; what was before a lost one counts as it is now."""

    def __init__(self, memory: Memory, now: Callable[[], datetime]) -> None:
        self._memory = memory
        self._now = now
        self._noted: Model | None = None

    async def note(self, model: Model) -> None:
        """Take down the zones of a model if they are others than before."""
        if model is self._noted:
            return
        known = await self._memory.memory_all(KIND)
        said = _said(model)
        if not known or known[max(known)] != said:
            await self._memory.memory_put(KIND, self._now().isoformat(), said)
        self._noted = model

    async def history(self, model: Model) -> tuple[tuple[datetime, Model], ...]:
        """The model with the zones that were in force since (UTC), the oldest first."""
        known = await self._memory.memory_all(KIND)
        return tuple(
            (datetime.fromisoformat(since), _with(model, known[since])) for since in sorted(known)
        )


def _said(model: Model) -> dict[str, Any]:
    people = {str(login): person.timezone.key for login, person in model.people.items()}
    return {"timezone": model.timezone.key, "people": people}


def _with(model: Model, said: Mapping[str, Any]) -> Model:
    people = {
        Login(login): Person(timezone=_zone(key, model)) for login, key in said["people"].items()
    }
    return model.model_copy(update={"timezone": _zone(said["timezone"], model), "people": people})


def _zone(key: str, model: Model) -> ZoneInfo:
    """A zone by its name; that of the file where this machine does not know it any more."""
    try:
        return ZoneInfo(key)
    except ZoneInfoNotFoundError:
        return model.timezone
