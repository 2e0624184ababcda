"""The public keys of a token issuer: fetched when they are needed, kept as long as the issuer allows."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import aiohttp
import jwt
import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from google.auth.crypt import RSAVerifier
from multidict import CIMultiDictProxy

from ghapp.core import strict_json
from ghapp.core.strict_json import Malformed

_log = structlog.get_logger(__name__)

Keys = Mapping[str, str]
"""By key id: a certificate or a public key in PEM."""

UNSAID = timedelta(minutes=5)
"""How long keys are good for when the issuer does not say."""
LONGEST = timedelta(days=1)
AGAIN_AFTER = timedelta(seconds=30)
"""An unknown key id, or a failure while older keys are at hand, is looked after at most this often."""
PATIENCE = aiohttp.ClientTimeout(total=5)
"""Seconds; Pub/Sub waits at least ten for an answer."""

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fetched:
    """The issuer's keys, and for how long they are good."""

    keys: Keys
    lasts: timedelta


Fetch = Callable[[], Awaitable[Fetched]]
"""Raises aiohttp.ClientError, TimeoutError, OSError or Malformed."""


class Certificates:
    """One issuer's keys. However many requests wait for them, they are fetched once."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._keys: Keys = {}
        self._good_until: datetime | None = None
        self._unknown_after: datetime | None = None
        self._fetching: asyncio.Task[None] | None = None
        self.failed = False
        """Whether the last fetch failed, so that a key that is not known may exist all the same."""

    async def for_token(self, key_id: str | None, now: datetime) -> Keys:
        """The issuer's keys; asked for anew when they are old, or when `key_id` is not among them.

        The last good ones stay while no newer ones can be had. Empty when there never were any.
        """
        if self._good_until is None or now >= self._good_until:
            await self._refresh(now)
        elif key_id is not None and key_id not in self._keys and self._may_look(now):
            self._unknown_after = now + AGAIN_AFTER
            await self._refresh(now)
        return self._keys

    async def close(self) -> None:
        """Stop fetching."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    def _may_look(self, now: datetime) -> bool:
        if self._fetching is not None:
            return True
        return not self.failed and (self._unknown_after is None or now >= self._unknown_after)

    async def _refresh(self, now: datetime) -> None:
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._renew(now))
            self._fetching.add_done_callback(self._done)
        # A request that is given up must not take the fetch from those that wait with it.
        await asyncio.shield(self._fetching)

    def _done(self, _task: "asyncio.Task[None]") -> None:
        self._fetching = None

    async def _renew(self, now: datetime) -> None:
        try:
            fetched = await self._fetch()
        except (aiohttp.ClientError, TimeoutError, OSError, Malformed) as error:
            self.failed = True
            self._good_until = now + AGAIN_AFTER if self._keys else None
            _log.warning("certificates_failed", reason=str(error) or type(error).__name__)
        else:
            self.failed = False
            self._keys, self._good_until = fetched.keys, now + fetched.lasts


def fetcher(session: Callable[[], aiohttp.ClientSession], url: str) -> Fetch:
    """Fetches the keys at `url`, over a session that exists once the first is wanted."""

    async def fetch() -> Fetched:
        async with session().get(url, timeout=PATIENCE, allow_redirects=False) as answer:
            if answer.status != 200:
                raise Malformed(f"{url} answers {answer.status}")
            return Fetched(read_keys(await answer.read()), lasts(answer.headers))

    return fetch


def lasts(headers: CIMultiDictProxy[str] | Mapping[str, str]) -> timedelta:
    """How long an answer may be kept: `max-age` of Cache-Control less its `Age` (RFC 9111)."""
    found = _MAX_AGE.search(headers.get("Cache-Control", ""))
    if found is None:
        return UNSAID
    age = headers.get("Age", "")
    spent = int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0
    return min(timedelta(seconds=max(int(found[1]) - spent, 0)), LONGEST)


def read_keys(body: bytes) -> Keys:
    """The keys in Google's map of PEM certificates, or in a JWK set (RFC 7517); others of them are left out.

    Raises:
        Malformed: it is neither, or holds no key that can be used.
    """
    document = strict_json.loads(body)
    if not isinstance(document, dict):
        raise Malformed("certificates are not an object")
    jwks = document.get("keys")
    found = _from_jwks(jwks) if isinstance(jwks, list) else document.items()
    keys = {name: pem for name, pem in found if isinstance(pem, str) and _readable(pem)}
    if not keys:
        raise Malformed("no certificate that can be used")
    return MappingProxyType(keys)


def _from_jwks(jwks: list[Any]) -> list[tuple[str, str]]:
    pairs = []
    for jwk in jwks:
        if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK(jwk).key
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        name = jwk.get("kid")
        if isinstance(name, str) and isinstance(key, RSAPublicKey | EllipticCurvePublicKey):
            pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            pairs.append((name, pem.decode()))
    return pairs


def _readable(pem: str) -> bool:
    try:
        RSAVerifier.from_string(pem)  # type: ignore[no-untyped-call]  # it reads keys of any kind
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True
