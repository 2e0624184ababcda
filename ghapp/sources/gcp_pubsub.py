"""Google Cloud Monitoring: the Pub/Sub notification channel, through an authenticated push subscription.

https://docs.cloud.google.com/pubsub/docs/push, https://docs.cloud.google.com/pubsub/docs/authenticate-push-subscriptions
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import datetime

from ghapp.core import strict_json
from ghapp.core.reading import plain
from ghapp.core.source import Accepted, Nothing, Oidc, Parsed, Source
from ghapp.core.strict_json import Malformed
from ghapp.sources._gcp_incident import SENDER, read

_MAX_ID = 128


def parse(
    body: bytes, _headers: Mapping[str, str], _query: Mapping[str, str], now: datetime
) -> Parsed:
    """The message in the envelope is the notification that the webhook channel sends."""
    envelope = strict_json.loads(body)
    message = envelope.get("message") if isinstance(envelope, dict) else None
    if not isinstance(message, dict):
        raise Malformed("no Pub/Sub message in it")
    data = _data(message.get("data"))
    found = read(strict_json.loads(data), now)
    if isinstance(found, Nothing):
        return found
    return Accepted((found,), _message_id(message.get("messageId"), data))


def _data(encoded: object) -> bytes:
    if not isinstance(encoded, str) or not encoded:
        raise Malformed("the Pub/Sub message has no data")
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("the data of the Pub/Sub message is not base64") from error


def _message_id(given: object, data: bytes) -> str:
    """Pub/Sub's id, which a repeated delivery repeats; a message is not lost because its id is wrong."""
    known = plain(given)
    if known and known.isascii() and len(known) <= _MAX_ID:
        return known
    return hashlib.sha256(data).hexdigest()[:32]


SOURCE = Source(
    name="gcp-pubsub",
    path="gcp/pubsub",
    secret_variable="GHAPP_GCP_PUBSUB_AUDIENCE",  # noqa: S106 - a variable's name
    verify=Oidc(
        audience_variable="GHAPP_GCP_PUBSUB_AUDIENCE",
        email_variable="GHAPP_GCP_PUBSUB_EMAIL",
        certificates_variable="GHAPP_GCP_OIDC_CERTS_URL",
        certificates_url="https://www.googleapis.com/oauth2/v1/certs",
        issuers=("accounts.google.com", "https://accounts.google.com"),
    ),
    parse=parse,
    sender=SENDER,
    # Pub/Sub sends what was refused again for as long as the subscription retains it: seven days.
    parks=True,
)
