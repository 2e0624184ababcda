"""What the issues of postmortems and actions remember, in a hidden line of their text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

ACTION: Final = "action"
"""Of the marker and the label of an action's issue."""


@dataclass(frozen=True, slots=True)
class State:
    """By when it is due, on the file's clock, and since when a person has wanted it (UTC; None: nobody asked)."""

    due: date
    asked_at: datetime | None = None


def to_data(state: State) -> dict[str, Any]:
    """The state as plain JSON values."""
    asked = {} if state.asked_at is None else {"asked_at": state.asked_at.isoformat()}
    return {"due": state.due.isoformat(), **asked}


def from_data(data: Mapping[str, Any] | None) -> State | None:
    """Read what `to_data` wrote; None when somebody has damaged it."""
    try:
        due, asked = date.fromisoformat(str((data or {}).get("due"))), (data or {}).get("asked_at")
        return State(due, datetime.fromisoformat(str(asked)).astimezone(UTC) if asked else None)
    except ValueError:
        return None
