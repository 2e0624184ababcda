"""Who sent it: constant-time checks over raw bytes, before anything of them is parsed.

A check returns when the sender is known and raises `Unverified`, and nothing else, when it is not.
Several secrets are valid side by side while one replaces the other.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=5)
"""How far a signed timestamp may be from our clock, either way."""

_SHA256_HEX = 64
_SECONDS = re.compile(r"[0-9]{1,12}")
_SECRET_PREFIX = "whsec_"  # noqa: S105 - what a secret begins with


class Unverified(Exception):  # noqa: N818 - it is an outcome, not a fault
    """The sender did not prove who it is; `reason` is a constant word for logs and metrics."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def github_signature(body: bytes, signature: str | None, secrets: Sequence[str]) -> None:
    """Check `X-Hub-Signature-256` as GitHub documents it; the older SHA-1 header is never enough.

    https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    """
    if not signature:
        raise Unverified("signature_missing")
    method, _, digest = signature.partition("=")
    if method != "sha256" or len(digest) != _SHA256_HEX:
        raise Unverified("signature_malformed")
    known = [hmac.digest(_bytes(secret), body, "sha256").hex() for secret in secrets if secret]
    _refuse_unless_equal([digest], known)


def stripe_signature(
    body: bytes, header: str | None, secrets: Sequence[str], now: datetime
) -> None:
    """Check `Stripe-Signature`: `t=<seconds>,v1=<hex>`, where several `v1` and other schemes may stand.

    While a secret is rolled Stripe signs with the old and the new one. `now` is aware.
    https://docs.stripe.com/webhooks#verify-manually
    """
    if not header:
        raise Unverified("signature_missing")
    items = [item.partition("=")[::2] for item in header.split(",")]
    stamps = [value for scheme, value in items if scheme == "t"]
    given = [value for scheme, value in items if scheme == "v1"]
    if not stamps or not given:
        raise Unverified("signature_malformed")
    _refuse_stale(stamps[0], now)
    signed = b".".join((_bytes(stamps[0]), body))
    known = [hmac.digest(_bytes(secret), signed, "sha256").hex() for secret in secrets if secret]
    _refuse_unless_equal(given, known)


def standard_webhook(
    body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime
) -> None:
    """Check `webhook-id`, `webhook-timestamp` and `webhook-signature` of the Standard Webhooks specification.

    The signature header holds `v1,<base64>` once or several times, separated by blanks; other versions
    are passed over. An id with a full stop is refused, as the specification asks: a signed body that
    happens to hold one could otherwise be cut into another id, timestamp and body. `now` is aware.
    https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    """
    message_id = headers.get("webhook-id")
    timestamp = headers.get("webhook-timestamp")
    signatures = headers.get("webhook-signature")
    if not (message_id and timestamp and signatures):
        raise Unverified("signature_missing")
    if "." in message_id:
        raise Unverified("id_malformed")
    items = [item.partition(",")[::2] for item in signatures.split(" ")]
    given = [value for version, value in items if version == "v1"]
    if not given:
        raise Unverified("signature_malformed")
    _refuse_stale(timestamp, now)
    signed = b".".join((_bytes(message_id), _bytes(timestamp), body))
    keys = [key for secret in secrets if (key := webhook_key(secret))]
    known = [base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in keys]
    _refuse_unless_equal(given, known)


def webhook_key(secret: str) -> bytes | None:
    """The key in a Standard Webhooks secret, `whsec_<base64>`; None when it holds none.

    The prefix and the padding may be absent, as in the reference implementations.
    """
    encoded = secret.removeprefix(_SECRET_PREFIX).rstrip("=")
    try:
        return base64.b64decode(_bytes(encoded + "=" * (-len(encoded) % 4)), validate=True) or None
    except binascii.Error:
        return None


def hex_digest(
    body: bytes,
    digest: str | None,
    secrets: Sequence[str],
    *,
    timestamp: str | None = None,
    now: datetime | None = None,
) -> None:
    """Check a bare hexadecimal HMAC-SHA256, as Sentry and Grafana send it.

    Where Grafana is set to send a timestamp header, it signs `<seconds>:<body>`; give both `timestamp`
    and `now` (aware) then: a timestamp without a clock to hold against it is refused.
    https://docs.sentry.io/organization/integrations/integration-platform/webhooks/
    https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
    """
    if not digest:
        raise Unverified("signature_missing")
    if len(digest) != _SHA256_HEX:
        raise Unverified("signature_malformed")
    signed = body
    if timestamp is not None:
        _refuse_stale(timestamp, now)
        signed = b":".join((_bytes(timestamp), body))
    known = [hmac.digest(_bytes(secret), signed, "sha256").hex() for secret in secrets if secret]
    _refuse_unless_equal([digest.lower()], known)


def token(given: Iterable[str | None], secrets: Sequence[str]) -> None:
    """Check that one of the places where a sender may put its token holds one of ours."""
    found = [value for value in given if value]
    if not found:
        raise Unverified("token_missing")
    known = [secret for secret in secrets if secret]
    if not _any_equal(found, known):
        raise Unverified("token_mismatch")


def bearer(authorization: str | None) -> str | None:
    """The token in an `Authorization: Bearer` header (RFC 6750), if there is one."""
    scheme, _, credentials = (authorization or "").partition(" ")
    return (credentials.strip() or None) if scheme.lower() == "bearer" else None


def basic_password(authorization: str | None) -> str | None:
    """The password in an HTTP Basic `Authorization` header (RFC 7617), if there is one."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user_and_password = base64.b64decode(_bytes(encoded.strip()), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user_and_password.partition(":")[2] or None


def _refuse_stale(timestamp: str, now: datetime | None) -> None:
    if not _SECONDS.fullmatch(timestamp):
        raise Unverified("timestamp_malformed")
    if now is None or abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise Unverified("timestamp_stale")


def _refuse_unless_equal(given: Sequence[str], known: Sequence[str]) -> None:
    if not _any_equal(given, known):
        raise Unverified("signature_mismatch")


def _any_equal(given: Sequence[str], known: Sequence[str]) -> bool:
    """Compares every pair, so that the time taken does not tell which of them was close."""
    return bool(
        sum([hmac.compare_digest(_bytes(one), _bytes(other)) for one in given for other in known])
    )


def _bytes(text: str) -> bytes:
    """Headers may carry any byte: aiohttp keeps those that are no UTF-8 as surrogates."""
    return text.encode("utf-8", "surrogatepass")
