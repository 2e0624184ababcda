"""Who sent it: constant-time checks over raw bytes, before anything of them is parsed.

A check returns when the sender is known and raises `Unverified`, and nothing else, when it is not.
Several secrets are valid side by side while one replaces the other.
"""

import base64
import binascii
import hmac
from collections.abc import Iterable, Sequence

_SHA256_HEX = 64


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
    candidates = (hmac.digest(_bytes(secret), body, "sha256").hex() for secret in secrets if secret)
    if not _any_equal(digest, candidates):
        raise Unverified("signature_mismatch")


def token(given: Iterable[str | None], secrets: Sequence[str]) -> None:
    """Check that one of the places where a sender may put its token holds one of ours."""
    found = [value for value in given if value]
    if not found:
        raise Unverified("token_missing")
    known = [secret for secret in secrets if secret]
    # Every pair is compared, so that the time taken does not tell which of them was close.
    if not sum(_any_equal(value, known) for value in found):
        raise Unverified("token_mismatch")


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


def _any_equal(given: str, known: Iterable[str]) -> bool:
    given_bytes = _bytes(given)
    return bool(sum([hmac.compare_digest(given_bytes, _bytes(one)) for one in known]))


def _bytes(text: str) -> bytes:
    """Headers may carry any byte: aiohttp keeps those that are no UTF-8 as surrogates."""
    return text.encode("utf-8", "surrogatepass")
