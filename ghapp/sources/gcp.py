"""Google Cloud Monitoring: the webhook notification channel.

https://docs.cloud.google.com/monitoring/support/notification-options#webhooks
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from ghapp.core import strict_json, verify
from ghapp.core.facts import Status
from ghapp.core.source import Accepted, Nothing, Parsed, Source
from ghapp.sources._gcp_alert import Condition, alert_signal
from ghapp.sources._gcp_incident import SENDER, read

__all__ = ["SOURCE", "Condition", "alert_signal", "check", "parse"]

_SAME_DELIVERY_SECONDS = 10
"""Google sends no delivery id, and repeats a notification of an open incident byte for byte.

Equal bodies within one such window are answered as one delivery tried again, but count as repeats all the same.
"""


def check(
    _body: bytes,
    headers: Mapping[str, str],
    query: Mapping[str, str],
    secrets: Sequence[str],
    _now: datetime,
) -> None:
    """The channel's token is in the address (`?auth_token=`) or is the password of HTTP Basic."""
    in_address = query.get("auth_token", "")
    given = {
        in_address,
        in_address.replace(" ", "+"),  # a plus that was not encoded reads as a blank
        verify.basic_password(headers.get("Authorization")),
    }
    verify.token(given, secrets)


def parse(
    body: bytes, _headers: Mapping[str, str], _query: Mapping[str, str], now: datetime
) -> Parsed:
    """One notification is one signal; all but the incident's id and state may be wrong."""
    found = read(strict_json.loads(body), now)
    if isinstance(found, Nothing):
        return found
    window = int(now.timestamp()) // _SAME_DELIVERY_SECONDS
    delivery_id = f"{hashlib.sha256(body).hexdigest()[:32]}:{window}"
    return Accepted((found,), delivery_id, repeats=found.status is Status.FIRING)


SOURCE = Source(
    name=SENDER,
    path="gcp",
    secret_variable="GHAPP_GCP_WEBHOOK_TOKEN",  # noqa: S106 - a variable's name
    verify=check,
    parse=parse,
    # Without it Google does not send the name and password of a channel that uses HTTP Basic.
    challenge='Basic realm="ghapp"',
)
