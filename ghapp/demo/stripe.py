"""Events of Stripe, and their sender."""

import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass
from typing import Any

import aiohttp

from ghapp.demo.alerts import RefusedAlertError

_WEEK = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Dispute:
    """A customer's bank takes a payment back, and the evidence has a deadline.

    https://docs.stripe.com/api/disputes/object
    """

    identity: str
    amount: int
    """In cents."""
    due_by: int
    """Seconds since 1970."""

    @classmethod
    def now(cls, amount: int) -> "Dispute":
        """One that begins now and must be answered within a week."""
        return cls(f"du_{uuid.uuid4().hex[:14]}", amount, int(time.time()) + _WEEK)

    def opened(self) -> dict[str, Any]:
        """The event that Stripe sends when it begins."""
        return self._event("charge.dispute.created", "needs_response")

    def won(self) -> dict[str, Any]:
        """The event of its good end."""
        return self._event("charge.dispute.closed", "won")

    def _event(self, kind: str, status: str) -> dict[str, Any]:
        return {
            "id": f"evt_{uuid.uuid4().hex[:14]}",
            "object": "event",
            "created": int(time.time()),
            "livemode": True,
            "type": kind,
            "data": {
                "object": {
                    "id": self.identity,
                    "object": "dispute",
                    "amount": self.amount,
                    "currency": "eur",
                    "charge": "ch_3QxAcmeCharge1",
                    "reason": "fraudulent",
                    "status": status,
                    "evidence_details": {"due_by": self.due_by, "has_evidence": False},
                }
            },
        }


@dataclass(frozen=True, slots=True)
class Stripe:
    """The sender: posts events to an endpoint and signs them with its secret."""

    address: str
    secret: str

    async def send(self, event: dict[str, Any]) -> None:
        """Post one as Stripe does: https://docs.stripe.com/webhooks#verify-manually.

        Raises:
            RefusedAlertError: It was not answered with 202.
            aiohttp.ClientError: Nobody answered.
        """
        body, stamp = json.dumps(event).encode(), int(time.time())
        digest = hmac.new(self.secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
        signature = f"t={stamp},v1={digest.hexdigest()}"
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                self.address, data=body, headers={"Stripe-Signature": signature}
            ) as answer,
        ):
            if answer.status != 202:
                said = (await answer.text()).strip()
                raise RefusedAlertError(f"an event was answered {answer.status}: {said}")
