"""The one way in: what a sender's message asks for, as deliveries for the inbox."""

from ghapp.core import wire
from ghapp.core.routing import conversation_of
from ghapp.core.source import Accepted, Source
from ghapp.engine.inbox import Delivery


def deliveries(source: Source, accepted: Accepted, request_id: str) -> list[Delivery]:
    """One delivery for each signal, known by the sender's own id, so that what comes twice is stored once."""
    several = len(accepted.signals) > 1
    return [
        Delivery(
            source=source.name,
            id=f"{accepted.delivery_id}#{index}" if several else accepted.delivery_id,
            conversation=conversation_of(signal.fingerprint),
            kind=wire.kind_of(signal),
            payload=wire.encode(signal),
            request_id=request_id,
        )
        for index, signal in enumerate(accepted.signals)
    ]
