"""What a writer of the inbox must do, and the values it is given."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Delivery:
    """One authentic message: `source` and `id` say which, `conversation` what it belongs to.

    Messages of one conversation (a fingerprint, a pull request, a duty) are handled in order and
    never at the same time. `request_id` follows the message into the logs.
    """

    source: str
    id: str
    conversation: str
    kind: str
    payload: bytes
    request_id: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A delivery and the state it is stored in: `waiting`, or `parked` with a reason."""

    delivery: Delivery
    state: str = "waiting"
    reason: str = ""

    def cleaned(self) -> "Entry":
        """The same with characters replaced that no database stores: lone surrogates, NUL."""
        one = self.delivery
        return replace(
            self,
            reason=_clean(self.reason),
            delivery=Delivery(
                source=_clean(one.source),
                id=_clean(one.id),
                conversation=_clean(one.conversation),
                kind=_clean(one.kind),
                payload=one.payload,
                request_id=_clean(one.request_id),
            ),
        )


def _clean(text: str) -> str:
    return text.encode(errors="replace").decode().replace("\0", "\ufffd")


class WriterError(Exception):
    """The batch is not stored, and may be offered again later."""


class UnusableTextError(Exception):
    """Some text of the batch can't be stored as it is; nothing was."""


class Writer(Protocol):
    """Stores batches through a connection of its own; called by one thread only."""

    def insert(self, entries: Sequence[Entry], stamp: float) -> Sequence[bool]:
        """Insert entries in one transaction; say of each whether it is new.

        `stamp` is the time of the batch, different from every earlier one's.

        Raises:
            WriterError: nothing was stored.
            UnusableTextError: nothing was stored, and would not be next time.
        """
        ...

    def finish(self, rows: Sequence[tuple[int, str]]) -> None:
        """Mark rows done that still wait in the conversation named with them, in one transaction.

        Raises:
            WriterError: nothing was changed.
        """
        ...

    def close(self) -> None:
        """Give the connection back; the next `commit` opens another."""
        ...


def first_of_each(entries: Sequence[Entry], stored: set[tuple[str, str]]) -> list[bool]:
    """Of equal deliveries in one batch the first is new, if the batch stored it at all."""
    fresh: list[bool] = []
    for entry in entries:
        key = (entry.delivery.source, entry.delivery.id)
        fresh.append(key in stored)
        stored.discard(key)
    return fresh
