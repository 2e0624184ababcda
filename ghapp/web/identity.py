"""Who a bearer token is of: OpenID Connect tokens, as Google signs them for push subscriptions.

https://docs.cloud.google.com/pubsub/docs/authenticate-push-subscriptions
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import aiohttp
import structlog
from google.auth import jwt
from google.auth.exceptions import GoogleAuthError, InvalidValue

from ghapp.core.source import Oidc
from ghapp.core.verify import Unverified, bearer
from ghapp.settings import Settings
from ghapp.web.answers import Refused
from ghapp.web.certificates import Certificates, Keys, fetcher

_log = structlog.get_logger(__name__)

CLOCK_SKEW = 10
"""Seconds by which the issuer's clock may differ from ours."""
_ALGORITHMS = frozenset({"RS256", "ES256"})
_RETRY_AFTER = 10

# google-auth reads what is in a token before it knows its type: a claim of another type is a TypeError.
_UNREADABLE = (
    GoogleAuthError,
    ValueError,
    TypeError,
    AttributeError,
    RecursionError,
    OverflowError,
)


class OpenIdConnect:
    """Lets in whoever has a token of one of `emails`, made by one of `issuers` for one of `audiences`."""

    def __init__(
        self,
        certificates: Certificates,
        *,
        audiences: Sequence[str],
        emails: Sequence[str],
        issuers: Sequence[str],
    ) -> None:
        self._certificates = certificates
        self._audiences = frozenset(audiences)
        self._emails = frozenset(emails)
        self._issuers = frozenset(issuers)

    async def check(self, headers: Mapping[str, str], now: datetime) -> None:
        """Return when the token is what it must be; `now` (aware) is for the certificates.

        google-auth looks at the clock itself for the token.

        Raises:
            Unverified: it is missing, forged, out of date, for another service, or of another account.
            Refused: the issuer's certificates cannot be had now.
        """
        token = bearer(headers.get("Authorization"))
        if token is None:
            raise Unverified("token_missing")
        key_id = _key_id(token)
        keys = await self._certificates.for_token(key_id, now)
        if not keys or (key_id not in keys and self._certificates.failed):
            raise Refused(
                503,
                "certificates_unavailable",
                "cannot check the token now",
                Retry_After=str(_RETRY_AFTER),
            )
        self._expect(_claims(token, keys))

    def _expect(self, claims: Mapping[str, Any]) -> None:
        if not _among(claims.get("aud"), self._audiences):
            raise Unverified("audience_mismatch")
        if not _among(claims.get("iss"), self._issuers):
            raise Unverified("issuer_mismatch")
        # Neither of these two is looked at by google-auth, and anybody's token may bear the audience.
        if not _among(claims.get("email"), self._emails):
            raise Unverified("email_mismatch")
        if claims.get("email_verified") is not True:
            raise Unverified("email_unverified")


class Connected:
    """The HTTP session of an application's identities; made with the first fetch, closed with the application."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._certificates: list[Certificates] = []

    def identity(self, proof: Oidc, settings: Settings) -> OpenIdConnect | None:
        """Who may send; None unless both the audience and the account are known."""
        audiences = settings.secrets_of(proof.audience_variable)
        emails = settings.secrets_of(proof.email_variable)
        if not audiences or not emails:
            if audiences or emails:
                unset = proof.email_variable if audiences else proof.audience_variable
                _log.warning("sender_off", hint=f"set {unset}")
            return None
        url = settings.variables.get(proof.certificates_variable, proof.certificates_url)
        certificates = Certificates(fetcher(self._opened, url))
        self._certificates.append(certificates)
        return OpenIdConnect(
            certificates, audiences=audiences, emails=emails, issuers=proof.issuers
        )

    async def close(self, _app: object = None) -> None:
        """Stop fetching, and let go of connections."""
        for certificates in self._certificates:
            await certificates.close()
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session


def _key_id(token: str) -> str | None:
    """The id of the key that is said to have signed it, before anything of it is believed."""
    try:
        header = jwt.decode_header(token)  # type: ignore[no-untyped-call]
        algorithm, key_id = header.get("alg"), header.get("kid")
    except _UNREADABLE as error:
        raise Unverified("token_malformed") from error
    if not _among(algorithm, _ALGORITHMS):
        raise Unverified("algorithm_refused")
    if key_id is not None and not isinstance(key_id, str):
        raise Unverified("token_malformed")
    return key_id


def _claims(token: str, keys: Keys) -> Mapping[str, Any]:
    """What the token says, signed and in date; to whom and of whom is for the caller to look at."""
    try:
        claims: Mapping[str, Any] = jwt.decode(  # type: ignore[no-untyped-call]
            token, certs=keys, clock_skew_in_seconds=CLOCK_SKEW
        )
    except InvalidValue as error:
        # It is also what google-auth says of a key of another kind than the algorithm's.
        another_kind = isinstance(error.__cause__, TypeError)
        raise Unverified("token_mismatch" if another_kind else "token_out_of_date") from error
    except _UNREADABLE as error:
        raise Unverified("token_mismatch") from error
    return claims


def _among(value: object, known: frozenset[str]) -> bool:
    return isinstance(value, str) and value in known
