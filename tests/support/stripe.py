"""Stripe's events as it really sends them: the corpus, variations of it, and their signature.

https://docs.stripe.com/api/events/object, https://docs.stripe.com/webhooks#verify-manually
"""

import hashlib
import hmac
import json
import time
import uuid
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parents[1] / "corpus" / "stripe"
SECRET = "whsec_acme"

JsonObject = dict[str, Any]


def corpus() -> list[str]:
    """The names of all payloads."""
    return sorted(path.stem for path in CORPUS.glob("*.json"))


def payload(name: str) -> JsonObject:
    """One of them."""
    found: JsonObject = json.loads((CORPUS / f"{name}.json").read_text())
    return found


def event(name: str, *, created: int | None = None, **changes: Any) -> JsonObject:
    """A payload of the corpus as a new event of now (or of `created`, in seconds).

    `changes` replace members of its object; `__` reaches inside, a value of `...` removes the member.
    """
    message = payload(name)
    message["id"] = f"evt_{uuid.uuid4().hex[:10]}x"
    message["created"] = int(time.time()) if created is None else created
    for path, value in changes.items():
        *outer, last = path.split("__")
        inner = message["data"]["object"]
        for step in outer:
            inner = inner[step]
        if value is ...:
            del inner[last]
        else:
            inner[last] = value
    return message


def signature(body: bytes, *, secret: str = SECRET, at: float | None = None) -> str:
    """The `Stripe-Signature` header of a body sent now, or at a time in seconds."""
    stamp = int(time.time() if at is None else at)
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={digest}"
